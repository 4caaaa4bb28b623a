//! The shapes that a scenario or a flag names, and the curve that each means.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ARRIVALS_MAX, Curve, Schedule, Spacing};
use crate::span;

/// Of an on-sale's buyers, those who come before it opens, and those who come with the herd.
const EARLY: f64 = 0.25;
const HERD: f64 = 0.6;

/// How people come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "shape", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Shape {
    /// So many per second, for so long.
    Constant {
        /// Per second.
        rate: f64,
        /// For how long.
        #[serde(with = "span")]
        #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
        lasts: Duration,
    },
    /// From one rate to another.
    Ramp {
        /// Per second, at first.
        from: f64,
        /// Per second, at the end.
        to: f64,
        /// For how long.
        #[serde(with = "span")]
        #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
        lasts: Duration,
    },
    /// Straight lines between rates at given times.
    Stages {
        /// Oldest first.
        stages: Vec<Stage>,
    },
    /// All together.
    AtOnce {
        /// How many.
        buyers: u64,
    },
    /// As people come to an on-sale: more and more before it opens, then the herd, then the tail.
    OnSale {
        /// How many in all.
        buyers: u64,
        /// How long people come before it opens.
        #[serde(with = "span")]
        #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
        build_up: Duration,
        /// How long the herd comes.
        #[serde(with = "span")]
        #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
        herd: Duration,
        /// How long the last ones come.
        #[serde(with = "span")]
        #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
        tail: Duration,
    },
    /// Each once one of those before is gone: a closed population, for soak tests. What it shows of
    /// a server that stands still is far too good.
    Users {
        /// How many are there at a time.
        users: u32,
        /// How many come in all.
        buyers: u64,
    },
    /// As they came once.
    Recorded {
        /// When each came after the first, in milliseconds.
        times_ms: Vec<u64>,
    },
}

/// A rate at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// When.
    #[serde(with = "span")]
    #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
    pub at: Duration,
    /// Per second.
    pub rate: f64,
}

impl Shape {
    /// When everybody comes; the error says what is wrong with it.
    pub fn schedule(&self, spacing: Spacing, seed: u64) -> Result<Schedule, String> {
        let schedule = match self {
            Self::Recorded { times_ms } => recorded(times_ms)?,
            Self::Users { users: 0, .. } => return Err("one user at least".to_owned()),
            Self::Users { users, buyers } => {
                Schedule::Closed { users: *users as usize, buyers: *buyers }
            }
            along => Schedule::Along { curve: along.curve()?, spacing, seed },
        };
        match schedule.count() {
            0 => Err("nobody arrives".to_owned()),
            count if count > ARRIVALS_MAX => {
                Err(format!("{count} arrivals are more than {ARRIVALS_MAX}"))
            }
            _ if schedule.lasts() > span::LONGEST => {
                Err("they arrive over more than a month".to_owned())
            }
            _ => Ok(schedule),
        }
    }

    fn curve(&self) -> Result<Curve, String> {
        Ok(match self {
            Self::Recorded { .. } | Self::Users { .. } => Curve::new(),
            Self::Constant { rate, lasts } => line(*lasts, *rate, *rate)?,
            Self::Ramp { from, to, lasts } => line(*lasts, *from, *to)?,
            Self::Stages { stages } => through(stages)?,
            Self::AtOnce { buyers } => Curve::new().burst(*buyers as f64),
            Self::OnSale { buyers, build_up, herd, tail } => {
                let (build_up_rate, herd_rate, tail_rate) =
                    (peak(*build_up), peak(*herd), peak(*tail));
                let buyers = *buyers as f64;
                Curve::new()
                    .line(*build_up, 0.0, EARLY * buyers * build_up_rate?)
                    .line(*herd, HERD * buyers * herd_rate?, 0.0)
                    .line(*tail, (1.0 - EARLY - HERD) * buyers * tail_rate?, 0.0)
            }
        })
    }

    /// When, after the first may come, an on-sale opens.
    pub fn opens_after(&self) -> Duration {
        match self {
            Self::OnSale { build_up, .. } => *build_up,
            _ => Duration::ZERO,
        }
    }
}

