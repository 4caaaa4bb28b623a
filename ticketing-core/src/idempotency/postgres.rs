use sqlx::{PgExecutor, PgTransaction};

use super::{IdempotencyKey, Kept, RequestHash};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::AccountId;

/// What a key was used for, if it was.
pub(crate) async fn kept<'connection>(
    executor: impl PgExecutor<'connection>,
    account: AccountId,
    key: &IdempotencyKey,
    request: RequestHash,
) -> Result<Option<Kept>> {
    let row = sqlx::query!(
        "SELECT request, payment_id, facts FROM idempotency WHERE account_id = $1 AND key = $2",
        account.uuid(),
        key.as_str(),
    )
    .fetch_optional(executor)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.request != request.0 {
        return Err(Error::IdempotencyReused);
    }
    match (row.payment_id, row.facts) {
        (Some(payment), _) => Ok(Some(Kept::Attempt(payment.into()))),
        (None, Some(facts)) => Ok(Some(Kept::Facts(facts))),
        (None, None) => {
            let row = format!("{account} {key}");
            Err(Error::unreadable("idempotency", "facts", row, "neither facts nor an attempt"))
        }
    }
}

/// Keeps the facts of a request, unless it was done before: then those of the first time.
pub(crate) async fn keep_first(
    transaction: &mut PgTransaction<'_>,
    account: AccountId,
    key: &IdempotencyKey,
    request: RequestHash,
    facts: &str,
    now: Timestamp,
) -> Result<Option<String>> {
    let inserted = sqlx::query!(
        "INSERT INTO idempotency (account_id, key, request, facts, created_at_ms)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        account.uuid(),
        key.as_str(),
        request.0.as_slice(),
        facts,
        now.as_millis(),
    )
    .execute(&mut **transaction)
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(None);
    }
    kept(&mut **transaction, account, key, request).await?.map(Kept::facts).transpose()
}
