//! Best available: some seats together, chosen by one pure function on a snapshot. Everybody who lets
//! the box office choose looks through the whole hall, so that a block costs no memory of its own
//! before it is one of the finest.

use std::cmp::Reverse;

use rand::seq::IndexedRandom;
use rand_chacha::ChaCha20Rng;

use super::orphan::runs;
use super::{Best, Snapshot};
use crate::catalog::{Row, Sale, Seat, SectionKind};

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
    fn offer(&mut self, rank: Rank, seats: impl Iterator<Item = u32>) {
        let at = self.blocks.partition_point(|(known, _)| *known <= rank);
        if at < BLOCKS {
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

/// Seats together, or nothing when there is no such block. Dearer seats first, then those nearest
/// the middle of their row, then front to back; a block that leaves a single seat empty only where there is no other.
pub(crate) fn best_available(
    sale: &Sale,
    snapshot: &Snapshot,
    best: &Best,
    random: &mut ChaCha20Rng,
) -> Option<Vec<u32>> {
    let category = match &best.category {
        Some(wanted) => Some(sale.map.categories.iter().position(|known| known == wanted)?),
        None => None,
    };
    let in_category = |seat: u32| {
        category.is_none_or(|wanted| sale.map.category_of(seat).map(usize::from) == Some(wanted))
    };
    let wanted = |seat: u32| snapshot.is_free(seat) && in_category(seat);
    let count = best.count.max(1) as usize;
    let mut finest = Finest::default();
    for (place, section) in sale.map.sections.iter().enumerate() {
        if best.section.as_ref().is_some_and(|name| *name != section.name) {
            continue;
        }
        match &section.kind {
            SectionKind::Rows(rows) => {
                for (r, row) in rows.iter().enumerate() {
                    for run in runs(row, wanted) {
                        offer_row(&mut finest, sale, row, run, count, (place, r));
                    }
                }
            }
            SectionKind::Area { .. } => {
                let mut places = section.indices().filter(|place| wanted(*place));
                for _ in 0..BLOCKS {
                    let block: Vec<u32> = places.by_ref().take(count).collect();
                    if block.len() < count {
                        break;
                    }
                    let price = price(sale, block[0]);
                    let rank = Rank { orphans: false, price, off_centre: 0, order: (place, 0) };
                    finest.offer(rank, block.into_iter());
                }
            }
        }
    }
    finest.choose(random)
}

fn offer_row(
    finest: &mut Finest,
    sale: &Sale,
    row: &Row,
    run: &[Seat],
    count: usize,
    order: (usize, usize),
) {
    let first_in_row = row.seats.first().map_or(0, |seat| seat.index) as usize;
    let middle = first_in_row * 2 + row.seats.len();
    for (start, seats) in run.windows(count).enumerate() {
        let after = run.len() - start - count;
        let centre = seats[0].index as usize * 2 + count;
        let rank = Rank {
            orphans: start == 1 || after == 1,
            price: price(sale, seats[0].index),
            off_centre: centre.abs_diff(middle),
            order,
        };
        finest.offer(rank, seats.iter().map(|seat| seat.index));
    }
}

fn price(sale: &Sale, seat: u32) -> Reverse<i64> {
    Reverse(sale.price(seat).map_or(0, |price| price.amount))
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};

    use super::*;

    #[test]
    fn the_finest_are_those_that_sorting_all_would_put_first() {
        let mut random = ChaCha20Rng::seed_from_u64(7);
        for offered in 0..40 {
            let ranks: Vec<Rank> = std::iter::repeat_with(|| Rank {
                orphans: random.random_ratio(1, 3),
                price: Reverse(random.random_range(0..3)),
                off_centre: random.random_range(0..3),
                order: (0, random.random_range(0..2)),
            })
            .take(offered)
            .collect();
            let mut all: Vec<(Rank, Vec<u32>)> =
                ranks.into_iter().zip((0..).map(|seat| vec![seat])).collect();
            let mut finest = Finest::default();
            for (rank, seats) in &all {
                finest.offer(*rank, seats.iter().copied());
            }
            all.sort_by_key(|(rank, _)| *rank);
            all.truncate(BLOCKS);
            assert!(finest.blocks == all, "of {offered}: {:?}", finest.blocks);
        }
    }
}
