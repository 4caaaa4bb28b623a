//! The topic of order events: keyed by aggregate, so that the events of one order stay in order.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::message::Message;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};
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
const WATERMARK_TIMEOUT: Duration = Duration::from_secs(5);

/// The topic, connected when it is first used.
pub(crate) struct Topic {
    kafka: Kafka,
    name: String,
    group: String,
    producer: OnceCell<FutureProducer>,
    consumer: OnceCell<Arc<StreamConsumer>>,
    /// Received and not acknowledged: these come again before anything later does.
    unacknowledged: Mutex<Vec<Event>>,
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

    /// Publishes in order; returns once every record has its delivery report.
    pub(crate) async fn publish(&self, events: &[StoredEvent]) -> Result<()> {
        let producer = self.producer().await?;
        let sent = events.iter().map(|event| async move {
            let key = event.aggregate.to_string();
            let payload = serde_json::to_vec(event).map_err(Error::internal)?;
            let record = FutureRecord::to(&self.name).key(&key).payload(&payload);
            let sent = producer.send(record, DELIVERY_TIMEOUT).await;
            sent.map(drop).map_err(|(error, _)| failed(error))
        });
        try_join_all(sent).await.map(drop)
    }

    pub(crate) async fn receive(&self) -> Result<Received> {
        let consumer = self.consumer().await?;
        let mut unacknowledged = self.unacknowledged.lock().await;
        if !unacknowledged.is_empty() {
            return Ok(Received::Events(unacknowledged.clone()));
        }
        let mut events = Vec::new();
        let mut wait = RECEIVE_WAIT;
        while events.len() < RECEIVE_MAX {
            let Ok(message) = timeout(wait, consumer.recv()).await else { break };
            let message = message.map_err(failed)?;
            let payload = message.payload().unwrap_or_default();
            let row = format!("{}:{}", message.partition(), message.offset());
            let read = serde_json::from_slice(payload)
                .map_err(|error| Error::unreadable("kafka", "payload", row, error));
            events.extend(readable(read).and_then(StoredEvent::read));
            wait = Duration::from_millis(1);
        }
        if !events.is_empty() {
            unacknowledged.clone_from(&events);
            return Ok(Received::Events(events));
        }
        drop(unacknowledged);
        let (consumer, producer) = (consumer.clone(), self.producer().await?.clone());
        let at_end = tokio::task::spawn_blocking(move || at_end(&consumer, &producer)).await;
        Ok(if at_end.map_err(Error::internal)?? { Received::AtEnd } else { Received::Waiting })
    }

    /// Everything received so far took effect.
    pub(crate) async fn acknowledge(&self) -> Result<()> {
        let consumer = self.consumer().await?;
        self.unacknowledged.lock().await.clear();
        match consumer.commit_consumer_state(CommitMode::Async) {
            Ok(()) => Ok(()),
            Err(error)
                if error.rdkafka_error_code()
                    == Some(rdkafka::types::RDKafkaErrorCode::NoOffset) =>
            {
                Ok(())
            }
            Err(error) => Err(failed(error)),
        }
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

/// Every assigned partition was read to its high watermark, and some partition is assigned. The
/// producer asks: on the consumer's connection the question would wait behind a fetch that waits for
/// events.
fn at_end(consumer: &StreamConsumer, producer: &FutureProducer) -> Result<bool> {
    let assigned = consumer.assignment().map_err(failed)?;
    let positions = consumer.position().map_err(failed)?;
    for partition in assigned.elements() {
        let (topic, number) = (partition.topic(), partition.partition());
        let (low, high) =
            producer.client().fetch_watermarks(topic, number, WATERMARK_TIMEOUT).map_err(failed)?;
        let position = positions.find_partition(topic, number);
        let read = position.and_then(|position| position.offset().to_raw()).unwrap_or(low);
        // A partition that was never read has no position: it is at its end only if it is empty,
        // or if everything in it was committed before.
        if read.max(low) < high && !committed_to(consumer, topic, number, high)? {
            return Ok(false);
        }
    }
    Ok(assigned.count() > 0)
}

fn committed_to(consumer: &StreamConsumer, topic: &str, number: i32, high: i64) -> Result<bool> {
    let mut asked = rdkafka::TopicPartitionList::new();
    asked.add_partition(topic, number);
    let committed = consumer.committed_offsets(asked, WATERMARK_TIMEOUT).map_err(failed)?;
    let committed = committed.find_partition(topic, number);
    Ok(committed.and_then(|found| found.offset().to_raw()).is_some_and(|offset| offset >= high))
}
