//! Performances: what is sold, when, for how much, under which policy.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::orders::PayMethod;
use crate::payments::AttentionReason;
use crate::productions::Production;
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
    /// Where a sale stands.
    SaleStatus {
        /// It is announced.
        Listed = "listed",
        /// It sells.
        OnSale = "on_sale",
        /// No seat for sale is free, held or reserved.
        SoldOut = "sold_out",
        /// Every way of buying has ended.
        Over = "over",
        /// It does not take place.
        Cancelled = "cancelled",
    }
}

words! {
    /// How far the end of a performance is that does not take place.
    CancellationState {
        /// Money is on its way back.
        Running = "running",
        /// All of it is back.
        Done = "done",
        /// What is left waits for a person.
        Parked = "parked",
    }
}

words! {
    /// In which order performances are listed.
    Sort {
        /// As they were made.
        Created = "created",
        /// By when their sale opens.
        OnSaleAt = "on_sale_at",
        /// By when they start.
        StartsAt = "starts_at",
    }
}

/// What a category costs; null says that it is not for sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The category as the plan names it.
    #[schema(max_length = 200)]
    pub category: String,
    /// From 0 to 1,000,000,000 minor units; null: not for sale.
    #[serde(deserialize_with = "crate::given::nullable")]
    #[schema(required)]
    pub price: Option<Money>,
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
}

/// What putting a performance on sale asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "venue_id": "0190f4a2-0000-7000-8000-000000000002", "title": "A concert",
    "description": "Two hours of music.", "genre": "concert", "age_limit": 0,
    "running_minutes": 120, "listed_at": "2026-04-01T00:00:00Z",
    "on_sale_at": "2026-05-01T09:00:00Z", "starts_at": "2026-06-01T18:00:00Z",
    "prices": [{"category": "All", "price": {"amount": 132_000, "currency": "KRW"}}],
    "policy": {"line_capacity": 300, "seats_per_buyer": 4},
}))]
pub struct NewPerformance {
    /// Which work is shown; without it the performance gets a production of its own.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false)]
    pub production_id: Option<Uuid>,
    /// Where it is.
    pub venue_id: Uuid,
    /// What it is called.
    #[schema(min_length = 1, max_length = 1000)]
    pub title: String,
    /// What it is.
    #[serde(default)]
    #[schema(max_length = 16_000)]
    pub description: String,
    /// Free text: concert, musical.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub genre: String,
    /// The youngest age, 0 for everyone.
    #[serde(default)]
    #[schema(maximum = 120)]
    pub age_limit: u8,
    /// How long it runs.
    #[serde(default)]
    #[schema(maximum = 10_080)]
    pub running_minutes: u32,
    /// From when everyone sees it.
    pub listed_at: Time,
    /// From when it is sold.
    pub on_sale_at: Time,
    /// When it starts.
    pub starts_at: Time,
    /// A price for every category of the plan, all in one currency.
    pub prices: Vec<Price>,
    /// Everything else has a default.
    #[serde(default)]
    pub policy: PolicyTerms,
}

/// What of a performance changes, at any depth; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"title": "Another title", "policy": {"hold_seconds": 120}}))]
pub struct PerformanceChange {
    /// What it is called.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    pub title: Option<String>,
    /// What it is.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 16_000)]
    pub description: Option<String>,
    /// Free text.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub genre: Option<String>,
    /// The youngest age.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, maximum = 120)]
    pub age_limit: Option<u8>,
    /// How long it runs.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, maximum = 10_080)]
    pub running_minutes: Option<u32>,
    /// From when everyone sees it.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub listed_at: Option<Time>,
    /// From when it is sold.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub on_sale_at: Option<Time>,
    /// When it starts.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_at: Option<Time>,
    /// The prices of the categories that are named here.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub prices: Option<Vec<Price>>,
    /// The terms that are named here.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub policy: Option<PolicyTerms>,
}

