//! The waiting line of one performance.

use std::fmt;

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
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
    /// The place's number; lower numbers come first.
    pub number: Option<u64>,
    /// People ahead.
    pub ahead: Option<u64>,
    /// People behind.
    pub behind: Option<u64>,
    /// When to ask again, counted from this answer.
    pub poll_after_ms: Option<u64>,
    /// How long it may take yet; `None` while nothing moves.
    pub eta_seconds: Option<Eta>,
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
