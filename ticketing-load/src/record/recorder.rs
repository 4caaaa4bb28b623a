//! Takes every request's outcome and times; everybody who sends writes to it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use hdrhistogram::Histogram;

use super::latencies::Latencies;
use super::outcome::Outcome;
use super::sample::{Breaks, Sample};
use super::series::{StepWindow, Window};
use super::step::Step;
use super::tally::{StepReport, Tally};

/// How many breaks are kept with what was told.
const MAX_EXAMPLES: usize = 3;

/// The tallies of all steps.
#[derive(Debug)]
pub struct Recorder {
    tallies: [Mutex<Tally>; Step::ALL.len()],
    examples: Mutex<Vec<String>>,
    given_up: AtomicU64,
    /// What was due before is not counted, in microseconds.
    counts_from: AtomicU64,
    /// When the first request was due and the last one done, in microseconds.
    first_due: AtomicU64,
    last_done: AtomicU64,
}

impl Recorder {
    /// Empty tallies.
    pub fn new() -> Self {
        Self {
            tallies: std::array::from_fn(|_| Mutex::new(Tally::new())),
            examples: Mutex::default(),
            given_up: AtomicU64::new(0),
            counts_from: AtomicU64::new(0),
            first_due: AtomicU64::new(u64::MAX),
            last_done: AtomicU64::new(0),
        }
    }

    /// From when the first request was due until the last one was done.
    pub fn active(&self) -> Duration {
        let first = self.first_due.load(Ordering::Relaxed);
        let last = self.last_done.load(Ordering::Relaxed);
        Duration::from_micros(last.saturating_sub(first))
    }

    /// Counts what is due from now on only: what came before warmed the servers up, and is shown
    /// while it happens.
    pub fn count_from(&self, due: Duration) {
        self.counts_from.store(micros(due), Ordering::Relaxed);
    }

    /// When the first request that counts was due; none before it.
    pub fn first_due(&self) -> Option<Duration> {
        let micros = self.first_due.load(Ordering::Relaxed);
        (micros < u64::MAX).then(|| Duration::from_micros(micros))
    }

    /// Takes one request. One that timed out counts with the time that was waited for it.
    pub fn add(&self, step: Step, sample: Sample) {
        if micros(sample.due) < self.counts_from.load(Ordering::Relaxed) {
            self.tally(step).show(sample);
            return;
        }
        self.first_due.fetch_min(micros(sample.due), Ordering::Relaxed);
        self.last_done.fetch_max(micros(sample.done), Ordering::Relaxed);
        self.tally(step).add(sample);
    }

    /// Counts a request that was turned away until nobody asked any more.
    pub fn give_up(&self) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
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
            given_up: self.given_up.load(Ordering::Relaxed),
            examples: self.examples.lock().expect("keeping does not panic").clone(),
            ..Breaks::default()
        };
        for step in Step::ALL {
            for (outcome, count) in self.tally(step).outcomes() {
                match outcome {
                    Outcome::Shed => breaks.shed += count,
                    // The generator's own fault is for its health to say.
                    Outcome::Exhausted => {}
                    _ if outcome.is_error() => breaks.errors += count,
                    _ => {}
                }
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

    /// How late requests were sent that something other than the last answer made due: the others
    /// are due when they are sent. Where connections are shared, all may have waited for one.
    pub fn dispatch(&self, with_lanes: bool) -> Latencies {
        let mut all = Latencies::of_run();
        for step in Step::ALL.into_iter().filter(|step| with_lanes || step.is_scheduled()) {
            all.merge(self.tally(step).dispatch.histogram()).expect("all are of a run");
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

fn micros(at: Duration) -> u64 {
    u64::try_from(at.as_micros()).unwrap_or(u64::MAX)
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

    use super::super::tally::ENDINGS_MAX;
    use super::*;

    fn sample(due: u64, started: u64, done: u64, outcome: Outcome) -> Sample {
        let [due, started, done] = [due, started, done].map(Duration::from_millis);
        Sample { due, started, done, since: None, outcome, status: 200 }
    }

    #[test]
    fn a_step_has_three_clocks_and_counts_by_how_requests_ended() {
        let recorder = Recorder::new();
        for outcome in [Outcome::Ok, Outcome::Shed, Outcome::Reset] {
            let since = Some(Duration::ZERO);
            recorder.add(Step::Poll, Sample { since, ..sample(0, 10, 30, outcome) });
        }
        let [poll] = recorder.report().try_into().unwrap();
        assert_eq!((poll.count, poll.errors(), poll.ended(Outcome::Shed)), (3, 1, 1));
        let near = |millis: f64, expected: f64| (millis - expected).abs() < 0.1;
        assert!(near(poll.dispatch.p50_ms, 10.0) && near(poll.service.p50_ms, 20.0));
        assert!(near(poll.felt().p50_ms, 30.0));
        assert_eq!((recorder.breaks().errors, recorder.breaks().shed), (1, 1));
    }

    #[test]
    fn who_is_turned_away_and_asks_again_has_waited_since_the_first_time() {
        let recorder = Recorder::new();
        recorder.add(Step::Join, sample(0, 0, 1, Outcome::Shed));
        let since = Some(Duration::ZERO);
        recorder.add(Step::Join, Sample { since, ..sample(8_000, 8_000, 8_001, Outcome::Ok) });
        let [join] = recorder.report().try_into().unwrap();
        assert_eq!((join.count, join.felt().samples), (2, 1));
        assert!((join.felt().p50_ms - 8_001.0).abs() < 8.1, "{:?}", join.felt());
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
    fn what_warms_up_is_shown_and_not_counted() {
        let recorder = Recorder::new();
        recorder.count_from(Duration::from_secs(1));
        recorder.add(Step::Join, sample(999, 999, 5_000, Outcome::Ok));
        assert_eq!((recorder.report().len(), recorder.first_due()), (0, None));
        recorder.add(Step::Join, sample(1_000, 1_000, 1_010, Outcome::Ok));
        assert_eq!(recorder.report()[0].count, 1);
        assert_eq!(recorder.active(), Duration::from_millis(10));
        assert_eq!(recorder.turn_window().steps[&Step::Join].count, 2);
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
