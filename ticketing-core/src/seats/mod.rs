//! Seats of a performance: who may have which, for how long. All or nothing, never twice.

mod best;
mod board;
mod contract;
mod hold;
pub(crate) mod memory;
mod orphan;
#[cfg(feature = "services")]
pub(crate) mod redis;
mod snapshot;

pub(crate) use self::best::best_available;
pub(crate) use self::board::Board;
pub(crate) use self::contract::{Begun, HoldCommand, Projected, Projection, Seats};
pub(crate) use self::hold::RequestHash;
pub use self::hold::{Best, Hold, IdempotencyKey, Wish};
pub(crate) use self::orphan::orphans;
pub use self::snapshot::{SeatCounts, SeatStatus, Snapshot};
