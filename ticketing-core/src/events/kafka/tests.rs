use uuid::Uuid;

use super::reader::RECEIVE_MAX;
use super::*;
use crate::clock::Timestamp;
use crate::events::{OrderEvent, ReviewEvent};
use crate::id::Randomness;
use crate::services::kafka::KafkaSettings;

const CONSUMER: &str = "tests";

fn settings() -> KafkaSettings {
    KafkaSettings::at(std::env::var("TICKETING_KAFKA").expect("eval \"$(./services env)\""))
}

fn some_namespace() -> String {
    format!("test_{:016x}", u64::from_be_bytes(Randomness::from_system().bytes()))
}

fn topics(namespace: &str) -> Topics {
    let topics = Topics::new(Kafka::new(settings()), namespace);
    topics.subscribe(CONSUMER, &Topic::ALL);
    topics
}

fn words() -> BTreeSet<String> {
    Topic::ALL.map(|topic| topic.name().to_owned()).into()
}

fn events(count: usize) -> Vec<StoredEvent> {
    let event = |id| StoredEvent {
        id,
        aggregate: Uuid::from_u128(u128::try_from(id).unwrap()),
        version: 1,
        performance: Uuid::nil().into(),
        kind: OrderEvent::Placed.name().to_owned(),
        seats: 1,
        at: Timestamp::from_millis(0),
    };
    (1..).map(event).take(count).collect()
}

#[tokio::test]
#[ignore = "needs ./services up"]
async fn what_a_server_received_and_did_not_do_comes_to_the_next_one() {
    let namespace = some_namespace();
    let first = topics(&namespace);
    let published = events(5 * RECEIVE_MAX);
    assert!(first.missing(&words()).await.is_empty());
    first.publish(&published).await.unwrap();
    let mut done = BTreeSet::new();
    let undone = loop {
        let Received::Events(events) = first.receive(CONSUMER).await.unwrap() else { continue };
        let events: BTreeSet<Uuid> = events.iter().map(|event| event.aggregate).collect();
        if done.len() + events.len() == published.len() {
            break events;
        }
        done.extend(events);
        first.acknowledge(CONSUMER).await.unwrap();
    };
    assert!(!done.is_empty(), "one batch is done, and one is not");
    drop(first);
    let next = topics(&namespace);
    let mut again = BTreeSet::new();
    while !undone.is_subset(&again) {
        match next.receive(CONSUMER).await.unwrap() {
            Received::Events(events) => {
                again.extend(events.iter().map(|event| event.aggregate));
                next.acknowledge(CONSUMER).await.unwrap();
            }
            Received::Waiting => {}
            Received::AtEnd => panic!("{} of {} came again", again.len(), undone.len()),
        }
    }
    next.remove().await.unwrap();
}

#[tokio::test]
#[ignore = "needs ./services up"]
async fn what_is_no_event_is_passed_over_in_each_topic() {
    let topics = topics(&some_namespace());
    assert!(topics.missing(&words()).await.is_empty());
    let producer = topics.producer().await.unwrap();
    for topic in Topic::ALL.map(|topic| topics.name(topic.name())) {
        for poison in ["", "{", "[]", "{\"id\": 1}", "\u{0}"] {
            let record = FutureRecord::to(&topic).key("poison").payload(poison);
            producer.send(record, DELIVERY_TIMEOUT).await.unwrap();
        }
    }
    let of_a_newer_server = StoredEvent { kind: "order_framed".into(), ..events(1).remove(0) };
    let mut published = events(9);
    published[3].kind = ReviewEvent::Written.name().into();
    topics.publish(&[of_a_newer_server]).await.unwrap();
    topics.publish(&published).await.unwrap();
    let mut received = BTreeSet::new();
    loop {
        match topics.receive(CONSUMER).await.unwrap() {
            Received::Events(events) => {
                received.extend(events.iter().map(|event| event.id));
                topics.acknowledge(CONSUMER).await.unwrap();
            }
            Received::Waiting => {}
            Received::AtEnd => break,
        }
    }
    assert_eq!(received, (1..=9).collect());
    topics.remove().await.unwrap();
}

#[tokio::test]
#[ignore = "needs ./services up"]
async fn a_topic_that_cannot_be_had_holds_up_no_other() {
    let namespace = some_namespace();
    let orders: BTreeSet<String> = [Topic::Orders.name().to_owned()].into();
    let before = topics(&namespace);
    assert!(before.missing(&orders).await.is_empty());
    let more_than_there_are = KafkaSettings { replication: 9, ..settings() };
    let after = Topics::new(Kafka::new(more_than_there_are), &namespace);
    let others: Vec<String> = words().difference(&orders).cloned().collect();
    assert_eq!(after.missing(&words()).await, others);
    after.publish(&events(1)).await.unwrap();
    before.remove().await.unwrap();
}
