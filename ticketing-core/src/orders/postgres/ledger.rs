//! The ledger: read only, since its rows come with the changes that they follow from.

use sqlx::PgPool;
use uuid::Uuid;

use super::rows::money;
use crate::clock::Timestamp;
use crate::error::{Error, Result, readable};
use crate::id::PerformanceId;
use crate::orders::{Movement, MovementKind, Period, Totals};
use crate::page::{Page, Paged, Position};

struct MovementRow {
    id: Uuid,
    performance_id: Uuid,
    order_id: Uuid,
    payment_id: Uuid,
    kind: String,
    amount: i64,
    currency: String,
    at_ms: i64,
}

impl TryFrom<MovementRow> for Movement {
    type Error = Error;

    fn try_from(row: MovementRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            performance: row.performance_id.into(),
            order: row.order_id.into(),
            payment: row.payment_id.into(),
            kind: kind(&row.kind, row.id)?,
            amount: money("movements", row.id, row.amount, &row.currency)?,
            at: Timestamp::from_millis(row.at_ms),
        })
    }
}

fn kind(word: &str, row: Uuid) -> Result<MovementKind> {
    let unknown = || Error::unreadable("movements", "kind", row, format!("{word:?}"));
    MovementKind::from_name(word).ok_or_else(unknown)
}

pub(super) async fn ledger(
    pool: &PgPool,
    performance: PerformanceId,
    period: Period,
    page: Page,
) -> Result<Paged<Movement>> {
    let (from, to) = period.bounds();
    let after = page.after();
    let rows = sqlx::query_as!(
        MovementRow,
        "SELECT id, performance_id, order_id, payment_id, kind, amount, currency, at_ms
         FROM movements
         WHERE performance_id = $1 AND at_ms >= $2 AND at_ms < $3 AND (at_ms, id) > ($4, $5)
         ORDER BY at_ms, id LIMIT $6",
        performance.uuid(),
        from,
        to,
        after.key,
        after.id,
        page.fetch_limit(),
    );
    let rows = rows.fetch_all(pool).await?;
    let position = |row: &MovementRow| Position { key: row.at_ms, id: row.id };
    Ok(page.cut(rows.into_iter(), position, |row| readable(row.try_into())))
}

pub(super) async fn totals(
    pool: &PgPool,
    performance: PerformanceId,
    period: Period,
) -> Result<Totals> {
    let (from, to) = period.bounds();
    let rows = sqlx::query!(
        r#"SELECT kind, sum(amount)::bigint AS "amount!" FROM movements
           WHERE performance_id = $1 AND at_ms >= $2 AND at_ms < $3 GROUP BY kind"#,
        performance.uuid(),
        from,
        to,
    );
    let mut totals = Totals::default();
    for row in rows.fetch_all(pool).await? {
        if let Some(kind) = readable(kind(&row.kind, performance.uuid())) {
            totals = totals.with(kind, row.amount);
        }
    }
    Ok(totals)
}

pub(super) async fn agrees(pool: &PgPool, performance: PerformanceId) -> Result<bool> {
    let agrees = sqlx::query_scalar!(
        r#"SELECT coalesce((SELECT sum(captured) FROM attempts JOIN orders ON orders.id = order_id
               WHERE performance_id = $1), 0)
             - coalesce((SELECT sum(amount) FROM refunds JOIN orders ON orders.id = order_id
               WHERE performance_id = $1 AND done), 0)
             = coalesce((SELECT sum(amount) FROM movements WHERE performance_id = $1), 0)
             AS "agrees!""#,
        performance.uuid(),
    );
    Ok(agrees.fetch_one(pool).await?)
}
