//! A buyer's orders, their payment and their tickets.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::performances::RefundRule;
use crate::secrets::PaymentToken;
use crate::{Money, Time};

words! {
    /// Where an order stands.
    OrderStatus {
        /// The seats are its own until the deadline.
        PendingPayment = "pending_payment",
        /// A payment is under way; the seats stay until its end is known.
        Confirming = "confirming",
        /// It has its tickets.
        Paid = "paid",
        /// Money is on its way back.
        RefundDue = "refund_due",
        /// Money is back.
        Refunded = "refunded",
        /// Not paid in time.
        Expired = "expired",
        /// Given up by the buyer before paying.
        Cancelled = "cancelled",
    }
}

words! {
    /// What a line of an order is paid for.
    LineKind {
        /// A seat.
        Ticket = "ticket",
        /// What the organizer adds.
        Fee = "fee",
    }
}

words! {
    /// How far money of an order is on its way back.
    OrderRefundStatus {
        /// It will be sent.
        Requested = "requested",
        /// Sent; the provider has not said yet that it is through.
        Pending = "pending",
        /// The money is back.
        Done = "done",
        /// The provider refused; it is tried again.
        Failed = "failed",
        /// The provider refuses; a person looks at it.
        NeedsAttention = "needs_attention",
    }
}

words! {
    /// With what a buyer may pay.
    PayMethod {
        /// A credit or debit card.
        Card = "card",
        /// A wallet of another company.
        EasyPay = "easy_pay",
        /// A bank transfer.
        Transfer = "transfer",
        /// The telephone bill.
        Mobile = "mobile",
    }
}

/// What is paid for: frozen when the seats were held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderLine {
    /// A ticket or a fee.
    pub kind: LineKind,
    /// Which seat, where it is a ticket or a fee for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seat: Option<u32>,
    /// What it costs.
    pub amount: Money,
}

/// The hold that becomes an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"hold_id": "0190f4a2-0000-7000-8000-000000000005"}))]
pub struct NewOrder {
    /// The buyer's own live hold.
    pub hold_id: Uuid,
}

/// An order as its buyer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "0190f4a2-0000-7000-8000-000000000006",
    "performance_id": "0190f4a2-0000-7000-8000-000000000003", "status": "pending_payment",
    "seats": [2, 3], "returned": [], "lines": [
        {"kind": "ticket", "seat": 2, "amount": {"amount": 132_000, "currency": "KRW"}},
        {"kind": "ticket", "seat": 3, "amount": {"amount": 132_000, "currency": "KRW"}},
    ],
    "total": {"amount": 264_000, "currency": "KRW"}, "expires_at": "2026-05-01T10:10:00.000Z",
    "payment": {"payment_id": "0190f4a2000070008000000000000007",
        "methods": ["card", "easy_pay"], "checkout_url":
        "https://tickets.example.org/checkout/0190f4a2-0000-7000-8000-000000000006#AZD0ogAA..",
        "gateway_url": null},
    "refunds": [], "fees_kept": null, "cancel_reason": null, "refund_terms": [],
    "created_at": "2026-05-01T10:00:00.000Z",
}))]
pub struct Order {
    /// The order.
    pub id: Uuid,
    /// Of which performance.
    pub performance_id: Uuid,
    /// Where it stands.
    pub status: OrderStatus,
    /// Its seats.
    pub seats: Vec<u32>,
    /// Those of them that were given back, while it goes on with the others.
    #[serde(default)]
    pub returned: Vec<u32>,
    /// What is paid for; their sum is the total.
    #[serde(default)]
    pub lines: Vec<OrderLine>,
    /// What it costs.
    pub total: Money,
    /// Until when it can be paid.
    pub expires_at: Time,
    /// The payment that it waits for, or was paid by; null where nothing is to be paid.
    #[serde(default)]
    pub payment: Option<Payment>,
    /// What of its money goes back, or is back. Empty in the answer to placing and to cancelling,
    /// which a repeat with the same key gets again.
    #[serde(default)]
    pub refunds: Vec<OrderRefund>,
    /// What was kept of seats that were given back; null: nothing.
    #[serde(default)]
    pub fees_kept: Option<Money>,
    /// Why its organizer gave seats of it back, the last time; null: it did not.
    #[serde(default)]
    pub cancel_reason: Option<String>,
    /// What is kept of seats that are given back: frozen when it was placed.
    #[serde(default)]
    pub refund_terms: Vec<RefundRule>,
    /// When it was placed.
    pub created_at: Time,
}

