use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Time;
use crate::performances::Entry;

/// What a device takes along that has to work a door without a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "performance_id": "0190f4a2-0000-7000-8000-000000000003", "entry": "once",
    "keys": ["qgW0FZ2l3pO6xq0m8cGJ0pYw3p9rK3Xk4mQb5c6d7e8="],
    "items": [{"id": "5b1c9e0a-7d1f-8a3b-9c55-5d1c3f0e7a11", "seat": 2,
        "label": "Floor, row 1, seat 3", "issue": 0, "used": false}],
    "next_cursor": null, "made_at": "2026-06-01T17:00:00.000Z",
}))]
pub struct DoorList {
    /// Whose door.
    pub performance_id: Uuid,
    /// How often a ticket lets its bearer in.
    pub entry: Entry,
    /// Ed25519 public keys in base64, which ticket codes verify with.
    pub keys: Vec<String>,
    /// A page of the tickets that are good, by seat.
    pub items: Vec<DoorTicket>,
    /// Where the next page begins.
    #[serde(default)]
    pub next_cursor: Option<String>,
    /// When it was so.
    pub made_at: Time,
}

/// A ticket that is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoorTicket {
    /// The ticket.
    pub id: Uuid,
    /// Its seat index.
    pub seat: u32,
    /// The seat, for people.
    pub label: String,
    /// Which of its codes is good: how often it was replaced.
    pub issue: u8,
    /// Somebody came in with it.
    pub used: bool,
}
