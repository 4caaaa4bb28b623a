//! The waiting line of a performance: places, turns, passes.
//!
//! Joining only takes a place; the tick admits. Inside = ready + admitted, and nobody is admitted
//! while inside is at the capacity, at any instant.

mod contract;
mod line;
pub(crate) mod memory;
mod place;
#[cfg(feature = "services")]
pub(crate) mod redis;
mod standing;
mod terms;

#[cfg(feature = "services")]
pub(crate) use self::contract::{LineStart, LineStarts};
pub(crate) use self::contract::{Lines, Tick};
pub(crate) use self::line::Line;
pub use self::place::{Pass, Place};
pub(crate) use self::place::{PassTokens, PlaceTokens};
pub use self::standing::{LineReport, State};
pub(crate) use self::standing::{Standing, Watermark};
pub(crate) use self::terms::Terms;