/// Money of an order on its way back, or back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderRefund {
    /// How much.
    pub amount: Money,
    /// For which seats; none where it is for all that was left, or somebody else gave it back.
    #[serde(default)]
    pub seats: Vec<u32>,
    /// How far; only `done` is money that is back.
    pub status: OrderRefundStatus,
}

/// A payment of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Payment {
    /// Its name at the payment provider.
    pub payment_id: String,
    /// With what it may be paid, the first offered first: frozen when the order was placed. Any,
    /// where none is named.
    #[serde(default)]
    pub methods: Vec<PayMethod>,
    /// Where a person pays: this server's page of the order. Whoever has the address may see, pay and
    /// give back this one order.
    #[serde(default)]
    pub checkout_url: Option<String>,
    /// Where a program agrees to pay at the sandbox gateway; null where money is real.
    #[serde(default)]
    pub gateway_url: Option<String>,
}

/// What a buyer pays with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "payment_id": "0190f4a2000070008000000000000007", "payment_token": "sandbox-token..",
}))]
pub struct NewPayment {
    /// The payment that the order waits for.
    pub payment_id: String,
    /// What the payment window gave the buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_token: Option<PaymentToken>,
}

/// Which seats of an order are asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CancellationQuery {
    /// These seats of it, such as `2,3`; all that it still has, where it is left out.
    #[serde(default, with = "crate::seats::listed", skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<Vec<u32>>, style = Form, explode = false)]
    pub seats: Option<Vec<u32>>,
}

/// What would come back if the order were cancelled now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "seats": [2, 3], "paid": {"amount": 264_000, "currency": "KRW"},
    "fee": {"amount": 26_400, "currency": "KRW"}, "refund": {"amount": 237_600, "currency": "KRW"},
    "until": "2026-05-29T15:00:00.000Z",
}))]
pub struct Cancellation {
    /// The seats that are given back.
    pub seats: Vec<u32>,
    /// What was paid for them; for an organizer who gives the whole order back, what was kept of others
    /// too. More than `fee` and `refund` where somebody else has given some of it back.
    pub paid: Money,
    /// What of that is kept.
    pub fee: Money,
    /// What comes back: cancelling names it.
    pub refund: Money,
    /// Until when it is so, where time alone changes it.
    #[serde(default)]
    pub until: Option<Time>,
}

/// What is given up of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"seats": [2], "refund": {"amount": 118_800, "currency": "KRW"}}))]
pub struct NewCancellation {
    /// These seats of it: the order goes on with the others. All that it still has, or left out: it
    /// ends. From its organizer none at all: what was kept of seats that were given back before.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seats: Option<Vec<u32>>,
    /// What its cancellation says comes back; an order that is not paid needs none.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refund: Option<Money>,
    /// Why, for its buyer to read: from its organizer, who has to say it.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    pub reason: Option<String>,
}

words! {
    /// What a ticket is good for.
    TicketStatus {
        /// It lets somebody in.
        Valid = "valid",
        /// Somebody came in with it.
        Used = "used",
        /// Its seat was given back.
        Void = "void",
    }
}

/// What is scanned at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "5b1c9e0a-7d1f-8a3b-9c55-5d1c3f0e7a11", "seat": 2, "label": "Floor, row 1, seat 3",
    "code": "FMRQAAAR..", "status": "valid",
}))]
pub struct Ticket {
    /// The ticket.
    pub id: Uuid,
    /// Its seat index.
    pub seat: u32,
    /// The seat, for people.
    #[serde(default)]
    pub label: String,
    /// What the scanner reads.
    pub code: String,
    /// What it is good for.
    pub status: TicketStatus,
}
