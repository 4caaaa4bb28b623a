//! Rows and what they mean.

use sqlx::{PgExecutor, PgPool, PgTransaction};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{AccountId, OrderId, PaymentId};
use crate::money::{Currency, Money};
use crate::orders::{AttemptStatus, Order, OrderStatus};
use crate::seats::{IdempotencyKey, RequestHash};

pub(super) struct OrderRow {
    pub(super) id: Uuid,
    pub(super) performance_id: Uuid,
    pub(super) account_id: Uuid,
    pub(super) hold_id: Uuid,
    pub(super) status: String,
    pub(super) seats: Vec<i32>,
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
        let unknown = |what: &str| Error::internal(format!("an order row has {what:?}"));
        Ok(Self {
            id: row.id.into(),
            performance: row.performance_id.into(),
            account: row.account_id.into(),
            hold: row.hold_id.into(),
            status: OrderStatus::from_name(&row.status).ok_or_else(|| unknown(&row.status))?,
            seats: row.seats.into_iter().map(i32::cast_unsigned).collect(),
            total: money(row.total, &row.currency)?,
            expires_at: Timestamp::from_millis(row.expires_at_ms),
            payment: row.payment_id.into(),
            version: row.version,
            line_number: row.line_number.cast_unsigned(),
            line_epoch: row.line_epoch.cast_unsigned(),
            created_at: Timestamp::from_millis(row.created_at_ms),
        })
    }
}

pub(super) fn money(amount: i64, currency: &str) -> Result<Money> {
    let known = Currency::from_code(currency);
    let known = known.ok_or_else(|| Error::internal(format!("the currency {currency:?}")))?;
    Ok(Money::new(amount, known))
}

pub(super) async fn stored_order(pool: &PgPool, id: OrderId) -> Result<Option<Order>> {
    let row = sqlx::query_as!(OrderRow, "SELECT * FROM orders WHERE id = $1", id.uuid());
    row.fetch_optional(pool).await?.map(Order::try_from).transpose()
}

/// The order, which nobody else changes until the transaction ends.
pub(super) async fn locked_order(
    transaction: &mut PgTransaction<'_>,
    id: OrderId,
) -> Result<Option<Order>> {
    let row = sqlx::query_as!(OrderRow, "SELECT * FROM orders WHERE id = $1 FOR UPDATE", id.uuid());
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
        .ok_or_else(|| Error::internal(format!("an attempt row has {name:?}")))
}

/// What a key was used for.
pub(super) struct Remembered {
    payment: Option<Uuid>,
    facts: Option<String>,
}

impl Remembered {
    /// The order that was answered; a key of another verb is another request.
    pub(super) fn order(self) -> Result<Order> {
        let facts = self.facts.ok_or(Error::IdempotencyReused)?;
        serde_json::from_str(&facts).map_err(Error::internal)
    }

    /// The attempt that was begun.
    pub(super) fn payment(self) -> Result<PaymentId> {
        self.payment.map(PaymentId::from).ok_or(Error::IdempotencyReused)
    }
}

pub(super) async fn remembered<'connection>(
    executor: impl PgExecutor<'connection>,
    account: AccountId,
    key: &IdempotencyKey,
    request: RequestHash,
) -> Result<Option<Remembered>> {
    let row = sqlx::query!(
        "SELECT request, payment_id, facts FROM idempotency WHERE account_id = $1 AND key = $2",
        account.uuid(),
        key.as_str(),
    )
    .fetch_optional(executor)
    .await?;
    match row {
        None => Ok(None),
        Some(row) if row.request != request.0 => Err(Error::IdempotencyReused),
        Some(row) => Ok(Some(Remembered { payment: row.payment_id, facts: row.facts })),
    }
}

/// The seats that an exception lists in its DETAIL.
pub(super) fn seats_in_detail(error: &sqlx::Error) -> Vec<u32> {
    let detail = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>())
        .and_then(|error| error.detail());
    detail.unwrap_or_default().split(',').filter_map(|seat| seat.parse().ok()).collect()
}
