use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::PgPool;
use uuid::Uuid;

use super::{SoldOrder, SoldSeats, Uncounted};
use crate::error::Result;
use crate::id::{OrderId, PerformanceId};
use crate::services::postgres::run_tx;

/// How many orders are compared at once.
const COMPARED_MAX: i64 = 2_000;
/// How many old days are forgotten at once.
const FORGOTTEN_MAX: i64 = 5_000;

/// Sold seats in PostgreSQL.
pub(crate) struct PostgresSoldSeats(PgPool);

impl PostgresSoldSeats {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self(pool)
    }
}

#[async_trait]
impl SoldSeats for PostgresSoldSeats {
    /// The order's row is made first, so that there is one to lock: of two who count it at once the
    /// second sees what the first counted.
    async fn count(&self, sold: &SoldOrder) -> Result<()> {
        run_tx(&self.0, move |transaction| {
            Box::pin(async move {
                sqlx::query!(
                    "INSERT INTO sold_orders (order_id, performance_id, version, seats)
                     VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING",
                    sold.order.uuid(),
                    sold.performance.uuid(),
                )
                .execute(&mut **transaction)
                .await?;
                let before = sqlx::query!(
                    "SELECT version, seats FROM sold_orders WHERE order_id = $1 FOR UPDATE",
                    sold.order.uuid(),
                );
                let before = before.fetch_one(&mut **transaction).await?;
                if before.version >= sold.version {
                    return Ok(());
                }
                sqlx::query!(
                    "UPDATE sold_orders SET version = $2, seats = $3 WHERE order_id = $1",
                    sold.order.uuid(),
                    sold.version,
                    sold.seats.cast_signed(),
                )
                .execute(&mut **transaction)
                .await?;
                sqlx::query!(
                    "WITH day AS (
                         INSERT INTO sold_days AS known (performance_id, day, seats)
                         VALUES ($1, $2, $3) ON CONFLICT (performance_id, day) DO UPDATE
                             SET seats = known.seats + excluded.seats)
                     INSERT INTO sold_seats AS known (performance_id, seats)
                     VALUES ($1, $3) ON CONFLICT (performance_id) DO UPDATE
                         SET seats = known.seats + excluded.seats",
                    sold.performance.uuid(),
                    sold.day,
                    i64::from(sold.seats) - i64::from(before.seats),
                )
                .execute(&mut **transaction)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn sold(
        &self,
        performances: &[PerformanceId],
        from_day: Option<i32>,
    ) -> Result<HashMap<PerformanceId, u64>> {
        let ids: Vec<Uuid> = performances.iter().map(|id| id.uuid()).collect();
        let counted = |id: Uuid, seats: i64| (id.into(), seats.max(0).cast_unsigned());
        let Some(from_day) = from_day else {
            let rows = sqlx::query!(
                "SELECT performance_id, seats FROM sold_seats
                 WHERE performance_id = ANY ($1) AND seats > 0",
                &ids,
            );
            let rows = rows.fetch_all(&self.0).await?.into_iter();
            return Ok(rows.map(|row| counted(row.performance_id, row.seats)).collect());
        };
        let rows = sqlx::query!(
            r#"SELECT performance_id, sum(seats)::bigint AS "seats!" FROM sold_days
               WHERE performance_id = ANY ($1) AND day >= $2
               GROUP BY performance_id HAVING sum(seats) > 0"#,
            &ids,
            from_day,
        );
        let rows = rows.fetch_all(&self.0).await?.into_iter();
        Ok(rows.map(|row| counted(row.performance_id, row.seats)).collect())
    }

    async fn uncounted(&self, behind: Option<OrderId>) -> Result<Uncounted> {
        let rows = sqlx::query!(
            r#"SELECT next.id, next.version > coalesce(counted.version, 0)
                   AND NOT coalesce(shown.is_closed, true) AS "is_newer!"
               FROM (SELECT id, version, performance_id FROM orders
                   WHERE id > $1 ORDER BY id LIMIT $2) AS next
               LEFT JOIN sold_orders AS counted ON counted.order_id = next.id
               LEFT JOIN performances AS shown ON shown.id = next.performance_id
               ORDER BY next.id"#,
            behind.map_or(Uuid::nil(), OrderId::uuid),
            COMPARED_MAX,
        );
        let rows = rows.fetch_all(&self.0).await?;
        let last = rows.last().map(|row| row.id.into());
        let newer = rows.into_iter().filter(|row| row.is_newer);
        Ok(Uncounted { orders: newer.map(|row| row.id.into()).collect(), last })
    }

    async fn remove(&self, performance: PerformanceId) -> Result<bool> {
        let orders = sqlx::query!(
            "DELETE FROM sold_orders WHERE order_id IN (
                 SELECT order_id FROM sold_orders WHERE performance_id = $1 LIMIT $2
                 FOR UPDATE SKIP LOCKED)",
            performance.uuid(),
            FORGOTTEN_MAX,
        );
        orders.execute(&self.0).await?;
        let more = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT 1 FROM sold_orders WHERE performance_id = $1) AS "more!""#,
            performance.uuid(),
        );
        if more.fetch_one(&self.0).await? {
            return Ok(true);
        }
        sqlx::query!(
            "WITH days AS (DELETE FROM sold_days WHERE performance_id = $1)
             DELETE FROM sold_seats WHERE performance_id = $1",
            performance.uuid(),
        )
        .execute(&self.0)
        .await?;
        Ok(false)
    }

    async fn forget(&self, before_day: i32) -> Result<usize> {
        let forgotten = sqlx::query!(
            "DELETE FROM sold_days WHERE (performance_id, day) IN (
                 SELECT performance_id, day FROM sold_days WHERE day < $1 LIMIT $2)",
            before_day,
            FORGOTTEN_MAX,
        );
        let forgotten = forgotten.execute(&self.0).await?.rows_affected();
        Ok(usize::try_from(forgotten).unwrap_or(usize::MAX))
    }
}
