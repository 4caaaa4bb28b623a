//! How an organizer steers the line of a running sale, and since when.

use serde::{Deserialize, Serialize};

use super::Policy;
use crate::clock::Timestamp;
use crate::error::{FieldErrors, Result};
use crate::text::Paragraphs;

/// The longest message to those who wait.
const MESSAGE_MAX: usize = 500;
/// How many changes of pace are remembered: more than anybody makes within the time they matter.
const PACES_MAX: usize = 256;
/// The slowest that a line's head ever walks, in numbers per second.
const SPEED_MIN: u64 = 100;

/// Whether a line lets people join and come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineMode {
    /// Both.
    #[default]
    Open,
    /// Nobody comes in; everybody may join and keeps the place.
    Paused,
    /// Nobody joins; those who wait come in.
    Draining,
}

/// What an organizer said of the line, with what servers need to keep the promises made before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineControl {
    /// Whether people may join and come in.
    pub mode: LineMode,
    /// Said to those who wait.
    pub message: Option<Paragraphs>,
    /// How fast the head may walk, by since when; the last one is in force.
    pub(crate) paces: Vec<Pace>,
    /// From when somebody may have joined, where the sale was moved after that.
    pub(crate) began_at: Option<Timestamp>,
}

/// A speed of the head, in numbers per second, and since when it is the policy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pace {
    since: Timestamp,
    speed: u64,
}

impl Policy {
    /// How many numbers per second the head of the line may walk.
    pub fn line_speed(&self) -> u64 {
        let by_rate = u64::from(self.admit_per_minute.unwrap_or(0) / 60);
        (u64::from(self.line_capacity) / 2).max(by_rate).max(SPEED_MIN)
    }
}

impl LineControl {
    /// Another mode, with what is said to those who wait.
    pub(crate) fn with_mode(self, mode: LineMode, message: Option<String>) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let text = |message: &String| Paragraphs::new(message, 0..=MESSAGE_MAX);
        let message = message.and_then(|message| errors.text("message", text(&message)));
        errors.finish()?;
        Ok(Self { mode, message, ..self })
    }

    /// Somebody may have joined from then on, wherever the sale is moved.
    pub(crate) fn begun_at(self, at: Timestamp) -> Self {
        Self { began_at: Some(self.began_at.map_or(at, |known| known.min(at))), ..self }
    }

    /// Notes the policy's speed where it has changed.
    pub(crate) fn at_pace(mut self, policy: &Policy, now: Timestamp) -> Self {
        let speed = policy.line_speed();
        if self.paces.last().is_none_or(|pace| pace.speed != speed) {
            self.paces.push(Pace { since: now, speed });
        }
        let superfluous = self.paces.len().saturating_sub(PACES_MAX);
        self.paces.drain(..superfluous);
        self
    }

    /// The speeds that were in force at some moment of the last `within_ms`.
    pub(crate) fn speeds(&self, within_ms: i64, now: Timestamp) -> impl Iterator<Item = u64> {
        let ended = |next: &Pace| next.since.plus_millis(within_ms) < now;
        let over = self.paces.iter().skip(1).take_while(|next| ended(next)).count();
        self.paces[over.min(self.paces.len())..].iter().map(|pace| pace.speed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn capacity(line_capacity: u32) -> Policy {
        Policy { line_capacity, ..Policy::default() }
    }

    #[test]
    fn speeds_of_the_last_while_are_known_and_older_ones_are_not() {
        let control = LineControl::default()
            .at_pace(&capacity(1_000), at(0))
            .at_pace(&capacity(2_000), at(100))
            .at_pace(&capacity(2_000), at(110))
            .at_pace(&capacity(400), at(120));
        let speeds = |now| control.speeds(30_000, at(now)).collect::<Vec<_>>();
        assert_eq!(speeds(50), [500, 1_000, 200], "what is to come does no harm");
        assert_eq!(speeds(125), [500, 1_000, 200]);
        assert_eq!(speeds(131), [1_000, 200]);
        assert_eq!(speeds(151), [200]);
    }

    #[test]
    fn a_message_that_is_too_long_or_obeyed_by_a_terminal_is_refused() {
        for wrong in ["x".repeat(MESSAGE_MAX + 1), "\u{1b}[31m".into(), "\0".into()] {
            assert!(LineControl::default().with_mode(LineMode::Paused, Some(wrong)).is_err());
        }
    }
}
