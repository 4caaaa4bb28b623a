//! What happened: an outbox in the commit of every change, a relay that carries it on in order,
//! and consumers for which each event takes effect once.

mod contract;
mod counters;
mod event;
#[cfg(feature = "services")]
pub(crate) mod kafka;
pub(crate) mod memory;
#[cfg(feature = "services")]
pub(crate) mod postgres;

pub(crate) use self::contract::{Inbox, Outbox, Received};
pub use self::counters::SalesCounters;
#[cfg(feature = "services")]
pub(crate) use self::event::StoredEvent;
pub use self::event::{Event, EventKind};
