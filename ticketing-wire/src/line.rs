//! The waiting line of one performance.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Time;
use crate::secrets::{PassToken, PlaceToken};

words! {
    /// Where a place stands.
    PlaceState {
        /// In the line before its opening: the draw will give it a rank.
        PreQueued = "pre_queued",
        /// In the line; with `poll_after_ms` 0 it is its turn.
        Waiting = "waiting",
        /// Inside, with a pass.
        Admitted = "admitted",
        /// The turn was not claimed in time.
        Lapsed = "lapsed",
        /// Bought, and out.
        Done = "done",
        /// Left by its own wish, or given up for a newer place.
        Left = "left",
        /// The pass ran out.
        Expired = "expired",
        /// Taken away by the organizer.
        Revoked = "revoked",
        /// No seat for sale is free, held or reserved: on standby, in case one comes back.
        SoldOut = "sold_out",
    }
}

words! {
    /// What a line is doing.
    LineState {
        /// Nobody can join yet.
        Idle = "idle",
        /// People join; the draw is still to come.
        PreQueue = "pre_queue",
        /// People join and come in.
        Open = "open",
        /// People join and wait.
        Paused = "paused",
        /// Nobody joins; those who wait come in.
        Draining = "draining",
        /// Drained, or the sale is over.
        Closed = "closed",
        /// No seat for sale is free, held or reserved.
        SoldOut = "sold_out",
    }
}

/// What a buyer is told about its place.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "state": "waiting", "place_token": "AZD0og..", "number": 4711, "rank": 4711, "ahead": 120,
    "behind": 3000, "poll_after_ms": 1000, "eta_seconds": {"low": 20, "high": 40},
    "likely_sold_out": false,
}))]
pub struct Place {
    /// Where the place stands.
    pub state: PlaceState,
    /// Proof of the place, for every later question.
    pub place_token: PlaceToken,
    /// The place's number, given in the order of joining; it never changes.
    pub number: u64,
    /// Where it stands in the order of admission: its number, or what the draw gave it; null before
    /// the opening.
    #[serde(default)]
    pub rank: Option<u64>,
    /// Places before it that are still to come.
    #[serde(default)]
    pub ahead: u64,
    /// Places after it.
    #[serde(default)]
    pub behind: u64,
    /// When to ask again, counted from this answer.
    #[serde(default)]
    pub poll_after_ms: u64,
    /// How long it may take; null while nothing moves.
    #[serde(default)]
    pub eta_seconds: Option<Eta>,
    /// The seats that are left cannot cover everyone who comes before.
    #[serde(default)]
    pub likely_sold_out: bool,
    /// What the organizer says to those who wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message: Option<String>,
    /// For third parties: proof of a place taken before the opening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub receipt: Option<String>,
    /// Admission to the seats, once admitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pass_token: Option<PassToken>,
    /// When the pass ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pass_expires_at: Option<Time>,
}

/// How long the wait may be, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Eta {
    /// At best.
    pub low: u64,
    /// At worst, as it looks now.
    pub high: u64,
}

/// How far a line has come: the same for everyone, and enough to compute one's own position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "state": "open", "message": null, "admitted_through": 4590, "waiting": 3120,
    "admitting_per_minute": 240, "gaps": [[5001, 5010]], "seats_left": 812, "draw": null,
}))]
pub struct LineStatus {
    /// What the line is doing.
    pub state: LineState,
    /// What the organizer says to those who wait.
    #[serde(default)]
    pub message: Option<String>,
    /// The highest rank that was given a turn or passed over.
    pub admitted_through: u64,
    /// Places behind it.
    pub waiting: u64,
    /// Admissions as measured over the last seconds.
    pub admitting_per_minute: u64,
    /// Runs of numbers that were never given out: the first and the last of each.
    #[serde(default)]
    #[schema(value_type = Vec<Vec<u64>>)]
    pub gaps: Vec<(u64, u64)>,
    /// Seats that are free or come back soon.
    #[serde(default)]
    pub seats_left: u32,
    /// The draw, where the line has one.
    #[serde(default)]
    pub draw: Option<Draw>,
}

