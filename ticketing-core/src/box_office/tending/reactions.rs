//! What happened reaches whoever reacts to it. Each consumer goes on by itself: one that is slow, or
//! whose service does not answer, holds up no other, and an event that it cannot react to is set aside.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use parking_lot::RwLock;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::Step;
use crate::box_office::BoxOffice;
use crate::error::{Error, Result, report};
use crate::events::{
    CONSUMERS_MAX, Consumer, Event, EventStream, EventsFrom, Needs, Outbox, PARKED_MAX,
    ParkedEvent, React, Received, Topic,
};
use crate::guards::CrashPoint;

/// How long a step waits for its consumers; a slow one goes on without it.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a reaction may take: less than what is set aside is one process's own.
const REACT_WITHIN: Duration = Duration::from_secs(10);

/// The consumers of this process.
pub(in crate::box_office) struct Reactions(RwLock<Vec<Arc<Reacting>>>);

struct Reacting {
    consumer: Consumer,
    /// One step at a time. How many events of what it was handed out last are done.
    turn: Mutex<usize>,
}

impl Reactions {
    /// Those that every box office has.
    pub(in crate::box_office) fn new(outbox: &dyn Outbox) -> Self {
        let reactions = Self(RwLock::default());
        for consumer in Consumer::own() {
            reactions.add(outbox, consumer).expect("they are few, and their names differ");
        }
        reactions
    }

    fn add(&self, outbox: &dyn Outbox, consumer: Consumer) -> Result<()> {
        let mut all = self.0.write();
        if all.iter().any(|one| one.consumer.name == consumer.name) {
            return Err(Error::Conflict(format!("there is a consumer {}", consumer.name)));
        }
        if all.len() >= CONSUMERS_MAX {
            return Err(Error::Conflict(format!("no more than {CONSUMERS_MAX} consumers")));
        }
        outbox.subscribe(&consumer.name, &consumer.topics());
        all.push(Arc::new(Reacting { consumer, turn: Mutex::default() }));
        Ok(())
    }

    fn all(&self) -> Vec<Arc<Reacting>> {
        self.0.read().clone()
    }
}

impl BoxOffice {
    /// Reacts to events with code of one's own, from now on: on services from where the consumers of
    /// this name have come, in this process from the next event on. The background work calls it.
    pub fn subscribe(&self, reacts: Arc<dyn React>) -> Result<()> {
        self.0.reactions.add(&*self.backend().outbox, Consumer::other(reacts)?)
    }

    /// What happens about these, from there on, for code that keeps its own position. It is told once the
    /// background work has carried it on.
    pub async fn events(&self, topics: &[Topic], from: EventsFrom) -> Result<EventStream> {
        Ok(EventStream::new(self.backend().outbox.stream(topics, from).await?))
    }

    /// Carries events on to wherever they are consumed.
    pub async fn step_events(&self) -> Result<Step> {
        self.backend().outbox.relay().await.map(Step::of)
    }

    /// Reacts to the events that are for this process, every consumer to its own. An error where
    /// nobody had anything to do and somebody could not do it.
    pub async fn step_reactions(&self) -> Result<Step> {
        let works = self.0.reactions.all().into_iter().map(|one| {
            let office = self.clone();
            tokio::spawn(async move {
                // Whoever has the turn says whether there is more.
                let Ok(mut done) = one.turn.try_lock() else { return Ok(Step::Idle) };
                let step = office.step_consumer(&one.consumer, &mut done).await;
                // Nobody may be waiting any more.
                if let Err(error) = &step {
                    let name = one.consumer.name.to_string();
                    tracing::debug!(consumer = name, %error, "a consumer could not go on");
                    metrics::counter!("ticketing_consumers_failed_total", "consumer" => name)
                        .increment(1);
                }
                step
            })
        });
        let Ok(done) = tokio::time::timeout(PATIENCE, join_all(works)).await else {
            return Ok(Step::Worked);
        };
        let steps: Vec<Result<Step>> =
            done.into_iter().map(|step| step.map_err(Error::internal).flatten()).collect();
        if steps.iter().any(|step| matches!(step, Ok(Step::Worked))) {
            return Ok(Step::Worked);
        }
        steps.into_iter().find(Result::is_err).unwrap_or(Ok(Step::Idle))
    }

    /// Tries again what was set aside, as far as it is due: one of each consumer.
    pub async fn step_parked(&self) -> Result<Step> {
        let tries = self.0.reactions.all().into_iter().map(|one| {
            let office = self.clone();
            async move { office.try_one_parked(&one).await }
        });
        let mut count = 0;
        for tried in join_all(tries).await {
            count += tried?;
        }
        Ok(Step::of(count))
    }

