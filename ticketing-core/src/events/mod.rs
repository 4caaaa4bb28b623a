//! What happened: an outbox in the commit of every change, a relay that carries it on in order,
//! and consumers for which each event takes effect once.

mod consumer;
mod contract;
mod counters;
mod event;
#[cfg(feature = "services")]
pub(crate) mod kafka;
mod kinds;
pub(crate) mod memory;
mod parked;
#[cfg(feature = "services")]
pub(crate) mod postgres;
mod stream;

pub use self::consumer::{CONSUMER_NAME_MAX, CONSUMERS_MAX, Needs, React};
pub(crate) use self::consumer::{Consumer, Reaction, SALES};
pub(crate) use self::contract::{Inbox, Outbox, Received};
pub use self::counters::SalesCounters;
pub use self::event::Event;
#[cfg(feature = "services")]
pub(crate) use self::event::StoredEvent;
pub use self::kinds::{AccountEvent, EventKind, OrderEvent, PerformanceEvent, ReviewEvent, Topic};
pub use self::parked::ParkedEvent;
pub(crate) use self::parked::{LEASE_MS, PARKED_MAX, Parking};
pub use self::stream::{EventPosition, EventStream, EventsFrom};
pub(crate) use self::stream::{EventSource, forgotten};
