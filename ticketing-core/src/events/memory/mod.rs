mod parking;
mod stream;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use uuid::Uuid;

pub(crate) use self::parking::MemoryParking;
use self::stream::Told;
use super::{
    Event, EventSource, EventsFrom, Inbox, Outbox, ParkedEvent, Received, SalesCounters, Topic,
};
use crate::error::Result;
use crate::id::PerformanceId;

/// How many events one relay step takes.
const RELAY_BATCH: usize = 500;

/// The outbox in memory: its relay hands events to this process.
#[derive(Default)]
pub(crate) struct MemoryOutbox {
    unsent: Mutex<Unsent>,
    told: Arc<Told>,
}

#[derive(Default)]
struct Unsent {
    last_id: i64,
    events: VecDeque<Event>,
    /// What each consumer has not taken yet, by its name.
    streams: HashMap<String, Stream>,
}

#[derive(Default)]
struct Stream {
    topics: Vec<Topic>,
    events: VecDeque<Event>,
    /// How many of them were received and not acknowledged: without that they come again.
    handed_out: usize,
}

impl MemoryOutbox {
    /// Called under the lock of what changed, so that an event follows its change.
    pub(crate) fn append(&self, mut event: Event) {
        let mut unsent = self.unsent.lock();
        unsent.last_id += 1;
        event.id = unsent.last_id;
        unsent.events.push_back(event);
    }
}

#[async_trait]
impl Outbox for MemoryOutbox {
    async fn relay(&self) -> Result<usize> {
        let mut guard = self.unsent.lock();
        let unsent = &mut *guard;
        let batch = unsent.events.len().min(RELAY_BATCH);
        let carried: Vec<Event> = unsent.events.drain(..batch).collect();
        for stream in unsent.streams.values_mut() {
            let about = |event: &&Event| stream.topics.contains(&event.kind.topic());
            stream.events.extend(carried.iter().filter(about).cloned());
        }
        self.told.tell(&carried);
        Ok(batch)
    }

    fn subscribe(&self, consumer: &str, topics: &[Topic]) {
        let stream = Stream { topics: topics.to_owned(), ..Stream::default() };
        self.unsent.lock().streams.entry(consumer.to_owned()).or_insert(stream);
    }

    async fn receive(&self, consumer: &str) -> Result<Received> {
        let mut unsent = self.unsent.lock();
        let Some(stream) = unsent.streams.get_mut(consumer) else { return Ok(Received::AtEnd) };
        let events: Vec<Event> = stream.events.iter().take(RELAY_BATCH).cloned().collect();
        stream.handed_out = events.len();
        Ok(if events.is_empty() { Received::AtEnd } else { Received::Events(events) })
    }

    async fn acknowledge(&self, consumer: &str) -> Result<()> {
        let mut unsent = self.unsent.lock();
        if let Some(stream) = unsent.streams.get_mut(consumer) {
            let handed_out = std::mem::take(&mut stream.handed_out);
            stream.events.drain(..handed_out);
        }
        Ok(())
    }

    async fn stream(&self, topics: &[Topic], from: EventsFrom) -> Result<Box<dyn EventSource>> {
        self.told.clone().stream(topics, &from)
    }

    async fn dead_letter(&self, _: &ParkedEvent) -> Result<()> {
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
        if let Some(performance) = event.performance {
            seen.counters.entry(performance).or_default().add(counted);
        }
        Ok(true)
    }

    /// What is counted here is lost with the books alone.
    async fn rebuild(&self) -> Result<u64> {
        Ok(self.0.lock().counters.len() as u64)
    }

    async fn counters(&self, performance: PerformanceId) -> Result<SalesCounters> {
        Ok(self.0.lock().counters.get(&performance).copied().unwrap_or_default())
    }
}