/// One show at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "0190f4a2-0000-7000-8000-000000000003", "organizer_id":
    "0190f4a2-0000-7000-8000-000000000001", "venue_id": "0190f4a2-0000-7000-8000-000000000002",
    "production": {
        "id": "0190f4a2-0000-7000-8000-000000000004", "organizer_id":
        "0190f4a2-0000-7000-8000-000000000001", "title": "A concert",
        "description": "Two hours of music.", "genre": "concert", "age_limit": 0,
    },
    "title": "A concert", "description": "Two hours of music.", "genre": "concert",
    "age_limit": 0, "running_minutes": 120, "listed_at": "2026-04-01T00:00:00.000Z",
    "on_sale_at": "2026-05-01T09:00:00.000Z", "starts_at": "2026-06-01T18:00:00.000Z",
    "time_zone": "Asia/Seoul",
    "prices": [{"category": "All", "price": {"amount": 132_000, "currency": "KRW"}}],
    "policy": {
        "line_capacity": 300, "admit_per_minute": null, "claim_seconds": 30,
        "pass_lease_seconds": 600, "hold_seconds": 300, "pay_seconds": 600, "seats_per_buyer": 4,
        "reentry": "keep", "orphan_rule": false, "pre_queue_seconds": null, "draw_entropy": null,
        "sale_ends_at": null, "payment_methods": ["card", "easy_pay", "transfer", "mobile"],
        "booking_fee": null, "refund_terms": [], "moved_refund_days": 14,
    },
    "layout": "k1JxR0hY3mQ8vL2w", "seats_total": 10, "seats_free": 10, "status": "on_sale",
}))]
pub struct Performance {
    /// The performance.
    pub id: Uuid,
    /// Whose it is.
    pub organizer_id: Uuid,
    /// Where it is.
    pub venue_id: Uuid,
    /// The work that is shown.
    #[serde(default)]
    pub production: Option<Production>,
    /// What it is called.
    pub title: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// What kind of show.
    #[serde(default)]
    pub genre: String,
    /// The youngest age, 0 for everyone.
    #[serde(default)]
    pub age_limit: u8,
    /// How long it runs.
    #[serde(default)]
    pub running_minutes: u32,
    /// From when it is seen.
    pub listed_at: Time,
    /// From when it is sold.
    pub on_sale_at: Time,
    /// When it starts.
    pub starts_at: Time,
    /// When its start was last changed after its sale had begun; null: never.
    #[serde(default)]
    pub moved_at: Option<Time>,
    /// Since when it is known that it does not take place; null: it does.
    #[serde(default)]
    pub cancelled_at: Option<Time>,
    /// The IANA name of the house's time zone.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// A price per category.
    #[serde(default)]
    pub prices: Vec<Price>,
    /// How it is sold.
    pub policy: Policy,
    /// The hash of its present layout.
    #[serde(default)]
    pub layout: Option<String>,
    /// Seats of the house.
    pub seats_total: u32,
    /// Seats that nobody has, as of a moment ago; null while that cannot be seen.
    #[serde(default)]
    pub seats_free: Option<u32>,
    /// Where the sale stands.
    pub status: SaleStatus,
}

/// What became of the orders of a performance that does not take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "state": "parked", "orders_total": 500, "refunded": 499, "parked": [
        {"order_id": "0190f4a2-0000-7000-8000-000000000006", "reason": "refund_refused"},
    ],
}))]
pub struct PerformanceCancellation {
    /// How far it is.
    pub state: CancellationState,
    /// Orders that were paid.
    pub orders_total: u64,
    /// Of those, whose money is back.
    pub refunded: u64,
    /// Which wait for a person, and why; at most 1,000.
    #[serde(default)]
    pub parked: Vec<ParkedOrder>,
}

/// An order whose money does not go back by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParkedOrder {
    /// The order.
    pub order_id: Uuid,
    /// Why a person has to look at its payment.
    pub reason: AttentionReason,
}

/// Which performances a list shows, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PerformancesQuery {
    /// In the title or the description, without regard to case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(max_length = 1000)]
    pub q: Option<String>,
    /// Exactly this genre, without regard to case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(max_length = 1000)]
    pub genre: Option<String>,
    /// The order; as they were made where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub sort: Option<Sort>,
    /// How many entries; 50 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
