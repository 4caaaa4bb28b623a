use async_trait::async_trait;

use super::{Event, EventSource, EventsFrom, ParkedEvent, SalesCounters, Topic};
use crate::error::Result;
use crate::id::PerformanceId;

/// The relay's side of the outbox.
#[async_trait]
pub(crate) trait Outbox: Send + Sync {
    /// Hands the oldest unsent events, in order, to wherever events go, and marks them sent once
    /// they are there. One relay works at a time. Answers how many.
    async fn relay(&self) -> Result<usize>;

    /// Keeps events about these for this consumer of this process, from its position on.
    fn subscribe(&self, consumer: &str, topics: &[Topic]);

    /// The next events that this process has to react to as this consumer.
    async fn receive(&self, consumer: &str) -> Result<Received>;

    /// Everything that the consumer received so far took effect, or is set aside.
    async fn acknowledge(&self, consumer: &str) -> Result<()>;

    /// Events about these, of which nobody keeps the position but who reads them.
    async fn stream(&self, topics: &[Topic], from: EventsFrom) -> Result<Box<dyn EventSource>>;

    /// Tells whoever watches that a person has to look.
    async fn dead_letter(&self, parked: &ParkedEvent) -> Result<()>;

    /// Removes where events go; for the end of a namespace.
    #[cfg(feature = "services")]
    async fn remove(&self) -> Result<()>;
}

/// What a receive brought.
#[derive(Debug)]
pub(crate) enum Received {
    /// Events, to be acknowledged once they took effect.
    Events(Vec<Event>),
    /// Nothing now, and more is to come.
    #[cfg_attr(not(feature = "services"), expect(dead_code, reason = "only Kafka makes wait"))]
    Waiting,
    /// Everything was read.
    AtEnd,
}

/// The consumers' side: each event takes effect once.
#[async_trait]
pub(crate) trait Inbox: Send + Sync {
    /// Counts an event, unless it was counted or a later version of its aggregate was. The record
    /// of having seen it and its effect are one step.
    async fn count(&self, event: &Event) -> Result<bool>;

    /// Counts all events of the books anew, and goes on behind them; answers of how many performances.
    async fn rebuild(&self) -> Result<u64>;

    async fn counters(&self, performance: PerformanceId) -> Result<SalesCounters>;
}
