//! What a run is to be measured by: `hold:p99<250ms`, `errors<0.1%`, `line.admit_rate=20/s+-5%`.

mod metric;
mod parse;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::Step;

pub use metric::Measured;
use metric::Metric;

/// One objective.
#[derive(Debug, Clone, PartialEq)]
pub struct Slo {
    /// What it was written as.
    text: String,
    metric: Metric,
    bound: Bound,
}

/// What the metric has to be, in the metric's own unit.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    Below { limit: f64, itself: bool },
    Above { limit: f64, itself: bool },
    Near { value: f64, share: f64 },
}

/// What became of an objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Met {
    /// The objective, as it was written.
    pub slo: String,
    /// True where it was met; none where nothing was measured that it speaks of.
    pub met: Option<bool>,
    /// What was measured, in the metric's own unit.
    pub measured: Option<f64>,
    /// The unit.
    pub unit: String,
}

impl Slo {
    /// Reads an objective; the error names what is not known or does not fit, and what is.
    pub fn parse(text: &str) -> Result<Self, String> {
        parse::parse(text)
    }

    /// True where it can be measured of a run of this step alone.
    pub fn is_of(&self, only: Step) -> bool {
        self.metric.is_of(only)
    }

    /// True where it is of this step.
    pub fn names(&self, step: Step) -> bool {
        self.metric.step() == Some(step)
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True where it can be missed before the run is over: a time or a share with an upper bound.
    /// How much there was of something is known at the end.
    pub fn can_be_missed_early(&self) -> bool {
        let bounded = matches!(self.bound, Bound::Below { .. });
        bounded && matches!(self.metric, Metric::Latency { .. } | Metric::Share { .. })
    }

    /// Judges what was measured by it.
    pub fn judge(&self, measured: Measured<'_>) -> Met {
        let measured = self.metric.of(measured);
        Met {
            slo: self.text.clone(),
            met: measured.map(|value| self.bound.holds(value)),
            measured,
            unit: self.metric.unit().symbol().to_owned(),
        }
    }
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::Below { limit, itself } => value < limit || (itself && value <= limit),
            Self::Above { limit, itself } => value > limit || (itself && value >= limit),
            Self::Near { value: aim, share } => (value - aim).abs() <= aim.abs() * share,
        }
    }
}

impl Met {
    /// True where it was not met. What was not measured was not.
    pub fn is_breached(&self) -> bool {
        self.met != Some(true)
    }
}
