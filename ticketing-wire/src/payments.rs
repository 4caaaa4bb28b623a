//! Payments that need a person, for administrators.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::orders::OrderStatus;
use crate::{Money, Time};

words! {
    /// Why a person has to look at a payment.
    AttentionReason {
        /// Another amount or currency was captured than the order costs; it goes back in full.
        WrongAmount = "wrong_amount",
        /// Paid through a test channel where only real money counts, or at another shop.
        ForeignChannel = "foreign_channel",
        /// The provider knows a payment of ours that no order knows.
        UnknownPayment = "unknown_payment",
        /// A day has gone, and the provider has not said how the charge ended.
        NoEnd = "no_end",
        /// The provider refuses a refund, or it failed too often.
        RefundRefused = "refund_refused",
        /// Part of a payment was given back by somebody else.
        RefundedElsewhere = "refunded_elsewhere",
        /// The buyer disputes the payment with the bank.
        Disputed = "disputed",
    }
}

words! {
    /// How far a payment attempt is.
    AttemptStatus {
        /// The order waits for it.
        Created = "created",
        /// The charge is under way.
        Confirming = "confirming",
        /// The provider gave no definite answer.
        Unknown = "unknown",
        /// Captured, and the order is paid by it.
        Paid = "paid",
        /// Declined, or its order ended without it.
        Failed = "failed",
        /// Captured and given back.
        Returned = "returned",
    }
}

words! {
    /// How far money on its way back is.
    RefundStatus {
        /// To be sent to the provider.
        Requested = "requested",
        /// Sent; nobody knows yet what became of it.
        Sent = "sent",
        /// The provider has taken it and says later whether it is through.
        Pending = "pending",
        /// The money is back.
        Done = "done",
        /// The provider does not do it; it is tried on, slowly.
        NeedsAttention = "needs_attention",
    }
}

/// What needs a person, once per payment and reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "payment_id": "0190f4a2000070008000000000000007",
    "order_id": "0190f4a2-0000-7000-8000-000000000006", "reason": "refund_refused",
    "detail": "after 8 tries: the provider refused: PG_PROVIDER: the bank is closed",
    "since": "2026-05-01T10:20:00Z",
}))]
pub struct Attention {
    /// The payment.
    pub payment_id: String,
    /// Its order, where one knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub order_id: Option<Uuid>,
    /// Why.
    pub reason: AttentionReason,
    /// What was seen, in words.
    pub detail: String,
    /// Since when.
    pub since: Time,
}

/// What is to be given back of a payment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"seats": [2]}))]
pub struct NewRefund {
    /// What these seats of its order cost, less what somebody else gave back for them, while the order
    /// goes on with the others. All that it still has, or left out: all that is left, and it ends.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seats: Option<Vec<u32>>,
}

/// Money on its way back, or back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refund {
    /// Its id.
    pub id: Uuid,
    /// How much.
    pub amount: Money,
    /// For which seats; none where it is for all that was left, or somebody else gave it back.
    #[serde(default)]
    pub seats: Vec<u32>,
    /// How far.
    pub status: RefundStatus,
    /// Somebody else gave it back: the provider's console, a bank.
    pub elsewhere: bool,
}

/// Everything that is known of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "payment_id": "0190f4a2000070008000000000000007",
    "order_id": "0190f4a2-0000-7000-8000-000000000006", "order_status": "refund_due",
    "seats": [],
    "status": "returned", "captured": {"amount": 131_999, "currency": "KRW"},
    "refunds": [{"id": "5b1c9e0a-7d1f-8a3b-9c55-5d1c3f0e7a11",
        "amount": {"amount": 131_999, "currency": "KRW"}, "seats": [], "status": "pending",
        "elsewhere": false}],
    "look_at": "2026-05-01T10:21:00Z", "attention": ["wrong_amount"],
}))]
pub struct PaymentReport {
    /// The payment.
    pub payment_id: String,
    /// Its order, where one knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub order_id: Option<Uuid>,
    /// How far the order is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub order_status: Option<OrderStatus>,
    /// The seats that its order still has.
    #[serde(default)]
    pub seats: Vec<u32>,
    /// How far the attempt is.
    pub status: AttemptStatus,
    /// What was captured.
    pub captured: Money,
    /// What goes back, or is back.
    pub refunds: Vec<Refund>,
    /// When the box office looks at it next, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub look_at: Option<Time>,
    /// Why a person has to look.
    pub attention: Vec<AttentionReason>,
}
