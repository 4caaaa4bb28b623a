//! Events read by somebody who keeps the position.

use async_trait::async_trait;
use rdkafka::consumer::StreamConsumer;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::metadata::MetadataTopic;
use rdkafka::producer::{FutureProducer, Producer as _};
use rdkafka::{Offset, TopicPartitionList};

use super::reader::{ASKED_WITHIN, read_event};
use crate::error::{Error, Result};
use crate::events::{Event, EventPosition, EventSource, EventsFrom, Topic, forgotten};
use crate::services::kafka::{Kafka, failed};

pub(super) struct KafkaStream {
    consumer: StreamConsumer,
    /// The topics by their names here.
    topics: Vec<(Topic, String)>,
    position: EventPosition,
}

impl KafkaStream {
    /// The topics have to be there.
    pub(super) async fn open(
        kafka: &Kafka,
        producer: FutureProducer,
        name: &str,
        topics: Vec<(Topic, String)>,
        from: EventsFrom,
    ) -> Result<Self> {
        let asked = topics.clone();
        let begins = tokio::task::spawn_blocking(move || begin(&producer, &asked, &from));
        let position = begins.await.map_err(Error::internal)??;
        let mut list = TopicPartitionList::new();
        for ((topic, partition), next) in position.parts() {
            let name = topics.iter().find(|(known, _)| *known == topic).map(|(_, name)| name);
            let Some(name) = name else { continue };
            list.add_partition_offset(name, partition, Offset::Offset(next)).map_err(failed)?;
        }
        Ok(Self { consumer: kafka.reader(name, &list)?, topics, position })
    }
}

/// Of each partition the number of the first event that is wanted.
fn begin(
    producer: &FutureProducer,
    topics: &[(Topic, String)],
    from: &EventsFrom,
) -> Result<EventPosition> {
    let mut position = EventPosition::default();
    for (topic, name) in topics {
        let known = producer.client().fetch_metadata(Some(name), ASKED_WITHIN).map_err(failed)?;
        let partitions: Vec<_> =
            known.topics().iter().flat_map(MetadataTopic::partitions).collect();
        let has_trouble = known.topics().iter().any(|topic| topic.error().is_some());
        if has_trouble || partitions.is_empty() {
            return Err(Error::Unavailable(format!("Kafka: the topic {name} is not there yet")));
        }
        if let EventsFrom::Behind(position) = from
            && position.parts().any(|((said, number), _)| {
                said == *topic && partitions.iter().all(|partition| partition.id() != number)
            })
        {
            return Err(forgotten());
        }
        for partition in partitions {
            let number = partition.id();
            let (oldest, end) =
                producer.client().fetch_watermarks(name, number, ASKED_WITHIN).map_err(failed)?;
            let next = match from {
                EventsFrom::Oldest => oldest,
                EventsFrom::Now => end,
                EventsFrom::Behind(position) => position.next_of(*topic, number).unwrap_or(oldest),
            };
            if !(oldest..=end).contains(&next) {
                return Err(forgotten());
            }
            position.set_next(*topic, number, next);
        }
    }
    Ok(position)
}

#[async_trait]
impl EventSource for KafkaStream {
    async fn next(&mut self) -> Result<Event> {
        loop {
            let message = match self.consumer.recv().await {
                Ok(message) => message,
                Err(error) if is_out_of_range(&error) => return Err(forgotten()),
                Err(error) => return Err(failed(error)),
            };
            let topic = self.topics.iter().find(|(_, name)| name == message.topic());
            let Some((topic, _)) = topic else { continue };
            self.position.set_next(*topic, message.partition(), message.offset() + 1);
            // A server of before there were topics by kind publishes all to one.
            match read_event(&message) {
                Some(event) if event.kind.topic() == *topic => return Ok(event),
                _ => {}
            }
        }
    }

    fn position(&self) -> EventPosition {
        self.position.clone()
    }
}

fn is_out_of_range(error: &KafkaError) -> bool {
    let gone = [RDKafkaErrorCode::AutoOffsetReset, RDKafkaErrorCode::OffsetOutOfRange];
    error.rdkafka_error_code().is_some_and(|code| gone.contains(&code))
}