    async fn try_one_parked(&self, reacting: &Reacting) -> Result<usize> {
        let name = [reacting.consumer.name.to_string()];
        let due = self.backend().parking.due(&name, self.now(), 1).await?;
        let count = due.len();
        for parked in due {
            if let Err(error) = self.try_parked(&reacting.consumer, parked).await {
                // Its lease ends, and it is due again.
                report(&error);
            }
        }
        Ok(count)
    }

    /// `done`: of what is handed out again, that many are done. Where one has to wait for a service, those
    /// before it are not done once more.
    async fn step_consumer(&self, consumer: &Consumer, done: &mut usize) -> Result<Step> {
        let events = match self.backend().outbox.receive(&consumer.name).await? {
            Received::AtEnd => return Ok(Step::Idle),
            Received::Waiting => return Ok(Step::Worked),
            Received::Events(events) => events,
        };
        let parking = &self.backend().parking;
        let aggregates: Vec<Uuid> = events.iter().map(|event| event.aggregate).collect();
        let mut held_up = parking.held_up(&consumer.name, &aggregates).await?;
        for event in events.into_iter().skip(*done) {
            if consumer.wants(event.kind) {
                self.step_event(consumer, event, &mut held_up).await?;
            }
            *done += 1;
        }
        self.0.guards.may_die(CrashPoint::Reacted);
        *done = 0;
        self.backend().outbox.acknowledge(&consumer.name).await?;
        Ok(Step::Worked)
    }

    async fn step_event(
        &self,
        consumer: &Consumer,
        event: Event,
        held_up: &mut HashSet<Uuid>,
    ) -> Result<()> {
        let (aggregate, version) = (event.aggregate, event.version);
        if consumer.needs == Needs::Each && held_up.contains(&aggregate) {
            return self.set_aside(consumer, event, None).await;
        }
        match self.try_to_react(consumer, &event).await {
            Err(error) if error.is_passing() => Err(error),
            Err(error) => {
                held_up.insert(aggregate);
                self.set_aside(consumer, event, Some(error)).await
            }
            Ok(()) if held_up.contains(&aggregate) => {
                let parking = &self.backend().parking;
                parking.overtaken(&consumer.name, aggregate, version + 1).await
            }
            Ok(()) => Ok(()),
        }
    }

    /// A panic is a failure as any other; who takes too long waits for somebody.
    async fn try_to_react(&self, consumer: &Consumer, event: &Event) -> Result<()> {
        let reacting = AssertUnwindSafe(self.react(&consumer.reaction, event)).catch_unwind();
        match tokio::time::timeout(REACT_WITHIN, reacting).await {
            Ok(reacted) => reacted.unwrap_or_else(|_| Err(Error::internal("a reaction panicked"))),
            Err(_) => Err(Error::Unavailable("a reaction took too long".into())),
        }
    }

    async fn set_aside(
        &self,
        consumer: &Consumer,
        event: Event,
        error: Option<Error>,
    ) -> Result<()> {
        let parking = &self.backend().parking;
        if consumer.needs == Needs::Latest {
            parking.overtaken(&consumer.name, event.aggregate, event.version).await?;
        }
        if let Some(error) = &error {
            report(error);
            if parking.count(&consumer.name).await? >= PARKED_MAX {
                let name = &consumer.name;
                let why = format!("the consumer {name} has set aside {PARKED_MAX} events");
                // What shows the latest is passed over: a newer event, or a look at the books, shows it.
                return match consumer.needs {
                    Needs::Latest => Ok(()),
                    Needs::Each => Err(Error::Unavailable(why)),
                };
            }
        }
        let now = self.now();
        let reason = error.map(|error| error.with_source());
        let id = self.0.randomness.id(now);
        parking.park(&ParkedEvent::new(id, &consumer.name, event, reason, now)).await
    }

    async fn try_parked(&self, consumer: &Consumer, mut parked: ParkedEvent) -> Result<()> {
        let parking = &self.backend().parking;
        let leased_until = parked.next_at;
        match self.try_to_react(consumer, &parked.event).await {
            Ok(()) => parking.remove(parked.id).await.map(drop),
            Err(error) if error.is_passing() => Err(error),
            Err(error) => {
                parked.fail(error.with_source(), self.now());
                if parked.needs_a_person() {
                    self.tell_of(&parked).await?;
                }
                parking.tried(&parked, leased_until).await
            }
        }
    }

    async fn tell_of(&self, parked: &ParkedEvent) -> Result<()> {
        let ParkedEvent { id, consumer, event, reason, .. } = parked;
        self.backend().outbox.dead_letter(parked).await?;
        metrics::counter!("ticketing_events_parked_total", "consumer" => consumer.clone())
            .increment(1);
        let (kind, aggregate) = (event.kind.name(), event.aggregate);
        tracing::error!(%id, consumer, kind, %aggregate, reason, "an event waits for a person");
        Ok(())
    }
}
