//! The war room: one sale in numbers as it runs, and what its organizer can do to its line.

pub(crate) mod keys;
pub(crate) mod typing;
pub(crate) mod update;
pub(crate) mod view;

use std::collections::VecDeque;

use ticketing_wire::line::{LineReport, LineState, LineStatus};
use ticketing_wire::sales::SalesReport;
use uuid::Uuid;

use self::typing::Entry;
use super::Link;

/// How many looks are remembered: as many as the widest line shows.
const SAMPLES_MAX: usize = 200;

/// One sale.
#[derive(Debug)]
pub(crate) struct Steering {
    pub(crate) number: u64,
    pub(crate) performance: Uuid,
    pub(crate) title: String,
    /// `None` until the first answer.
    pub(crate) seen: Option<Box<Seen>>,
    /// What was sold and let in by each look, the newest last.
    pub(crate) history: VecDeque<Sample>,
    /// What is typed, while something is.
    pub(crate) entry: Option<Entry>,
    pub(crate) link: Link,
}

/// One look.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) sales: SalesReport,
    pub(crate) line: LineReport,
    pub(crate) status: LineStatus,
}

/// What one look adds to the history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    sold: u32,
    admitted: u64,
}

/// What an organizer does to a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Steer {
    /// With what is said to those who wait.
    Pause(Option<String>),
    Resume,
    Drain,
    /// No limit where there is none.
    Rate(Option<u32>),
    Capacity(u32),
}

impl Steering {
    /// Takes a look into the history.
    fn note(&mut self, seen: Seen) {
        let sample = Sample { sold: seen.sales.sold, admitted: seen.line.admitted_total };
        self.history.push_back(sample);
        if self.history.len() > SAMPLES_MAX {
            self.history.pop_front();
        }
        self.seen = Some(Box::new(seen));
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.seen.as_ref().is_some_and(|seen| seen.status.state == LineState::Paused)
    }

    /// How much was sold from each look to the next.
    fn sold(&self) -> Vec<u64> {
        self.steps(|sample| u64::from(sample.sold))
    }

    /// How many came in from each look to the next.
    fn admitted(&self) -> Vec<u64> {
        self.steps(|sample| sample.admitted)
    }

    fn steps(&self, value: impl Fn(&Sample) -> u64) -> Vec<u64> {
        let later = self.history.iter().skip(1).map(&value);
        // What is given back is no sale below nothing.
        self.history.iter().map(&value).zip(later).map(|(a, b)| b.saturating_sub(a)).collect()
    }
}
