use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::PgPool;
use uuid::Uuid;

use super::{SoldOrder, SoldSeats};
use crate::error::Result;
use crate::id::PerformanceId;
use crate::services::postgres::run_tx;

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
                    "INSERT INTO sold_orders (order_id, performance_id, version, seats, day)
                     VALUES ($1, $2, 0, 0, $3) ON CONFLICT DO NOTHING",
                    sold.order.uuid(),
                    sold.performance.uuid(),
                    sold.day,
                )
                .execute(&mut **transaction)
                .await?;
                let before = sqlx::query!(
                    "SELECT version, seats, day FROM sold_orders WHERE order_id = $1 FOR UPDATE",
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
                    before.day,
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
}
