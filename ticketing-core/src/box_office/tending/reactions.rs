//! What happened reaches whoever reacts to it. Each consumer goes on by itself: one that is slow, or
//! whose service does not answer, holds up no other, and an event that it cannot react to is set aside.

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
    CONSUMERS_MAX, Consumer, Event, Needs, Outbox, PARKED_MAX, ParkedEvent, React, Received,
};
use crate::guards::CrashPoint;

/// How long a step waits for its consumers; a slow one goes on without it.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many events that were set aside are tried in one step.
const TRIED_AT_ONCE: i64 = 50;

/// The consumers of this process.
pub(in crate::box_office) struct Reactions(RwLock<Vec<Arc<Reacting>>>);

struct Reacting {
    consumer: Consumer,
    /// One step at a time.
    turn: Mutex<()>,
}

impl Reactions {
    /// Those that every box office has.
    pub(in crate::box_office) fn new(outbox: &dyn Outbox) -> Self {
        let reactions = Self(RwLock::default());
        for consumer in Consumer::own() {
            reactions.add(outbox, consumer);
        }
        reactions
    }

    fn add(&self, outbox: &dyn Outbox, consumer: Consumer) {
        outbox.subscribe(&consumer.name);
        let reacting = Reacting { consumer, turn: Mutex::default() };
        self.0.write().push(Arc::new(reacting));
    }

    fn all(&self) -> Vec<Arc<Reacting>> {
        self.0.read().clone()
    }

    fn named(&self, name: &str) -> Option<Arc<Reacting>> {
        self.0.read().iter().find(|one| &*one.consumer.name == name).cloned()
    }
}

impl BoxOffice {
    /// Reacts to events with code of one's own, from now on: on services from where the consumers of
    /// this name have come, in this process from the next event on. The background work calls it.
    pub fn subscribe(&self, reacts: Arc<dyn React>) -> Result<()> {
        let consumer = Consumer::other(reacts)?;
        let reactions = &self.0.reactions;
        if reactions.named(&consumer.name).is_some() {
            return Err(Error::Conflict(format!("there is a consumer {}", consumer.name)));
        }
        if reactions.all().len() >= CONSUMERS_MAX {
            return Err(Error::Conflict(format!("no more than {CONSUMERS_MAX} consumers")));
        }
        reactions.add(&*self.backend().outbox, consumer);
        Ok(())
    }

    /// Carries events on to wherever they are consumed.
    pub async fn step_events(&self) -> Result<Step> {
        self.backend().outbox.relay().await.map(Step::of)
    }

    /// Reacts to the events that are for this process, every consumer to its own.
    pub async fn step_reactions(&self) -> Result<Step> {
        let works = self.0.reactions.all().into_iter().map(|one| {
            let office = self.clone();
            tokio::spawn(async move {
                // Whoever has the turn says whether there is more.
                let Ok(_turn) = one.turn.try_lock() else { return Ok(Step::Idle) };
                office.step_consumer(&one.consumer).await
            })
        });
        let Ok(done) = tokio::time::timeout(PATIENCE, join_all(works)).await else {
            return Ok(Step::Worked);
        };
        let mut all = Step::Idle;
        for step in done {
            if step.map_err(Error::internal)?? == Step::Worked {
                all = Step::Worked;
            }
        }
        Ok(all)
    }

    /// Tries again what was set aside, as far as it is due.
    pub async fn step_parked(&self) -> Result<Step> {
        let names = self.0.reactions.all().into_iter();
        let names: Vec<String> = names.map(|one| one.consumer.name.to_string()).collect();
        let due = self.backend().parking.due(&names, self.now(), TRIED_AT_ONCE).await?;
        let count = due.len();
        for parked in due {
            if let Err(error) = self.try_parked(parked).await {
                // Its lease ends, and it is due again.
                report(&error);
            }
        }
        Ok(Step::of(count))
    }

    async fn step_consumer(&self, consumer: &Consumer) -> Result<Step> {
        let events = match self.backend().outbox.receive(&consumer.name).await? {
            Received::AtEnd => return Ok(Step::Idle),
            Received::Waiting => return Ok(Step::Worked),
            Received::Events(events) => events,
        };
        let wanted: Vec<Event> =
            events.into_iter().filter(|event| consumer.wants(event.kind)).collect();
        let parking = &self.backend().parking;
        let aggregates: Vec<Uuid> = wanted.iter().map(|event| event.aggregate).collect();
        let mut held_up = parking.held_up(&consumer.name, &aggregates).await?;
        for event in wanted {
            if consumer.needs == Needs::Each && held_up.contains(&event.aggregate) {
                self.set_aside(consumer, event, None).await?;
                continue;
            }
            let (aggregate, version) = (event.aggregate, event.version);
            match self.try_to_react(consumer, &event).await {
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => {
                    self.set_aside(consumer, event, Some(error)).await?;
                    held_up.insert(aggregate);
                }
                Ok(()) if held_up.remove(&aggregate) => {
                    parking.overtaken(&consumer.name, aggregate, version).await?;
                }
                Ok(()) => {}
            }
        }
        self.0.guards.may_die(CrashPoint::Reacted);
        self.backend().outbox.acknowledge(&consumer.name).await?;
        Ok(Step::Worked)
    }

    /// A panic is a failure as any other.
    async fn try_to_react(&self, consumer: &Consumer, event: &Event) -> Result<()> {
        let reacted = AssertUnwindSafe(self.react(&consumer.reaction, event)).catch_unwind().await;
        reacted.unwrap_or_else(|_| Err(Error::internal("a reaction panicked")))
    }

    async fn set_aside(
        &self,
        consumer: &Consumer,
        event: Event,
        error: Option<Error>,
    ) -> Result<()> {
        let parking = &self.backend().parking;
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
        if consumer.needs == Needs::Latest {
            parking.overtaken(&consumer.name, event.aggregate, event.version).await?;
        }
        let now = self.now();
        let reason = error.map(|error| error.with_source());
        let id = self.0.randomness.id(now);
        parking.park(&ParkedEvent::new(id, &consumer.name, event, reason, now)).await
    }

    async fn try_parked(&self, mut parked: ParkedEvent) -> Result<()> {
        let Some(reacting) = self.0.reactions.named(&parked.consumer) else { return Ok(()) };
        let parking = &self.backend().parking;
        match self.try_to_react(&reacting.consumer, &parked.event).await {
            Ok(()) => parking.remove(parked.id).await.map(drop),
            Err(error) if error.is_passing() => Err(error),
            Err(error) => {
                parked.fail(error.with_source(), self.now());
                if parked.needs_a_person() {
                    self.tell_of(&parked).await?;
                }
                parking.tried(&parked).await
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
