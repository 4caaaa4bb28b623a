//! Which performances sell best.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Time;
use crate::performances::Performance;

words! {
    /// What performances are ranked by.
    RankedBy {
        /// The part of the seats that is sold.
        Rate = "rate",
        /// How many seats were sold in the last days.
        Sold = "sold",
    }
}

/// Which ranking.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RankingQuery {
    /// What performances are ranked by; the part that is sold, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub by: Option<RankedBy>,
    /// How many days count, with `by=sold`: 1, 7 or 30; 7 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 30)]
    pub days: Option<u32>,
    /// Exactly this genre, without regard to case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(min_length = 1, max_length = 1000)]
    pub genre: Option<String>,
    /// How many; 50 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 50)]
    pub limit: Option<u32>,
}

/// Where a performance stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ranked {
    /// From 1; equal ones share a place, and the next one's is by how many stand before it: 1, 1, 3.
    pub place: u32,
    /// The part of its seats that is sold, in percent with two decimals. Only seats that cost something
    /// count.
    pub booking_rate: f64,
    /// How many such seats are sold, in all or in the days that count.
    pub sold: u64,
    /// The performance, as it was when somebody first asked for this ranking.
    pub performance: Performance,
}

/// The performances that sell best, of those that are listed and sell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "items": [{"place": 1, "booking_rate": 87.5, "sold": 7, "performance": {
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
    }}],
    "computed_at": "2026-05-01T10:00:00.000Z",
}))]
pub struct Ranking {
    /// The best first; at most 50.
    pub items: Vec<Ranked>,
    /// When it was made.
    pub computed_at: Time,
}
