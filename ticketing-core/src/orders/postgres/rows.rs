//! Rows and what they mean.

use sqlx::{PgPool, PgTransaction};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{OrderId, PaymentId};
use crate::money::{Currency, Money};
use crate::orders::{AttemptStatus, Order, OrderStatus};
use crate::seats::{StoredLine, read_lines};

pub(super) struct OrderRow {
    pub(super) id: Uuid,
    pub(super) performance_id: Uuid,
    pub(super) account_id: Uuid,
    pub(super) hold_id: Uuid,
    pub(super) status: String,
    pub(super) seats: Vec<i32>,
    pub(super) lines: String,
    pub(super) total: i64,
    pub(super) currency: String,
    pub(super) expires_at_ms: i64,
    pub(super) payment_id: Uuid,
    pub(super) version: i64,
    pub(super) line_number: i64,
    pub(super) line_epoch: i32,
    pub(super) created_at_ms: i64,
}

impl TryFrom<OrderRow> for Order {
    type Error = Error;

    fn try_from(row: OrderRow) -> Result<Self> {
        let unreadable = |column, why: String| Error::unreadable("orders", column, row.id, why);
        let status = OrderStatus::from_name(&row.status);
        let status = status.ok_or_else(|| unreadable("status", format!("{:?}", row.status)))?;
        let total = money("orders", row.id, row.total, &row.currency)?;
        let seats: Vec<u32> = row.seats.into_iter().map(i32::cast_unsigned).collect();
        let lines: Vec<StoredLine> = serde_json::from_str(&row.lines)
            .map_err(|error| unreadable("lines", error.to_string()))?;
        let lines = read_lines(lines, total, &seats).map_err(|why| unreadable("lines", why))?;
        Ok(Self {
            id: row.id.into(),
            performance: row.performance_id.into(),
            account: row.account_id.into(),
            hold: row.hold_id.into(),
            status,
            seats,
            lines,
            total,
            expires_at: Timestamp::from_millis(row.expires_at_ms),
            payment: row.payment_id.into(),
            version: row.version,
            line_number: row.line_number.cast_unsigned(),
            line_epoch: row.line_epoch.cast_unsigned(),
            created_at: Timestamp::from_millis(row.created_at_ms),
        })
    }
}

pub(super) fn money(table: &'static str, row: Uuid, amount: i64, currency: &str) -> Result<Money> {
    let known = Currency::from_code(currency);
    let unreadable = || Error::unreadable(table, "currency", row, format!("{currency:?}"));
    Ok(Money::new(amount, known.ok_or_else(unreadable)?))
}

pub(super) async fn stored_order(pool: &PgPool, id: OrderId) -> Result<Option<Order>> {
    let row = sqlx::query_as!(
        OrderRow,
        "SELECT id, performance_id, account_id, hold_id, status, seats, lines, total, currency,
             expires_at_ms, payment_id, version, line_number, line_epoch, created_at_ms
         FROM orders WHERE id = $1",
        id.uuid()
    );
    row.fetch_optional(pool).await?.map(Order::try_from).transpose()
}

/// The order, which nobody else changes until the transaction ends.
pub(super) async fn locked_order(
    transaction: &mut PgTransaction<'_>,
    id: OrderId,
) -> Result<Option<Order>> {
    let row = sqlx::query_as!(
        OrderRow,
        "SELECT id, performance_id, account_id, hold_id, status, seats, lines, total, currency,
             expires_at_ms, payment_id, version, line_number, line_epoch, created_at_ms
         FROM orders WHERE id = $1 FOR UPDATE",
        id.uuid()
    );
    row.fetch_optional(&mut **transaction).await?.map(Order::try_from).transpose()
}

pub(super) async fn attempt_status(
    transaction: &mut PgTransaction<'_>,
    payment: PaymentId,
) -> Result<AttemptStatus> {
    let name =
        sqlx::query_scalar!("SELECT status FROM attempts WHERE payment_id = $1", payment.uuid())
            .fetch_one(&mut **transaction)
            .await?;
    AttemptStatus::from_name(&name)
        .ok_or_else(|| Error::unreadable("attempts", "status", payment, format!("{name:?}")))
}

/// The seats that an exception lists in its DETAIL.
pub(super) fn seats_in_detail(error: &sqlx::Error) -> Vec<u32> {
    let detail = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>())
        .and_then(|error| error.detail());
    detail.unwrap_or_default().split(',').filter_map(|seat| seat.parse().ok()).collect()
}
