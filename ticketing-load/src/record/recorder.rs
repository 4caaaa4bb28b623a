//! Takes every request's outcome and times; everybody who sends writes to it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use super::latencies::{Latencies, Quantiles};
use super::outcome::Outcome;
use super::series::{StepWindow, Window};
use super::step::Step;

/// How many breaks are kept with what was told.
const MAX_EXAMPLES: usize = 3;

/// Different endings that have a histogram of their own in one step; a server that answers with
/// every status there is shares the last.
const ENDINGS_MAX: usize = 24;

/// One request, in time. All are offsets on the run's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When it was to be sent.
    pub due: Duration,
    /// When it was sent, connecting included.
    pub started: Duration,
    /// When its outcome was known.
    pub done: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// The HTTP status; zero where there was none.
    pub status: u16,
}

/// The tallies of all steps.
#[derive(Debug)]
pub struct Recorder {
    tallies: [Mutex<Tally>; Step::ALL.len()],
    examples: Mutex<Vec<String>>,
}

#[derive(Debug)]
struct Tally {
    /// From due to sent: the generator's own lateness.
    dispatch: Latencies,
    /// From sent to done.
    service: Latencies,
    /// From due to done.
    response: Latencies,
    endings: BTreeMap<(Outcome, u16), Latencies>,
    window: Latencies,
    window_errors: u64,
}

/// One step in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// The step.
    pub name: Step,
    /// Requests sent, repetitions included.
    pub count: u64,
    /// By how they ended.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// From when each was due until it was sent: the generator's own lateness.
    pub dispatch: Quantiles,
    /// From sending to the outcome.
    pub service: Quantiles,
    /// From when each was due until the outcome was known; only where something other than the
    /// last answer says when a request is due.
    pub response: Option<Quantiles>,
    /// The service time of each ending.
    pub endings: Vec<Ended>,
}

/// The requests of a step that ended in one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// With this status; zero for none.
    pub status: u16,
    /// How long they took.
    pub service: Quantiles,
}

/// The requests that did not get an answer at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Breaks {
    /// Requests that broke.
    pub errors: u64,
    /// Requests that were turned away for now.
    pub shed: u64,
    /// What the first ones that broke were told.
    pub examples: Vec<String>,
}

impl Recorder {
    /// Empty tallies.
    pub fn new() -> Self {
        Self {
            tallies: std::array::from_fn(|_| Mutex::new(Tally::new())),
            examples: Mutex::default(),
        }
    }

    /// Takes one request. One that timed out counts with the time that was waited for it.
    pub fn add(&self, step: Step, sample: Sample) {
        let Sample { due, started, done, outcome, status } = sample;
        let service = done.saturating_sub(started);
        let response = done.saturating_sub(due);
        let mut tally = self.tally(step);
        tally.dispatch.add(started.saturating_sub(due));
        tally.service.add(service);
        tally.ending(outcome, status).add(service);
        if step.is_scheduled() {
            tally.response.add(response);
        }
        tally.window.add(if step.is_scheduled() { response } else { service });
        tally.window_errors += u64::from(outcome.is_error());
    }

    /// Keeps what a request that broke was told; only the first few are.
    pub fn explain(&self, step: Step, error: &dyn std::error::Error) {
        let mut examples = self.examples.lock().expect("keeping does not panic");
        if examples.len() < MAX_EXAMPLES {
            examples.push(format!("{}: {}", step.name(), chain(error)));
        }
    }

    /// What broke, over all steps.
    pub fn breaks(&self) -> Breaks {
        let mut breaks = Breaks {
            examples: self.examples.lock().expect("keeping does not panic").clone(),
            ..Breaks::default()
        };
        for step in Step::ALL {
            for (outcome, count) in self.tally(step).outcomes() {
                breaks.errors += if outcome.is_error() { count } else { 0 };
                breaks.shed += if outcome == Outcome::Shed { count } else { 0 };
            }
        }
        breaks
    }

    /// Requests for which this machine had no descriptor or port left.
    pub fn exhausted(&self) -> u64 {
        let count = |step| self.tally(step).outcomes().remove(&Outcome::Exhausted);
        Step::ALL.into_iter().filter_map(count).sum()
    }

    /// Every step that was taken, in numbers, in the order of a purchase.
    pub fn report(&self) -> Vec<StepReport> {
        let steps = Step::ALL.into_iter();
        steps.map(|step| self.tally(step).report(step)).filter(|report| report.count > 0).collect()
    }

