//! Best available: some seats together, chosen by one pure function on a snapshot. Everybody who lets
//! the box office choose looks through the whole hall, so that a block costs no memory of its own
//! before it is one of the finest.

use std::cmp::Reverse;

use rand::seq::IndexedRandom;
use rand_chacha::ChaCha20Rng;

use super::orphan::runs;
use super::{Best, Snapshot};
use crate::catalog::{Row, Sale, SeatMap, Section, SectionKind};

/// A choice is random among this many of the best blocks, so that buyers who ask at the same time
/// do not all want the same seats.
const BLOCKS: usize = 8;

/// What makes a block better than another; the least is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// Leaves a single seat empty.
    orphans: bool,
    price: Reverse<i64>,
    off_centre: usize,
    /// Section by section, and row by row from the front.
    order: (usize, usize),
}

/// The best blocks so far, the best of them first; of equals, those that came first.
#[derive(Default)]
struct Finest {
    blocks: Vec<(Rank, Vec<u32>)>,
}

impl Finest {
    /// Whether nothing of that rank or a worse one is among them.
    fn are_better_than(&self, rank: Rank) -> bool {
        self.blocks.get(BLOCKS - 1).is_some_and(|(last, _)| *last <= rank)
    }

    fn offer(&mut self, rank: Rank, seats: impl Iterator<Item = u32>) {
        if !self.are_better_than(rank) {
            let at = self.blocks.partition_point(|(known, _)| *known <= rank);
            self.blocks.truncate(BLOCKS - 1);
            self.blocks.insert(at, (rank, seats.collect()));
        }
    }

    /// One of them; of those that leave a single seat empty only where there is no other.
    fn choose(mut self, random: &mut ChaCha20Rng) -> Option<Vec<u32>> {
        let orphans = self.blocks.first()?.0.orphans;
        self.blocks.retain(|(rank, _)| rank.orphans == orphans);
        self.blocks.choose(random).map(|(_, seats)| seats.clone())
    }
}

/// What blocks are made of.
struct Look<'a> {
    map: &'a SeatMap,
    price: &'a dyn Fn(u32) -> i64,
    snapshot: &'a Snapshot,
    category: Option<usize>,
    count: usize,
}

/// Seats together, or nothing when there is no such block. Dearer seats first, then those nearest
/// the middle of their row, then front to back; a block that leaves a single seat empty only where there is no other.
pub(crate) fn best_available(
    sale: &Sale,
    snapshot: &Snapshot,
    best: &Best,
    random: &mut ChaCha20Rng,
) -> Option<Vec<u32>> {
    let price = |seat: u32| sale.price(seat).map_or(0, |price| price.amount);
    finest(&sale.map, &price, snapshot, best)?.choose(random)
}

fn finest(
    map: &SeatMap,
    price: &dyn Fn(u32) -> i64,
    snapshot: &Snapshot,
    best: &Best,
) -> Option<Finest> {
    let category = match &best.category {
        Some(wanted) => Some(map.categories.iter().position(|known| known == wanted)?),
        None => None,
    };
    let look = Look { map, price, snapshot, category, count: best.count.max(1) as usize };
    let mut finest = Finest::default();
    for (place, section) in map.sections.iter().enumerate() {
        if best.section.as_ref().is_some_and(|name| *name != section.name) {
            continue;
        }
        match &section.kind {
            SectionKind::Rows(rows) => {
                for (r, row) in rows.iter().enumerate() {
                    look.offer_row(&mut finest, row, (place, r));
                }
            }
            SectionKind::Area { .. } => look.offer_area(&mut finest, section, (place, 0)),
        }
    }
    Some(finest)
}

