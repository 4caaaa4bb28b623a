//! Events that a consumer could not react to: aside from its stream, which goes on.

use std::collections::HashSet;

use async_trait::async_trait;
use uuid::Uuid;

use super::Event;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::ParkedId;
use crate::page::{Page, Paged};

/// How many events a consumer may have set aside: where everything fails, it is the consumer that is
/// wrong. One that needs each event then stands, another passes over what it cannot show.
pub(crate) const PARKED_MAX: u64 = 10_000;
/// How much of a reason is kept, in bytes.
const REASON_MAX: usize = 500;
/// The waits between tries; after the last of them a person has to look.
const WAITS_MS: [i64; 6] = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];
/// How long a try is one process's own, and how soon something is tried again for which a service did
/// not answer.
pub(crate) const LEASE_MS: i64 = 30_000;

/// An event that a consumer could not react to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedEvent {
    /// Its id here.
    pub id: ParkedId,
    /// The consumer's name.
    pub consumer: String,
    /// What happened.
    pub event: Event,
    /// What went wrong the last time; nothing while it only waits behind another of its aggregate.
    pub reason: Option<String>,
    /// How often it was tried.
    pub tries: u32,
    /// Since when it is set aside.
    pub since: Timestamp,
    /// When it is tried next; never by itself, once it was tried often enough.
    pub next_at: Option<Timestamp>,
}

impl ParkedEvent {
    /// Set aside after a first try; without a reason, behind another one.
    pub(crate) fn new(
        id: ParkedId,
        consumer: &str,
        event: Event,
        reason: Option<String>,
        now: Timestamp,
    ) -> Self {
        let consumer = consumer.to_owned();
        let mut parked =
            Self { id, consumer, event, reason: None, tries: 0, since: now, next_at: Some(now) };
        if let Some(reason) = reason {
            parked.fail(reason, now);
        }
        parked
    }

    /// Another try went wrong: the next one is later, or a person's.
    pub(crate) fn fail(&mut self, mut reason: String, now: Timestamp) {
        // PostgreSQL's text has none.
        reason.retain(|letter| letter != '\0');
        reason.truncate(reason.floor_char_boundary(REASON_MAX));
        let tried = usize::try_from(self.tries).unwrap_or(usize::MAX);
        self.next_at = WAITS_MS.get(tried).map(|wait| now.plus_millis(*wait));
        self.tries = self.tries.saturating_add(1);
        self.reason = Some(reason);
    }

    /// A person has to look.
    pub fn needs_a_person(&self) -> bool {
        self.next_at.is_none()
    }
}

/// Where events are set aside.
#[async_trait]
pub(crate) trait Parking: Send + Sync {
    /// Which of these aggregates have something set aside for this consumer.
    async fn held_up(&self, consumer: &str, aggregates: &[Uuid]) -> Result<HashSet<Uuid>>;

    /// Sets an event aside; one that is there already stays as it is.
    async fn park(&self, parked: &ParkedEvent) -> Result<()>;

    /// How many this consumer has.
    async fn count(&self, consumer: &str) -> Result<u64>;

    /// Forgets what is older than this version of an aggregate.
    async fn overtaken(&self, consumer: &str, aggregate: Uuid, version: i64) -> Result<()>;

    /// Takes what is due, of each aggregate and consumer only the oldest; nobody else gets it for
    /// [`LEASE_MS`].
    async fn due(
        &self,
        consumers: &[String],
        now: Timestamp,
        most: i64,
    ) -> Result<Vec<ParkedEvent>>;

    /// Writes down how another try went, where it was still this try's turn: nobody had it tried at once
    /// meanwhile, and its lease had not ended and been given to another.
    async fn tried(&self, parked: &ParkedEvent, leased_until: Option<Timestamp>) -> Result<()>;

    /// Has it tried at once.
    async fn redrive(&self, id: ParkedId, now: Timestamp) -> Result<Option<ParkedEvent>>;

    /// It is done, or given up: whatever waited behind it goes on.
    async fn remove(&self, id: ParkedId) -> Result<Option<ParkedEvent>>;

    async fn parked(&self, id: ParkedId) -> Result<Option<ParkedEvent>>;

    /// The oldest first.
    async fn list(&self, page: Page) -> Result<Paged<ParkedEvent>>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::OrderEvent;

    #[test]
    fn it_is_tried_later_and_later_and_then_a_person_looks() {
        let now = Timestamp::from_millis(0);
        let event = Event {
            id: 1,
            aggregate: Uuid::nil(),
            version: 1,
            performance: None,
            kind: OrderEvent::Paid.into(),
            seats: 1,
            at: now,
        };
        let mut parked =
            ParkedEvent::new(Uuid::nil().into(), "sales", event, Some("\0é".repeat(300)), now);
        assert_eq!(parked.reason.as_deref().map(str::len), Some(REASON_MAX));
        let mut waits = vec![];
        while let Some(next) = parked.next_at {
            waits.push(next.as_millis());
            parked.fail("again".into(), now);
        }
        assert_eq!(waits, WAITS_MS);
        assert_eq!((parked.tries, parked.needs_a_person()), (7, true));
    }
}
