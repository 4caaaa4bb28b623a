use std::collections::{HashMap, VecDeque};

use async_trait::async_trait;
use parking_lot::Mutex;
use uuid::Uuid;

use super::{Event, Inbox, Outbox, Received, SalesCounters};
use crate::error::Result;
use crate::id::PerformanceId;

/// How many events one relay step takes.
const RELAY_BATCH: usize = 500;

/// The outbox in memory: its relay hands events to this process.
#[derive(Default)]
pub(crate) struct MemoryOutbox(Mutex<Unsent>);

#[derive(Default)]
struct Unsent {
    last_id: i64,
    events: VecDeque<Event>,
    relayed: VecDeque<Event>,
    /// How many of them were received and not acknowledged: without that they come again.
    handed_out: usize,
}

impl MemoryOutbox {
    /// Called under the lock of what changed, so that an event follows its change.
    pub(crate) fn append(&self, mut event: Event) {
        let mut unsent = self.0.lock();
        unsent.last_id += 1;
        event.id = unsent.last_id;
        unsent.events.push_back(event);
    }
}

#[async_trait]
impl Outbox for MemoryOutbox {
    async fn relay(&self) -> Result<usize> {
        let mut guard = self.0.lock();
        let unsent = &mut *guard;
        let batch = unsent.events.len().min(RELAY_BATCH);
        unsent.relayed.extend(unsent.events.drain(..batch));
        Ok(batch)
    }

    async fn receive(&self) -> Result<Received> {
        let mut unsent = self.0.lock();
        let events: Vec<Event> = unsent.relayed.iter().take(RELAY_BATCH).cloned().collect();
        unsent.handed_out = events.len();
        Ok(if events.is_empty() { Received::AtEnd } else { Received::Events(events) })
    }

    async fn acknowledge(&self) -> Result<()> {
        let mut unsent = self.0.lock();
        let handed_out = std::mem::take(&mut unsent.handed_out);
        unsent.relayed.drain(..handed_out);
        Ok(())
    }

    #[cfg(feature = "services")]
    async fn remove(&self) -> Result<()> {
        Ok(())
    }
}

/// The inbox in memory.
#[derive(Default)]
pub(crate) struct MemoryInbox(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    versions: HashMap<Uuid, i64>,
    counters: HashMap<PerformanceId, SalesCounters>,
}

#[async_trait]
impl Inbox for MemoryInbox {
    async fn count(&self, event: &Event) -> Result<bool> {
        let mut seen = self.0.lock();
        let version = seen.versions.entry(event.aggregate).or_default();
        if event.version <= *version {
            return Ok(false);
        }
        *version = event.version;
        let counted = SalesCounters::of(event.kind, event.seats);
        seen.counters.entry(event.performance).or_default().add(counted);
        Ok(true)
    }

    async fn counters(&self, performance: PerformanceId) -> Result<SalesCounters> {
        Ok(self.0.lock().counters.get(&performance).copied().unwrap_or_default())
    }
}
