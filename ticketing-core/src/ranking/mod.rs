//! Which performances sell best: counted as orders are paid and given back, ranked every few seconds.

mod contract;
pub(crate) mod memory;
#[cfg(feature = "services")]
pub(crate) mod postgres;
#[cfg(feature = "services")]
pub(crate) mod redis;
mod rules;
#[cfg(feature = "services")]
mod stored;

pub(crate) use self::contract::{SoldOrder, SoldSeats, Uncounted};
pub(crate) use self::rules::{Candidate, Ranking, day_of, rank};
pub use self::rules::{RANKED_MAX, Ranked, RankedBy};