    /// How late all requests together were sent.
    pub fn dispatch(&self) -> Latencies {
        let mut all = Latencies::of_run();
        for step in Step::ALL {
            all.merge(self.tally(step).dispatch.histogram());
        }
        all
    }

    /// The histograms of a run: of every step that was taken its clocks and its endings, by name.
    pub fn histograms(&self) -> Vec<(String, Latencies)> {
        Step::ALL.into_iter().flat_map(|step| self.tally(step).histograms(step)).collect()
    }

    /// Takes histograms back that another recorder gave away, and adds them to its own. The error names one
    /// that is none.
    pub fn merge(&self, histograms: &[(String, Histogram<u32>)]) -> Result<(), String> {
        for (name, histogram) in histograms {
            name.split_once('.')
                .and_then(|(step, rest)| self.tally(Step::named(step)?).take(rest, histogram))
                .ok_or_else(|| format!("`{name}` is no histogram of a run"))?;
        }
        Ok(())
    }

    /// What happened since the last look, and begins the next.
    pub fn turn_window(&self) -> Window {
        let mut steps = BTreeMap::new();
        for step in Step::ALL {
            let mut tally = self.tally(step);
            if tally.window.samples() > 0 {
                steps.insert(step, StepWindow::of(&tally.window, tally.window_errors));
                tally.window.clear();
                tally.window_errors = 0;
            }
        }
        Window { steps }
    }

    fn tally(&self, step: Step) -> MutexGuard<'_, Tally> {
        self.tallies[step as usize].lock().expect("counting does not panic")
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl Tally {
    fn new() -> Self {
        Self {
            dispatch: Latencies::of_run(),
            service: Latencies::of_run(),
            response: Latencies::of_run(),
            endings: BTreeMap::new(),
            window: Latencies::of_window(),
            window_errors: 0,
        }
    }

    fn ending(&mut self, outcome: Outcome, status: u16) -> &mut Latencies {
        let full = self.endings.len() >= ENDINGS_MAX;
        let known = self.endings.contains_key(&(outcome, status));
        let status = if full && !known { 0 } else { status };
        self.endings.entry((outcome, status)).or_insert_with(Latencies::of_run)
    }

    fn outcomes(&self) -> BTreeMap<Outcome, u64> {
        let mut outcomes = BTreeMap::new();
        for ((outcome, _), latencies) in &self.endings {
            *outcomes.entry(*outcome).or_default() += latencies.samples();
        }
        outcomes
    }

    fn histograms(&self, step: Step) -> Vec<(String, Latencies)> {
        let name = step.name();
        let mut all = vec![
            (format!("{name}.dispatch"), &self.dispatch),
            (format!("{name}.service"), &self.service),
            (format!("{name}.response"), &self.response),
        ];
        for ((outcome, status), latencies) in &self.endings {
            all.push((format!("{name}.ended.{}.{status}", outcome.name()), latencies));
        }
        all.retain(|(_, latencies)| latencies.samples() > 0);
        all.into_iter().map(|(name, latencies)| (name, latencies.clone())).collect()
    }

    fn report(&self, step: Step) -> StepReport {
        let ended = |((outcome, status), latencies): (&(Outcome, u16), &Latencies)| Ended {
            outcome: *outcome,
            status: *status,
            service: latencies.quantiles(),
        };
        StepReport {
            name: step,
            count: self.service.samples(),
            outcomes: self.outcomes(),
            dispatch: self.dispatch.quantiles(),
            service: self.service.quantiles(),
            response: step.is_scheduled().then(|| self.response.quantiles()),
            endings: self.endings.iter().map(ended).collect(),
        }
    }

    /// Takes a histogram back that was written under the rest of its name.
    fn take(&mut self, name: &str, histogram: &Histogram<u32>) -> Option<()> {
        match name {
            "dispatch" => self.dispatch.merge(histogram),
            "service" => self.service.merge(histogram),
            "response" => self.response.merge(histogram),
            _ => {
                let (outcome, status) = name.strip_prefix("ended.")?.split_once('.')?;
                let outcome = Outcome::ALL.into_iter().find(|known| known.name() == outcome)?;
                self.ending(outcome, status.parse().ok()?).merge(histogram);
            }
        }
        Some(())
    }
}

impl StepReport {
    /// How many ended so.
    pub fn ended(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }

    /// How many broke.
    pub fn errors(&self) -> u64 {
        let errors = self.outcomes.iter().filter(|(outcome, _)| outcome.is_error());
        errors.map(|(_, count)| count).sum()
    }

    /// The time that people felt: from when a request was due, where that is known.
    pub fn felt(&self) -> &Quantiles {
        self.response.as_ref().unwrap_or(&self.service)
    }
}

/// An error with all that it came from, each said once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if !said.ends_with(&text) {
            said = format!("{said}: {text}");
        }
        source = error.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use ticketing_client::Error;

    use super::*;

    fn sample(due: u64, started: u64, done: u64, outcome: Outcome) -> Sample {
        let [due, started, done] = [due, started, done].map(Duration::from_millis);
        Sample { due, started, done, outcome, status: 200 }
    }

    #[test]
    fn a_step_has_three_clocks_and_counts_by_how_requests_ended() {
        let recorder = Recorder::new();
        recorder.add(Step::Poll, sample(0, 10, 30, Outcome::Ok));
        recorder.add(Step::Poll, sample(0, 10, 30, Outcome::Shed));
        recorder.add(Step::Poll, sample(0, 10, 30, Outcome::Reset));
        let [poll] = recorder.report().try_into().unwrap();
        assert_eq!((poll.count, poll.errors(), poll.ended(Outcome::Shed)), (3, 1, 1));
        let near = |millis: f64, expected: f64| (millis - expected).abs() < 0.1;
        assert!(near(poll.dispatch.p50_ms, 10.0) && near(poll.service.p50_ms, 20.0));
        assert!(near(poll.felt().p50_ms, 30.0));
        assert_eq!((recorder.breaks().errors, recorder.breaks().shed), (1, 1));
    }

    #[test]
    fn a_step_that_follows_the_last_answer_has_no_response_time() {
        let recorder = Recorder::new();
        recorder.add(Step::Hold, sample(0, 0, 20, Outcome::Expected));
        let [hold] = recorder.report().try_into().unwrap();
        assert_eq!(hold.response, None);
        assert!((hold.felt().p50_ms - 20.0).abs() < 0.1);
    }

    #[test]
    fn a_server_with_every_status_there_is_takes_no_more_room_than_some() {
        let recorder = Recorder::new();
        for status in 200..300 {
            recorder.add(Step::Request, Sample { status, ..sample(0, 0, 1, Outcome::Ok) });
        }
        let [request] = recorder.report().try_into().unwrap();
        assert_eq!((request.count, request.ended(Outcome::Ok)), (100, 100));
        assert_eq!(request.endings.len(), ENDINGS_MAX + 1);
    }

    #[test]
    fn what_one_recorder_gives_away_another_takes_as_it_was() {
        let (one, other) = (Recorder::new(), Recorder::new());
        for outcome in [Outcome::Ok, Outcome::Expected, Outcome::Timeout] {
            one.add(Step::Hold, sample(0, 2, 20, outcome));
            one.add(Step::Poll, sample(0, 2, 30, outcome));
        }
        let given: Vec<_> = one.histograms();
        let given: Vec<_> =
            given.iter().map(|(name, one)| (name.clone(), one.histogram().clone())).collect();
        other.merge(&given).unwrap();
        assert_eq!(other.report(), one.report());
        let strange = [("hold.ended.fine.200".to_owned(), given[0].1.clone())];
        assert!(other.merge(&strange).unwrap_err().contains("hold.ended.fine.200"));
    }

    #[test]
    fn a_window_has_what_came_since_the_last_one() {
        let recorder = Recorder::new();
        recorder.add(Step::Join, sample(0, 0, 20, Outcome::Timeout));
        let window = recorder.turn_window();
        assert_eq!((window.steps[&Step::Join].count, window.steps[&Step::Join].errors), (1, 1));
        assert!(recorder.turn_window().steps.is_empty());
    }

    #[test]
    fn only_the_first_breaks_are_explained() {
        let recorder = Recorder::new();
        for status in 500..510 {
            recorder.explain(Step::Order, &Error::from_answer(status, b"<html>"));
        }
        let examples = recorder.breaks().examples;
        assert_eq!(examples.len(), MAX_EXAMPLES);
        assert!(examples[0].starts_with("order: no usable answer: answer 500 "), "{}", examples[0]);
    }
}
