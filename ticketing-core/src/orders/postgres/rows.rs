//! Rows and what they mean.

use serde::de::DeserializeOwned;
use sqlx::PgPool;
use uuid::Uuid;

use crate::catalog::{StoredRefundRule, read_rules};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::OrderId;
use crate::money::{Currency, Money, known_methods};
use crate::orders::dossier::Dossier;
use crate::orders::refund::Refund;
use crate::orders::stored::{StoredAttempt, StoredAttention, StoredRefund};
use crate::orders::{Order, OrderStatus};
use crate::seats::{StoredLine, read_lines};
use crate::text::OneLine;

pub(super) struct OrderRow {
    pub(super) id: Uuid,
    pub(super) performance_id: Uuid,
    pub(super) account_id: Uuid,
    pub(super) hold_id: Uuid,
    pub(super) status: String,
    pub(super) seats: Vec<i32>,
    pub(super) returned: Vec<i32>,
    pub(super) lines: String,
    pub(super) total: i64,
    pub(super) currency: String,
    pub(super) expires_at_ms: i64,
    pub(super) payment_id: Uuid,
    pub(super) cancel_wanted: bool,
    pub(super) version: i64,
    pub(super) line_number: i64,
    pub(super) line_epoch: i32,
    pub(super) created_at_ms: i64,
    pub(super) payment_methods: Vec<String>,
    pub(super) refund_terms: String,
    pub(super) fees_kept: i64,
    pub(super) cancel_reason: Option<String>,
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
        let refund_terms: Vec<StoredRefundRule> = serde_json::from_str(&row.refund_terms)
            .map_err(|error| unreadable("refund_terms", error.to_string()))?;
        let refund_terms = read_rules(refund_terms)
            .map_err(|error| unreadable("refund_terms", error.to_string()))?;
        Ok(Self {
            id: row.id.into(),
            performance: row.performance_id.into(),
            account: row.account_id.into(),
            hold: row.hold_id.into(),
            status,
            seats,
            returned: row.returned.into_iter().map(i32::cast_unsigned).collect(),
            lines,
            methods: known_methods(&row.payment_methods),
            refund_terms,
            total,
            fees_kept: Money { amount: row.fees_kept, ..total },
            cancel_reason: row.cancel_reason.as_deref().map(OneLine::from_store),
            expires_at: Timestamp::from_millis(row.expires_at_ms),
            payment: row.payment_id.into(),
            cancel_wanted: row.cancel_wanted,
            version: row.version,
            line_number: row.line_number.cast_unsigned(),
            line_epoch: row.line_epoch.cast_unsigned(),
            created_at: Timestamp::from_millis(row.created_at_ms),
        })
    }
}

/// An order with everything that happened to its money. The columns of a view may all be null, as far
/// as PostgreSQL knows.
pub(super) struct DossierRow {
    pub(super) id: Uuid,
    pub(super) performance_id: Uuid,
    pub(super) account_id: Uuid,
    pub(super) hold_id: Uuid,
    pub(super) status: String,
    pub(super) seats: Vec<i32>,
    pub(super) returned: Vec<i32>,
    pub(super) lines: String,
    pub(super) total: i64,
    pub(super) currency: String,
    pub(super) expires_at_ms: i64,
    pub(super) payment_id: Uuid,
    pub(super) cancel_wanted: bool,
    pub(super) version: i64,
    pub(super) line_number: i64,
    pub(super) line_epoch: i32,
    pub(super) created_at_ms: i64,
    pub(super) payment_methods: Vec<String>,
    pub(super) refund_terms: String,
    pub(super) fees_kept: i64,
    pub(super) cancel_reason: Option<String>,
    pub(super) attempts: String,
    pub(super) refunds: String,
    pub(super) attended: String,
}

impl TryFrom<DossierRow> for Dossier {
    type Error = Error;

