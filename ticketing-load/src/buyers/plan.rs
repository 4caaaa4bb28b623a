//! What a buyer is like: fixed by the seed before it arrives.

use std::time::Duration;

use rand::distr::weighted::WeightedIndex;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal, Weibull};

use super::ways::Ways;

/// Nobody thinks longer than this, or waits longer than that: both distributions have long tails.
const LONGEST_THOUGHT: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// One buyer's plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Seats that it would like.
    pub party: u32,
    /// How long it stays; `None` for one who waits until there is nothing left.
    pub patience: Option<Duration>,
    /// How it chooses.
    pub taste: Taste,
    /// What it does differently.
    pub quirk: Quirk,
    /// How often it asks about its place, whatever it was told.
    pub refreshes: Option<Duration>,
    /// Whether it tries another card after a declined one.
    pub another_card: bool,
    /// How long it thinks.
    think: LogNormal<f64>,
    /// Its own randomness, for think times and keys.
    pub rng: ChaCha8Rng,
}

/// How a buyer chooses its seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taste {
    /// The best there is, at first in this category only.
    Best(Option<String>),
    /// From the map.
    ByHand,
    /// The hottest seats, whatever the map says.
    Hottest,
}

/// What a buyer does differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// Nothing.
    None,
    /// Stops asking without a word.
    VanishesWaiting,
    /// Comes in and goes away without a word.
    VanishesInside,
    /// Goes away with seats on hold.
    VanishesHolding,
    /// Goes away with an order unpaid.
    VanishesOrdered,
    /// Waits a little and leaves.
    LeavesWaiting,
    /// Comes in and leaves.
    LeavesInside,
    /// Its first card is declined.
    Declined,
    /// Lets its first hold go and chooses again.
    ReleasesOnce,
    /// Cancels its first order and chooses again.
    CancelsOnce,
    /// Sends every order and every payment twice, with one key.
    ClicksTwice,
}

impl Plan {
    /// The plan of buyer number `index` of a crowd with these ways, in a hall with these
    /// categories.
    pub fn new(seed: u64, index: u64, ways: &Ways, categories: &[String]) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(index + 1);
        let party = ways.party[pick(&mut rng, ways.party.iter().map(|size| size.weight))].seats;
        let patience = (!rng.random_bool(ways.determined)).then(|| patience(&mut rng, ways));
        let taste = taste(&mut rng, ways, categories);
        let quirk = quirk(rng.random_range(0..1000), ways);
        let another_card = rng.random_bool(ways.another_card);
        let refreshes = rng.random_bool(ways.refresh.share).then_some(ways.refresh.every);
        let think = LogNormal::new(ways.think.median.as_secs_f64().ln(), ways.think.sigma)
            .expect("checked where the ways were read");
        Self { party, patience, taste, quirk, refreshes, another_card, think, rng }
    }

    /// How long it thinks this time.
    pub fn thought(&mut self) -> Duration {
        let seconds = self.think.sample(&mut self.rng);
        Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_THOUGHT).min(LONGEST_THOUGHT)
    }
}

fn patience(rng: &mut ChaCha8Rng, ways: &Ways) -> Duration {
    let scale = ways.patience.scale.as_secs_f64();
    let waits = Weibull::new(scale, ways.patience.shape).expect("checked where it was read");
    Duration::try_from_secs_f64(waits.sample(rng)).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
}

fn taste(rng: &mut ChaCha8Rng, ways: &Ways, categories: &[String]) -> Taste {
    let strategies = &ways.strategies;
    let weights = [strategies.best, strategies.category, strategies.by_hand, strategies.front_row];
    // One who wants a category draws it always, so that the draws after it stay the same.
    let category = categories.choose(rng).cloned();
    match pick(rng, weights.into_iter()) {
        0 => Taste::Best(None),
        1 => Taste::Best(category),
        2 => Taste::ByHand,
        _ => Taste::Hottest,
    }
}

/// One of them, by their weights.
fn pick(rng: &mut impl Rng, weights: impl Iterator<Item = f64>) -> usize {
    let weights = WeightedIndex::new(weights).expect("checked where they were read");
    weights.sample(rng)
}

fn quirk(mut draw: u32, ways: &Ways) -> Quirk {
    for (share, quirk) in ways.per_thousand.shares() {
        if draw < share {
            return quirk;
        }
        draw -= share;
    }
    Quirk::None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans(ways: &Ways) -> Vec<Plan> {
        let categories = ["I".to_owned(), "II".to_owned()];
        (0..2_000).map(|index| Plan::new(3, index, ways, &categories)).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_plans_and_thoughts() {
        let seen = |mut plan: Plan| {
            let thought = plan.thought();
            (plan.party, plan.patience, plan.taste, plan.quirk, plan.another_card, thought)
        };
        let (first, second) = (plans(&Ways::default()), plans(&Ways::default()));
        assert!(first.into_iter().map(seen).eq(second.into_iter().map(seen)));
    }

    #[test]
    fn a_crowd_has_buyers_of_every_kind() {
        let ways = Ways::default();
        let plans = plans(&ways);
        for (share, quirk) in ways.per_thousand.shares() {
            let like_it = plans.iter().filter(|plan| plan.quirk == quirk).count();
            assert_eq!(like_it > 0, share > 0, "{quirk:?}");
        }
        assert!((1..=4).all(|party| plans.iter().any(|plan| plan.party == party)));
        assert!(plans.iter().all(|plan| plan.taste != Taste::Hottest));
    }

    #[test]
    fn half_of_those_who_do_not_stay_are_gone_after_the_median_of_their_patience() {
        let ways = Ways { determined: 0.0, ..Ways::default() };
        let median = ways.patience.scale.mul_f64(2_f64.ln().powf(1.0 / ways.patience.shape));
        let gone = plans(&ways).iter().filter(|plan| plan.patience < Some(median)).count();
        assert!((900..1_100).contains(&gone), "{gone}");
    }

    #[test]
    fn half_of_all_thoughts_are_longer_than_the_median() {
        let ways = Ways::default();
        let thoughts = plans(&ways).into_iter().map(|mut plan| plan.thought());
        let long = thoughts.filter(|thought| *thought > ways.think.median).count();
        assert!((900..1_100).contains(&long), "{long}");
    }

    #[test]
    fn most_of_a_pushy_crowd_wants_the_same_seats() {
        let mut ways = Ways::default();
        ways.strategies.front_row = 300.0;
        let plans = plans(&ways);
        let hottest = plans.iter().filter(|plan| plan.taste == Taste::Hottest).count();
        assert!(hottest > plans.len() / 2, "{hottest}");
    }
}
