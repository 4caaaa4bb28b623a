//! What an organizer may know about the sale of its performance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Money;
use crate::orders::{OrderRefund, OrderStatus};

/// A sale in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "seats_total": 1500, "free": 12, "held": 30, "reserved": 8, "sold": 1450, "not_for_sale": 0,
    "orders": {"paid": 700, "expired": 12}, "gross": {"amount": 191_400_000, "currency": "KRW"},
    "refunded": {"amount": 0, "currency": "KRW"},
}))]
pub struct SalesReport {
    /// Seats of the house, for sale or not.
    pub seats_total: u32,
    /// Nobody has them.
    pub free: u32,
    /// Somebody is choosing.
    pub held: u32,
    /// Somebody is paying.
    pub reserved: u32,
    /// Paid.
    pub sold: u32,
    /// Without a price.
    pub not_for_sale: u32,
    /// Orders by status.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, u64>)]
    pub orders: BTreeMap<OrderStatus, u64>,
    /// What the seats of paid orders cost, less those that were given back.
    pub gross: Money,
    /// What went back.
    pub refunded: Money,
}

/// An order as its organizer sees it: no ticket codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "0190f4a2-0000-7000-8000-000000000006",
    "account_id": "0190f4a2-0000-7000-8000-000000000001", "status": "paid", "seats": [2],
    "returned": [],
    "payment_id": "0190f4a2000070008000000000000007",
    "total": {"amount": 132_000, "currency": "KRW"}, "line_number": 4711,
    "tickets": [{"id": "5b1c9e0a-7d1f-8a3b-9c55-5d1c3f0e7a11", "seat": 2}], "refunds": [],
    "fees_kept": null, "cancel_reason": null,
}))]
pub struct OrganizerOrder {
    /// The order.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: Uuid,
    /// Where it stands.
    pub status: OrderStatus,
    /// Its seats.
    pub seats: Vec<u32>,
    /// Those of them that were given back, while it goes on with the others.
    #[serde(default)]
    pub returned: Vec<u32>,
    /// The payment that it waits for, or was paid by; null where nothing is to be paid.
    #[serde(default)]
    pub payment_id: Option<String>,
    /// What it costs.
    pub total: Money,
    /// The number of the place in line that led here.
    #[serde(default)]
    pub line_number: u64,
    /// Its tickets.
    #[serde(default)]
    pub tickets: Vec<OrganizerTicket>,
    /// What of its money goes back, or is back.
    #[serde(default)]
    pub refunds: Vec<OrderRefund>,
    /// What was kept of seats that were given back; null: nothing.
    #[serde(default)]
    pub fees_kept: Option<Money>,
    /// Why its organizer gave seats of it back, the last time; null: it did not.
    #[serde(default)]
    pub cancel_reason: Option<String>,
}

impl OrganizerOrder {
    /// The seats that were not given back.
    pub fn kept_seats(&self) -> impl Iterator<Item = u32> {
        self.seats.iter().copied().filter(|seat| !self.returned.contains(seat))
    }
}

/// A ticket as the organizer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrganizerTicket {
    /// The ticket.
    pub id: Uuid,
    /// Its seat index.
    pub seat: u32,
}

/// Which orders of a performance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrdersQuery {
    /// Only those that stand so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub status: Option<OrderStatus>,
    /// How many entries; 50 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
