//! How a performance is sold.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::orders::PayMethod;
use crate::{Money, Time};

words! {
    /// What joining again does while waiting.
    Reentry {
        /// The same place.
        Keep = "keep",
        /// A new place at the end.
        Requeue = "requeue",
    }
}

words! {
    /// How often a ticket lets its bearer in.
    Entry {
        /// Once.
        Once = "once",
        /// Again after each exit that was scanned.
        AgainAfterExit = "again_after_exit",
        /// Once on each day of the house.
        Daily = "daily",
    }
}

/// What is kept of a seat that its buyer gives back. Of several the first that applies counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "days_before": 7, "fee_percent": 10, "fee_at_most": {"amount": 4_000, "currency": "KRW"},
}))]
pub struct RefundRule {
    /// Applies while the show is at least so many calendar days away, in the house's zone.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false, minimum = 1, maximum = 3_660)]
    pub days_before: Option<u32>,
    /// Applies for so many hours after ordering.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false, minimum = 1, maximum = 8_784)]
    pub hours_since_order: Option<u32>,
    /// So much of the seat's price is kept, rounded down.
    #[schema(maximum = 100)]
    pub fee_percent: u32,
    /// But no more than this for a seat.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false)]
    pub fee_at_most: Option<Money>,
    /// The booking fee is kept too.
    #[serde(default)]
    pub keep_booking_fee: bool,
}

/// How a performance is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// How many may be inside (ready or admitted) at once.
    pub line_capacity: u32,
    /// The most admissions per minute; null: no limit.
    #[serde(default)]
    pub admit_per_minute: Option<u32>,
    /// How long a turn waits to be claimed.
    pub claim_seconds: u32,
    /// How long a pass lasts; it never slides.
    pub pass_lease_seconds: u32,
    /// How long a hold lasts.
    pub hold_seconds: u32,
    /// How long an order waits for its payment.
    pub pay_seconds: u32,
    /// The most seats of one buyer, over holds and orders.
    pub seats_per_buyer: u32,
    /// What joining again does while waiting.
    pub reentry: Reentry,
    /// A hold must not leave a single seat empty.
    #[serde(default)]
    pub orphan_rule: bool,
    /// How long before the on-sale time joining opens; who joins before it is drawn a rank.
    #[serde(default)]
    pub pre_queue_seconds: Option<u32>,
    /// Which public entropy goes into the draw.
    #[serde(default)]
    pub draw_entropy: Option<String>,
    /// When the sale ends; null: when the performance starts.
    #[serde(default)]
    pub sale_ends_at: Option<Time>,
    /// With what buyers may pay; the first is offered first.
    #[serde(default)]
    pub payment_methods: Vec<PayMethod>,
    /// What is added to each ticket that costs something; null: nothing.
    #[serde(default)]
    pub booking_fee: Option<Money>,
    /// What is kept of seats that a buyer gives back: the first rule that applies; nothing without any.
    #[serde(default)]
    pub refund_terms: Vec<RefundRule>,
    /// For how many days after the show was moved whoever had ordered before gives back free of charge.
    #[serde(default)]
    pub moved_refund_days: u32,
    /// How often a ticket lets its bearer in.
    #[serde(default = "once")]
    pub entry: Entry,
}

/// Of a server that knows no other.
fn once() -> Entry {
    Entry::Once
}

/// Terms of a policy. Made anew, what is left out has its default; changed, it stays. null is a
/// value only where it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyTerms {
    /// How many may be inside (ready or admitted) at once.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 10_000_000, default = 300)]
    pub line_capacity: Option<u32>,
    /// The most admissions per minute; null: no limit.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 10_000_000)]
    pub admit_per_minute: Option<Option<u32>>,
    /// How long a turn waits to be claimed.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 10_000_000, default = 30)]
    pub claim_seconds: Option<u32>,
    /// How long a pass lasts.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 10_000_000, default = 600)]
    pub pass_lease_seconds: Option<u32>,
    /// How long a hold lasts.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 10_000_000, default = 300)]
    pub hold_seconds: Option<u32>,
    /// How long an order waits for its payment.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 10_000_000, default = 600)]
    pub pay_seconds: Option<u32>,
    /// The most seats of one buyer, over holds and orders.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 100, default = 4)]
    pub seats_per_buyer: Option<u32>,
    /// What joining again does while waiting.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reentry: Option<Reentry>,
    /// Refuse a choice that leaves a single seat empty.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, default = false)]
    pub orphan_rule: Option<bool>,
    /// How long before the on-sale time joining opens; null: no pre-queue.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 10_000_000)]
    pub pre_queue_seconds: Option<Option<u32>>,
    /// Which public entropy goes into the draw, named before anybody joins: a beacon's round, a
    /// lottery's drawing; null: none.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1000)]
    pub draw_entropy: Option<Option<String>>,
    /// When the sale ends, after `on_sale_at`; null: when the performance starts.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub sale_ends_at: Option<Option<Time>>,
    /// With what buyers may pay, the first offered first: at least one, and each once. All, where it is
    /// left out.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_items = 1)]
    pub payment_methods: Option<Vec<PayMethod>>,
    /// What is added to each ticket that costs something, in the prices' currency; null: nothing.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Money>)]
    pub booking_fee: Option<Option<Money>>,
    /// What is kept of seats that a buyer gives back: the first rule that applies. The last one, and no
    /// other, is for all. Orders keep the rules of when they were placed.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 20)]
    pub refund_terms: Option<Vec<RefundRule>>,
    /// For how many days after the show was moved whoever had ordered before gives back free of charge.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, maximum = 366, default = 14)]
    pub moved_refund_days: Option<u32>,
    /// How often a ticket lets its bearer in.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub entry: Option<Entry>,
}