/// What everybody may know of a draw: the commitment before the opening, the rest after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "algorithm": 1, "commitment": "9f2c..", "entropy_source": "drand round 4242", "places": 10_000,
    "entropy": "b3a1..", "seed": "07aa..", "opened_at": "2026-05-01T09:00:00.123Z",
    "receipt_key": "u5xK..", "receipt_keys": ["u5xK.."],
}))]
pub struct Draw {
    /// Which algorithm.
    pub algorithm: u32,
    /// Of the seed, in hexadecimal.
    pub commitment: String,
    /// The public entropy that goes in, named in advance.
    #[serde(default)]
    pub entropy_source: Option<String>,
    /// How many joined before the opening, once that is fixed.
    #[serde(default)]
    pub places: Option<u64>,
    /// What the source of entropy said.
    #[serde(default)]
    pub entropy: Option<String>,
    /// In hexadecimal, once ranks are shown.
    #[serde(default)]
    pub seed: Option<String>,
    /// When ranks were first shown.
    #[serde(default)]
    pub opened_at: Option<Time>,
    /// What new receipts are checked with; only where the draw is asked for by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub receipt_key: Option<String>,
    /// What any receipt is checked with: the present key, and older ones that are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipt_keys: Vec<String>,
}

/// What the organizer may know about a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "capacity": 300, "inside": 298, "max_inside": 300, "ready": 12, "waiting": 3120,
    "admitted_total": 4571, "lapsed_total": 19, "expired_total": 80, "left_total": 44,
}))]
pub struct LineReport {
    /// How many may be inside at once.
    pub capacity: u32,
    /// Ready and admitted.
    pub inside: u32,
    /// The most that were ever inside at once.
    pub max_inside: u32,
    /// Turns that wait to be claimed.
    pub ready: u32,
    /// Numbers behind the head.
    pub waiting: u64,
    /// Passes given.
    pub admitted_total: u64,
    /// Turns not claimed in time.
    pub lapsed_total: u64,
    /// Passes that ran out.
    pub expired_total: u64,
    /// Places left.
    pub left_total: u64,
}

/// What those who wait are told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"message": "back at ten"}))]
pub struct Said {
    /// To those who wait; null or left out: nothing.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub message: Option<String>,
}

/// An object with nothing in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct Nothing {}

/// How many may come in per minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"admit_per_minute": 600}))]
pub struct Rate {
    /// null takes the limit away.
    #[serde(deserialize_with = "crate::given::nullable")]
    #[schema(required, minimum = 1, maximum = 10_000_000)]
    pub admit_per_minute: Option<u32>,
}

/// How many may be inside at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"line_capacity": 300}))]
pub struct Capacity {
    /// Lowering it turns nobody out.
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub line_capacity: u32,
}

/// Whose place or pass is taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"account_id": "0190f4a2-0000-7000-8000-000000000001"}))]
pub struct Revocation {
    /// The buyer's account.
    pub account_id: Uuid,
}

/// What the draw's named source of public entropy said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"entropy": "b3a1.."}))]
pub struct Entropy {
    /// To the letter.
    #[schema(min_length = 1, max_length = 4000)]
    pub entropy: String,
}

/// One thing that somebody changed about a performance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// When.
    pub at: Time,
    /// Who.
    pub account_id: Uuid,
    /// What, in one word: `pause`, `rate`, `revoke`.
    pub action: String,
    /// To what.
    pub detail: String,
}

/// What was changed about a performance, newest first; the newest 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"items": [{
    "at": "2026-05-01T09:30:00.000Z", "account_id": "0190f4a2-0000-7000-8000-000000000001",
    "action": "pause", "detail": "back at ten",
}]}))]
pub struct Audit {
    /// The entries.
    pub items: Vec<AuditEntry>,
}

/// Why a stream ends: the data of its last event, `end`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"reason": "the server goes away"}))]
pub struct StreamEnd {
    /// For people.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_admitted_answer_carries_the_pass() {
        let text = r#"{"state":"admitted","place_token":"t","number":7,"ahead":0,"behind":3,
            "poll_after_ms":1000,"eta_seconds":null,"pass_token":"p",
            "pass_expires_at":"2026-01-01T00:00:00Z"}"#;
        let answer: Place = serde_json::from_str(text).unwrap();
        assert_eq!(answer.state, PlaceState::Admitted);
        assert_eq!(answer.pass_token.unwrap().expose(), "p");
    }
}
