//! Reviews: what people who were there say about a production.

mod asked;
mod average;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use self::asked::{
    NewHiding, NewObjection, NewReply, NewReport, NewReview, RemovalQuery, ReviewChange,
    ReviewsQuery, Sort,
};
pub use self::average::Average;
use crate::Time;

words! {
    /// Whether a review is shown.
    Standing {
        /// To everybody.
        Shown = "shown",
        /// Only to its author and to administrators, for a while.
        Hidden = "hidden",
        /// Only to its author and to administrators.
        Removed = "removed",
    }
}

/// What reviews add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"average": 4.33, "count": 3}))]
pub struct Rating {
    /// With two decimals; null where there is no review.
    #[serde(default)]
    #[schema(required)]
    pub average: Option<Average>,
    /// How many there are.
    pub count: u64,
}

/// What an organizer says to a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"content": "Come again.", "at": "2026-06-03T09:00:00.000Z"}))]
pub struct Reply {
    /// The words.
    pub content: String,
    /// When.
    pub at: Time,
}

/// What an administrator decided about a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "reason": "It names a person.", "at": "2026-06-04T09:00:00.000Z",
    "until": "2026-07-04T09:00:00.000Z", "objection": null,
}))]
pub struct Ruling {
    /// Why.
    pub reason: String,
    /// When.
    pub at: Time,
    /// When it is shown again; null: it is removed.
    #[serde(default)]
    #[schema(required)]
    pub until: Option<Time>,
    /// What its author says to that.
    #[serde(default)]
    #[schema(required)]
    pub objection: Option<String>,
}

/// What somebody who was there says about a production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "0190f4a2-0000-7000-8000-000000000031",
    "performance_id": "0190f4a2-0000-7000-8000-000000000003", "nickname": "night owl",
    "rating": 4, "title": "A fine evening", "content": "The second half above all.",
    "likes": 2, "liked": false, "refunded": false,
    "created_at": "2026-06-02T09:00:00.000Z", "edited_at": null, "reply": null,
    "standing": "shown",
}))]
pub struct Review {
    /// The review.
    pub id: Uuid,
    /// Which performance of the production its author saw.
    pub performance_id: Uuid,
    /// What its author is called; null where the account is gone.
    #[serde(default)]
    #[schema(required)]
    pub nickname: Option<String>,
    /// From 1 to 5.
    pub rating: u8,
    /// In a few words.
    pub title: String,
    /// In more.
    pub content: String,
    /// How many like it.
    pub likes: u64,
    /// Whether the caller does, where somebody is signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liked: Option<bool>,
    /// The money of everything that its author saw of the production went back.
    #[serde(default)]
    pub refunded: bool,
    /// When it was written.
    pub created_at: Time,
    /// When its author last changed it.
    #[serde(default)]
    #[schema(required)]
    pub edited_at: Option<Time>,
    /// What the organizer says to it.
    #[serde(default)]
    #[schema(required)]
    pub reply: Option<Reply>,
    /// Whether it is shown: its author and administrators see it also where it is not.
    pub standing: Standing,
    /// What was decided about it, where it is not shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruling: Option<Ruling>,
}

/// A page of a production's reviews.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "items": [{
    "id": "0190f4a2-0000-7000-8000-000000000031",
    "performance_id": "0190f4a2-0000-7000-8000-000000000003", "nickname": "night owl",
    "rating": 4, "title": "A fine evening", "content": "The second half above all.",
    "likes": 2, "refunded": false, "created_at": "2026-06-02T09:00:00.000Z",
    "edited_at": null, "reply": null, "standing": "shown",
}], "rating": {"average": 4.33, "count": 3}, "next_cursor": null,
}))]
pub struct Reviews {
    /// The reviews, in the order that was asked for.
    pub items: Vec<Review>,
    /// What all that are shown add up to.
    pub rating: Rating,
    /// Where the next page begins, to be handed back as it is; null on the last.
    #[serde(default)]
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// How many like a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"likes": 3, "liked": true}))]
pub struct Likes {
    /// How many.
    pub likes: u64,
    /// Whether the caller does.
    pub liked: bool,
}

/// A review that an administrator has to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"review": {
    "id": "0190f4a2-0000-7000-8000-000000000031",
    "performance_id": "0190f4a2-0000-7000-8000-000000000003", "nickname": "night owl",
    "rating": 4, "title": "A fine evening", "content": "The second half above all.",
    "likes": 2, "refunded": false, "created_at": "2026-06-02T09:00:00.000Z",
    "edited_at": null, "reply": null, "standing": "shown",
}, "reports": 2}))]
pub struct ReportedReview {
    /// The review.
    pub review: Review,
    /// How many have reported it since an administrator last decided about it.
    pub reports: u32,
}

/// What somebody says is wrong with a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "account_id": "0190f4a2-0000-7000-8000-000000000009", "reason": "It names a person.",
    "at": "2026-06-03T09:00:00.000Z",
}))]
pub struct Report {
    /// Who.
    pub account_id: Uuid,
    /// What.
    pub reason: String,
    /// When.
    pub at: Time,
}

/// The last reports of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"items": [{
    "account_id": "0190f4a2-0000-7000-8000-000000000009", "reason": "It names a person.",
    "at": "2026-06-03T09:00:00.000Z",
}]}))]
pub struct Reports {
    /// The newest first; at most 50.
    pub items: Vec<Report>,
}
