//! What the buyers of a crowd are like, in shares: the `[buyers]` of a scenario.

mod ordinary;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plan::Quirk;
use crate::span;

/// The largest party that a scenario may have.
pub const LARGEST_PARTY: u32 = 20;

/// Nobody asks more often.
const SHORTEST_REFRESH: Duration = Duration::from_millis(10);

/// What the buyers are like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Ways {
    /// How many seats they want, with the weight of each.
    pub party: Vec<Party>,
    /// The share of those who wait until there is nothing left.
    pub determined: f64,
    /// How long the others wait, all in all.
    pub patience: Patience,
    /// How long they think before each step.
    pub think: Think,
    /// How they choose.
    pub strategies: Strategies,
    /// Of a thousand, so many have each of these ways; all others just buy.
    pub per_thousand: PerThousand,
    /// Those who ask about their place more often than they are told to.
    pub refresh: Refresh,
    /// Those who read and write reviews.
    pub reviews: Reviews,
    /// Of those whose card is declined, the share that tries another.
    pub another_card: f64,
}

/// A size of party.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Seats.
    pub seats: u32,
    /// How many want so many, compared with the others.
    pub weight: f64,
}

/// A Weibull distribution: with a shape above one, patience runs out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Patience {
    /// How suddenly it does.
    pub shape: f64,
    /// After so long about two of three are gone.
    #[serde(with = "span")]
    #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
    pub scale: Duration,
}

/// A log-normal distribution: most are quick, some are not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Think {
    /// Half are quicker.
    #[serde(with = "span")]
    #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
    pub median: Duration,
    /// How much they differ.
    pub sigma: f64,
}

/// Those who ask again and again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Refresh {
    /// Their share.
    pub share: f64,
    /// How often they ask.
    #[serde(with = "span")]
    #[schema(value_type = String, examples("90s", "1m30s", "250ms"))]
    pub every: Duration,
}

/// Those who read and write reviews.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ReviewWays)]
pub struct Reviews {
    /// Of all, the share that comes to read them and for nothing else.
    pub read: f64,
    /// How many pages each of them reads.
    pub pages: u32,
    /// Of the readers, the share that likes one.
    pub like: f64,
    /// Of those who bought, the share that writes one once the performance has begun.
    pub write: f64,
}

/// How buyers choose, by weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Strategies {
    /// The best there is.
    pub best: f64,
    /// The best of one category, at first.
    pub category: f64,
    /// The best of one section, at first.
    pub section: f64,
    /// From the map.
    pub by_hand: f64,
    /// The same few seats of the first row, whatever the map says.
    pub front_row: f64,
    /// Seats for wheelchairs and those beside them, from the map.
    pub accessible: f64,
}

/// How many of a thousand have each of these ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PerThousand {
    /// Stop asking without a word.
    pub vanish_waiting: u32,
    /// Come in and go away without a word.
    pub vanish_inside: u32,
    /// Go away with seats on hold.
    pub vanish_holding: u32,
    /// Go away with an order unpaid.
    pub vanish_ordered: u32,
    /// Wait a little and leave.
    pub leave_waiting: u32,
    /// Come in and leave.
    pub leave_inside: u32,
    /// Have a first card that is declined.
    pub declined: u32,
    /// Let their first hold go and choose again.
    pub release_once: u32,
    /// Cancel their first order and choose again.
    pub cancel_once: u32,
    /// Send every order and every payment twice, with one key.
    pub click_twice: u32,
}

impl Strategies {
    /// The weights, in the order of [`Taste`](super::plan::Taste).
    pub(super) fn weights(&self) -> [f64; 6] {
        let Self { best, category, section, by_hand, front_row, accessible } = *self;
        [best, category, section, by_hand, front_row, accessible]
    }
}

impl PerThousand {
    /// Nobody has any.
    pub const NONE: Self = Self {
        vanish_waiting: 0,
        vanish_inside: 0,
        vanish_holding: 0,
        vanish_ordered: 0,
        leave_waiting: 0,
        leave_inside: 0,
        declined: 0,
        release_once: 0,
        cancel_once: 0,
        click_twice: 0,
    };

