//! How long each step of a buyer took, and how it ended. Flat in memory however long the run.

use std::sync::Mutex;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use ticketing_client::Error;

/// Latencies are told apart to three digits, from a microsecond to five minutes.
const DIGITS: u8 = 3;
/// How many breaks are kept with what was told.
const MAX_EXAMPLES: usize = 3;
const MAX_LATENCY_US: u64 = 300_000_000;

/// What a buyer does, one request each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the steps of a purchase, by their words in the glossary")]
pub enum Step {
    Join,
    Poll,
    Map,
    Hold,
    Release,
    Order,
    Authorize,
    Pay,
    Cancel,
    Leave,
    Tickets,
}

impl Step {
    /// Every step, in the order of a purchase.
    pub const ALL: [Self; 11] = [
        Self::Join,
        Self::Poll,
        Self::Map,
        Self::Hold,
        Self::Release,
        Self::Order,
        Self::Authorize,
        Self::Pay,
        Self::Cancel,
        Self::Leave,
        Self::Tickets,
    ];

    /// The step's name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Poll => "poll",
            Self::Map => "map",
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Order => "order",
            Self::Authorize => "authorize",
            Self::Pay => "pay",
            Self::Cancel => "cancel",
            Self::Leave => "leave",
            Self::Tickets => "tickets",
        }
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As asked.
    Ok,
    /// The server said no (4xx).
    Refused,
    /// The server was too busy (429, 503) and the request is repeated.
    Shed,
    /// It broke: no usable answer, or a fault of the server (5xx).
    Error,
}

impl Ending {
    /// How a request with this outcome ended. One that a busy server turned away broke only if
    /// nobody asks again.
    pub fn of<A>(outcome: &Result<A, Error>, repeated: bool) -> Self {
        match outcome {
            Ok(_) => Self::Ok,
            Err(error) if repeated && error.is_shed() => Self::Shed,
            Err(error) if error.is_breakage() => Self::Error,
            Err(_) => Self::Refused,
        }
    }
}

/// The tallies of all steps; every buyer writes to them.
#[derive(Debug)]
pub struct Steps {
    tallies: [Mutex<Tally>; Step::ALL.len()],
    examples: Mutex<Vec<String>>,
}

/// The requests that did not get an answer at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Breaks {
    /// Requests that broke.
    pub errors: u64,
    /// Requests that were turned away for now, and repeated.
    pub shed: u64,
    /// What the first ones that broke were told.
    pub examples: Vec<String>,
}

#[derive(Debug)]
struct Tally {
    ok: u64,
    refused: u64,
    shed: u64,
    errors: u64,
    latency_us: Histogram<u32>,
}

/// One step in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepReport {
    /// The step.
    pub name: &'static str,
    /// Requests sent, repetitions included.
    pub count: u64,
    /// Answered as asked.
    pub ok: u64,
    /// Refused by the server.
    pub refused: u64,
    /// Turned away for now by a busy server, and repeated.
    pub shed: u64,
    /// Broken.
    pub errors: u64,
    /// Half took no longer.
    pub p50_ms: f64,
    /// Nine of ten took no longer.
    pub p90_ms: f64,
    /// Ninety-nine of a hundred took no longer.
    pub p99_ms: f64,
    /// The slowest.
    pub max_ms: f64,
}

impl Steps {
    /// Empty tallies.
    pub fn new() -> Self {
        Self {
            tallies: std::array::from_fn(|_| Mutex::new(Tally::new())),
            examples: Mutex::default(),
        }
    }

    /// Counts one request. `latency` runs from when the buyer wanted to send it, so that a wait
    /// for a free connection is not hidden.
    pub fn count(&self, step: Step, ending: Ending, latency: Duration) {
        let mut tally = self.tally(step);
        match ending {
            Ending::Ok => tally.ok += 1,
            Ending::Refused => tally.refused += 1,
            Ending::Shed => tally.shed += 1,
            Ending::Error => tally.errors += 1,
        }
        let micros = u64::try_from(latency.as_micros()).unwrap_or(MAX_LATENCY_US);
        tally.latency_us.saturating_record(micros.clamp(1, MAX_LATENCY_US));
    }

    /// Keeps what a request that broke was told; only the first few are.
    pub fn explain(&self, step: Step, error: &Error) {
        let mut examples = self.examples.lock().expect("keeping does not panic");
        if examples.len() < MAX_EXAMPLES {
            examples.push(format!("{}: {error}", step.name()));
        }
    }

    /// What broke, over all steps.
    pub fn breaks(&self) -> Breaks {
        let mut breaks = Breaks {
            examples: self.examples.lock().expect("keeping does not panic").clone(),
            ..Breaks::default()
        };
        for step in Step::ALL {
            let tally = self.tally(step);
            breaks.errors += tally.errors;
            breaks.shed += tally.shed;
        }
        breaks
    }

    /// Every step in numbers, in the order of a purchase.
    pub fn report(&self) -> Vec<StepReport> {
        Step::ALL.iter().map(|step| self.tally(*step).report(*step)).collect()
    }

    fn tally(&self, step: Step) -> std::sync::MutexGuard<'_, Tally> {
        self.tallies[step as usize].lock().expect("counting does not panic")
    }
}

impl Default for Steps {
    fn default() -> Self {
        Self::new()
    }
}

impl Tally {
    fn new() -> Self {
        let latency_us = Histogram::new_with_bounds(1, MAX_LATENCY_US, DIGITS)
            .expect("the bounds are constants that fit");
        Self { ok: 0, refused: 0, shed: 0, errors: 0, latency_us }
    }

    fn report(&self, step: Step) -> StepReport {
        let quantile_ms = |quantile| millis(self.latency_us.value_at_quantile(quantile));
        StepReport {
            name: step.name(),
            count: self.ok + self.refused + self.shed + self.errors,
            ok: self.ok,
            refused: self.refused,
            shed: self.shed,
            errors: self.errors,
            p50_ms: quantile_ms(0.5),
            p90_ms: quantile_ms(0.9),
            p99_ms: quantile_ms(0.99),
            max_ms: millis(self.latency_us.max()),
        }
    }
}

fn millis(micros: u64) -> f64 {
    f64::from(u32::try_from(micros).unwrap_or(u32::MAX)) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_counted_by_how_it_ended() {
        let steps = Steps::new();
        steps.count(Step::Hold, Ending::Ok, Duration::from_millis(10));
        steps.count(Step::Hold, Ending::Refused, Duration::from_millis(20));
        steps.count(Step::Hold, Ending::Error, Duration::from_millis(30));
        steps.count(Step::Hold, Ending::Shed, Duration::from_millis(30));
        let hold = steps.report().swap_remove(Step::Hold as usize);
        assert_eq!((hold.count, hold.ok, hold.refused, hold.shed, hold.errors), (4, 1, 1, 1, 1));
        assert!((hold.p50_ms - 20.0).abs() < 0.1, "{}", hold.p50_ms);
        assert_eq!((steps.breaks().errors, steps.breaks().shed), (1, 1));
    }

    #[test]
    fn only_the_first_breaks_are_explained() {
        let steps = Steps::new();
        for status in 500..510 {
            steps.explain(Step::Order, &Error::from_answer(status, b"<html>"));
        }
        let examples = steps.breaks().examples;
        assert_eq!(examples.len(), MAX_EXAMPLES);
        assert!(examples[0].starts_with("order: no usable answer: answer 500 "), "{}", examples[0]);
    }

    #[test]
    fn every_step_stands_where_its_number_says() {
        assert!(Step::ALL.iter().enumerate().all(|(at, step)| *step as usize == at));
    }
}
