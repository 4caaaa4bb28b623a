use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::error::Result;
use crate::events::{Event, EventPosition, EventSource, EventsFrom, Topic, forgotten};

/// How many events are kept for whoever comes later.
const KEPT: usize = 10_000;
/// Events in memory are in one row.
const PARTITION: i32 = 0;

/// The last events that were told, for streams.
#[derive(Default)]
pub(super) struct Told {
    last: Mutex<Last>,
    more: Notify,
}

#[derive(Default)]
struct Last {
    events: VecDeque<Event>,
    /// How many were told before those.
    forgotten: usize,
}

impl Told {
    pub(super) fn tell(&self, events: &[Event]) {
        let mut last = self.last.lock();
        last.events.extend(events.iter().cloned());
        let many = last.events.len().saturating_sub(KEPT);
        last.events.drain(..many);
        last.forgotten += many;
        drop(last);
        self.more.notify_waiters();
    }

    pub(super) fn stream(
        self: Arc<Self>,
        topics: &[Topic],
        from: &EventsFrom,
    ) -> Result<Box<dyn EventSource>> {
        let last = self.last.lock();
        let (oldest, end) = (last.forgotten, last.forgotten + last.events.len());
        let next = match from {
            EventsFrom::Oldest => oldest,
            EventsFrom::Now => end,
            EventsFrom::Behind(position) => {
                let said = topics.iter().filter_map(|topic| position.next_of(*topic, PARTITION));
                said.min().map_or(oldest, |next| usize::try_from(next).unwrap_or(usize::MAX))
            }
        };
        drop(last);
        if !(oldest..=end).contains(&next) {
            return Err(forgotten());
        }
        Ok(Box::new(MemoryStream { told: self, topics: topics.to_owned(), next }))
    }
}

struct MemoryStream {
    told: Arc<Told>,
    topics: Vec<Topic>,
    /// Counted from the first event that was ever told.
    next: usize,
}

impl MemoryStream {
    /// The next event that is there.
    fn take(&mut self) -> Result<Option<Event>> {
        let last = self.told.last.lock();
        let from = self.next.checked_sub(last.forgotten).ok_or_else(forgotten)?;
        let mut rest = last.events.iter().enumerate().skip(from);
        let wanted = rest.find(|(_, event)| self.topics.contains(&event.kind.topic()));
        let reached = wanted.map_or(last.events.len(), |(place, _)| place + 1);
        let event = wanted.map(|(_, event)| event.clone());
        self.next = last.forgotten + reached;
        Ok(event)
    }
}

#[async_trait]
impl EventSource for MemoryStream {
    async fn next(&mut self) -> Result<Event> {
        let told = self.told.clone();
        loop {
            // Before looking, so that nothing is told unnoticed in between.
            let more = told.more.notified();
            if let Some(event) = self.take()? {
                return Ok(event);
            }
            more.await;
        }
    }

    fn position(&self) -> EventPosition {
        let mut position = EventPosition::default();
        for topic in &self.topics {
            position.set_next(*topic, PARTITION, i64::try_from(self.next).unwrap_or(i64::MAX));
        }
        position
    }
}