impl Look<'_> {
    fn is_wanted(&self, seat: u32) -> bool {
        self.snapshot.is_free(seat)
            && self
                .category
                .is_none_or(|wanted| self.map.category_of(seat).map(usize::from) == Some(wanted))
    }

    fn offer_row(&self, finest: &mut Finest, row: &Row, order: (usize, usize)) {
        let Some(first) = row.seats.first().map(|seat| seat.index) else { return };
        // Most rows are passed over by what is known without their seats.
        let wanted = (first..).take(row.seats.len()).filter(|seat| self.is_wanted(*seat));
        let Some(dearest) = wanted.map(self.price).max() else { return };
        let off_centre = (row.seats.len() + self.count) % 2;
        let at_best = Rank { orphans: false, price: Reverse(dearest), off_centre, order };
        if finest.are_better_than(at_best) {
            return;
        }
        let middle = first as usize * 2 + row.seats.len();
        for run in runs(row, |seat| self.is_wanted(seat)) {
            for (start, seats) in run.windows(self.count).enumerate() {
                let after = run.len() - start - self.count;
                let centre = seats[0].index as usize * 2 + self.count;
                let rank = Rank {
                    orphans: start == 1 || after == 1,
                    price: Reverse((self.price)(seats[0].index)),
                    off_centre: centre.abs_diff(middle),
                    order,
                };
                finest.offer(rank, seats.iter().map(|seat| seat.index));
            }
        }
    }

    fn offer_area(&self, finest: &mut Finest, section: &Section, order: (usize, usize)) {
        let mut places = section.indices().filter(|place| self.is_wanted(*place));
        for _ in 0..BLOCKS {
            let block: Vec<u32> = places.by_ref().take(self.count).collect();
            if block.len() < self.count {
                break;
            }
            let price = Reverse((self.price)(block[0]));
            finest.offer(Rank { orphans: false, price, off_centre: 0, order }, block.into_iter());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rand::{RngExt, SeedableRng};
    use uuid::Uuid;

    use super::*;
    use crate::catalog::VenueDetails;
    use crate::seats::SeatStatus;

    /// Rows of other lengths, with aisles, of three categories, and some places to stand.
    fn hall(random: &mut ChaCha20Rng) -> Arc<SeatMap> {
        let row = |row: usize| {
            let (left, right) = (random.random_range(1..9), random.random_range(1..9));
            let category = ["A", "B", "C"][random.random_range(0..3)];
            let seats = format!("1-{left} _ {}-{}", left + 1, left + right);
            format!(r#"{{ label = "{row}", seats = "{seats}", category = "{category}" }}"#)
        };
        let rows: Vec<String> = (0..30).map(row).collect();
        let rows = rows.join(",");
        let plan = format!(
            r#"
            name = "Hall"
            categories = [{{ name = "A" }}, {{ name = "B" }}, {{ name = "C" }}]
            sections = [{{ name = "Stalls", rows = [{rows}] }}]
            areas = [{{ name = "Floor", category = "B", places = 20 }}]
            "#
        );
        let details = VenueDetails {
            name: "Hall".into(),
            address: "1 Street".into(),
            time_zone: None,
            seat_map: plan.into(),
        };
        let id = Uuid::from_u128(1);
        details.import(id.into(), id.into()).unwrap().venue.map
    }

    /// What is chosen among, said plainly: all blocks, sorted.
    fn sorted(
        map: &SeatMap,
        price: &dyn Fn(u32) -> i64,
        free: &dyn Fn(u32) -> bool,
        count: usize,
    ) -> Vec<(Rank, Vec<u32>)> {
        let mut blocks = Vec::new();
        for (place, section) in map.sections.iter().enumerate() {
            let SectionKind::Rows(rows) = &section.kind else {
                let places: Vec<u32> = section.indices().filter(|place| free(*place)).collect();
                blocks.extend(places.chunks_exact(count).take(BLOCKS).map(|places| {
                    let price = Reverse(price(places[0]));
                    let order = (place, 0);
                    (Rank { orphans: false, price, off_centre: 0, order }, places.to_vec())
                }));
                continue;
            };
            for (r, row) in rows.iter().enumerate() {
                let seats = &row.seats;
                // Neighbours of a seat that somebody could sit on beside it.
                let left_of = |at: usize| {
                    (0..at)
                        .rev()
                        .take_while(|s| seats[s + 1].gap_before == 0 && free(seats[*s].index))
                };
                let right_of = |at: usize| {
                    (at + 1..seats.len())
                        .take_while(|s| seats[*s].gap_before == 0 && free(seats[*s].index))
                };
                for start in 0..seats.len() {
                    if !free(seats[start].index) || right_of(start).count() < count - 1 {
                        continue;
                    }
                    let first = seats[start].index;
                    let (left, right) =
                        (left_of(start).count(), right_of(start + count - 1).count());
                    let middle = seats[0].index as usize * 2 + seats.len();
                    let rank = Rank {
                        orphans: left == 1 || right == 1,
                        price: Reverse(price(first)),
                        off_centre: (first as usize * 2 + count).abs_diff(middle),
                        order: (place, r),
                    };
                    blocks.push((rank, (first..).take(count).collect()));
                }
            }
        }
        blocks.sort_by_key(|(rank, _)| *rank);
        blocks.truncate(BLOCKS);
        blocks
    }

    #[test]
    fn the_finest_are_those_that_sorting_all_would_put_first() {
        for seed in 0..300 {
            let mut random = ChaCha20Rng::seed_from_u64(seed);
            let map = hall(&mut random);
            let of_ten = random.random_range(0..=10);
            let mut status = || {
                let is_free = random.random_ratio(of_ten, 10);
                (if is_free { SeatStatus::Free } else { SeatStatus::Sold }) as u8
            };
            let status: Vec<u8> = (0..map.seats_total()).map(|_| status()).collect();
            let snapshot = Snapshot::new(1, 1, status);
            let price = |seat: u32| {
                let category = usize::from(map.category_of(seat).unwrap());
                [300, 200, 200][category] - 100 * i64::from(seat.is_multiple_of(3))
            };
            let count = random.random_range(1..5);
            for (category, index) in [(None, None), (Some("B".to_owned()), Some(1))] {
                let free = |seat: u32| {
                    snapshot.is_free(seat)
                        && index.is_none_or(|index| map.category_of(seat) == Some(index))
                };
                let plainly = sorted(&map, &price, &free, count as usize);
                let best = Best { count, category, section: None };
                let found = finest(&map, &price, &snapshot, &best).unwrap().blocks;
                assert_eq!(found, plainly, "seed {seed}, {best:?}");
            }
        }
    }
}
