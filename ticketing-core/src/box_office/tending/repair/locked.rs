//! The lock of a repair, for as long as its filling takes.

use std::time::Duration;

use sqlx::PgTransaction;
use tokio::time::timeout;

use crate::error::{Error, Result};

/// How often a repair says in its transaction that it goes on; well before an idle one is ended.
const STILL_THERE_EVERY: Duration = Duration::from_secs(15);
/// How long PostgreSQL may take to hear it.
const STILL_THERE_WAIT: Duration = Duration::from_secs(5);

/// Lets a filling take as long as it takes: an idle transaction is ended, and its lock is gone. A
/// process that hangs says nothing, and loses it all the same.
pub(super) async fn while_locked(
    locked: &mut PgTransaction<'_>,
    filling: impl Future<Output = Result<()>>,
) -> Result<()> {
    tokio::pin!(filling);
    loop {
        tokio::select! {
            filled = &mut filling => {
                filled?;
                return still_there(locked).await;
            }
            () = tokio::time::sleep(STILL_THERE_EVERY) => still_there(locked).await?,
        }
    }
}

async fn still_there(locked: &mut PgTransaction<'_>) -> Result<()> {
    let said = timeout(STILL_THERE_WAIT, sqlx::raw_sql("SELECT 1").execute(&mut **locked)).await;
    let silent = |_| Error::Unavailable("PostgreSQL does not answer a repair".into());
    said.map_err(silent)?.map(drop).map_err(Error::from)
}
