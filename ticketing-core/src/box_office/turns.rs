//! Turns, for what not everybody may do at once.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

use crate::error::{Error, Result};

/// How long a request waits for its turn to read what many want to read at once. Behind a store that
/// does not answer they would else wait for one another's time-outs.
const TURN_WAIT: Duration = Duration::from_secs(2);

/// One of a few that may do something at once, for as long as it takes.
pub(super) async fn permit(few: &Semaphore) -> Result<SemaphorePermit<'_>> {
    let permit = tokio::time::timeout(TURN_WAIT, few.acquire()).await;
    let busy = |_| Error::Unavailable("too many do the same".into());
    permit.map_err(busy)?.map_err(Error::internal)
}

pub(super) async fn turn(reading: &Mutex<()>) -> Result<MutexGuard<'_, ()>> {
    let turn = tokio::time::timeout(TURN_WAIT, reading.lock()).await;
    turn.map_err(|_| Error::Unavailable("too many wait for the same answer".into()))
}
