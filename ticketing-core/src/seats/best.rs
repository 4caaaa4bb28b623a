//! Best available: some seats together, chosen by one pure function on a snapshot.

use rand::seq::IndexedRandom;
use rand_chacha::ChaCha20Rng;

use super::orphan::runs;
use super::{Best, Snapshot};
use crate::catalog::{Row, Sale, Section, SectionKind};

/// A choice is random among this many of the best blocks, so that buyers who ask at the same time
/// do not all want the same seats.
const BLOCKS: usize = 8;

struct Block {
    seats: Vec<u32>,
    /// Leaves a single seat empty.
    orphans: bool,
    price: i64,
    /// Row by row from the front, then how far from the row's middle.
    order: usize,
    off_centre: usize,
}

/// Seats together, or nothing when there is no such block. Dearer seats first, then those nearest
/// the middle of their row, then front to back; a block that leaves a single seat empty only where there is no other.
pub(crate) fn best_available(
    sale: &Sale,
    snapshot: &Snapshot,
    best: &Best,
    random: &mut ChaCha20Rng,
) -> Option<Vec<u32>> {
    let mut blocks = Vec::new();
    for (order, section) in sale.map.sections.iter().enumerate() {
        if best.section.as_ref().is_none_or(|name| *name == section.name) {
            add_blocks(&mut blocks, sale, snapshot, best, section, order * 1_000);
        }
    }
    blocks.sort_by_key(|block| {
        (block.orphans, std::cmp::Reverse(block.price), block.off_centre, block.order)
    });
    let orphans = blocks.first()?.orphans;
    let finest: Vec<&Block> =
        blocks.iter().take(BLOCKS).filter(|block| block.orphans == orphans).collect();
    finest.choose(random).map(|block| block.seats.clone())
}

fn add_blocks(
    blocks: &mut Vec<Block>,
    sale: &Sale,
    snapshot: &Snapshot,
    best: &Best,
    section: &Section,
    order: usize,
) {
    let wanted = |seat: u32| snapshot.is_free(seat) && in_category(sale, seat, best);
    match &section.kind {
        SectionKind::Rows(rows) => {
            for (r, row) in rows.iter().enumerate() {
                for run in runs(row, &wanted) {
                    blocks.extend(row_blocks(sale, row, &run, best.count as usize, order + r));
                }
            }
        }
        SectionKind::Area { .. } => {
            let places: Vec<u32> = section.indices().filter(|place| wanted(*place)).collect();
            let count = best.count as usize;
            for places in places.chunks_exact(count.max(1)).take(BLOCKS) {
                let price = price(sale, places[0]);
                let (seats, orphans) = (places.to_vec(), false);
                blocks.push(Block { seats, orphans, price, order, off_centre: 0 });
            }
        }
    }
}

fn row_blocks(sale: &Sale, row: &Row, run: &[u32], count: usize, order: usize) -> Vec<Block> {
    let first_in_row = row.seats.first().map_or(0, |seat| seat.index) as usize;
    let middle = first_in_row * 2 + row.seats.len();
    run.windows(count.max(1))
        .enumerate()
        .map(|(start, seats)| {
            let after = run.len() - start - count;
            let centre = seats[0] as usize * 2 + count;
            Block {
                seats: seats.to_vec(),
                orphans: start == 1 || after == 1,
                price: price(sale, seats[0]),
                order,
                off_centre: centre.abs_diff(middle),
            }
        })
        .collect()
}

fn in_category(sale: &Sale, seat: u32, best: &Best) -> bool {
    let Some(wanted) = &best.category else { return true };
    let category = sale.map.category_of(seat);
    category.and_then(|category| sale.map.categories.get(category as usize)) == Some(wanted)
}

fn price(sale: &Sale, seat: u32) -> i64 {
    sale.price(seat).map_or(0, |price| price.amount)
}
