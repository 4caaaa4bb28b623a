//! One request as it is recorded, and what is kept of those that broke.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::outcome::Outcome;

/// One request, in time. All are offsets on the run's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When it was to be sent.
    pub due: Duration,
    /// When it was sent, connecting included.
    pub started: Duration,
    /// When its outcome was known.
    pub done: Duration,
    /// Since when somebody waited for it by a schedule; none for what has none, and for an attempt
    /// that is repeated: only the last one ends the wait.
    pub since: Option<Duration>,
    /// How it ended.
    pub outcome: Outcome,
    /// The HTTP status; zero where there was none.
    pub status: u16,
}

/// The requests that did not get an answer at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Breaks {
    /// Requests that broke.
    pub errors: u64,
    /// Requests that were turned away for now.
    pub shed: u64,
    /// Of them, those that were never answered: whoever sent them gave up asking.
    pub given_up: u64,
    /// What the first ones that broke were told.
    pub examples: Vec<String>,
}
