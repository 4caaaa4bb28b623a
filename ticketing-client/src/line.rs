//! The waiting line of one performance.

use std::fmt;

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::Call;
use crate::secrets::{AccessToken, PassToken, PlaceToken};

/// What a buyer is told about its place.
#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    /// Where the place stands.
    pub state: State,
    /// Proof of the place, for every later question.
    pub place_token: Option<PlaceToken>,
    /// The place's number; it never changes.
    pub number: Option<u64>,
    /// Where it stands in the order of admission; `None` before the opening.
    #[serde(default)]
    pub rank: Option<u64>,
    /// People ahead.
    pub ahead: Option<u64>,
    /// People behind.
    pub behind: Option<u64>,
    /// When to ask again, counted from this answer.
    pub poll_after_ms: Option<u64>,
    /// How long it may take yet; `None` while nothing moves.
    pub eta_seconds: Option<Eta>,
    /// The seats that are left cannot cover everyone who comes before.
    #[serde(default)]
    pub likely_sold_out: bool,
    /// What the organizer says to those who wait.
    #[serde(default)]
    pub message: Option<String>,
    /// Proof of a place taken before the opening.
    #[serde(default)]
    pub receipt: Option<String>,
    /// Admission to the seats, once admitted.
    pub pass_token: Option<PassToken>,
    /// When the pass ends.
    pub pass_expires_at: Option<Timestamp>,
}

/// An estimate as a range, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Eta {
    /// At least.
    pub low: f64,
    /// At most, as it looks now.
    pub high: f64,
}

/// Where a place, or a whole line, stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the contract's own and say it all")]
pub enum State {
    Idle,
    PreQueue,
    PreQueued,
    Open,
    Paused,
    Draining,
    Closed,
    Waiting,
    Admitted,
    Lapsed,
    Done,
    Left,
    Expired,
    Revoked,
    SoldOut,
    #[serde(untagged)]
    Other(String),
}

/// What everybody may know about a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Where the line stands.
    pub state: State,
    /// The highest number that was given a turn.
    pub admitted_through: Option<u64>,
    /// People waiting.
    pub waiting: Option<u64>,
    /// The measured rate.
    pub admitting_per_minute: Option<f64>,
    /// What the organizer says to those who wait.
    #[serde(default)]
    pub message: Option<String>,
    /// Runs of numbers that were never given out: the first and the last of each.
    #[serde(default)]
    pub gaps: Vec<(u64, u64)>,
    /// Seats that are free or come back soon.
    #[serde(default)]
    pub seats_left: Option<u64>,
    /// The draw, where the line has one.
    #[serde(default)]
    pub draw: Option<Draw>,
}

/// What everybody may know of a draw: the commitment before the opening, the rest after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// Which algorithm.
    pub algorithm: u32,
    /// Of the seed, in hexadecimal.
    pub commitment: String,
    /// The public entropy that goes in, named in advance.
    pub entropy_source: Option<String>,
    /// How many joined before the opening.
    pub places: Option<u64>,
    /// What the source of entropy said.
    pub entropy: Option<String>,
    /// In hexadecimal, once ranks are shown.
    pub seed: Option<String>,
    /// When ranks were first shown.
    pub opened_at: Option<Timestamp>,
    /// What receipts are checked with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_key: Option<String>,
}

/// One thing that somebody changed about a performance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub account_id: Uuid,
    /// What.
    pub action: String,
    /// To what.
    pub detail: String,
}

/// What was changed about a performance, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// The entries.
    pub items: Vec<AuditEntry>,
}

/// What the organizer may know about a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// How many may be inside at once.
    pub capacity: u64,
    /// How many are.
    pub inside: u64,
    /// The most there ever were, as the server counts.
    pub max_inside: u64,
    /// Turns not claimed yet.
    pub ready: u64,
    /// People waiting.
    pub waiting: u64,
    /// Admissions so far.
    pub admitted_total: u64,
    /// Turns that nobody claimed.
    pub lapsed_total: u64,
    /// Passes that ran out.
    pub expired_total: u64,
    /// People who left.
    pub left_total: u64,
}

