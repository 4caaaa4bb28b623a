//! One consumer's way through its topics.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::message::Message;
use rdkafka::metadata::MetadataTopic;
use rdkafka::producer::{FutureProducer, Producer as _};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::{Mutex, OnceCell};
use tokio::time::timeout;

use crate::error::{Error, Result, readable};
use crate::events::{Event, Received, StoredEvent};
use crate::services::kafka::{Kafka, failed};

/// How many events are taken at once.
pub(super) const RECEIVE_MAX: usize = 200;
/// How long a receive waits for a first event.
const RECEIVE_WAIT: Duration = Duration::from_millis(100);
/// How long a question about the topic's end may take.
pub(super) const ASKED_WITHIN: Duration = Duration::from_secs(5);

/// Events, and where each partition goes on after them.
#[derive(Default)]
struct Batch {
    events: Vec<Event>,
    next: BTreeMap<(String, i32), i64>,
}

/// A group's member, connected when it is first used.
pub(super) struct Reader {
    topics: Vec<String>,
    group: String,
    consumer: OnceCell<Arc<StreamConsumer>>,
    /// Received and not acknowledged: these come again before anything later does.
    unacknowledged: Mutex<Batch>,
}

impl Reader {
    pub(super) fn new(topics: Vec<String>, group: String) -> Self {
        Self { topics, group, consumer: OnceCell::new(), unacknowledged: Mutex::default() }
    }

    pub(super) fn topics(&self) -> &[String] {
        &self.topics
    }

    pub(super) async fn receive(
        &self,
        kafka: &Kafka,
        producer: &FutureProducer,
    ) -> Result<Received> {
        let connect = || async { kafka.consumer(&self.group, &self.topics).map(Arc::new) };
        let consumer = self.consumer.get_or_try_init(connect).await?;
        let mut unacknowledged = self.unacknowledged.lock().await;
        if unacknowledged.next.is_empty() {
            read(consumer, &mut unacknowledged).await?;
        }
        if !unacknowledged.next.is_empty() {
            return Ok(Received::Events(unacknowledged.events.clone()));
        }
        drop(unacknowledged);
        let (consumer, producer) = (consumer.clone(), producer.clone());
        let topics = self.topics.clone();
        let at_end =
            tokio::task::spawn_blocking(move || at_end(&consumer, &producer, &topics)).await;
        Ok(if at_end.map_err(Error::internal)?? { Received::AtEnd } else { Received::Waiting })
    }

    /// Everything received so far took effect. Committed is exactly that: what the consumer gave is
    /// more, once the next receive has begun.
    pub(super) async fn acknowledge(&self) -> Result<()> {
        let Batch { next, .. } = std::mem::take(&mut *self.unacknowledged.lock().await);
        let Some(consumer) = self.consumer.get() else { return Ok(()) };
        let mut reached = TopicPartitionList::new();
        for ((topic, partition), offset) in next {
            let offset = Offset::Offset(offset);
            reached.add_partition_offset(&topic, partition, offset).map_err(failed)?;
        }
        consumer.commit(&reached, CommitMode::Async).map_err(failed)
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
        let (topic, partition) = (message.topic().to_owned(), message.partition());
        batch.next.insert((topic, partition), message.offset() + 1);
        batch.events.extend(read_event(&message));
        wait = Duration::from_millis(1);
    }
    Ok(())
}

/// The event of a record; nothing where it is none, or none that this version knows.
pub(super) fn read_event(message: &impl Message) -> Option<Event> {
    let row = format!("{}:{}:{}", message.topic(), message.partition(), message.offset());
    let payload = message.payload().unwrap_or_default();
    let read = serde_json::from_slice(payload)
        .map_err(|error| Error::unreadable("kafka", "payload", row, error));
    readable(read).and_then(StoredEvent::read)
}

/// The topics were read to their ends, by whichever process has each partition: by this one as far as
/// its position says, by another, or one that has gone, as far as was committed. The producer asks for
/// the ends: on the consumer's connection the question would wait behind a fetch that waits for events.
fn at_end(consumer: &StreamConsumer, producer: &FutureProducer, topics: &[String]) -> Result<bool> {
    if consumer.assignment().map_err(failed)?.count() == 0 {
        // The group is being joined: a question to its coordinator would wait for that.
        return Ok(false);
    }
    let mut all = TopicPartitionList::new();
    for topic in topics {
        let known = producer.client().fetch_metadata(Some(topic), ASKED_WITHIN).map_err(failed)?;
        for partition in known.topics().iter().flat_map(MetadataTopic::partitions) {
            all.add_partition(topic, partition.id());
        }
    }
    let positions = consumer.position().map_err(failed)?;
    let committed = consumer.committed_offsets(all.clone(), ASKED_WITHIN).map_err(failed)?;
    for one in all.elements() {
        let (topic, number) = (one.topic(), one.partition());
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
