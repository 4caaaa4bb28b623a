#[cfg(feature = "services")]
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{EventKind, PerformanceEvent};
use crate::clock::Timestamp;
use crate::id::PerformanceId;

/// One row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Rises with every event of an aggregate.
    pub id: i64,
    /// What it happened to.
    pub aggregate: Uuid,
    /// The aggregate's version that it made.
    pub version: i64,
    /// Of which performance; nothing where it is about an account.
    pub performance: Option<PerformanceId>,
    /// What happened.
    pub kind: EventKind,
    /// How many seats it is about; none where it is not about an order.
    pub seats: u32,
    /// When.
    pub at: Timestamp,
}

impl Event {
    /// What made this version of a performance.
    pub(crate) fn of_performance(
        performance: PerformanceId,
        version: i64,
        kind: PerformanceEvent,
        at: Timestamp,
    ) -> Self {
        Self {
            id: 0,
            aggregate: performance.uuid(),
            version,
            performance: Some(performance),
            kind: kind.into(),
            seats: 0,
            at,
        }
    }
}

/// An event as it is published. Its kind is a word: a relay carries on what it does not know itself,
/// and a consumer passes over what is not for it.
#[cfg(feature = "services")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredEvent {
    pub(crate) id: i64,
    pub(crate) aggregate: Uuid,
    pub(crate) version: i64,
    /// All zeros where it is of none.
    pub(crate) performance: PerformanceId,
    pub(crate) kind: String,
    pub(crate) seats: u32,
    pub(crate) at: Timestamp,
}

#[cfg(feature = "services")]
impl StoredEvent {
    pub(crate) fn of(event: &Event) -> Self {
        Self {
            id: event.id,
            aggregate: event.aggregate,
            version: event.version,
            performance: event.performance.unwrap_or(Uuid::nil().into()),
            kind: event.kind.name().to_owned(),
            seats: event.seats,
            at: event.at,
        }
    }

    /// The word of the topic that it belongs to: every kind begins with what it is about, also one that
    /// only a newer server knows.
    pub(crate) fn topic(&self) -> String {
        let about = self.kind.split('_').next().unwrap_or_default();
        format!("{about}s")
    }

    /// The event; nothing where this version does not know its kind.
    pub(crate) fn read(self) -> Option<Event> {
        Some(Event {
            id: self.id,
            aggregate: self.aggregate,
            version: self.version,
            performance: Some(self.performance).filter(|id| !id.uuid().is_nil()),
            kind: EventKind::from_name(&self.kind)?,
            seats: self.seats,
            at: self.at,
        })
    }
}

#[cfg(all(test, feature = "services"))]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_kind_says_its_topic() {
        for kind in EventKind::all() {
            let event = Event {
                id: 1,
                aggregate: Uuid::nil(),
                version: 1,
                performance: None,
                kind,
                seats: 1,
                at: Timestamp::EPOCH,
            };
            assert_eq!(StoredEvent::of(&event).topic(), kind.topic().name(), "{}", kind.name());
            assert_eq!(EventKind::from_name(kind.name()), Some(kind));
        }
    }
}
