//! Letting people in: each verb is one conditional update.

use async_trait::async_trait;

use super::{PostgresOrders, lists};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, OrderId, PerformanceId, TicketId};
use crate::idempotency::postgres::keep_first;
use crate::orders::contract::{Door, Reissue, Reissued};
use crate::orders::{CheckIn, Ticket, TicketCode};

#[async_trait]
impl Door for PostgresOrders {
    async fn tickets(&self, order: OrderId) -> Result<Vec<Ticket>> {
        let mut tickets = lists::tickets(&self.pool, &[order.uuid()]).await?;
        Ok(tickets.remove(&order.uuid()).unwrap_or_default())
    }

    async fn used(&self, order: OrderId) -> Result<Vec<u32>> {
        let used = sqlx::query_scalar!(
            "SELECT seat FROM tickets WHERE order_id = $1 AND used ORDER BY seat",
            order.uuid()
        );
        let used = used.fetch_all(&self.pool).await?;
        Ok(used.into_iter().map(i32::cast_unsigned).collect())
    }

    async fn ticket(&self, id: TicketId) -> Result<Option<(Ticket, AccountId, bool)>> {
        let row = sqlx::query!(
            "SELECT tickets.performance_id, seat, issue, used, account_id
             FROM tickets JOIN orders ON orders.id = tickets.order_id
             WHERE tickets.id = $1 AND NOT void",
            id.uuid()
        );
        let Some(row) = row.fetch_optional(&self.pool).await? else { return Ok(None) };
        let ticket = Ticket {
            id,
            performance: row.performance_id.into(),
            seat: row.seat.cast_unsigned(),
            issue: u8::try_from(row.issue).unwrap_or(u8::MAX),
        };
        Ok(Some((ticket, row.account_id.into(), row.used)))
    }

    async fn reissue(&self, reissue: &Reissue, now: Timestamp) -> Result<Reissued> {
        let Reissue { ticket, account, key, request, facts } = reissue;
        let mut transaction = self.pool.begin().await?;
        let before = keep_first(&mut transaction, *account, key, *request, facts, now).await?;
        if let Some(facts) = before {
            return Ok(Reissued::Before(facts));
        }
        let written = sqlx::query!(
            "UPDATE tickets SET issue = issue + 1
             WHERE id = $1 AND issue + 1 = $2 AND NOT used AND NOT void",
            ticket.id.uuid(),
            i32::from(ticket.issue),
        );
        if written.execute(&mut *transaction).await?.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(Reissued::Otherwise);
        }
        transaction.commit().await?;
        Ok(Reissued::Now)
    }

    async fn check_in(
        &self,
        performance: PerformanceId,
        code: TicketCode,
        _now: Timestamp,
    ) -> Result<CheckIn> {
        // The ticket of the order that has claimed the seat.
        let used = sqlx::query!(
            "UPDATE tickets SET used = true
             FROM claims JOIN orders ON orders.id = claims.order_id
             WHERE claims.performance_id = $1 AND claims.seat = $2
                 AND tickets.order_id = orders.id AND tickets.seat = $2
                 AND substring(uuid_send(tickets.id) FROM 1 FOR 5) = $3 AND issue = $4
                 AND NOT used AND NOT void AND orders.status = 'paid'",
            performance.uuid(),
            code.seat.cast_signed(),
            code.reference.as_slice(),
            i16::from(code.issue),
        )
        .execute(&self.pool)
        .await?;
        if used.rows_affected() == 1 {
            return Ok(CheckIn::Admitted);
        }
        let known = sqlx::query_scalar!(
            "SELECT used FROM tickets JOIN claims USING (order_id)
             WHERE claims.performance_id = $1 AND claims.seat = $2 AND tickets.seat = $2
                 AND substring(uuid_send(tickets.id) FROM 1 FOR 5) = $3 AND issue = $4 AND NOT void",
            performance.uuid(),
            code.seat.cast_signed(),
            code.reference.as_slice(),
            i16::from(code.issue),
        );
        Ok(match known.fetch_optional(&self.pool).await? {
            Some(true) => CheckIn::AlreadyUsed,
            _ => CheckIn::Void,
        })
    }
}
