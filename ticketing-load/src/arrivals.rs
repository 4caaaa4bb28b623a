//! When buyers arrive: a Poisson stream, fixed by the seed.

use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1};

/// The random stream of the arrivals; buyers have the streams from 1 on.
const ARRIVALS_STREAM: u64 = 0;

/// The offsets at which `count` buyers arrive, about `window` long in all. They are sums of
/// exponential gaps, computed before anybody arrives: a late buyer delays nobody after it.
pub fn poisson(seed: u64, count: usize, window: Duration) -> Vec<Duration> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(ARRIVALS_STREAM);
    let count_in_window = u32::try_from(count.max(1)).expect("a crowd is counted in thousands");
    let mean_gap = window / count_in_window;
    let gaps = Exp1.sample_iter(&mut rng).take(count);
    gaps.scan(Duration::ZERO, |at, gap: f64| {
        *at += mean_gap.mul_f64(gap);
        Some(*at)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(5);

    #[test]
    fn the_same_seed_gives_the_same_arrivals() {
        assert_eq!(poisson(7, 100, WINDOW), poisson(7, 100, WINDOW));
        assert_ne!(poisson(7, 100, WINDOW), poisson(8, 100, WINDOW));
    }

    #[test]
    fn arrivals_are_in_order_and_fill_the_window() {
        let arrivals = poisson(1, 5_000, WINDOW);
        assert!(arrivals.is_sorted());
        let last = arrivals.last().unwrap().as_secs_f64();
        assert!((4.5..5.5).contains(&last), "{last}");
    }
}
