use async_trait::async_trait;

use super::{Event, SalesCounters};
use crate::error::Result;
use crate::id::PerformanceId;

/// The relay's side of the outbox.
#[async_trait]
pub(crate) trait Outbox: Send + Sync {
    /// Hands the oldest unsent events, in order, to wherever events go, and marks them sent once
    /// they are there. One relay works at a time. Answers the events when they are to be reacted
    /// to here and now; elsewhere a consumer gets them.
    async fn relay(&self) -> Result<Relayed>;
}

/// What a relay did.
#[derive(Debug, Default)]
pub(crate) struct Relayed {
    pub(crate) sent: usize,
    /// Events for which this process is the consumer.
    pub(crate) to_react: Vec<Event>,
}

/// The consumers' side: each event takes effect once.
#[async_trait]
pub(crate) trait Inbox: Send + Sync {
    /// Counts an event, unless it was counted or a later version of its aggregate was. The record
    /// of having seen it and its effect are one step.
    async fn count(&self, event: &Event) -> Result<bool>;

    async fn counters(&self, performance: PerformanceId) -> Result<SalesCounters>;
}