    /// Each way with its share.
    pub(super) fn shares(&self) -> [(u32, Quirk); 10] {
        [
            (self.vanish_waiting, Quirk::VanishesWaiting),
            (self.vanish_inside, Quirk::VanishesInside),
            (self.vanish_holding, Quirk::VanishesHolding),
            (self.vanish_ordered, Quirk::VanishesOrdered),
            (self.leave_waiting, Quirk::LeavesWaiting),
            (self.leave_inside, Quirk::LeavesInside),
            (self.declined, Quirk::Declined),
            (self.release_once, Quirk::ReleasesOnce),
            (self.cancel_once, Quirk::CancelsOnce),
            (self.click_twice, Quirk::ClicksTwice),
        ]
    }
}

impl Ways {
    /// Says what does not fit.
    pub(crate) fn check(&self) -> Result<(), String> {
        let weights: Vec<_> = self.party.iter().map(|size| size.weight).collect();
        weigh("buyers.party", &weights)?;
        if let Some(size) =
            self.party.iter().find(|size| !(1..=LARGEST_PARTY).contains(&size.seats))
        {
            return Err(format!(
                "buyers.party: {} seats, between 1 and {LARGEST_PARTY} may be",
                size.seats
            ));
        }
        weigh("buyers.strategies", &self.strategies.weights())?;
        for (name, share) in [
            ("determined", self.determined),
            ("another_card", self.another_card),
            ("refresh.share", self.refresh.share),
            ("reviews.read", self.reviews.read),
            ("reviews.like", self.reviews.like),
            ("reviews.write", self.reviews.write),
        ] {
            if !(0.0..=1.0).contains(&share) {
                return Err(format!("buyers.{name}: {share} is no share between 0 and 1"));
            }
        }
        if self.refresh.every < SHORTEST_REFRESH {
            return Err(format!("buyers.refresh.every: {SHORTEST_REFRESH:?} at least"));
        }
        let above_zero = |value: f64| value.is_finite() && value > 0.0;
        if !above_zero(self.patience.shape) || self.patience.scale.is_zero() {
            return Err("buyers.patience: shape and scale are above zero".to_owned());
        }
        if self.think.median.is_zero() || !(0.0..=5.0).contains(&self.think.sigma) {
            return Err("buyers.think: a median above zero, a sigma between 0 and 5".to_owned());
        }
        let sum: u64 = self.per_thousand.shares().iter().map(|(share, _)| u64::from(*share)).sum();
        if sum > 1_000 {
            return Err(format!("buyers.per_thousand: they are {sum} together"));
        }
        Ok(())
    }
}

fn weigh(name: &str, weights: &[f64]) -> Result<(), String> {
    let valid = weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0);
    let sum: f64 = weights.iter().sum();
    if valid && sum > 0.0 && sum.is_finite() {
        Ok(())
    } else {
        Err(format!("{name}: weights are not negative, and one at least is above zero"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_named() {
        type Spoil = fn(&mut Ways);
        let spoilt: [(Spoil, &str); 9] = [
            (|ways| ways.party.clear(), "buyers.party"),
            (|ways| ways.party[0].seats = 0, "0 seats"),
            (|ways| ways.party[0].weight = -1.0, "buyers.party"),
            (|ways| ways.party.iter_mut().for_each(|one| one.weight = 1e308), "buyers.party"),
            (|ways| ways.determined = 1.5, "determined: 1.5"),
            (|ways| ways.patience.shape = 0.0, "patience"),
            (|ways| ways.think.median = Duration::ZERO, "think"),
            (|ways| ways.strategies.best = f64::NAN, "strategies"),
            (|ways| ways.per_thousand.declined = 900, "they are 1075 together"),
        ];
        assert_eq!(Ways::default().check(), Ok(()));
        for (spoil, expected) in spoilt {
            let mut ways = Ways::default();
            spoil(&mut ways);
            assert!(ways.check().unwrap_err().contains(expected), "{expected}");
        }
    }
}
