//! Performances: what is sold, when, for how much, under which policy.

mod cancellation;
mod policy;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub use self::cancellation::{CancellationState, ParkedOrder, PerformanceCancellation, Remains};
pub use self::policy::{Entry, Policy, PolicyTerms, Reentry, RefundRule};
use crate::productions::{Poster, Production};
use crate::reviews::Rating;
use crate::{Money, Time};

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
        "booking_fee": null, "refund_terms": [], "moved_refund_days": 14, "entry": "once",
    },
    "layout": "k1JxR0hY3mQ8vL2w", "seats_total": 10, "seats_free": 10, "status": "on_sale",
    "rating": {"average": 4.33, "count": 3},
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
    /// What the reviews of the production add up to, where one performance is shown; left out in lists,
    /// and while it cannot be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// What its production looks like; left out where that has no picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster: Option<Poster>,
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
