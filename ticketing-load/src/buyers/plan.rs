//! What a buyer is like: fixed by the seed before it arrives.

use std::time::Duration;

use rand::distr::weighted::WeightedIndex;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal, Weibull};

use super::layout::Layout;
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
    /// What it has to do with reviews.
    pub reviews: Reviewing,
    /// Whether it tries another card after a declined one.
    pub another_card: bool,
    /// How long it thinks.
    think: LogNormal<f64>,
    /// Its own randomness, for think times and keys.
    pub rng: ChaCha8Rng,
}

/// What a buyer has to do with reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reviewing {
    /// Comes for them alone.
    pub reads: bool,
    /// How many pages it reads.
    pub pages: u32,
    /// Likes one that it read.
    pub likes: bool,
    /// Writes one where it bought.
    pub writes: bool,
}

/// How a buyer chooses its seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taste {
    /// The best there is.
    Best,
    /// The best there is, at first in this category only.
    Category(String),
    /// The best there is, at first in this section only.
    Section(String),
    /// From the map.
    ByHand,
    /// The hottest seats, whatever the map says.
    Hottest,
    /// Seats for wheelchairs and those beside them, from the map.
    Accessible,
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
    /// The plan of buyer number `index` of a crowd with these ways, in this hall.
    pub(super) fn new(seed: u64, index: u64, ways: &Ways, layout: &Layout) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(index + 1);
        let party = ways.party[pick(&mut rng, ways.party.iter().map(|size| size.weight))].seats;
        let patience = (!rng.random_bool(ways.determined)).then(|| patience(&mut rng, ways));
        let taste = taste(&mut rng, ways, layout);
        let quirk = quirk(rng.random_range(0..1000), ways);
        let another_card = rng.random_bool(ways.another_card);
        let refreshes = rng.random_bool(ways.refresh.share).then_some(ways.refresh.every);
        let think = LogNormal::new(ways.think.median.as_secs_f64().ln(), ways.think.sigma)
            .expect("checked where the ways were read");
        let reviews = Reviewing {
            reads: rng.random_bool(ways.reviews.read),
            pages: ways.reviews.pages,
            likes: rng.random_bool(ways.reviews.like),
            writes: rng.random_bool(ways.reviews.write),
        };
        Self { party, patience, taste, quirk, refreshes, reviews, another_card, think, rng }
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

fn taste(rng: &mut ChaCha8Rng, ways: &Ways, layout: &Layout) -> Taste {
    // Favourites are drawn by all, so that the draws after them stay the same.
    let category = layout.categories.choose(rng).cloned().map(Taste::Category);
    let section = layout.sections.choose(rng).cloned().map(Taste::Section);
    match pick(rng, ways.strategies.weights().into_iter()) {
        0 => Taste::Best,
        1 => category.unwrap_or(Taste::Best),
        2 => section.unwrap_or(Taste::Best),
        3 => Taste::ByHand,
        4 => Taste::Hottest,
        _ => Taste::Accessible,
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
    use crate::arrivals::{Arrival, Curve, Schedule, Shard, Spacing};

    fn hall() -> Layout {
        let named = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        let mut hall = Layout::default();
        hall.categories = named(["I", "II"]);
        hall.sections = named(["Floor", "Balcony"]);
        hall
    }

    fn plans(ways: &Ways) -> Vec<Plan> {
        (0..2_000).map(|index| Plan::new(3, index, ways, &hall())).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_plans_and_thoughts() {
        let (first, second) = (plans(&Ways::default()), plans(&Ways::default()));
        assert!(first.into_iter().map(seen).eq(second.into_iter().map(seen)));
    }

    /// All that is fixed about a buyer, the keys and thoughts to come included.
    fn seen(mut plan: Plan) -> impl PartialEq + std::fmt::Debug {
        let (thought, drawn) = (plan.thought(), plan.rng.random::<u64>());
        let Plan { party, patience, taste, quirk, reviews, another_card, .. } = plan;
        (party, patience, taste, quirk, reviews, another_card, thought, drawn)
    }

    #[test]
    fn three_generators_play_the_buyers_of_one_and_no_others() {
        let curve = Curve::new().line(Duration::from_secs(3), 100.0, 900.0).burst(50.0);
        let schedule = Schedule::Along { curve, spacing: Spacing::Poisson, seed: 42 };
        let ways = Ways::default();
        let played = |shard| {
            let plan =
                |arrival: Arrival| (arrival, seen(Plan::new(42, arrival.number, &ways, &hall())));
            schedule.of_shard(shard).map(plan).collect::<Vec<_>>()
        };
        let mut together: Vec<_> =
            (1..=3).flat_map(|number| played(Shard { number, of: 3 })).collect();
        together.sort_by_key(|(arrival, _)| arrival.number);
        assert_eq!(together, played(Shard::default()));
    }

    #[test]
    fn favourites_are_of_the_hall() {
        let mut ways = Ways::default();
        ways.strategies.section = 50.0;
        ways.strategies.accessible = 10.0;
        let plans = plans(&ways);
        let likes = |taste: &Taste| plans.iter().any(|plan| plan.taste == *taste);
        for section in ["Floor", "Balcony"] {
            assert!(likes(&Taste::Section(section.to_owned())), "{section}");
        }
        assert!(likes(&Taste::Category("II".to_owned())) && likes(&Taste::Accessible));
        let nowhere = Plan::new(3, 1, &ways, &Layout::default());
        assert!(!matches!(nowhere.taste, Taste::Section(_) | Taste::Category(_)));
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
