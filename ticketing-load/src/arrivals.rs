//! When buyers arrive: a schedule that the seed fixes before anybody comes, and that no slow
//! answer changes.

mod curve;
mod shape;

use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use curve::Curve;
pub use shape::{Shape, Stage};

/// The random stream of the arrivals; buyers have the streams from 1 on.
const ARRIVALS_STREAM: u64 = 0;

/// More arrivals than this are a slip of a unit, not a run.
pub const ARRIVALS_MAX: u64 = 10_000_000_000;

/// One arrival, and when it is due after the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Counted from zero over the whole run, shards together.
    pub number: u64,
    /// When it is due.
    pub due: Duration,
}

/// How arrivals lie on their curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// At random, as people come who know nothing of each other.
    #[default]
    Poisson,
    /// As evenly as the curve lets them.
    Even,
}

/// The part of a run that one generator plays: every `of`-th arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shard {
    /// From 1 on.
    pub number: u32,
    /// How many generators there are.
    pub of: u32,
}

impl Default for Shard {
    fn default() -> Self {
        Self { number: 1, of: 1 }
    }
}

impl Shard {
    /// True where this generator plays the arrival.
    pub fn owns(self, arrival: u64) -> bool {
        arrival % u64::from(self.of) + 1 == u64::from(self.number)
    }
}

/// When everybody arrives. A value: walking over it twice gives the same times.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// So many along a curve.
    Along {
        /// How fast they come when.
        curve: Curve,
        /// How they lie on it.
        spacing: Spacing,
        /// Fixes what is random about it.
        seed: u64,
    },
    /// At the recorded times, in their order.
    Recorded(Arc<[Duration]>),
    /// Each once one of those before is gone; nothing else says when.
    Closed {
        /// So many are there at a time.
        users: usize,
        /// So many come in all.
        buyers: u64,
    },
}

impl Schedule {
    /// How many arrive.
    pub fn count(&self) -> u64 {
        match self {
            Self::Along { curve, .. } => curve.count(),
            Self::Recorded(times) => times.len() as u64,
            Self::Closed { buyers, .. } => *buyers,
        }
    }

    /// Until when they arrive, where that is known beforehand.
    pub fn lasts(&self) -> Duration {
        match self {
            Self::Along { curve, .. } => curve.lasts(),
            Self::Recorded(times) => times.last().copied().unwrap_or_default(),
            Self::Closed { .. } => Duration::ZERO,
        }
    }

    /// How many may be there at a time, where others wait for that and not for a time.
    pub fn users(&self) -> Option<usize> {
        match self {
            Self::Closed { users, .. } => Some(*users),
            Self::Along { .. } | Self::Recorded(_) => None,
        }
    }

    /// Every arrival, in order.
    pub fn arrivals(&self) -> Box<dyn Iterator<Item = Arrival> + Send + 'static> {
        match self {
            Self::Along { curve, spacing: Spacing::Even, .. } => Box::new(even(curve.clone())),
            Self::Along { curve, spacing: Spacing::Poisson, seed } => {
                Box::new(poisson(curve.clone(), *seed))
            }
            Self::Recorded(times) => {
                let times = Arc::clone(times);
                let due = move |number: u64| {
                    let at = usize::try_from(number).ok()?;
                    Some(Arrival { number, due: *times.get(at)? })
                };
                Box::new((0..).map_while(due))
            }
            Self::Closed { buyers, .. } => {
                Box::new((0..*buyers).map(|number| Arrival { number, due: Duration::ZERO }))
            }
        }
    }

    /// How many of them one of several generators plays.
    pub fn of_shard_count(&self, shard: Shard) -> u64 {
        let (count, of, before) =
            (self.count(), u64::from(shard.of), u64::from(shard.number).saturating_sub(1));
        count.saturating_sub(before).div_ceil(of)
    }

    /// The arrivals that one of several generators plays.
    pub fn of_shard(&self, shard: Shard) -> impl Iterator<Item = Arrival> + Send + 'static {
        self.arrivals().filter(move |arrival| shard.owns(arrival.number))
    }
}

fn even(curve: Curve) -> impl Iterator<Item = Arrival> + Send {
    (0..curve.count()).map(move |number| Arrival { number, due: curve.time_of(number as f64) })
}

