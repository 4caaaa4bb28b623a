use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::error::Result;
use crate::events::{Event, EventPosition, EventSource, EventsFrom, Topic, forgotten};

/// How many events of a topic are kept for whoever comes later.
const KEPT: usize = 10_000;
/// Events in memory are in one row.
const PARTITION: i32 = 0;

/// The last events that were told, for streams.
#[derive(Default)]
pub(super) struct Told {
    topics: Mutex<BTreeMap<Topic, Last>>,
    more: Notify,
}

#[derive(Default)]
struct Last {
    events: VecDeque<Event>,
    /// How many were told before those.
    forgotten: usize,
}

impl Last {
    fn end(&self) -> usize {
        self.forgotten + self.events.len()
    }

    /// The event of that number, counted from the first that was ever told; nothing where it is to come.
    fn event(&self, number: usize) -> Result<Option<&Event>> {
        let place = number.checked_sub(self.forgotten).ok_or_else(forgotten)?;
        Ok(self.events.get(place))
    }
}

impl Told {
    pub(super) fn tell(&self, events: &[Event]) {
        let mut topics = self.topics.lock();
        for event in events {
            let last = topics.entry(event.kind.topic()).or_default();
            last.events.push_back(event.clone());
            if last.events.len() > KEPT {
                last.events.pop_front();
                last.forgotten += 1;
            }
        }
        drop(topics);
        self.more.notify_waiters();
    }

    pub(super) fn stream(
        self: Arc<Self>,
        topics: &[Topic],
        from: &EventsFrom,
    ) -> Result<Box<dyn EventSource>> {
        let mut told = self.topics.lock();
        let mut next = BTreeMap::new();
        for topic in topics {
            let last = told.entry(*topic).or_default();
            let said = match from {
                EventsFrom::Oldest => None,
                EventsFrom::Now => Some(last.end()),
                EventsFrom::Behind(position) => position
                    .next_of(*topic, PARTITION)
                    .map(|next| usize::try_from(next).unwrap_or(usize::MAX)),
            };
            let number = said.unwrap_or(last.forgotten);
            if !(last.forgotten..=last.end()).contains(&number) {
                return Err(forgotten());
            }
            next.insert(*topic, number);
        }
        drop(told);
        Ok(Box::new(MemoryStream { told: self, next }))
    }
}

struct MemoryStream {
    told: Arc<Told>,
    /// Of each topic the number of the next event.
    next: BTreeMap<Topic, usize>,
}

impl MemoryStream {
    /// The next event that is there, in the order in which they were told.
    fn take(&mut self) -> Result<Option<Event>> {
        let told = self.told.topics.lock();
        let mut first: Option<&Event> = None;
        for (topic, number) in &self.next {
            let Some(last) = told.get(topic) else { continue };
            if let Some(event) = last.event(*number)?
                && first.is_none_or(|first| event.id < first.id)
            {
                first = Some(event);
            }
        }
        let Some(event) = first.cloned() else { return Ok(None) };
        drop(told);
        *self.next.entry(event.kind.topic()).or_default() += 1;
        Ok(Some(event))
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
        for (topic, number) in &self.next {
            position.set_next(*topic, PARTITION, i64::try_from(*number).unwrap_or(i64::MAX));
        }
        position
    }
}
