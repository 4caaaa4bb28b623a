//! Performances that do not take place, and what goes with them.

use sqlx::PgPool;
use uuid::Uuid;

use super::writes::tell;
use crate::catalog::Performance;
use crate::catalog::contract::CLEARED_BATCH;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::events::PerformanceEvent;
use crate::id::PerformanceId;
use crate::services::postgres::run_tx;

pub(super) async fn to_clear(
    pool: &PgPool,
    behind: Option<PerformanceId>,
) -> Result<Vec<PerformanceId>> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM performances
         WHERE is_cancelled AND NOT is_cleared AND id > $1 ORDER BY id LIMIT $2",
        behind.map_or(Uuid::nil(), PerformanceId::uuid),
        i64::try_from(CLEARED_BATCH).unwrap_or(i64::MAX),
    );
    Ok(ids.fetch_all(pool).await?.into_iter().map(PerformanceId::from).collect())
}

pub(super) async fn has_others(pool: &PgPool, performance: &Performance) -> Result<bool> {
    let others = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM performances
           WHERE coalesce(production_id, id) = $1 AND id <> $2 AND NOT is_closed) AS "others!""#,
        performance.details.production_id.uuid(),
        performance.id.uuid(),
    );
    Ok(others.fetch_one(pool).await?)
}

/// An order that is there by now keeps its performance.
pub(super) async fn remove(pool: &PgPool, performance: &Performance, now: Timestamp) -> Result<()> {
    let own = performance.has_own_production().then(|| performance.details.production_id.uuid());
    let id = performance.id.uuid();
    run_tx(pool, move |transaction| {
        Box::pin(async move {
            // Whoever adds another performance of it waits, and finds it gone, or was faster.
            sqlx::query!("SELECT id FROM productions WHERE id = $1 FOR UPDATE", own)
                .fetch_optional(&mut **transaction)
                .await?;
            let removed = sqlx::query_scalar!(
                "DELETE FROM performances
                 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM orders WHERE performance_id = $1)
                 RETURNING version",
                id,
            );
            let Some(last) = removed.fetch_optional(&mut **transaction).await? else {
                return Ok(());
            };
            tell(transaction, id.into(), last + 1, PerformanceEvent::Removed, now).await?;
            sqlx::query!("DELETE FROM performance_audit WHERE performance_id = $1", id)
                .execute(&mut **transaction)
                .await?;
            sqlx::query!(
                "WITH own AS (
                     DELETE FROM productions WHERE id = $1 AND NOT EXISTS (
                         SELECT 1 FROM performances WHERE coalesce(production_id, id) = $1)
                     RETURNING id)
                 DELETE FROM production_ratings WHERE production_id IN (SELECT id FROM own)",
                own,
            )
            .execute(&mut **transaction)
            .await?;
            Ok(())
        })
    })
    .await
}
