//! The waiting line of a performance: places, turns, passes.
//!
//! Joining only takes a place; the tick admits. Inside = ready + admitted, and nobody is admitted
//! while inside is at the capacity, at any instant.

#[cfg(feature = "services")]
mod asks;
mod contract;
pub mod draw;
#[cfg(feature = "services")]
pub(crate) mod keys;
mod line;
pub(crate) mod memory;
mod place;
#[cfg(feature = "services")]
pub(crate) mod postgres;
mod presence;
mod receipt;
#[cfg(feature = "services")]
pub(crate) mod redis;
#[cfg(feature = "services")]
mod refill;
mod standing;
#[cfg(feature = "services")]
mod start;
mod terms;

#[cfg(feature = "services")]
pub(crate) use self::contract::LineStarts;
pub(crate) use self::contract::{Ask, Chosen, LineBooks, Lines, Tick};
pub(crate) use self::draw::{Draw, Ranks, Seed};
pub(crate) use self::line::Line;
pub use self::place::{Pass, Place};
pub(crate) use self::place::{PassTokens, PlaceTokens};
pub(crate) use self::receipt::ReceiptSigner;
pub use self::receipt::{Receipt, open_receipt};
pub use self::standing::{LineReport, State};
pub(crate) use self::standing::{Standing, Watermark};
#[cfg(feature = "services")]
pub(crate) use self::start::LineStart;
#[cfg(feature = "services")]
pub(crate) use self::terms::NEAR_INTERVALS_MS;
pub use self::terms::SeatOutlook;
pub(crate) use self::terms::{POLL_MAX_MS, Terms, admits_from, poll_before_opening_ms};
