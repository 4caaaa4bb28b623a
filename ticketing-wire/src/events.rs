//! What a consumer of events could not do, for administrators.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Time;

/// An event that a consumer could not react to: it is tried again, later and later, and at last waits
/// for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "0190f4a2-0000-7000-8000-000000000021", "consumer": "sales", "kind": "order_paid",
    "aggregate_id": "0190f4a2-0000-7000-8000-000000000006", "version": 3,
    "performance_id": "0190f4a2-0000-7000-8000-000000000003", "seats": 2,
    "at": "2026-05-01T10:00:00Z", "reason": "internal error: a reaction panicked", "tries": 7,
    "since": "2026-05-01T10:00:01Z", "next_at": null,
}))]
pub struct ParkedEvent {
    /// Its id here.
    pub id: Uuid,
    /// Whose reaction it is.
    pub consumer: String,
    /// What happened: a word such as `order_paid`.
    pub kind: String,
    /// What it happened to.
    pub aggregate_id: Uuid,
    /// The version that it made.
    pub version: i64,
    /// Of which performance; null where it is about an account.
    pub performance_id: Option<Uuid>,
    /// How many seats it is about.
    pub seats: u32,
    /// When it happened.
    pub at: Time,
    /// What went wrong the last time; null while it only waits behind another of its aggregate.
    pub reason: Option<String>,
    /// How often it was tried.
    pub tries: u32,
    /// Since when it is set aside.
    pub since: Time,
    /// When it is tried next; null where it waits for a person.
    pub next_at: Option<Time>,
}

/// What was made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"performances": 12}))]
pub struct Rebuilt {
    /// Of how many performances.
    pub performances: u64,
}
