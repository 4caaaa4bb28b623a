//! The topic of order events: keyed by aggregate, so that the events of one order stay in order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::message::Message;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::{Mutex, OnceCell};
use tokio::time::timeout;

use super::{Event, Received, StoredEvent};
use crate::error::{Error, Result, readable};
use crate::services::kafka::{DELIVERY_TIMEOUT, Kafka, failed};

/// How many partitions: as many servers can react at once.
const PARTITIONS: i32 = 4;
/// How many events are taken at once.
const RECEIVE_MAX: usize = 200;
/// How long a receive waits for a first event.
const RECEIVE_WAIT: Duration = Duration::from_millis(100);
/// How long a question about the topic's end may take.
const ASKED_WITHIN: Duration = Duration::from_secs(5);

/// Events, and where each partition goes on after them.
#[derive(Default)]
struct Batch {
    events: Vec<Event>,
    next: BTreeMap<i32, i64>,
}

/// The topic, connected when it is first used.
pub(crate) struct Topic {
    kafka: Kafka,
    name: String,
    group: String,
    producer: OnceCell<FutureProducer>,
    consumer: OnceCell<Arc<StreamConsumer>>,
    /// Received and not acknowledged: these come again before anything later does.
    unacknowledged: Mutex<Batch>,
}

impl Topic {
    pub(crate) fn new(kafka: Kafka, namespace: &str) -> Self {
        Self {
            kafka,
            name: format!("{namespace}.orders"),
            group: format!("{namespace}.box-office"),
            producer: OnceCell::new(),
            consumer: OnceCell::new(),
            unacknowledged: Mutex::default(),
        }
    }

    /// Publishes in order; returns once every record has its delivery report. An aggregate's next
    /// event leaves after the report of the one before: a record that fails while a later one arrives
    /// would be published again too late, behind what its consumers have seen.
    pub(crate) async fn publish(&self, events: &[StoredEvent]) -> Result<()> {
        let producer = self.producer().await?;
        let mut aggregates = BTreeMap::<_, Vec<_>>::new();
        for event in events {
            aggregates.entry(event.aggregate).or_default().push(event);
        }
        let sent = aggregates.into_values().map(|events| async move {
            for event in events {
                let key = event.aggregate.to_string();
                let payload = serde_json::to_vec(event).map_err(Error::internal)?;
                let record = FutureRecord::to(&self.name).key(&key).payload(&payload);
                let sent = producer.send(record, DELIVERY_TIMEOUT).await;
                sent.map_err(|(error, _)| failed(error))?;
            }
            Ok(())
        });
        try_join_all(sent).await.map(drop)
    }

    pub(crate) async fn receive(&self) -> Result<Received> {
        let consumer = self.consumer().await?;
        let mut unacknowledged = self.unacknowledged.lock().await;
        if unacknowledged.next.is_empty() {
            read(consumer, &mut unacknowledged).await?;
        }
        if !unacknowledged.next.is_empty() {
            return Ok(Received::Events(unacknowledged.events.clone()));
        }
        drop(unacknowledged);
        let (consumer, producer) = (consumer.clone(), self.producer().await?.clone());
        let topic = self.name.clone();
        let at_end =
            tokio::task::spawn_blocking(move || at_end(&consumer, &producer, &topic)).await;
        Ok(if at_end.map_err(Error::internal)?? { Received::AtEnd } else { Received::Waiting })
    }

    /// Everything received so far took effect. Committed is exactly that: what the consumer gave is
    /// more, once the next receive has begun.
    pub(crate) async fn acknowledge(&self) -> Result<()> {
        let consumer = self.consumer().await?;
        let Batch { next, .. } = std::mem::take(&mut *self.unacknowledged.lock().await);
        let mut reached = TopicPartitionList::new();
        for (partition, offset) in next {
            let offset = Offset::Offset(offset);
            reached.add_partition_offset(&self.name, partition, offset).map_err(failed)?;
        }
        consumer.commit(&reached, CommitMode::Async).map_err(failed)
    }

    /// Removes the topic; for the end of a namespace.
    pub(crate) async fn remove(&self) -> Result<()> {
        if self.producer.get().is_none() && self.consumer.get().is_none() {
            return Ok(());
        }
        self.kafka.remove_topic(&self.name).await
    }

    async fn producer(&self) -> Result<&FutureProducer> {
        self.producer
            .get_or_try_init(|| async {
                self.kafka.ensure_topic(&self.name, PARTITIONS).await?;
                self.kafka.producer()
            })
            .await
    }

