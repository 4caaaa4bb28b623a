//! What happens, for code that keeps its own position.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;

use super::{Event, Topic};
use crate::error::{Error, Result};

/// Behind which events of each topic's partitions somebody has come. As a text it is kept as it is, and
/// good for any process of the deployment; embedded, for this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventPosition(BTreeMap<(Topic, i32), i64>);

/// Where a stream of events begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventsFrom {
    /// With the oldest that is kept.
    Oldest,
    /// With the next one.
    Now,
    /// Behind where another stream had come; topics and partitions that it did not have, with their oldest.
    Behind(EventPosition),
}

/// What happens, one after the other. Events of one aggregate come in order, some perhaps twice: the version
/// says so. Dropped at any time; its position is where to go on.
///
/// Whoever keeps something that follows from events, and makes it anew from the books, opens a stream first, then reads
/// the books, then takes what the stream has: of orders and reviews what is newer than was read, of others each, by reading
/// again what it is about. Partitions that a topic gets while a stream is open are read once it is opened again.
pub struct EventStream(Box<dyn EventSource>);

impl EventStream {
    pub(crate) fn new(source: Box<dyn EventSource>) -> Self {
        Self(source)
    }

    /// The next event; waits until there is one. May be given up at any time, and asked again after an error that
    /// passes.
    pub async fn next(&mut self) -> Result<Event> {
        self.0.next().await
    }

    /// Behind everything that was answered.
    pub fn position(&self) -> EventPosition {
        self.0.position()
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EventStream")
    }
}

/// Where a stream's events come from.
#[async_trait]
pub(crate) trait EventSource: Send {
    async fn next(&mut self) -> Result<Event>;
    fn position(&self) -> EventPosition;
}

/// What is said where events of before are gone.
pub(crate) fn forgotten() -> Error {
    Error::conflict("events right behind that position are not kept any more")
}

impl EventPosition {
    /// Of a partition, the number of its next event.
    pub(crate) fn next_of(&self, topic: Topic, partition: i32) -> Option<i64> {
        self.0.get(&(topic, partition)).copied()
    }

    /// Every partition, with the number of its next event.
    #[cfg(feature = "services")]
    pub(crate) fn parts(&self) -> impl Iterator<Item = ((Topic, i32), i64)> {
        self.0.iter().map(|(place, next)| (*place, *next))
    }

    pub(crate) fn set_next(&mut self, topic: Topic, partition: i32, next: i64) {
        self.0.insert((topic, partition), next);
    }
}

impl fmt::Display for EventPosition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, ((topic, partition), next)) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            write!(formatter, "{comma}{}/{partition}={next}", topic.name())?;
        }
        Ok(())
    }
}

impl FromStr for EventPosition {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let part = |part: &str| {
            let (place, next) = part.split_once('=')?;
            let (name, partition) = place.split_once('/')?;
            let topic = Topic::ALL.into_iter().find(|topic| topic.name() == name)?;
            let number = |text: &str| text.parse().ok().filter(|number: &i64| *number >= 0);
            let partition = i32::try_from(number(partition)?).ok()?;
            Some(((topic, partition), number(next)?))
        };
        let parts = text.split(',').filter(|part| !part.is_empty());
        let wrong = || Error::field("position", "as a stream said it");
        let mut position = BTreeMap::new();
        for said in parts {
            let (place, next) = part(said).ok_or_else(wrong)?;
            if position.insert(place, next).is_some() {
                return Err(wrong());
            }
        }
        Ok(Self(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_back_as_it_was_said() {
        let mut position = EventPosition::default();
        assert_eq!(position.to_string().parse::<EventPosition>().unwrap(), position);
        position.set_next(Topic::Reviews, 3, 0);
        position.set_next(Topic::Orders, 12, i64::MAX);
        assert_eq!(position.to_string(), format!("orders/12={},reviews/3=0", i64::MAX));
        assert_eq!(position.to_string().parse::<EventPosition>().unwrap(), position);
        for wrong in [
            "x",
            "orders/0",
            "orders=1",
            "orders/0=-1",
            "orders/-1=1",
            "tickets/0=1",
            "orders/0=1;",
        ] {
            assert!(wrong.parse::<EventPosition>().is_err(), "{wrong}");
        }
        assert!("orders/0=1,orders/0=2".parse::<EventPosition>().is_err());
    }
}
