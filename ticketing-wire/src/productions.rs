//! Productions: the works that are shown. Performances of one production share it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What making a production asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "A concert", "description": "Two hours of music.", "genre": "concert", "age_limit": 0,
}))]
pub struct NewProduction {
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
}

/// What of a production changes; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"title": "Another concert"}))]
pub struct ProductionChange {
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
}

/// The picture of a production in three sizes, as JPEG: where each is at this server. What is there never
/// changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "small": "/v1/pictures/5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
    "medium": "/v1/pictures/6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
    "large": "/v1/pictures/d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35",
}))]
pub struct Poster {
    /// For a list: at most 320 pixels on a side.
    pub small: String,
    /// For a page: at most 800.
    pub medium: String,
    /// For itself: at most 1,600.
    pub large: String,
}

/// A work that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "0190f4a2-0000-7000-8000-000000000004", "organizer_id":
    "0190f4a2-0000-7000-8000-000000000001", "title": "A concert",
    "description": "Two hours of music.", "genre": "concert", "age_limit": 0,
}))]
pub struct Production {
    /// The production.
    pub id: Uuid,
    /// Whose it is.
    pub organizer_id: Uuid,
    /// What it is called.
    pub title: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Free text.
    #[serde(default)]
    pub genre: String,
    /// The youngest age, 0 for everyone.
    #[serde(default)]
    pub age_limit: u8,
    /// What it looks like; left out where it has no picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster: Option<Poster>,
}
