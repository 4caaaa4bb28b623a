//! How an order is written down where a repeated request finds its first answer.

use serde::{Deserialize, Serialize};

use crate::catalog::{StoredRefundRule, read_rules, stored_rules};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{AccountId, HoldId, OrderId, PaymentId, PerformanceId};
use crate::money::{Money, StoredMoney, known_methods, method_names};
use crate::orders::{Order, OrderStatus};
use crate::seats::{StoredLine, read_lines, stored_lines};
use crate::text::OneLine;

#[derive(Serialize, Deserialize)]
struct StoredOrder {
    id: OrderId,
    performance: PerformanceId,
    account: AccountId,
    hold: HoldId,
    status: String,
    seats: Vec<u32>,
    #[serde(default)]
    returned: Vec<u32>,
    #[serde(default)]
    lines: Vec<StoredLine>,
    #[serde(default)]
    methods: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refund_terms: Vec<StoredRefundRule>,
    total: StoredMoney,
    #[serde(default)]
    fees_kept: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cancel_reason: Option<String>,
    expires_at: Timestamp,
    payment: PaymentId,
    #[serde(default)]
    cancel_wanted: bool,
    version: i64,
    #[serde(default)]
    line_number: u64,
    #[serde(default)]
    line_epoch: u32,
    created_at: Timestamp,
}

/// The facts of an answer.
pub(in crate::orders) fn write_order(order: &Order) -> String {
    let stored = StoredOrder {
        id: order.id,
        performance: order.performance,
        account: order.account,
        hold: order.hold,
        status: order.status.name().to_owned(),
        seats: order.seats.clone(),
        returned: order.returned.clone(),
        lines: stored_lines(&order.lines),
        methods: method_names(&order.methods),
        refund_terms: stored_rules(&order.refund_terms),
        total: order.total.into(),
        fees_kept: order.fees_kept.amount,
        cancel_reason: order.cancel_reason.as_ref().map(ToString::to_string),
        expires_at: order.expires_at,
        payment: order.payment,
        cancel_wanted: order.cancel_wanted,
        version: order.version,
        line_number: order.line_number,
        line_epoch: order.line_epoch,
        created_at: order.created_at,
    };
    serde_json::to_string(&stored).expect("plain data serialise")
}

/// The order that was answered.
pub(crate) fn read_order(facts: &str) -> Result<Order> {
    let unreadable = |row: &str, why: String| Error::unreadable("idempotency", "facts", row, why);
    let stored: StoredOrder =
        serde_json::from_str(facts).map_err(|error| unreadable("?", error.to_string()))?;
    let row = stored.id.to_string();
    let status = OrderStatus::from_name(&stored.status);
    let status =
        status.ok_or_else(|| unreadable(&row, format!("the status {:?}", stored.status)))?;
    let total =
        Money::try_from(stored.total).map_err(|error| unreadable(&row, error.to_string()))?;
    let lines =
        read_lines(stored.lines, total, &stored.seats).map_err(|why| unreadable(&row, why))?;
    Ok(Order {
        id: stored.id,
        performance: stored.performance,
        account: stored.account,
        hold: stored.hold,
        status,
        seats: stored.seats,
        returned: stored.returned,
        lines,
        methods: known_methods(&stored.methods),
        refund_terms: read_rules(stored.refund_terms)
            .map_err(|error| unreadable(&row, error.to_string()))?,
        total,
        fees_kept: Money { amount: stored.fees_kept, ..total },
        cancel_reason: stored.cancel_reason.as_deref().map(OneLine::from_store),
        expires_at: stored.expires_at,
        payment: stored.payment,
        cancel_wanted: stored.cancel_wanted,
        version: stored.version,
        line_number: stored.line_number,
        line_epoch: stored.line_epoch,
        created_at: stored.created_at,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_order_of_another_version_is_read() {
        let id = uuid::Uuid::from_u128(1);
        let facts = json!({
            "id": id, "performance": id, "account": id, "hold": id, "status": "pending_payment",
            "seats": [1, 2], "total": {"amount": 5, "currency": "EUR"},
            "expires_at": "2026-05-01T10:00:00Z", "payment": id.simple().to_string(), "version": 1,
            "created_at": "2026-05-01T10:00:00Z", "of_a_newer_server": [1],
        });
        let order = read_order(&facts.to_string()).expect("it is read");
        assert_eq!(order.lines.len(), 2);
        assert_eq!(read_order(&write_order(&order)).expect("and again"), order);
        assert!(matches!(read_order("{}"), Err(Error::Unreadable { .. })));
    }
}