/// Takes a place; a repeated join answers the same place.
pub fn join(token: &AccessToken, performance: Uuid) -> Call<Answer> {
    Call::json(Method::POST, format!("/v1/performances/{performance}/line")).signed_in(token)
}

/// Asks how the place stands; asking when it is one's turn claims it.
pub fn ask(token: &AccessToken, place: &PlaceToken, performance: Uuid) -> Call<Answer> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/line"))
        .signed_in(token)
        .place(place)
}

/// Gives the place up, and with it the holds that have no order.
pub fn leave(token: &AccessToken, place: &PlaceToken, performance: Uuid) -> Call<()> {
    Call::empty(Method::DELETE, format!("/v1/performances/{performance}/line"))
        .signed_in(token)
        .place(place)
}

/// The public status; the same bytes for all.
pub fn status(performance: Uuid) -> Call<Status> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/line/status"))
}

/// The line as its organizer sees it.
pub fn report(token: &AccessToken, performance: Uuid) -> Call<Report> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/line/report")).signed_in(token)
}

/// The draw, and what receipts are checked with.
pub fn draw(performance: Uuid) -> Call<Draw> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/line/draw"))
}

/// Nobody comes in; those who wait are told why.
pub fn pause(token: &AccessToken, performance: Uuid, message: Option<&str>) -> Call<Status> {
    steer(token, performance, "pause", &json!({"message": message}))
}

/// People join and come in again.
pub fn resume(token: &AccessToken, performance: Uuid) -> Call<Status> {
    steer(token, performance, "resume", &json!({}))
}

/// Nobody joins any more; those who wait come in.
pub fn drain(token: &AccessToken, performance: Uuid, message: Option<&str>) -> Call<Status> {
    steer(token, performance, "drain", &json!({"message": message}))
}

/// How many may come in per minute; no limit for `None`.
pub fn rate(token: &AccessToken, performance: Uuid, per_minute: Option<u32>) -> Call<Status> {
    steer(token, performance, "rate", &json!({"admit_per_minute": per_minute}))
}

/// How many may be inside at once.
pub fn capacity(token: &AccessToken, performance: Uuid, capacity: u32) -> Call<Status> {
    steer(token, performance, "capacity", &json!({"line_capacity": capacity}))
}

/// Takes an account's place or pass away, for good.
pub fn revoke(token: &AccessToken, performance: Uuid, account: Uuid) -> Call<()> {
    Call::empty(Method::POST, format!("/v1/performances/{performance}/line/revoke"))
        .signed_in(token)
        .body(&json!({"account_id": account}))
}

/// Enters what the named source of public entropy said.
pub fn entropy(token: &AccessToken, performance: Uuid, entropy: &str) -> Call<Draw> {
    Call::json(Method::POST, format!("/v1/performances/{performance}/line/entropy"))
        .signed_in(token)
        .body(&json!({"entropy": entropy}))
}

/// What was changed about a performance.
pub fn audit(token: &AccessToken, performance: Uuid) -> Call<Audit> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/audit")).signed_in(token)
}

fn steer(token: &AccessToken, performance: Uuid, how: &str, body: &Value) -> Call<Status> {
    Call::json(Method::POST, format!("/v1/performances/{performance}/line/{how}"))
        .signed_in(token)
        .body(body)
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => f.write_str(&name),
            _ => Err(fmt::Error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_prints_as_it_stands_on_the_wire() {
        assert_eq!(State::SoldOut.to_string(), "sold_out");
        assert_eq!(State::Other("napping".to_owned()).to_string(), "napping");
    }

    #[test]
    fn an_admitted_answer_carries_the_pass() {
        let text = r#"{"state":"admitted","number":7,"ahead":0,"behind":3,"poll_after_ms":1000,
            "eta_seconds":null,"pass_token":"p","pass_expires_at":"2026-01-01T00:00:00Z"}"#;
        let answer: Answer = serde_json::from_str(text).unwrap();
        assert_eq!(answer.state, State::Admitted);
        assert_eq!(answer.pass_token.unwrap().expose(), "p");
        assert!(answer.place_token.is_none());
    }
}