    fn try_from(row: DossierRow) -> Result<Self> {
        let id = row.id;
        let attempts: Vec<StoredAttempt> = stored("attempts", id, &row.attempts)?;
        let attended: Vec<StoredAttention> = stored("attention", id, &row.attended)?;
        let order = Order::try_from(OrderRow {
            id,
            performance_id: row.performance_id,
            account_id: row.account_id,
            hold_id: row.hold_id,
            status: row.status,
            seats: row.seats,
            returned: row.returned,
            lines: row.lines,
            total: row.total,
            currency: row.currency,
            expires_at_ms: row.expires_at_ms,
            payment_id: row.payment_id,
            cancel_wanted: row.cancel_wanted,
            version: row.version,
            line_number: row.line_number,
            line_epoch: row.line_epoch,
            created_at_ms: row.created_at_ms,
            payment_methods: row.payment_methods,
            refund_terms: row.refund_terms,
            fees_kept: row.fees_kept,
            cancel_reason: row.cancel_reason,
        })?;
        let attempts = attempts.into_iter().map(|attempt| attempt.read(order.expires_at));
        Ok(Self {
            attempts: attempts.collect::<Result<_>>()?,
            refunds: read_refunds(id, &row.refunds)?,
            attended: attended.into_iter().filter_map(StoredAttention::read).collect(),
            order,
        })
    }
}

/// An order's refunds, from the view's column.
pub(super) fn read_refunds(order: Uuid, rows: &str) -> Result<Vec<Refund>> {
    let refunds: Vec<StoredRefund> = stored("refunds", order, rows)?;
    refunds.into_iter().map(StoredRefund::read).collect()
}

fn stored<T: DeserializeOwned>(table: &'static str, order: Uuid, rows: &str) -> Result<T> {
    let read = serde_json::from_str(rows);
    read.map_err(|error| Error::unreadable(table, "of the order", order, error.to_string()))
}

pub(super) fn money(table: &'static str, row: Uuid, amount: i64, currency: &str) -> Result<Money> {
    let known = Currency::from_code(currency);
    let unreadable = || Error::unreadable(table, "currency", row, format!("{currency:?}"));
    Ok(Money::new(amount, known.ok_or_else(unreadable)?))
}

pub(super) async fn stored_order(pool: &PgPool, id: OrderId) -> Result<Option<Order>> {
    let row = sqlx::query_as!(
        OrderRow,
        "SELECT id, performance_id, account_id, hold_id, status, seats, returned, lines, total, currency,
             expires_at_ms, payment_id, cancel_wanted, version, line_number, line_epoch,
             created_at_ms, payment_methods, refund_terms, fees_kept, cancel_reason
         FROM orders WHERE id = $1",
        id.uuid()
    );
    row.fetch_optional(pool).await?.map(Order::try_from).transpose()
}

pub(super) async fn stored_dossier(pool: &PgPool, id: OrderId) -> Result<Option<Dossier>> {
    let row = sqlx::query_as!(
        DossierRow,
        r#"SELECT id AS "id!", performance_id AS "performance_id!", account_id AS "account_id!",
                 hold_id AS "hold_id!", status AS "status!", seats AS "seats!",
                 returned AS "returned!", lines AS "lines!",
                 total AS "total!", currency AS "currency!", expires_at_ms AS "expires_at_ms!",
                 payment_id AS "payment_id!", cancel_wanted AS "cancel_wanted!",
                 version AS "version!", line_number AS "line_number!",
                 line_epoch AS "line_epoch!", created_at_ms AS "created_at_ms!",
                 attempts AS "attempts!", refunds AS "refunds!", attended AS "attended!",
                 payment_methods AS "payment_methods!", refund_terms AS "refund_terms!",
                 fees_kept AS "fees_kept!", cancel_reason
             FROM dossiers WHERE id = $1"#,
        id.uuid()
    );
    row.fetch_optional(pool).await?.map(Dossier::try_from).transpose()
}

/// The seats that an exception lists in its DETAIL.
pub(super) fn seats_in_detail(error: &sqlx::Error) -> Vec<u32> {
    let detail = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>())
        .and_then(|error| error.detail());
    detail.unwrap_or_default().split(',').filter_map(|seat| seat.parse().ok()).collect()
}
