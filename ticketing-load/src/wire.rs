//! The way to the servers and the gateway, and the record of what went over it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ticketing_client::{Broken, Call, Error, REQUEST_TIMEOUT};
use tokio::time::Instant;

use crate::clock::RunClock;
use crate::fleet::Patience;
use crate::http::{Answer, Connection, Failure, Lanes, Request, Target};
use crate::record::{Outcome, Recorder, Sample, Step};

/// The way to the servers and the gateway; everybody shares it.
#[derive(Debug)]
pub struct Wire {
    /// The run's clock.
    pub clock: RunClock,
    /// What went over it.
    pub recorder: Arc<Recorder>,
    servers: Vec<Arc<Target>>,
    gateway: Arc<Target>,
    lanes: Option<Lanes>,
}

/// A buyer's own connections, where it has some.
#[derive(Debug, Default)]
pub struct Link {
    server: Option<Connection>,
    gateway: Option<Connection>,
}

/// A request and its answer, in time.
#[derive(Debug)]
pub struct Exchange<A> {
    /// When it was sent for the first time.
    pub first_sent: Duration,
    /// When the attempt that brought the outcome was sent.
    pub sent: Duration,
    /// When the outcome was known.
    pub answered: Duration,
    /// The server that the last attempt went to.
    pub server: usize,
    /// True where an attempt broke.
    pub broke: bool,
    /// The outcome of the last attempt.
    pub outcome: Result<A, Error>,
}

impl Wire {
    /// To these servers and this gateway; over so many connections that all buyers share, or over
    /// one of each buyer's own. The error says which address is none.
    pub fn new(
        servers: &[String],
        gateway: &str,
        clock: RunClock,
        lanes: Option<usize>,
    ) -> Result<Self, String> {
        assert!(!servers.is_empty(), "a run needs a server");
        let target = |address: &String| Target::new(address).map(Arc::new);
        Ok(Self {
            clock,
            recorder: Arc::default(),
            servers: servers.iter().map(target).collect::<Result<_, _>>()?,
            gateway: Target::new(gateway).map(Arc::new)?,
            lanes: lanes.map(Lanes::new),
        })
    }

    /// True where the servers are on this machine.
    pub fn is_loopback(&self) -> bool {
        self.servers.iter().any(|server| server.is_loopback())
    }

    /// True where buyers share connections.
    pub fn has_lanes(&self) -> bool {
        self.lanes.is_some()
    }

    /// How many connections were opened to the servers.
    pub fn connections(&self) -> u64 {
        self.servers.iter().map(|server| u64::from(server.connections())).sum()
    }

    /// Sends a call that was due at `due` to the buyer's own server; where it breaks, to the
    /// others in turn, with the same key.
    pub async fn send<A>(
        &self,
        link: &mut Link,
        home: usize,
        step: Step,
        due: Duration,
        call: &Call<A>,
    ) -> Exchange<A> {
        let server = |at: usize| &self.servers[at % self.servers.len()];
        self.repeat(&mut link.server, home, step, due, call, server).await
    }

    /// Sends a call to the gateway, and lets its connection go: one pays once.
    pub async fn send_to_gateway<A>(
        &self,
        link: &mut Link,
        step: Step,
        call: &Call<A>,
    ) -> Exchange<A> {
        let due = self.clock.now();
        let exchange = self.repeat(&mut link.gateway, 0, step, due, call, |_| &self.gateway).await;
        link.gateway = None;
        exchange
    }

    async fn repeat<'a, A>(
        &'a self,
        own: &mut Option<Connection>,
        home: usize,
        step: Step,
        mut due: Duration,
        call: &Call<A>,
        target: impl Fn(usize) -> &'a Arc<Target>,
    ) -> Exchange<A> {
        let request = request(call);
        let mut patience = Patience::new();
        let mut first_sent = None;
        let waits_since = step.is_scheduled().then_some(due);
        for server in home.. {
            let (started, answer) = self.once(own, target(server), &request).await;
            let first_sent = *first_sent.get_or_insert(started);
            let done = self.clock.now();
            let status = answer.as_ref().map_or(0, |answer| answer.status);
            let result = understand(call, answer);
            let outcome = result.as_ref().err().map_or(Outcome::Ok, Outcome::from);
            let pause = patience.after(&result, Instant::now());
            let since = waits_since.filter(|_| pause.is_none());
            self.recorder.add(step, Sample { due, started, done, since, outcome, status });
            if let Err(error) = &result
                && outcome.is_error()
            {
                self.recorder.explain(step, error);
                tracing::debug!(?call, %error, "broke");
            }
            let Some(pause) = pause else {
                let broke = patience.tried();
                if broke && outcome == Outcome::Shed {
                    self.recorder.give_up();
                }
                let (sent, answered) = (started, done);
                return Exchange { first_sent, sent, answered, server, broke, outcome: result };
            };
            due = done + pause;
            self.clock.sleep_until(due).await;
        }
        unreachable!("patience ends")
    }

    /// One attempt, and when it was sent.
    async fn once(
        &self,
        own: &mut Option<Connection>,
        target: &Arc<Target>,
        request: &Request,
    ) -> (Duration, Result<Answer, Failure>) {
        if let Some(lanes) = &self.lanes {
            let free = tokio::time::timeout(REQUEST_TIMEOUT, lanes.free(target)).await;
            let sent = self.clock.now();
            let answer = match free {
                Ok(mut lane) => lane.send(request, REQUEST_TIMEOUT).await,
                Err(_) => Err(Failure::TimedOut(REQUEST_TIMEOUT)),
            };
            return (sent, answer);
        }
        let sent = self.clock.now();
        let own = match own {
            Some(own) if own.leads_to(target) => own,
            _ => own.insert(Connection::new(Arc::clone(target))),
        };
        (sent, own.send(request, REQUEST_TIMEOUT).await)
    }
}

impl<A> Exchange<A> {
    /// True where the server answered as asked.
    pub fn is_ok(&self) -> bool {
        self.outcome.is_ok()
    }
}

fn request<A>(call: &Call<A>) -> Request {
    let (head, body) = call.message().into_parts();
    Request {
        method: head.method,
        path: head.uri.to_string(),
        headers: head.headers,
        body: Bytes::from(body),
    }
}

fn understand<A>(call: &Call<A>, answer: Result<Answer, Failure>) -> Result<A, Error> {
    let answer = answer.map_err(|failure| match failure {
        Failure::TimedOut(_) => Broken::TimedOut,
        Failure::TooLong { max_bytes } => Broken::TooLong { max_bytes },
        other => Broken::Connection(Box::new(other)),
    })?;
    let etag = answer.headers.get("etag").and_then(|value| value.to_str().ok());
    call.read(answer.status, etag.map(str::to_owned), answer.body.into())
}
