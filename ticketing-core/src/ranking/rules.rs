//! Who stands where. Pure.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::id::PerformanceId;

/// How many performances a ranking has.
pub const RANKED_MAX: usize = 50;

const DAY_MS: i64 = 24 * 3_600_000;

/// What performances are ranked by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RankedBy {
    /// The part of the seats that is sold: of those that cost something.
    #[default]
    Rate,
    /// How many such seats were sold today; days are those of UTC.
    SoldInADay,
    /// Today and on the six days before.
    SoldInAWeek,
    /// Today and on the 29 days before.
    SoldInAMonth,
}

impl RankedBy {
    /// Every one.
    pub const ALL: [Self; 4] =
        [Self::Rate, Self::SoldInADay, Self::SoldInAWeek, Self::SoldInAMonth];

    /// By how many were sold in so many days: 1, 7 or 30.
    pub fn sold_in(days: u32) -> Option<Self> {
        [Self::SoldInADay, Self::SoldInAWeek, Self::SoldInAMonth]
            .into_iter()
            .find(|by| by.days() == Some(days))
    }

    /// How many days it looks back.
    pub const fn days(self) -> Option<u32> {
        match self {
            Self::Rate => None,
            Self::SoldInADay => Some(1),
            Self::SoldInAWeek => Some(7),
            Self::SoldInAMonth => Some(30),
        }
    }

    /// From which day on is counted; all days, where it does not look back.
    pub(crate) fn since(self, now: Timestamp) -> Option<i32> {
        let before_today = i32::try_from(self.days()?).unwrap_or(i32::MAX).saturating_sub(1);
        Some(day_of(now).saturating_sub(before_today))
    }

    /// The word in stored forms.
    #[cfg(feature = "services")]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::SoldInADay => "sold_1",
            Self::SoldInAWeek => "sold_7",
            Self::SoldInAMonth => "sold_30",
        }
    }
}

/// Days since the Unix epoch.
pub(crate) fn day_of(at: Timestamp) -> i32 {
    i32::try_from(at.as_millis().div_euclid(DAY_MS)).unwrap_or(i32::MAX)
}

/// A performance that is ranked.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) performance: PerformanceId,
    /// Folded.
    pub(crate) genre: String,
    pub(crate) sold: u64,
    /// Seats that cost something.
    pub(crate) seats: u32,
}

/// Where a performance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// From 1; equal ones share a place, and the next one's is by how many stand before it.
    pub place: u32,
    /// Which.
    pub performance: PerformanceId,
    /// How many of its seats that cost something are sold, in all or in the days that count.
    pub sold: u64,
    /// How many it has.
    pub seats: u32,
}

impl Ranked {
    /// The part that is sold, in hundredths of a percent, rounded half up.
    pub fn rate_per_10_000(&self) -> u32 {
        let seats = u64::from(self.seats);
        let rate = (self.sold.saturating_mul(20_000) + seats).checked_div(2 * seats);
        u32::try_from(rate.unwrap_or(0)).unwrap_or(u32::MAX)
    }
}

/// Rankings of one moment: of all genres under the empty word, and of each by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ranking {
    pub(crate) computed_at: Option<Timestamp>,
    pub(crate) by: BTreeMap<RankedBy, BTreeMap<String, Vec<Ranked>>>,
}

/// The first of all, and of each genre.
pub(crate) fn rank(by: RankedBy, mut candidates: Vec<Candidate>) -> BTreeMap<String, Vec<Ranked>> {
    candidates.sort_by(|one, other| {
        order(by, one, other).then_with(|| one.performance.cmp(&other.performance))
    });
    let mut ranked: BTreeMap<String, Standing> = BTreeMap::new();
    for candidate in &candidates {
        ranked.entry(String::new()).or_default().add(by, candidate);
        if !candidate.genre.is_empty() {
            ranked.entry(candidate.genre.clone()).or_default().add(by, candidate);
        }
    }
    ranked.into_iter().map(|(genre, standing)| (genre, standing.ranked)).collect()
}

#[derive(Default)]
struct Standing {
    before: Option<Candidate>,
    ranked: Vec<Ranked>,
}

impl Standing {
    fn add(&mut self, by: RankedBy, candidate: &Candidate) {
        if self.ranked.len() >= RANKED_MAX {
            return;
        }
        let is_equal =
            self.before.as_ref().is_some_and(|before| order(by, before, candidate).is_eq());
        let last = self.ranked.last().map_or(0, |last| last.place);
        let next = u32::try_from(self.ranked.len() + 1).unwrap_or(u32::MAX);
        let Candidate { performance, sold, seats, .. } = *candidate;
        let place = if is_equal { last } else { next };
        self.ranked.push(Ranked { place, performance, sold, seats });
        self.before = Some(candidate.clone());
    }
}

/// The better one first. Rates are compared as fractions: exactly.
fn order(by: RankedBy, one: &Candidate, other: &Candidate) -> Ordering {
    match by {
        RankedBy::Rate => {
            let of = |part: &Candidate, whole: &Candidate| {
                u128::from(part.sold) * u128::from(whole.seats.max(1))
            };
            of(other, one).cmp(&of(one, other))
        }
        _ => other.sold.cmp(&one.sold),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn candidate(number: u128, sold: u64, seats: u32, genre: &str) -> Candidate {
        let performance = Uuid::from_u128(number).into();
        Candidate { performance, genre: genre.into(), sold, seats }
    }

    fn places(ranked: &[Ranked]) -> Vec<(u32, u128)> {
        ranked.iter().map(|one| (one.place, one.performance.uuid().as_u128())).collect()
    }

    #[test]
    fn equal_ones_share_a_place_and_the_next_one_counts_them() {
        let all = vec![
            candidate(1, 1, 3, ""),
            candidate(2, 50, 100, "a"),
            candidate(3, 1, 2, "b"),
            candidate(4, 0, 7, "b"),
            candidate(5, 333_333, 1_000_000, "a"),
        ];
        let by_rate = rank(RankedBy::Rate, all.clone());
        assert_eq!(places(&by_rate[""]), [(1, 2), (1, 3), (3, 1), (4, 5), (5, 4)]);
        assert_eq!(places(&by_rate["b"]), [(1, 3), (2, 4)], "of a genre by itself");
        let by_sold = rank(RankedBy::SoldInAWeek, all);
        assert_eq!(places(&by_sold[""]), [(1, 5), (2, 2), (3, 1), (3, 3), (5, 4)]);
    }

    #[test]
    fn no_more_than_fifty_are_ranked_of_ten_thousand() {
        let all = (0_u32..10_000)
            .map(|number| candidate(number.into(), u64::from(number % 7), 7, "a"))
            .collect();
        let ranked = rank(RankedBy::Rate, all);
        assert_eq!(ranked[""].len(), RANKED_MAX);
        assert!(ranked[""].iter().all(|one| (one.place, one.rate_per_10_000()) == (1, 8_571)));
        assert!(rank(RankedBy::Rate, Vec::new()).is_empty());
    }

    #[test]
    fn a_rate_is_rounded_and_never_divides_by_nothing() {
        let rate = |sold, seats| {
            let performance = Uuid::nil().into();
            Ranked { place: 1, performance, sold, seats }.rate_per_10_000()
        };
        assert_eq!(rate(1, 3), 3_333);
        assert_eq!(rate(2, 3), 6_667);
        assert_eq!(rate(7, 7), 10_000);
        assert_eq!(rate(0, 0), 0);
    }
}
