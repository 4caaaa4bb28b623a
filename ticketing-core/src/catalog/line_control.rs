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
/// The slowest that a line's head may ever walk, in numbers per second.
const SPEED_MIN: u64 = 100;
/// Fewer than these wait nowhere long enough for their polls to weigh.
const CROWD_MIN: u64 = 1_000;

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

/// A speed of the head, in numbers per second, and since when it is in force: the policy's, or what
/// was measured, where that is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pace {
    since: Timestamp,
    speed: u64,
}

/// How fast the head of a line walked, and how many numbers are behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Walked {
    pub(crate) per_second: u64,
    pub(crate) waiting: u64,
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

    /// Begins at the policy's speed.
    pub(crate) fn begun(policy: &Policy, now: Timestamp) -> Self {
        Self::default().at_speed(policy.line_speed(), now)
    }

    /// Follows the policy where that changes the speed. What is faster is measured anew.
    pub(crate) fn follows(self, before: &Policy, after: &Policy, now: Timestamp) -> Self {
        let (was, is) = (before.line_speed(), after.line_speed());
        let in_force = self.speed(before);
        match () {
            () if self.paces.is_empty() || is > was => self.at_speed(is, now),
            () => self.at_speed(in_force.min(is), now),
        }
    }

    /// Follows what was measured: the head of a crowd may walk twice as fast as it did, in steps of
    /// two so that it changes seldom, and as the policy says once nobody waits. Nothing where that
    /// is what is in force.
    pub(crate) fn measured(&self, policy: &Policy, walked: Walked, now: Timestamp) -> Option<Self> {
        let (in_force, most) = (self.speed(policy), policy.line_speed());
        let twice = walked.per_second.saturating_mul(2).max(SPEED_MIN);
        let steps = twice.div_ceil(SPEED_MIN).checked_next_power_of_two()?;
        let enough = SPEED_MIN.saturating_mul(steps).min(most);
        let speed = match walked.waiting {
            0 => most,
            1..CROWD_MIN => enough.max(in_force),
            _ => enough,
        };
        (speed != in_force).then(|| self.clone().at_speed(speed, now))
    }

    fn speed(&self, policy: &Policy) -> u64 {
        self.paces.last().map_or(policy.line_speed(), |pace| pace.speed)
    }

    fn at_speed(mut self, speed: u64, now: Timestamp) -> Self {
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
        let control = LineControl::begun(&capacity(1_000), at(0))
            .follows(&capacity(1_000), &capacity(2_000), at(100))
            .follows(&capacity(2_000), &capacity(2_000), at(110))
            .follows(&capacity(2_000), &capacity(400), at(120));
        let speeds = |now| control.speeds(30_000, at(now)).collect::<Vec<_>>();
        assert_eq!(speeds(50), [500, 1_000, 200], "what is to come does no harm");
        assert_eq!(speeds(125), [500, 1_000, 200]);
        assert_eq!(speeds(131), [1_000, 200]);
        assert_eq!(speeds(151), [200]);
    }

    /// What a crowd of so many makes of a line that may walk 5,000 a second.
    fn measured(line: &LineControl, per_second: u64, waiting: u64) -> Option<u64> {
        let walked = Walked { per_second, waiting };
        line.measured(&capacity(10_000), walked, at(200)).map(|line| line.paces[1].speed)
    }

    #[test]
    fn a_crowd_is_promised_polls_by_twice_the_walk_that_was_measured() {
        let line = LineControl::begun(&capacity(10_000), at(0));
        let cases = [
            (0, 100),
            (50, 100),
            (51, 200),
            (100, 200),
            (101, 400),
            (1_000, 3_200),
            (1_600, 3_200),
        ];
        for (walked, speed) in cases {
            assert_eq!(measured(&line, walked, 45_000), Some(speed), "{walked}");
        }
        for walked in [1_601, 5_000, u64::MAX] {
            assert_eq!(measured(&line, walked, 45_000), None, "{walked}: as the policy says");
        }
        assert_eq!(measured(&line, 10, CROWD_MIN - 1), None, "few may walk as the policy says");
    }

    #[test]
    fn a_measured_speed_rises_by_its_own_walk_and_wholly_once_nobody_waits() {
        let line = LineControl::begun(&capacity(10_000), at(0));
        let slow = Walked { per_second: 40, waiting: 45_000 };
        let line = line.measured(&capacity(10_000), slow, at(100)).expect("it is slow");
        let next = |per_second, waiting| {
            let walked = Walked { per_second, waiting };
            let line = line.measured(&capacity(10_000), walked, at(200))?;
            Some(line.paces.last()?.speed)
        };
        assert_eq!((next(50, 45_000), next(51, 45_000)), (None, Some(200)));
        assert_eq!((next(100, 10), next(10, 10)), (Some(200), None));
        assert_eq!(next(0, 0), Some(5_000));
    }

    #[test]
    fn an_organizer_who_says_nothing_of_the_speed_changes_no_measured_one() {
        let policy = capacity(10_000);
        let slow = Walked { per_second: 40, waiting: 45_000 };
        let line = LineControl::begun(&policy, at(0));
        let line = line.measured(&policy, slow, at(100)).expect("it is slow");
        let speed = |after: u32| {
            let line = line.clone().follows(&policy, &capacity(after), at(200));
            line.paces.last().map(|pace| pace.speed)
        };
        assert_eq!(
            (speed(10_000), speed(8_000), speed(20_000)),
            (Some(100), Some(100), Some(10_000))
        );
    }

    #[test]
    fn a_message_that_is_too_long_or_obeyed_by_a_terminal_is_refused() {
        for wrong in ["x".repeat(MESSAGE_MAX + 1), "\u{1b}[31m".into(), "\0".into()] {
            assert!(LineControl::default().with_mode(LineMode::Paused, Some(wrong)).is_err());
        }
    }
}