fn recorded(times_ms: &[u64]) -> Result<Schedule, String> {
    if !times_ms.is_sorted() {
        return Err("recorded arrivals stand in the order in which they came".to_owned());
    }
    Ok(Schedule::Recorded(times_ms.iter().copied().map(Duration::from_millis).collect()))
}

/// The rate at the high end of a straight line that ends at zero and brings one buyer.
fn peak(lasts: Duration) -> Result<f64, String> {
    if lasts.is_zero() {
        return Err("each part of an on-sale takes time".to_owned());
    }
    Ok(2.0 / lasts.as_secs_f64())
}

fn line(lasts: Duration, from: f64, to: f64) -> Result<Curve, String> {
    if lasts.is_zero() {
        return Err("arrivals that last take time; for all together there is at-once".to_owned());
    }
    Ok(Curve::new().line(lasts, valid(from)?, valid(to)?))
}

fn valid(rate: f64) -> Result<f64, String> {
    if rate.is_finite() && rate >= 0.0 { Ok(rate) } else { Err(format!("{rate} is no rate")) }
}

fn through(stages: &[Stage]) -> Result<Curve, String> {
    if stages.first().is_none_or(|first| !first.at.is_zero()) {
        return Err("the first stage is at 0s".to_owned());
    }
    let mut curve = Curve::new();
    for two in stages.windows(2) {
        let lasts = two[1].at.checked_sub(two[0].at);
        let lasts = lasts.ok_or_else(|| "stages follow one another in time".to_owned())?;
        let (from, to) = (valid(two[0].rate)?, valid(two[1].rate)?);
        // Two rates at one time are a step.
        if !lasts.is_zero() {
            curve = curve.line(lasts, from, to);
        }
    }
    Ok(curve)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn stage(at: u64, rate: f64) -> Stage {
        Stage { at: Duration::from_secs(at), rate }
    }

    #[test]
    fn an_on_sale_has_a_build_up_a_herd_and_a_tail() {
        let shape = Shape::OnSale {
            buyers: 1_000,
            build_up: 10 * SECOND,
            herd: 2 * SECOND,
            tail: 8 * SECOND,
        };
        let curve = shape.curve().unwrap();
        assert_eq!((curve.count(), curve.lasts()), (1_000, 20 * SECOND));
        assert_eq!(shape.opens_after(), 10 * SECOND);
        assert_eq!(curve.time_of(250.0), 10 * SECOND);
        assert_eq!(curve.time_of(850.0).as_millis(), 12_000);
        let herd_begins = curve.time_of(300.0).saturating_sub(10 * SECOND);
        assert!(herd_begins < SECOND / 10, "fifty come at once, in {herd_begins:?}");
    }

    #[test]
    fn stages_are_lines_between_rates_and_two_at_one_time_a_step() {
        let stages = vec![stage(0, 0.0), stage(10, 100.0), stage(10, 10.0), stage(20, 10.0)];
        let curve = Shape::Stages { stages }.curve().unwrap();
        assert_eq!((curve.count(), curve.lasts()), (600, 20 * SECOND));
    }

    #[test]
    fn what_brings_nobody_or_goes_back_in_time_is_refused() {
        let wrong = [
            Shape::Constant { rate: 0.0, lasts: SECOND },
            Shape::Constant { rate: 9.0, lasts: Duration::ZERO },
            Shape::Constant { rate: f64::NAN, lasts: SECOND },
            Shape::Constant { rate: -1.0, lasts: SECOND },
            Shape::Constant { rate: 1e12, lasts: SECOND },
            Shape::AtOnce { buyers: 0 },
            Shape::Stages { stages: vec![stage(1, 1.0), stage(2, 1.0)] },
            Shape::Stages { stages: vec![stage(0, 1.0), stage(2, 1.0), stage(1, 1.0)] },
            Shape::OnSale { buyers: 1, build_up: Duration::ZERO, herd: SECOND, tail: SECOND },
            Shape::Recorded { times_ms: vec![] },
            Shape::Users { users: 0, buyers: 9 },
            Shape::Users { users: 9, buyers: 0 },
            Shape::Recorded { times_ms: vec![0, 2, 1] },
            Shape::Recorded { times_ms: vec![0, u64::MAX] },
        ];
        for shape in wrong {
            assert!(shape.schedule(Spacing::Even, 0).is_err(), "{shape:?}");
        }
    }
}
