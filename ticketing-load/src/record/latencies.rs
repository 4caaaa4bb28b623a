//! Histograms of latencies, flat in memory however many samples they take.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From a microsecond to five minutes.
const LONGEST_US: u64 = 300_000_000;

/// Told apart to so many digits over a run, and within a second of it.
const DIGITS: u8 = 3;
const WINDOW_DIGITS: u8 = 2;

/// How long something took, many times.
#[derive(Debug, Clone)]
pub struct Latencies(Histogram<u32>);

/// A histogram in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Quantiles {
    /// From so many samples.
    pub samples: u64,
    /// On average.
    pub mean_ms: f64,
    /// Half took no longer.
    pub p50_ms: f64,
    /// Nine of ten took no longer.
    pub p90_ms: f64,
    /// Nineteen of twenty took no longer.
    pub p95_ms: f64,
    /// Ninety-nine of a hundred took no longer.
    pub p99_ms: f64,
    /// Of a thousand, all but one took no longer.
    pub p999_ms: f64,
    /// The slowest.
    pub max_ms: f64,
}

impl Latencies {
    /// Of a whole run: told apart to three digits, in 80 KiB.
    pub fn of_run() -> Self {
        Self::with_digits(DIGITS)
    }

    /// Of a moment: told apart to two digits, in 11 KiB.
    pub fn of_window() -> Self {
        Self::with_digits(WINDOW_DIGITS)
    }

    fn with_digits(digits: u8) -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_US, digits)
            .expect("the bounds are constants that fit");
        Self(histogram)
    }

    /// The histogram itself, in microseconds.
    pub fn histogram(&self) -> &Histogram<u32> {
        &self.0
    }

    /// Takes one more.
    pub fn add(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
        self.0.saturating_record(micros.clamp(1, LONGEST_US));
    }

    /// Takes all of another; none of it where it has what is out of bounds here.
    pub fn merge(&mut self, other: &Histogram<u32>) -> Option<()> {
        (other.max() <= self.0.high().max(LONGEST_US)).then(|| self.0.add(other).ok())?
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.0.reset();
    }

    /// How many it has taken.
    pub fn samples(&self) -> u64 {
        self.0.len()
    }

    /// So many per cent took no longer.
    pub fn percentile(&self, percent: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(percent / 100.0).min(self.0.max()))
    }

    /// In numbers; zero where nothing was measured.
    pub fn quantiles(&self) -> Quantiles {
        let at = |percent| self.percentile(percent).as_micros() as f64 / 1e3;
        Quantiles {
            samples: self.samples(),
            mean_ms: self.0.mean().round() / 1e3,
            p50_ms: at(50.0),
            p90_ms: at(90.0),
            p95_ms: at(95.0),
            p99_ms: at(99.0),
            p999_ms: at(99.9),
            max_ms: at(100.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_tells_three_digits_apart_and_takes_what_is_out_of_bounds() {
        let mut latencies = Latencies::of_run();
        for millis in 1..=1_000 {
            latencies.add(Duration::from_millis(millis));
        }
        let quantiles = latencies.quantiles();
        assert!((quantiles.p99_ms - 990.0).abs() <= 1.0, "{quantiles:?}");
        assert!((quantiles.mean_ms - 500.5).abs() <= 0.5, "{quantiles:?}");
        latencies.add(Duration::ZERO);
        latencies.add(Duration::from_secs(3_600));
        assert_eq!(latencies.samples(), 1_002);
        assert!((latencies.quantiles().max_ms - 300_000.0).abs() < 300.0);
    }

    #[test]
    fn a_hundred_million_samples_take_no_more_memory_than_one() {
        let mut latencies = Latencies::of_run();
        let room = latencies.0.distinct_values();
        latencies.add(Duration::from_hours(24));
        for _ in 0..100 {
            latencies.0.record_n(3_000, 1_000_000).unwrap();
        }
        assert_eq!(latencies.samples(), 100_000_001);
        assert_eq!(latencies.0.distinct_values(), room);
    }

    #[test]
    fn merging_adds_samples_and_never_averages() {
        let (mut quick, mut slow) = (Latencies::of_run(), Latencies::of_run());
        for _ in 0..99 {
            quick.add(Duration::from_millis(1));
        }
        slow.add(Duration::from_millis(100));
        quick.merge(slow.histogram()).unwrap();
        let mut foreign = Histogram::new(3).unwrap();
        foreign.record(10 * LONGEST_US).unwrap();
        assert_eq!(quick.merge(&foreign), None);
        assert!((quick.quantiles().p99_ms - 1.0).abs() < 0.01);
        assert!((quick.quantiles().max_ms - 100.0).abs() < 0.1);
    }
}
