//! The tally of one step, and what it comes to in numbers.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::latencies::{Latencies, Quantiles};
use super::outcome::Outcome;
use super::sample::Sample;
use super::step::Step;

/// Different endings that have a histogram of their own in one step; a server that answers with
/// every status there is shares the last.
pub(super) const ENDINGS_MAX: usize = 24;

#[derive(Debug)]
pub(super) struct Tally {
    /// From due to sent: the generator's own lateness.
    pub(super) dispatch: Latencies,
    /// From sent to done.
    service: Latencies,
    /// From due to done.
    response: Latencies,
    endings: BTreeMap<(Outcome, u16), Latencies>,
    pub(super) window: Latencies,
    pub(super) window_errors: u64,
}

/// One step in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// With this status; zero for none.
    pub status: u16,
    /// How long they took.
    pub service: Quantiles,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            dispatch: Latencies::of_run(),
            service: Latencies::of_run(),
            response: Latencies::of_run(),
            endings: BTreeMap::new(),
            window: Latencies::of_window(),
            window_errors: 0,
        }
    }

    /// Takes one request of this step.
    pub(super) fn add(&mut self, sample: Sample) {
        self.show(sample);
        let Sample { due, started, done, since, outcome, status } = sample;
        let service = done.saturating_sub(started);
        self.dispatch.add(started.saturating_sub(due));
        self.service.add(service);
        self.ending(outcome, status).add(service);
        if let Some(since) = since {
            self.response.add(done.saturating_sub(since));
        }
    }

    /// Takes one for the second in which it ended alone.
    pub(super) fn show(&mut self, sample: Sample) {
        let felt = sample.done.saturating_sub(sample.since.unwrap_or(sample.started));
        self.window.add(felt);
        self.window_errors += u64::from(sample.outcome.is_error());
    }

    fn ending(&mut self, outcome: Outcome, status: u16) -> &mut Latencies {
        let full = self.endings.len() >= ENDINGS_MAX;
        let known = self.endings.contains_key(&(outcome, status));
        let status = if full && !known { 0 } else { status };
        self.endings.entry((outcome, status)).or_insert_with(Latencies::of_run)
    }

    pub(super) fn outcomes(&self) -> BTreeMap<Outcome, u64> {
        let mut outcomes = BTreeMap::new();
        for ((outcome, _), latencies) in &self.endings {
            *outcomes.entry(*outcome).or_default() += latencies.samples();
        }
        outcomes
    }

    pub(super) fn histograms(&self, step: Step) -> Vec<(String, Latencies)> {
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

    pub(super) fn report(&self, step: Step) -> StepReport {
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
            response: (self.response.samples() > 0).then(|| self.response.quantiles()),
            endings: self.endings.iter().map(ended).collect(),
        }
    }

    /// Takes a histogram back that was written under the rest of its name.
    pub(super) fn take(&mut self, name: &str, histogram: &Histogram<u32>) -> Option<()> {
        match name {
            "dispatch" => self.dispatch.merge(histogram)?,
            "service" => self.service.merge(histogram)?,
            "response" => self.response.merge(histogram)?,
            _ => {
                let (outcome, status) = name.strip_prefix("ended.")?.split_once('.')?;
                let outcome = Outcome::ALL.into_iter().find(|known| known.name() == outcome)?;
                self.ending(outcome, status.parse().ok()?).merge(histogram)?;
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

    /// True where one at least was answered as asked, or as a contested sale answers.
    pub fn is_answered(&self) -> bool {
        self.ended(Outcome::Ok) + self.ended(Outcome::Expected) > 0
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