/// A Poisson stream of a known number: the sums of exponential gaps, measured by the sum of one
/// gap more. They are computed before anybody arrives, and twice, so that none has to be kept.
fn poisson(curve: Curve, seed: u64) -> impl Iterator<Item = Arrival> + Send {
    let count = curve.count();
    let last: f64 = gaps(seed).take(usize::try_from(count + 1).unwrap_or(usize::MAX)).sum();
    let share = curve.total() / last;
    let sums = gaps(seed).scan(0.0, |sum, gap| {
        *sum += gap;
        Some(*sum)
    });
    (0..count)
        .zip(sums)
        .map(move |(number, sum)| Arrival { number, due: curve.time_of(sum * share) })
}

fn gaps(seed: u64) -> impl Iterator<Item = f64> + Send {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(ARRIVALS_STREAM);
    Exp1.sample_iter(rng)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn along(curve: Curve, spacing: Spacing, seed: u64) -> Schedule {
        Schedule::Along { curve, spacing, seed }
    }

    fn five_thousand(spacing: Spacing, seed: u64) -> Vec<Arrival> {
        along(Curve::new().line(seconds(5.0), 1_000.0, 1_000.0), spacing, seed).arrivals().collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_arrivals() {
        assert_eq!(five_thousand(Spacing::Poisson, 7), five_thousand(Spacing::Poisson, 7));
        assert_ne!(five_thousand(Spacing::Poisson, 7), five_thousand(Spacing::Poisson, 8));
        assert_eq!(five_thousand(Spacing::Even, 7), five_thousand(Spacing::Even, 8));
    }

    #[test]
    fn random_arrivals_are_as_many_as_even_ones_in_order_and_fill_the_time() {
        for spacing in [Spacing::Poisson, Spacing::Even] {
            let arrivals = five_thousand(spacing, 1);
            assert_eq!(arrivals.len(), 5_000);
            assert!(arrivals.is_sorted_by_key(|arrival| arrival.due));
            let last = arrivals.last().unwrap().due.as_secs_f64();
            assert!((4.9..=5.0).contains(&last), "{last}");
        }
    }

    #[test]
    fn random_gaps_are_those_of_people_who_know_nothing_of_each_other() {
        let arrivals = five_thousand(Spacing::Poisson, 3);
        let gaps =
            arrivals.windows(2).map(|two| two[1].due.saturating_sub(two[0].due).as_secs_f64());
        let longer_than_the_mean = gaps.filter(|gap| *gap > 0.001).count();
        // Of exponential gaps, one in e is longer than the mean.
        assert!((1_740..1_940).contains(&longer_than_the_mean), "{longer_than_the_mean}");
    }

    #[test]
    fn shards_together_are_the_whole_and_share_nobody() {
        let schedule =
            along(Curve::new().line(seconds(1.0), 0.0, 900.0).burst(100.0), Spacing::Poisson, 42);
        let shard = |number| schedule.of_shard(Shard { number, of: 3 });
        for number in 1..=3 {
            let count = schedule.of_shard_count(Shard { number, of: 3 });
            assert_eq!(count, shard(number).count() as u64);
        }
        let mut together: Vec<_> = (1..=3).flat_map(shard).collect();
        together.sort_by_key(|arrival| arrival.number);
        assert_eq!(together, schedule.arrivals().collect::<Vec<_>>());
    }

    #[test]
    fn a_closed_population_has_no_times_and_ends() {
        let schedule = Schedule::Closed { users: 3, buyers: 7 };
        assert_eq!((schedule.count(), schedule.users()), (7, Some(3)));
        assert!(schedule.arrivals().map(|arrival| arrival.number).eq(0..7));
    }

    #[test]
    fn what_was_recorded_comes_again_as_it_came() {
        let times: Arc<[Duration]> = [0.0, 0.5, 0.5, 2.0].map(seconds).into();
        let schedule = Schedule::Recorded(Arc::clone(&times));
        assert!(schedule.arrivals().map(|arrival| arrival.due).eq(times.iter().copied()));
        assert_eq!((schedule.count(), schedule.lasts()), (4, seconds(2.0)));
    }
}
