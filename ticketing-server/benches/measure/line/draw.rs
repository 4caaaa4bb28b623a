//! A million early places, drawn.

use std::hint::black_box;
use std::time::Instant;

use ticketing_core::admission::draw::{Ranks, Seed};

use super::report;

const PLACES: u64 = 1_000_000;

pub(crate) fn measure() {
    let performance = uuid::Uuid::from_u128(1).into();
    let ranks = Ranks::new(performance, &Seed([7; 32]), PLACES, Some("public"));
    let begun = Instant::now();
    for number in 1..=PLACES {
        black_box(ranks.rank(black_box(number)));
    }
    let all = begun.elapsed();
    report("draw of 1,000,000 places, one thread", &format!("{:.2} s", all.as_secs_f64()));
    let one = all.as_secs_f64() * 1e6 / PLACES as f64;
    report("one rank of 1,000,000", &format!("{one:.2} us"));
}
