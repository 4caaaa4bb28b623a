use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::producer::FutureProducer;
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{ClientConfig, TopicPartitionList};

use crate::error::{Error, Result};

/// How long an administrative call may take.
const ADMIN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a record may wait for its delivery report.
pub(crate) const DELIVERY_TIMEOUT: Duration = Duration::from_secs(10);

/// Where Kafka is, and what topics are made like that are not there yet.
#[derive(Clone, Debug)]
pub struct KafkaSettings {
    /// `host:port,host:port`.
    pub brokers: String,
    /// How many partitions a topic of events has: as many servers can react at once.
    pub partitions: u16,
    /// On how many brokers each record is.
    pub replication: u16,
}

impl KafkaSettings {
    /// The most partitions that are asked for.
    pub const PARTITIONS_MAX: u16 = 64;
    /// The most copies that are asked for.
    pub const REPLICATION_MAX: u16 = 9;

    /// Four partitions, and one copy of each record.
    pub fn at(brokers: impl Into<String>) -> Self {
        Self { brokers: brokers.into(), partitions: 4, replication: 1 }
    }
}

/// Kafka, as it is set.
#[derive(Clone, Debug)]
pub(crate) struct Kafka {
    settings: KafkaSettings,
}

impl Kafka {
    pub(crate) fn new(settings: KafkaSettings) -> Self {
        Self { settings }
    }

    /// Makes a topic for events if it is not there; one that is there stays as it is.
    pub(crate) async fn ensure_topic(&self, name: &str) -> Result<()> {
        self.ensure(name, self.settings.partitions).await
    }

    /// The same, of one partition.
    pub(crate) async fn ensure_log(&self, name: &str) -> Result<()> {
        self.ensure(name, 1).await
    }

    async fn ensure(&self, name: &str, partitions: u16) -> Result<()> {
        let admin: AdminClient<DefaultClientContext> = self.config().create().map_err(failed)?;
        let replication = TopicReplication::Fixed(self.settings.replication.into());
        let topic = NewTopic::new(name, partitions.into(), replication);
        let options = AdminOptions::new()
            .operation_timeout(Some(ADMIN_TIMEOUT))
            .request_timeout(Some(ADMIN_TIMEOUT));
        let made = admin.create_topics([&topic], &options).await.map_err(failed)?;
        match made.into_iter().next() {
            Some(Err((_, code))) if code != RDKafkaErrorCode::TopicAlreadyExists => {
                Err(Error::Unavailable(format!("Kafka: the topic {name}: {code}")))
            }
            _ => Ok(()),
        }
    }

    /// Removes topics; for the end of a namespace.
    pub(crate) async fn remove_topics(&self, names: &[&str]) -> Result<()> {
        let admin: AdminClient<DefaultClientContext> = self.config().create().map_err(failed)?;
        let options = AdminOptions::new().operation_timeout(Some(ADMIN_TIMEOUT));
        admin.delete_topics(names, &options).await.map(drop).map_err(failed)
    }

    /// A producer that keeps order and writes each record once per session.
    pub(crate) fn producer(&self) -> Result<FutureProducer> {
        self.config()
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("linger.ms", "0")
            .set("message.timeout.ms", DELIVERY_TIMEOUT.as_millis().to_string())
            .create()
            .map_err(failed)
    }

    /// A consumer of a group that commits what it is told to, from the beginning.
    pub(crate) fn consumer(&self, group: &str, topics: &[String]) -> Result<StreamConsumer> {
        let consumer: StreamConsumer = self
            .config()
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest")
            .set("session.timeout.ms", "10000")
            .create()
            .map_err(failed)?;
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        consumer.subscribe(&topics).map_err(failed)?;
        Ok(consumer)
    }

    /// A consumer of no group, which reads these partitions from where it is told.
    pub(crate) fn reader(&self, name: &str, from: &TopicPartitionList) -> Result<StreamConsumer> {
        let consumer: StreamConsumer = self
            .config()
            .set("group.id", name)
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "error")
            // Whoever reads slowly has not all of a topic in memory.
            .set("queued.max.messages.kbytes", "2048")
            .set("queued.min.messages", "1000")
            .create()
            .map_err(failed)?;
        consumer.assign(from).map_err(failed)?;
        Ok(consumer)
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.settings.brokers).set("client.id", "ticketing");
        config
    }
}

#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
pub(crate) fn failed(error: KafkaError) -> Error {
    Error::Unavailable(format!("Kafka: {error}"))
}
