//! The statements that change something, each within a transaction that holds the order's row.

use secrecy::ExposeSecret;
use sqlx::PgTransaction;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::events::{EventKind, postgres as outbox};
use crate::id::{OrderId, PaymentId};
use crate::orders::order::{refund_id, ticket_id};
use crate::orders::{AttemptStatus, BeginPayment, Order, OrderStatus};
use crate::payments::Fact;

/// Changes the order's status, raises its version and says so in the outbox.
pub(super) async fn move_to(
    transaction: &mut PgTransaction<'_>,
    order: &mut Order,
    status: OrderStatus,
    kind: EventKind,
    now: Timestamp,
) -> Result<()> {
    order.status = status;
    order.version += 1;
    sqlx::query!(
        "UPDATE orders SET status = $2, version = $3, payment_id = $4 WHERE id = $1",
        order.id.uuid(),
        status.name(),
        order.version,
        order.payment.uuid(),
    )
    .execute(&mut **transaction)
    .await?;
    let seats = u32::try_from(order.seats.len()).unwrap_or(u32::MAX);
    let (aggregate, version) = (order.id.uuid(), order.version);
    outbox::append(transaction, aggregate, version, order.performance, kind, seats, now).await
}

pub(super) async fn add_attempt(
    transaction: &mut PgTransaction<'_>,
    payment: PaymentId,
    order: OrderId,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO attempts (payment_id, order_id, status, look_at_ms)
         VALUES ($1, $2, 'created', 0)",
        payment.uuid(),
        order.uuid(),
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(super) async fn begin_attempt(
    transaction: &mut PgTransaction<'_>,
    begin: &BeginPayment,
    look_at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "UPDATE attempts SET status = 'confirming', token = $2, look_at_ms = $3
         WHERE payment_id = $1",
        begin.payment.uuid(),
        begin.token.expose_secret(),
        look_at.as_millis(),
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(super) async fn end_attempt(
    transaction: &mut PgTransaction<'_>,
    payment: PaymentId,
    status: AttemptStatus,
) -> Result<()> {
    sqlx::query!(
        "UPDATE attempts SET status = $2, token = NULL WHERE payment_id = $1",
        payment.uuid(),
        status.name(),
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Keeps the largest amount that was ever seen captured.
pub(super) async fn record_capture(transaction: &mut PgTransaction<'_>, fact: &Fact) -> Result<()> {
    sqlx::query!(
        "UPDATE attempts SET captured = greatest(captured, $2) WHERE payment_id = $1",
        fact.payment.uuid(),
        fact.captured.amount,
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Gives the order's claims up and lowers its buyer's quota.
pub(super) async fn unclaim(transaction: &mut PgTransaction<'_>, order: &Order) -> Result<()> {
    sqlx::query!(
        "UPDATE quotas SET seats = greatest(seats - $3, 0)
         WHERE performance_id = $1 AND account_id = $2",
        order.performance.uuid(),
        order.account.uuid(),
        i32::try_from(order.seats.len()).unwrap_or(i32::MAX),
    )
    .execute(&mut **transaction)
    .await?;
    sqlx::query!("DELETE FROM claims WHERE order_id = $1", order.id.uuid())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Takes exactly the order's seats again, all or none; false when they, or the buyer's quota, are
/// gone. What a failed try inserted is taken out again: the transaction goes on to a refund.
/// Ends an order that was not paid in time, and gives its seats back.
pub(super) async fn expire(
    transaction: &mut PgTransaction<'_>,
    mut order: Order,
    now: Timestamp,
) -> Result<Order> {
    end_attempt(transaction, order.payment, AttemptStatus::Failed).await?;
    unclaim(transaction, &order).await?;
    let (status, kind) = (OrderStatus::Expired, EventKind::OrderExpired);
    move_to(transaction, &mut order, status, kind, now).await?;
    Ok(order)
}

pub(super) async fn reclaim(transaction: &mut PgTransaction<'_>, order: &Order) -> Result<bool> {
    let count = i32::try_from(order.seats.len()).unwrap_or(i32::MAX);
    let quota = sqlx::query!(
        "UPDATE quotas SET seats = seats + $3
         WHERE performance_id = $1 AND account_id = $2 AND seats + $3 <= seat_limit",
        order.performance.uuid(),
        order.account.uuid(),
        count,
    )
    .execute(&mut **transaction)
    .await?;
    if quota.rows_affected() == 0 {
        return Ok(false);
    }
    let seats: Vec<i32> = order.seats.iter().map(|seat| seat.cast_signed()).collect();
    let claimed = sqlx::query!(
        "INSERT INTO claims (performance_id, seat, order_id)
         SELECT $1, seat, $2 FROM unnest($3::integer[]) AS seat ORDER BY seat
         ON CONFLICT DO NOTHING",
        order.performance.uuid(),
        order.id.uuid(),
        &seats,
    )
    .execute(&mut **transaction)
    .await?;
    if claimed.rows_affected() == seats.len() as u64 {
        return Ok(true);
    }
    unclaim(transaction, order).await?;
    Ok(false)
}

pub(super) async fn add_tickets(transaction: &mut PgTransaction<'_>, order: &Order) -> Result<()> {
    let ids: Vec<Uuid> = order.seats.iter().map(|seat| ticket_id(order.id, *seat).uuid()).collect();
    let seats: Vec<i32> = order.seats.iter().map(|seat| seat.cast_signed()).collect();
    sqlx::query!(
        "INSERT INTO tickets (id, order_id, performance_id, seat)
         SELECT id, $1, $2, seat FROM unnest($3::uuid[], $4::integer[]) AS ticket (id, seat)
         ON CONFLICT DO NOTHING",
        order.id.uuid(),
        order.performance.uuid(),
        &ids,
        &seats,
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(super) async fn add_refund(
    transaction: &mut PgTransaction<'_>,
    fact: &Fact,
    order: OrderId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO refunds (id, payment_id, order_id, amount, currency, next_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        refund_id(fact.payment).uuid(),
        fact.payment.uuid(),
        order.uuid(),
        fact.captured.amount,
        fact.captured.currency.code(),
        now.as_millis(),
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
