//! A topic for each kind of aggregate, keyed by it, so that the events of one order, or one review,
//! stay in order. Each consumer reads the topics that it wants as a group of its own.

mod reader;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dashmap::{DashMap, DashSet};
use futures_util::future::try_join_all;
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde::Serialize;
use tokio::sync::OnceCell;

use self::reader::Reader;
use self::stream::KafkaStream;
use super::consumer::{OWN_GROUP, SALES};
use super::{EventSource, EventsFrom, ParkedEvent, Received, StoredEvent, Topic};
use crate::error::{Error, Result, report};
use crate::services::kafka::{DELIVERY_TIMEOUT, Kafka, failed};

/// The group of the consumer that must count each event once goes on where it was when there was no
/// other, also between servers of which some are older: those count by this group too.
const FIRST: (&str, &str) = (SALES, OWN_GROUP);

/// The topics of a deployment, connected when they are first used.
pub(crate) struct Topics {
    kafka: Kafka,
    namespace: String,
    /// What a person has to look at.
    dead_letters: String,
    producer: OnceCell<FutureProducer>,
    /// Those that are there.
    made: DashSet<String>,
    readers: DashMap<String, Arc<Reader>>,
}

/// What a consumer could not react to, for whoever watches the topic.
#[derive(Serialize)]
struct DeadLetter<'a> {
    consumer: &'a str,
    reason: Option<&'a str>,
    tries: u32,
    event: StoredEvent,
}

impl Topics {
    pub(crate) fn new(kafka: Kafka, namespace: &str) -> Self {
        Self {
            kafka,
            namespace: namespace.to_owned(),
            dead_letters: format!("{namespace}.dead-letters"),
            producer: OnceCell::new(),
            made: DashSet::new(),
            readers: DashMap::new(),
        }
    }

    fn name(&self, topic: &str) -> String {
        format!("{}.{topic}", self.namespace)
    }

    /// Of these words of topics, those that cannot be had now: what is to go there has to wait.
    pub(crate) async fn missing(&self, words: &BTreeSet<String>) -> Vec<String> {
        let mut missing = Vec::new();
        for word in words {
            if let Err(error) = self.make(&self.name(word)).await {
                report(&error);
                missing.push(word.clone());
            }
        }
        missing
    }

    /// Publishes in order; returns once every record has its delivery report. An aggregate's next
    /// event leaves after the report of the one before: a record that fails while a later one arrives
    /// would be published again too late, behind what its consumers have seen.
    pub(crate) async fn publish(&self, events: &[StoredEvent]) -> Result<()> {
        let producer = self.producer().await?;
        let mut aggregates = BTreeMap::<_, Vec<_>>::new();
        for event in events {
            let topic = self.name(&event.topic());
            aggregates.entry((event.aggregate, topic)).or_default().push(event);
        }
        let sent = aggregates.into_iter().map(|((aggregate, topic), events)| async move {
            for event in events {
                send(producer, &topic, aggregate, event).await?;
            }
            Ok(())
        });
        try_join_all(sent).await.map(drop)
    }

    pub(crate) async fn dead_letter(&self, parked: &ParkedEvent) -> Result<()> {
        let ParkedEvent { consumer, event, reason, tries, .. } = parked;
        let letter = DeadLetter {
            consumer,
            reason: reason.as_deref(),
            tries: *tries,
            event: StoredEvent::of(event),
        };
        if !self.made.contains(&self.dead_letters) {
            self.kafka.ensure_log(&self.dead_letters).await?;
            self.made.insert(self.dead_letters.clone());
        }
        send(self.producer().await?, &self.dead_letters, event.aggregate, &letter).await
    }

    pub(crate) fn subscribe(&self, consumer: &str, topics: &[Topic]) {
        self.readers.entry(consumer.to_owned()).or_insert_with(|| {
            let (first, its_group) = FIRST;
            let group = if consumer == first { its_group } else { consumer };
            let topics = topics.iter().map(|topic| self.name(topic.name())).collect();
            Arc::new(Reader::new(topics, self.name(group)))
        });
    }

    /// The topics that it reads have to be there before anybody reads them.
    pub(crate) async fn receive(&self, consumer: &str) -> Result<Received> {
        let Some(reader) = self.reader(consumer) else { return Ok(Received::AtEnd) };
        for topic in reader.topics() {
            self.make(topic).await?;
        }
        reader.receive(&self.kafka, self.producer().await?).await
    }

    pub(crate) async fn stream(
        &self,
        topics: &[Topic],
        from: EventsFrom,
    ) -> Result<Box<dyn EventSource>> {
        let topics: Vec<_> = topics.iter().map(|topic| (*topic, self.name(topic.name()))).collect();
        for (_, name) in &topics {
            self.make(name).await?;
        }
        let (producer, name) = (self.producer().await?.clone(), self.name("stream"));
        let stream = KafkaStream::open(&self.kafka, producer, &name, topics, from).await?;
        Ok(Box::new(stream))
    }

    pub(crate) async fn acknowledge(&self, consumer: &str) -> Result<()> {
        match self.reader(consumer) {
            Some(reader) => reader.acknowledge().await,
            None => Ok(()),
        }
    }

    fn reader(&self, consumer: &str) -> Option<Arc<Reader>> {
        self.readers.get(consumer).map(|reader| reader.clone())
    }

    /// Removes the topics; for the end of a namespace.
    pub(crate) async fn remove(&self) -> Result<()> {
        let made: Vec<String> = self.made.iter().map(|name| name.clone()).collect();
        let names: Vec<&str> = made.iter().map(String::as_str).collect();
        if names.is_empty() { Ok(()) } else { self.kafka.remove_topics(&names).await }
    }

    async fn producer(&self) -> Result<&FutureProducer> {
        self.producer.get_or_try_init(|| std::future::ready(self.kafka.producer())).await
    }

    async fn make(&self, topic: &str) -> Result<()> {
        if !self.made.contains(topic) {
            self.kafka.ensure_topic(topic).await?;
            self.made.insert(topic.to_owned());
        }
        Ok(())
    }
}

async fn send(
    producer: &FutureProducer,
    topic: &str,
    key: uuid::Uuid,
    record: &impl Serialize,
) -> Result<()> {
    let key = key.to_string();
    let payload = serde_json::to_vec(record).map_err(Error::internal)?;
    let record = FutureRecord::to(topic).key(&key).payload(&payload);
    producer.send(record, DELIVERY_TIMEOUT).await.map_err(|(error, _)| failed(error))?;
    Ok(())
}