    async fn consumer(&self) -> Result<&Arc<StreamConsumer>> {
        self.consumer
            .get_or_try_init(|| async {
                self.kafka.ensure_topic(&self.name, PARTITIONS).await?;
                self.kafka.consumer(&self.group, &self.name).map(Arc::new)
            })
            .await
    }
}

/// Reads what is there. Where that fails, what was read before counts: the consumer does not give it
/// again.
async fn read(consumer: &StreamConsumer, batch: &mut Batch) -> Result<()> {
    let mut wait = RECEIVE_WAIT;
    for _ in 0..RECEIVE_MAX {
        let message = match timeout(wait, consumer.recv()).await {
            Err(_) => return Ok(()),
            Ok(Err(error)) if batch.next.is_empty() => return Err(failed(error)),
            Ok(Err(error)) => {
                tracing::warn!(%error, "events are read later");
                return Ok(());
            }
            Ok(Ok(message)) => message,
        };
        batch.next.insert(message.partition(), message.offset() + 1);
        let payload = message.payload().unwrap_or_default();
        let row = format!("{}:{}", message.partition(), message.offset());
        let read = serde_json::from_slice(payload)
            .map_err(|error| Error::unreadable("kafka", "payload", row, error));
        batch.events.extend(readable(read).and_then(StoredEvent::read));
        wait = Duration::from_millis(1);
    }
    Ok(())
}

/// The whole topic was read to its end, by whichever process has each partition: by this one as far
/// as its position says, by another, or one that has gone, as far as was committed. The producer asks
/// for the ends: on the consumer's connection the question would wait behind a fetch that waits for
/// events.
fn at_end(consumer: &StreamConsumer, producer: &FutureProducer, topic: &str) -> Result<bool> {
    if consumer.assignment().map_err(failed)?.count() == 0 {
        // The group is being joined: a question to its coordinator would wait for that.
        return Ok(false);
    }
    let mut all = TopicPartitionList::new();
    for number in 0..PARTITIONS {
        all.add_partition(topic, number);
    }
    let positions = consumer.position().map_err(failed)?;
    let committed = consumer.committed_offsets(all, ASKED_WITHIN).map_err(failed)?;
    for number in 0..PARTITIONS {
        let (low, high) =
            producer.client().fetch_watermarks(topic, number, ASKED_WITHIN).map_err(failed)?;
        let reached = [&positions, &committed].map(|list| offset(list, topic, number));
        if reached.into_iter().flatten().fold(low, i64::max) < high {
            return Ok(false);
        }
    }
    Ok(true)
}

fn offset(list: &TopicPartitionList, topic: &str, number: i32) -> Option<i64> {
    list.find_partition(topic, number)?.offset().to_raw()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::*;
    use crate::clock::Timestamp;
    use crate::events::EventKind;
    use crate::id::Randomness;

    fn topic(namespace: &str) -> Topic {
        let brokers = std::env::var("TICKETING_KAFKA").expect("eval \"$(./services env)\"");
        Topic::new(Kafka::new(brokers), namespace)
    }

    fn events(count: usize) -> Vec<StoredEvent> {
        let event = |id| StoredEvent {
            id,
            aggregate: Uuid::from_u128(u128::try_from(id).unwrap()),
            version: 1,
            performance: Uuid::nil().into(),
            kind: EventKind::OrderPlaced.name().to_owned(),
            seats: 1,
            at: Timestamp::from_millis(0),
        };
        (1..).map(event).take(count).collect()
    }

    #[tokio::test]
    #[ignore = "needs ./services up"]
    async fn what_a_server_received_and_did_not_do_comes_to_the_next_one() {
        let random = u64::from_be_bytes(Randomness::from_system().bytes());
        let namespace = format!("test_{random:016x}");
        let first = topic(&namespace);
        let published = events(5 * RECEIVE_MAX);
        first.publish(&published).await.unwrap();
        let mut done = BTreeSet::new();
        let undone = loop {
            let Received::Events(events) = first.receive().await.unwrap() else { continue };
            let events: BTreeSet<Uuid> = events.iter().map(|event| event.aggregate).collect();
            if done.len() + events.len() == published.len() {
                break events;
            }
            done.extend(events);
            first.acknowledge().await.unwrap();
        };
        assert!(!done.is_empty(), "one batch is done, and one is not");
        drop(first);
        let next = topic(&namespace);
        let mut again = BTreeSet::new();
        while !undone.is_subset(&again) {
            match next.receive().await.unwrap() {
                Received::Events(events) => {
                    again.extend(events.iter().map(|event| event.aggregate));
                    next.acknowledge().await.unwrap();
                }
                Received::Waiting => {}
                Received::AtEnd => panic!("{} of {} came again", again.len(), undone.len()),
            }
        }
        next.remove().await.unwrap();
    }
}
