//! The virtual buyers. Each queues, shops, pays, and writes down what it is told.

pub mod crowd;
pub mod plan;
pub mod progress;
pub mod told;
pub mod ways;

pub(crate) mod layout;

mod checkout;
mod queue;
mod reviews;
mod shop;

use std::ops::ControlFlow;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use ticketing_wire::accounts::SyntheticBuyer;
use ticketing_wire::secrets::{AccessToken, PlaceToken};
use tokio::sync::watch;
use uuid::Uuid;

use ticketing_client::{Call, IdempotencyKey};

use crate::record::Step;
use crate::wire::{Exchange, Link, Wire};

use layout::Layout;
use plan::{Plan, Quirk};
use progress::Progress;
use told::{Fate, Pass};

/// After so long in line, those who do not mean to stay are gone.
const LINGER_MS: Range<u64> = 1_000..6_000;

/// What all buyers share.
#[derive(Debug)]
pub(super) struct World {
    pub(super) wire: Arc<Wire>,
    pub(super) performance: Uuid,
    pub(super) layout: Layout,
    /// When the curtain rises, on the run's clock.
    pub(super) begins: Duration,
    pub(super) progress: Arc<Progress>,
}

/// What everybody hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// There are seats to be had.
    Selling,
    /// The public status says that there are none, and none will come back.
    SoldOut,
    /// The run is over.
    Closing,
}

/// A buyer on its way. What ends its visit travels as the break of a [`ControlFlow`].
#[derive(Debug)]
pub(super) struct Person {
    world: Arc<World>,
    news: watch::Receiver<News>,
    link: Link,
    home: usize,
    token: AccessToken,
    plan: Plan,
    place: Option<PlaceToken>,
    /// When its patience ends; unset for the determined.
    stays_until: Option<Duration>,
    /// How many seats it would take by now.
    party: u32,
    /// How often it was refused the seats it wanted.
    refusals: u32,
    record: told::Buyer,
}

impl Person {
    pub(super) fn new(
        world: Arc<World>,
        news: watch::Receiver<News>,
        home: usize,
        account: &SyntheticBuyer,
        plan: Plan,
    ) -> Self {
        Self {
            world,
            news,
            link: Link::default(),
            home,
            token: account.access_token.clone(),
            place: None,
            stays_until: None,
            party: plan.party,
            refusals: 0,
            record: told::Buyer::of(account.account_id),
            plan,
        }
    }

    /// Lives through the whole visit of a buyer who was to arrive at `arrival`.
    pub(super) async fn live(mut self, arrival: Duration) -> told::Buyer {
        self.record.due = arrival;
        self.world.progress.arrived();
        self.stays_until = self.plan_departure(arrival);
        let ControlFlow::Break(fate) = self.visit(arrival).await;
        if fate == Fate::Bought && self.plan.reviews.writes {
            self.write_review().await;
        }
        self.record.fate = Some(fate);
        self.world.progress.gone();
        self.record
    }

    async fn visit(&mut self, arrival: Duration) -> ControlFlow<Fate, std::convert::Infallible> {
        if self.plan.reviews.reads {
            return ControlFlow::Break(self.read_reviews().await);
        }
        let world = Arc::clone(&self.world);
        let mut due = arrival;
        loop {
            let waiting = world.progress.in_line();
            let pass = self.queue(due).await?;
            drop(waiting);
            let inside = world.progress.inside();
            self.shop(&pass).await?;
            drop(inside);
            // The pass ended before there was a seat: to the end of the line.
            due = self.now();
        }
    }

    fn plan_departure(&mut self, arrival: Duration) -> Option<Duration> {
        let lingers = matches!(self.plan.quirk, Quirk::VanishesWaiting | Quirk::LeavesWaiting);
        let stays = if lingers {
            Some(Duration::from_millis(self.plan.rng.random_range(LINGER_MS)))
        } else {
            self.plan.patience
        };
        stays.map(|stays| arrival + stays)
    }

    fn now(&self) -> Duration {
        self.world.wire.clock.now()
    }

    /// Sends a call that was due just now.
    async fn send<A>(&mut self, step: Step, call: &Call<A>) -> Exchange<A> {
        self.send_due(step, self.now(), call).await
    }

    /// Sends a call; stays with the server that answered.
    async fn send_due<A>(&mut self, step: Step, due: Duration, call: &Call<A>) -> Exchange<A> {
        let exchange = self.world.wire.send(&mut self.link, self.home, step, due, call).await;
        self.home = exchange.server;
        exchange
    }

    fn key(&mut self) -> IdempotencyKey {
        IdempotencyKey::from_random(self.plan.rng.random())
    }

    fn pass(&mut self) -> Option<&mut Pass> {
        self.record.places.last_mut().and_then(|place| place.pass.as_mut())
    }

    /// Nothing is sold any more once the performance has begun.
    fn still_sold(&self) -> ControlFlow<Fate> {
        if self.now() < self.world.begins {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(Fate::TurnedAway)
        }
    }

    /// Thinks, whatever happens outside.
    async fn think(&mut self) {
        tokio::time::sleep(self.plan.thought()).await;
    }

    /// Waits until `until`, unless the news or the end of its patience come first.
    async fn wait(&mut self, until: Duration) -> ControlFlow<Fate> {
        let patience = self.stays_until.unwrap_or(Duration::MAX);
        tokio::select! {
            biased;
            fate = hear(&mut self.news) => return ControlFlow::Break(fate),
            () = self.world.wire.clock.sleep_until(until.min(patience)) => {}
        }
        if patience > until {
            return ControlFlow::Continue(());
        }
        self.walk_out().await
    }

    /// Has had enough. Some say so, some do not.
    async fn walk_out(&mut self) -> ControlFlow<Fate> {
        let says_so = match self.plan.quirk {
            Quirk::VanishesWaiting => false,
            Quirk::LeavesWaiting => true,
            _ => self.plan.rng.random(),
        };
        if says_so {
            self.leave().await;
        }
        ControlFlow::Break(Fate::GaveUp)
    }
}

/// Returns when there is news that ends a visit.
async fn hear(news: &mut watch::Receiver<News>) -> Fate {
    let heard = news.wait_for(|news| *news != News::Selling).await.map(|news| *news);
    match heard {
        Ok(News::SoldOut) => Fate::TurnedAway,
        // A closed channel says that the run is over, too.
        Ok(News::Selling | News::Closing) | Err(_) => Fate::GaveUp,
    }
}
