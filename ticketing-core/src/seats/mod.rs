//! Seats of a performance: who may have which, for how long. All or nothing, never twice.

mod best;
mod board;
mod contract;
mod hold;
mod hold_ids;
mod lines;
pub(crate) mod memory;
mod orphan;
#[cfg(feature = "services")]
pub(crate) mod redis;
mod snapshot;
#[cfg(feature = "services")]
mod stored;

pub(crate) use self::best::best_available;
pub(crate) use self::board::Board;
pub(crate) use self::contract::{Begun, HoldCommand, Projected, Projection, Seats};
pub(crate) use self::hold::Frozen;
pub use self::hold::{Best, Hold, Wish};
pub(crate) use self::hold_ids::HoldIds;
pub use self::lines::{LineKind, OrderLine};
pub(crate) use self::lines::{StoredLine, priced, read_lines, stored_lines};
pub(crate) use self::orphan::orphans;
pub use self::snapshot::{SeatCounts, SeatStatus, Snapshot};
