//! The ledger of a performance: money that moved.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{Money, Time};

words! {
    /// What moved money.
    MovementKind {
        /// It came in.
        Capture = "capture",
        /// It went back.
        Refund = "refund",
        /// It went back while its buyer disputed it with the bank.
        Dispute = "dispute",
    }
}

/// Money that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Movement {
    /// The entry.
    pub id: Uuid,
    /// When it was written down.
    pub at: Time,
    /// What it was.
    pub kind: MovementKind,
    /// Of which order.
    pub order_id: Uuid,
    /// Of which payment.
    pub payment_id: String,
    /// Above zero what came in, below what went back.
    pub amount: Money,
}

/// What moved in a whole period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerTotals {
    /// What came in.
    pub captured: Money,
    /// What went back: zero or less.
    pub refunded: Money,
    /// What went back by disputes: zero or less.
    pub disputed: Money,
    /// What that comes to.
    pub net: Money,
}

/// A page of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "7d0b6a52-64a5-8f0e-9d43-0b5d1d6b9f11", "at": "2026-05-01T10:01:12.000Z",
        "kind": "capture", "order_id": "0190f4a2-0000-7000-8000-000000000006",
        "payment_id": "0190f4a2000070008000000000000007",
        "amount": {"amount": 132_000, "currency": "KRW"},
    }],
    "next_cursor": null, "opening": {"amount": 0, "currency": "KRW"},
    "totals": {
        "captured": {"amount": 132_000, "currency": "KRW"},
        "refunded": {"amount": 0, "currency": "KRW"},
        "disputed": {"amount": 0, "currency": "KRW"}, "net": {"amount": 132_000, "currency": "KRW"},
    },
    "closing": {"amount": 132_000, "currency": "KRW"}, "agrees": true,
}))]
pub struct Ledger {
    /// A page of the movements of the period, as they were written down.
    pub items: Vec<Movement>,
    /// Where the next page begins.
    #[serde(default)]
    pub next_cursor: Option<String>,
    /// What was there before the period.
    pub opening: Money,
    /// What moved in the whole period.
    pub totals: LedgerTotals,
    /// What was there after it.
    pub closing: Money,
    /// Whether the whole ledger comes to what is known of the payments; null on later pages.
    #[serde(default)]
    pub agrees: Option<bool>,
}

/// Which part of a ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerQuery {
    /// From then on; from its beginning where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Time>,
    /// Before then; until now where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Time>,
    /// How many entries; 50 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
