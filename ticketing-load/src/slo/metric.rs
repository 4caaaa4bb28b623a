//! What can be measured of a run, by name.

use crate::record::{Outcome, Quantiles, Step, StepReport};
use crate::report::Sale;

/// What has been measured of a run, at its end or before.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// The requests, by step.
    pub steps: &'a [StepReport],
    /// From when the first of them was due until the last one was done.
    pub active_seconds: f64,
    /// The on-sale, once it is over.
    pub sale: Option<&'a Sale>,
}

/// Something measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Metric {
    /// A step's time.
    Latency { step: Step, clock: Clock, statistic: Statistic },
    /// Of a step's requests, or of all, the share that ended so.
    Share { step: Option<Step>, ending: Ending },
    /// A step's requests, or all, per second.
    Rate { step: Option<Step> },
    /// A step's requests, or all.
    Count { step: Option<Step> },
    /// Buyers admitted per second while there was a line.
    AdmitRate,
    /// Seats sold.
    Sold,
    /// Buyers who got seats.
    Bought,
}

/// Which of the three clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// The time that people felt: response where there is one, service elsewhere.
    Felt,
    Dispatch,
    Service,
    Response,
}

/// Which number of a histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Statistic {
    Mean,
    P50,
    P90,
    P95,
    P99,
    P999,
    Max,
}

/// How requests ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// They broke.
    Errors,
    /// In this one way.
    Exactly(Outcome),
}

/// What a value is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// `250ms`.
    Millis,
    /// `0.1%`.
    Percent,
    /// `20/s`.
    PerSecond,
    /// `1500`.
    Number,
}

impl Unit {
    /// As it stands behind a value.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Millis => "ms",
            Self::Percent => "%",
            Self::PerSecond => "/s",
            Self::Number => "",
        }
    }

    /// How a value is written.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Millis => "250ms",
            Self::Percent => "0.1%",
            Self::PerSecond => "20/s",
            Self::Number => "1500",
        }
    }
}

impl Statistic {
    pub(super) const ALL: [(&'static str, Self); 7] = [
        ("mean", Self::Mean),
        ("p50", Self::P50),
        ("p90", Self::P90),
        ("p95", Self::P95),
        ("p99", Self::P99),
        ("p99.9", Self::P999),
        ("max", Self::Max),
    ];

    fn of(self, quantiles: &Quantiles) -> f64 {
        match self {
            Self::Mean => quantiles.mean_ms,
            Self::P50 => quantiles.p50_ms,
            Self::P90 => quantiles.p90_ms,
            Self::P95 => quantiles.p95_ms,
            Self::P99 => quantiles.p99_ms,
            Self::P999 => quantiles.p999_ms,
            Self::Max => quantiles.max_ms,
        }
    }
}

impl Clock {
    pub(super) const ALL: [(&'static str, Self); 3] =
        [("dispatch", Self::Dispatch), ("service", Self::Service), ("response", Self::Response)];

    fn of(self, step: &StepReport) -> Option<&Quantiles> {
        match self {
            Self::Felt => Some(step.felt()),
            Self::Dispatch => Some(&step.dispatch),
            Self::Service => Some(&step.service),
            Self::Response => step.response.as_ref(),
        }
    }
}

impl Metric {
    /// What its values are written in.
    pub(super) fn unit(self) -> Unit {
        match self {
            Self::Latency { .. } => Unit::Millis,
            Self::Share { .. } => Unit::Percent,
            Self::Rate { .. } | Self::AdmitRate => Unit::PerSecond,
            Self::Count { .. } | Self::Sold | Self::Bought => Unit::Number,
        }
    }

    /// The step that it is of.
    pub(super) fn step(self) -> Option<Step> {
        match self {
            Self::Latency { step, .. } => Some(step),
            Self::Share { step, .. } | Self::Rate { step } | Self::Count { step } => step,
            Self::AdmitRate | Self::Sold | Self::Bought => None,
        }
    }

    /// True where it can be measured of a run of this step alone.
    pub(super) fn is_of(self, only: Step) -> bool {
        match self {
            Self::Latency { step, .. } => step == only,
            Self::Share { step, .. } | Self::Rate { step } | Self::Count { step } => {
                step.is_none_or(|step| step == only)
            }
            Self::AdmitRate | Self::Sold | Self::Bought => false,
        }
    }

    /// What was measured, in its unit; none where nothing was.
    pub(super) fn of(self, run: Measured<'_>) -> Option<f64> {
        let steps = |wanted: Option<Step>| {
            run.steps.iter().filter(move |step| wanted.is_none_or(|wanted| step.name == wanted))
        };
        let count = |step| steps(step).map(|step| step.count).sum::<u64>();
        match self {
            Self::Latency { step, clock, statistic } => {
                let quantiles = steps(Some(step)).find_map(|step| clock.of(step))?;
                (quantiles.samples > 0).then(|| statistic.of(quantiles))
            }
            Self::Share { step, ending } => {
                let ended = |step: &StepReport| match ending {
                    Ending::Errors => step.errors(),
                    Ending::Exactly(outcome) => step.ended(outcome),
                };
                let part: u64 = steps(step).map(ended).sum();
                let all = count(step);
                (all > 0).then(|| part as f64 / all as f64 * 100.0)
            }
            Self::Rate { step } => {
                let lasted = run.active_seconds;
                (lasted > 0.0).then(|| count(step) as f64 / lasted)
            }
            Self::Count { step } => Some(count(step) as f64),
            Self::AdmitRate => run.sale?.admit_rate,
            Self::Sold => Some(f64::from(run.sale?.sold)),
            Self::Bought => Some(run.sale?.bought as f64),
        }
    }
}
