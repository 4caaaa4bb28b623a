//! What callers say about reviews.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// In which order reviews are listed; among equals the newest come first.
    Sort {
        /// The newest first.
        Newest = "newest",
        /// The best first.
        Rating = "rating",
        /// The most liked first.
        Likes = "likes",
    }
}

/// What a review says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "rating": 4, "title": "A fine evening", "content": "The second half above all.",
}))]
pub struct NewReview {
    /// From 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    pub rating: u8,
    /// In a few words: up to 100 characters.
    #[schema(min_length = 1, max_length = 400)]
    pub title: String,
    /// In more: up to 500 characters.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub content: String,
}

/// What of a review changes; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"rating": 5}))]
pub struct ReviewChange {
    /// From 1 to 5.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 5)]
    pub rating: Option<u8>,
    /// In a few words.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 400)]
    pub title: Option<String>,
    /// In more.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub content: Option<String>,
}

/// What is wrong with a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "It names a person."}))]
pub struct NewReport {
    /// Up to 500 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

/// What an organizer says to a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"content": "Come again."}))]
pub struct NewReply {
    /// Up to 500 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub content: String,
}

/// Why a review is hidden, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "It names a person.", "days": 30}))]
pub struct NewHiding {
    /// Up to 500 characters; its author reads it.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// From 1 to 30.
    #[schema(minimum = 1, maximum = 30)]
    pub days: u32,
}

/// What an author says to what was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"objection": "It names nobody."}))]
pub struct NewObjection {
    /// Up to 500 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub objection: String,
}

/// Which reviews a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReviewsQuery {
    /// The order; the newest first where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub sort: Option<Sort>,
    /// In title or content, without regard to case: from 2 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(min_length = 2, max_length = 400)]
    pub q: Option<String>,
    /// How many entries; 50 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Why an administrator removes a review.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemovalQuery {
    /// Up to 500 characters; its author reads it. Without one, the caller takes back a review of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}
