//! How the run stands, for whoever watches it.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Counters that every buyer keeps up to date.
#[derive(Debug, Default)]
pub struct Progress {
    arrived: AtomicU64,
    in_line: AtomicU64,
    inside: AtomicU64,
    holds: AtomicU64,
    sold: AtomicU64,
    gone: AtomicU64,
    dropped: AtomicU64,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Snapshot {
    /// Buyers who came so far.
    pub arrived: u64,
    /// Buyers who wait.
    pub in_line: u64,
    /// Buyers with a pass.
    pub inside: u64,
    /// Holds made so far.
    pub holds: u64,
    /// Seats that buyers were told are theirs.
    pub sold: u64,
    /// Buyers who went, with tickets or without.
    pub gone: u64,
    /// Buyers who were due and not played, since too many were at it.
    #[serde(default)]
    pub dropped: u64,
}

/// Counts one buyer as being somewhere, until dropped.
#[derive(Debug)]
pub(super) struct Presence<'a>(&'a AtomicU64);

impl Progress {
    /// The counters now.
    pub fn snapshot(&self) -> Snapshot {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Snapshot {
            arrived: read(&self.arrived),
            in_line: read(&self.in_line),
            inside: read(&self.inside),
            holds: read(&self.holds),
            sold: read(&self.sold),
            gone: read(&self.gone),
            dropped: read(&self.dropped),
        }
    }

    pub(crate) fn arrived(&self) {
        self.arrived.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn held(&self) {
        self.holds.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn sold(&self, seats: usize) {
        self.sold.fetch_add(seats as u64, Ordering::Relaxed);
    }

    pub(crate) fn gone(&self) {
        self.gone.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn in_line(&self) -> Presence<'_> {
        Presence::at(&self.in_line)
    }

    pub(super) fn inside(&self) -> Presence<'_> {
        Presence::at(&self.inside)
    }
}

impl<'a> Presence<'a> {
    fn at(counter: &'a AtomicU64) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
