//! What a buyer is like: fixed by the seed before it arrives.

use std::time::Duration;

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The largest party; also the seats that a performance of the demo gives to one buyer.
pub const LARGEST_PARTY: u32 = 4;

/// Of the buyers, those who wait until there is nothing left.
const DETERMINED: f64 = 0.5;

/// How long the others wait, all in all.
const PATIENCE_MS: std::ops::Range<u64> = 8_000..45_000;

/// Of the buyers, those who read the map and choose for themselves.
const BY_HAND: f64 = 0.25;

/// Of the buyers who take the best there is, those who want one price category.
const ONE_CATEGORY: f64 = 0.4;

/// Of the declined buyers, those who try another card.
const ANOTHER_CARD: f64 = 0.85;

/// Of pushy buyers, those who insist on the hottest seats.
const INSISTENT: f64 = 0.7;

/// One in so many thousand buyers has each of these ways; all others just buy.
const QUIRKS_PER_THOUSAND: [(u32, Quirk); 9] = [
    (30, Quirk::VanishesWaiting),
    (10, Quirk::VanishesInside),
    (15, Quirk::VanishesHolding),
    (10, Quirk::VanishesOrdered),
    (30, Quirk::LeavesWaiting),
    (10, Quirk::LeavesInside),
    (60, Quirk::Declined),
    (40, Quirk::ReleasesOnce),
    (30, Quirk::CancelsOnce),
];

/// How a crowd behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temper {
    /// As people do.
    Ordinary,
    /// Most insist on the same few seats, whatever the map says.
    Pushy,
}

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
    /// Whether it tries another card after a declined one.
    pub another_card: bool,
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
}

impl Plan {
    /// The plan of buyer number `index`.
    pub fn new(seed: u64, index: usize, temper: Temper, categories: &[String]) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(index as u64 + 1);
        let party = rng.random_range(1..=LARGEST_PARTY);
        let patience = (!rng.random_bool(DETERMINED))
            .then(|| Duration::from_millis(rng.random_range(PATIENCE_MS)));
        let taste = taste(&mut rng, temper, categories);
        let quirk = quirk(rng.random_range(0..1000));
        let another_card = rng.random_bool(ANOTHER_CARD);
        Self { party, patience, taste, quirk, another_card, rng }
    }
}

fn taste(rng: &mut ChaCha8Rng, temper: Temper, categories: &[String]) -> Taste {
    if temper == Temper::Pushy && rng.random_bool(INSISTENT) {
        return Taste::Hottest;
    }
    if rng.random_bool(BY_HAND) {
        return Taste::ByHand;
    }
    let picky = rng.random_bool(ONE_CATEGORY);
    Taste::Best(categories.choose(rng).filter(|_| picky).cloned())
}

fn quirk(mut draw: u32) -> Quirk {
    for (share, quirk) in QUIRKS_PER_THOUSAND {
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

    fn plans(temper: Temper) -> Vec<Plan> {
        let categories = ["I".to_owned(), "II".to_owned()];
        (0..2_000).map(|index| Plan::new(3, index, temper, &categories)).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_plans() {
        let seen = |plan: &Plan| (plan.party, plan.patience, plan.taste.clone(), plan.quirk);
        let (first, second) = (plans(Temper::Ordinary), plans(Temper::Ordinary));
        assert!(first.iter().map(seen).eq(second.iter().map(seen)));
    }

    #[test]
    fn a_crowd_has_buyers_of_every_kind() {
        let plans = plans(Temper::Ordinary);
        for (_, quirk) in QUIRKS_PER_THOUSAND {
            assert!(plans.iter().any(|plan| plan.quirk == quirk), "{quirk:?}");
        }
        assert!((1..=LARGEST_PARTY).all(|party| plans.iter().any(|plan| plan.party == party)));
        assert!(plans.iter().all(|plan| plan.taste != Taste::Hottest));
    }

    #[test]
    fn most_of_a_pushy_crowd_wants_the_same_seats() {
        let plans = plans(Temper::Pushy);
        let hottest = plans.iter().filter(|plan| plan.taste == Taste::Hottest).count();
        assert!(hottest > plans.len() / 2, "{hottest}");
    }
}
