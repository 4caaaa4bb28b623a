//! The connections that all buyers share, and the count of what went over them.

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::clock::RunClock;
use super::fleet::{Fleet, Patience};
use super::steps::{Ending, Step, Steps};
use ticketing_client::Call;
use ticketing_client::Client;
use ticketing_client::Error;

/// Keep-alive connections to the servers, over all buyers. With the server in the same process
/// each counts twice against the limit of open files, which is 1,024 on many machines.
pub const CONNECTIONS: usize = 200;

/// Connections to the payment gateway, for the same reason.
pub const GATEWAY_CONNECTIONS: usize = 16;

/// The way to the servers and the gateway.
#[derive(Debug)]
pub struct Lanes {
    /// The run's clock.
    pub clock: RunClock,
    /// What went over the lanes.
    pub steps: Steps,
    fleet: Fleet,
    free: Semaphore,
    gateway: Client,
    gateway_free: Semaphore,
}

/// A request and its answer, in time.
#[derive(Debug)]
pub struct Exchange<A> {
    /// When it was written to the socket for the first time.
    pub first_written: Duration,
    /// When the attempt that brought the outcome was written to the socket.
    pub written: Duration,
    /// When the outcome was known.
    pub answered: Duration,
    /// The server that the last attempt went to.
    pub server: usize,
    /// True where an attempt broke.
    pub broke: bool,
    /// The outcome of the last attempt.
    pub outcome: Result<A, Error>,
}

impl Lanes {
    /// Lanes to these servers and this gateway.
    pub fn new(fleet: Fleet, gateway: &str, clock: RunClock) -> Result<Self, Error> {
        Ok(Self {
            clock,
            steps: Steps::new(),
            fleet,
            free: Semaphore::new(CONNECTIONS),
            gateway: Client::with_idle_connections(gateway, GATEWAY_CONNECTIONS)?,
            gateway_free: Semaphore::new(GATEWAY_CONNECTIONS),
        })
    }

    /// Sends a call that was due at `due` to the buyer's own server; where it breaks, to the
    /// others in turn, with the same key.
    pub async fn send<A>(
        &self,
        home: usize,
        step: Step,
        due: Duration,
        call: &Call<A>,
    ) -> Exchange<A> {
        self.repeat(&self.free, home, step, due, call, |server| self.fleet.client(server)).await
    }

    /// Sends a call to the gateway.
    pub async fn send_to_gateway<A>(&self, step: Step, call: &Call<A>) -> Exchange<A> {
        let due = self.clock.now();
        self.repeat(&self.gateway_free, 0, step, due, call, |_| &self.gateway).await
    }

    async fn repeat<'a, A>(
        &'a self,
        free: &Semaphore,
        home: usize,
        step: Step,
        mut due: Duration,
        call: &Call<A>,
        client: impl Fn(usize) -> &'a Client,
    ) -> Exchange<A> {
        let mut patience = Patience::new();
        let mut first_written = None;
        for server in home.. {
            let permit = free.acquire().await.expect("the lanes stay open");
            let written = self.clock.now();
            let first_written = *first_written.get_or_insert(written);
            let outcome = client(server).send(call).await;
            drop(permit);
            let answered = self.clock.now();
            let pause = patience.after(&outcome, Instant::now());
            let ending = Ending::of(&outcome, pause.is_some());
            self.steps.count(step, ending, answered.saturating_sub(due));
            if let Err(error) = &outcome
                && ending == Ending::Error
            {
                self.steps.explain(step, error);
                tracing::debug!(?call, %error, "broke");
            }
            let Some(pause) = pause else {
                let broke = patience.tried();
                return Exchange { first_written, written, answered, server, broke, outcome };
            };
            due = answered + pause;
            self.clock.sleep_until(due).await;
        }
        unreachable!("patience ends")
    }
}

impl<A> Exchange<A> {
    /// True where the server answered as asked.
    pub fn is_ok(&self) -> bool {
        self.outcome.is_ok()
    }
}
