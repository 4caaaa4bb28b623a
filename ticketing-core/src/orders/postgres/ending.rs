//! The orders of cancelled performances: the rules of a dossier, over rows.

use sqlx::PgPool;
use uuid::Uuid;

use crate::error::Result;
use crate::id::{OrderId, PerformanceId};
use crate::orders::attention::AttentionReason;
use crate::orders::contract::{BATCH, Ending, PARKED_MAX};

/// How many quotas are removed at once.
const QUOTAS_MAX: i64 = 5_000;

pub(super) async fn to_end(
    pool: &PgPool,
    performance: PerformanceId,
    after: Option<OrderId>,
) -> Result<Vec<OrderId>> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM orders
         WHERE performance_id = $1 AND id > $2 AND (status IN ('pending_payment', 'paid')
             OR (status = 'confirming' AND NOT cancel_wanted)
             OR (status IN ('refund_due', 'refunded') AND fees_kept > 0))
         ORDER BY id LIMIT $3",
        performance.uuid(),
        after.map_or(Uuid::nil(), OrderId::uuid),
        BATCH,
    );
    Ok(ids.fetch_all(pool).await?.into_iter().map(OrderId::from).collect())
}

/// Undone refunds are few among all: they are looked for first.
pub(super) async fn is_left(pool: &PgPool, performance: PerformanceId) -> Result<bool> {
    let refunds = sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT 1 FROM refunds JOIN orders ON orders.id = refunds.order_id
               WHERE NOT done AND performance_id = $1) AS "left!""#,
        performance.uuid(),
    );
    if refunds.fetch_one(pool).await? {
        return Ok(true);
    }
    let orders = sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT 1 FROM orders WHERE performance_id = $1
                   AND (status NOT IN ('refunded', 'expired', 'cancelled')
                       OR (status = 'refunded' AND fees_kept > 0))) AS "left!""#,
        performance.uuid(),
    );
    Ok(orders.fetch_one(pool).await?)
}

pub(super) async fn ending(pool: &PgPool, performance: PerformanceId) -> Result<Ending> {
    let counted = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE was_paid) AS "paid!",
               count(*) FILTER (WHERE was_paid AND NOT is_open) AS "refunded!",
               count(*) FILTER (WHERE is_open) AS "left!"
           FROM (SELECT
                   status IN ('paid', 'refund_due', 'refunded') OR EXISTS (
                       SELECT 1 FROM refunds WHERE order_id = orders.id) AS was_paid,
                   status NOT IN ('refunded', 'expired', 'cancelled') OR EXISTS (
                       SELECT 1 FROM refunds WHERE order_id = orders.id AND NOT done) AS is_open
               FROM orders WHERE performance_id = $1) AS ended"#,
        performance.uuid(),
    );
    let counted = counted.fetch_one(pool).await?;
    let waiting = sqlx::query_scalar!(
        r#"SELECT count(DISTINCT orders.id) AS "waiting!"
           FROM orders JOIN attention ON attention.order_id = orders.id
           WHERE performance_id = $1 AND closed_at_ms IS NULL AND (reason = 'refund_refused'
               OR (reason = 'disputed' AND orders.status = 'paid')
               OR (reason = 'no_end' AND orders.status = 'confirming'))"#,
        performance.uuid(),
    );
    let waiting = waiting.fetch_one(pool).await?;
    let rows = sqlx::query!(
        "SELECT orders.id, reason
         FROM orders JOIN attention ON attention.order_id = orders.id
         WHERE performance_id = $1 AND closed_at_ms IS NULL AND (reason = 'refund_refused'
             OR (reason = 'disputed' AND orders.status = 'paid')
             OR (reason = 'no_end' AND orders.status = 'confirming'))
         ORDER BY orders.id LIMIT $2",
        performance.uuid(),
        i64::try_from(PARKED_MAX).unwrap_or(i64::MAX),
    );
    let rows = rows.fetch_all(pool).await?.into_iter();
    let mut parked: Vec<(OrderId, AttentionReason)> = rows
        .filter_map(|row| Some((row.id.into(), AttentionReason::from_name(&row.reason)?)))
        .collect();
    parked.sort_unstable();
    Ok(Ending {
        paid: counted.paid.cast_unsigned(),
        refunded: counted.refunded.cast_unsigned(),
        left: counted.left.cast_unsigned(),
        waiting: waiting.cast_unsigned(),
        parked,
    })
}

pub(super) async fn remove_quotas(pool: &PgPool, performance: PerformanceId) -> Result<bool> {
    let removed = sqlx::query!(
        "DELETE FROM quotas WHERE (performance_id, account_id) IN (
             SELECT performance_id, account_id FROM quotas WHERE performance_id = $1 LIMIT $2
             FOR UPDATE SKIP LOCKED)",
        performance.uuid(),
        QUOTAS_MAX,
    );
    removed.execute(pool).await?;
    // What another server is removing just now is not gone yet.
    let more = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM quotas WHERE performance_id = $1) AS "more!""#,
        performance.uuid(),
    );
    Ok(more.fetch_one(pool).await?)
}
