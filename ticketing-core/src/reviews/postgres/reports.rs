//! What people say is wrong with a review, until an administrator has decided.

use sqlx::{PgPool, PgTransaction};

use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::ReviewId;
use crate::reviews::contract::{REPORTS_SHOWN, Report};
use crate::services::postgres::run_tx;
use crate::text::Paragraphs;

pub(super) async fn add(pool: &PgPool, id: ReviewId, report: &Report) -> Result<Option<()>> {
    run_tx(pool, move |transaction| {
        Box::pin(async move {
            let shown = sqlx::query_scalar!(
                "SELECT id FROM reviews WHERE id = $1 AND standing = 'shown' FOR NO KEY UPDATE",
                id.uuid(),
            );
            if shown.fetch_optional(&mut **transaction).await?.is_none() {
                return Ok(None);
            }
            sqlx::query!(
                "INSERT INTO review_reports (review_id, account_id, reason, at_ms)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (review_id, account_id) DO UPDATE
                     SET reason = excluded.reason, at_ms = excluded.at_ms",
                id.uuid(),
                report.account.uuid(),
                report.reason.as_str(),
                report.at.as_millis(),
            )
            .execute(&mut **transaction)
            .await?;
            count(transaction, id).await.map(Some)
        })
    })
    .await
}

/// An administrator has decided.
pub(super) async fn clear(transaction: &mut PgTransaction<'_>, id: ReviewId) -> Result<()> {
    sqlx::query!("DELETE FROM review_reports WHERE review_id = $1", id.uuid())
        .execute(&mut **transaction)
        .await?;
    count(transaction, id).await
}

/// Called under the lock of the review.
async fn count(transaction: &mut PgTransaction<'_>, id: ReviewId) -> Result<()> {
    sqlx::query!(
        "UPDATE reviews SET open_reports =
             (SELECT count(*) FROM review_reports WHERE review_id = $1)
         WHERE id = $1",
        id.uuid(),
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(super) async fn of(pool: &PgPool, id: ReviewId) -> Result<Vec<Report>> {
    let rows = sqlx::query!(
        "SELECT account_id, reason, at_ms FROM review_reports WHERE review_id = $1
         ORDER BY at_ms DESC, account_id LIMIT $2",
        id.uuid(),
        i64::try_from(REPORTS_SHOWN).unwrap_or(i64::MAX),
    );
    let rows = rows.fetch_all(pool).await?.into_iter();
    Ok(rows
        .map(|row| Report {
            account: row.account_id.into(),
            reason: Paragraphs::from_store(&row.reason),
            at: Timestamp::from_millis(row.at_ms),
        })
        .collect())
}
