//! One request, again and again: the smallest thing that can be measured.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::arrivals::Arrival;
use crate::buyers::progress::Progress;
use crate::clock::RunClock;
use crate::http::{Answer, Connection, Failure, Lanes, Request, Target};
use crate::pacer;
use crate::record::{Outcome, Recorder, Sample, Step};

/// Arrivals that are sent off together where they are due together.
const TOGETHER_MAX: usize = 256;

/// Arrivals, one after the other.
pub type Arrivals = Box<dyn Iterator<Item = Arrival> + Send>;

/// Who sends.
pub enum Senders {
    /// Whoever arrives sends once, whatever became of those before.
    Arriving {
        /// When.
        arrivals: Arrivals,
        /// At most so many at once; whoever arrives beyond is dropped, and the run invalid.
        at_once_max: u32,
        /// Connections that they share.
        lanes: usize,
    },
    /// So many, each with a connection of its own, each again once it was answered. What they
    /// report of a server that stands still is far too good: see the schedule for the truth.
    Users {
        /// How many.
        count: usize,
        /// For how long.
        lasts: Duration,
    },
}

/// What is sent, where, and by whom.
pub struct Quick {
    /// Where.
    pub target: Arc<Target>,
    /// What.
    pub request: Request,
    /// How long an answer may take.
    pub within: Duration,
    /// A connection for every request.
    pub no_keep_alive: bool,
    /// What is due within so long of the beginning does not count.
    pub warmup: Duration,
}

impl Quick {
    /// Sends until everybody was answered, or `stop` says so; what is under way then still counts.
    pub async fn run(
        self,
        senders: Senders,
        clock: RunClock,
        recorder: Arc<Recorder>,
        progress: Arc<Progress>,
        stop: watch::Receiver<bool>,
    ) -> std::io::Result<()> {
        let begins = clock.now();
        recorder.count_from(begins + self.warmup);
        let sender = Arc::new(Sender { quick: self, clock, recorder, progress });
        match senders {
            Senders::Arriving { arrivals, at_once_max, lanes } => {
                let (_pacer, due) = pacer::start(arrivals, clock, begins)?;
                sender.arriving(due, at_once_max, lanes, stop).await;
            }
            Senders::Users { count, lasts } => sender.users(count, lasts, &stop).await,
        }
        Ok(())
    }
}

struct Sender {
    quick: Quick,
    clock: RunClock,
    recorder: Arc<Recorder>,
    progress: Arc<Progress>,
}

impl Sender {
    async fn arriving(
        self: Arc<Self>,
        mut due: UnboundedReceiver<Arrival>,
        at_once_max: u32,
        lanes: usize,
        mut stop: watch::Receiver<bool>,
    ) {
        let lanes = Arc::new(Lanes::new(lanes));
        let room = Arc::new(Semaphore::new(at_once_max as usize));
        let mut together = Vec::with_capacity(TOGETHER_MAX);
        loop {
            let left = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => 0,
                left = due.recv_many(&mut together, TOGETHER_MAX) => left,
            };
            if left == 0 {
                break;
            }
            for arrival in together.drain(..) {
                let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
                    self.progress.dropped();
                    continue;
                };
                self.progress.arrived();
                let (sender, lanes) = (Arc::clone(&self), Arc::clone(&lanes));
                tokio::spawn(async move {
                    sender.send_over(&lanes, arrival.due).await;
                    sender.progress.gone();
                    drop(place);
                });
            }
        }
        // Everybody is back when all the room is free.
        let _all = room.acquire_many(at_once_max).await.expect("the room stays open");
    }

    async fn users(self: Arc<Self>, count: usize, lasts: Duration, stop: &watch::Receiver<bool>) {
        let until = self.clock.now() + lasts;
        let mut users = JoinSet::new();
        for _ in 0..count {
            let (sender, stop) = (Arc::clone(&self), stop.clone());
            users.spawn(async move {
                sender.progress.arrived();
                let mut connection = Connection::new(Arc::clone(&sender.quick.target));
                while sender.clock.now() < until && !*stop.borrow() {
                    if !sender.send(&mut connection, sender.clock.now(), None).await {
                        // What fails at once would let nobody else have a turn.
                        tokio::task::yield_now().await;
                    }
                }
                sender.progress.gone();
            });
        }
        users.join_all().await;
    }

    /// Waits for a connection no longer than for an answer.
    async fn send_over(&self, lanes: &Lanes, due: Duration) {
        let within = self.quick.within;
        let free = tokio::time::timeout(within, lanes.free(&self.quick.target)).await;
        if let Ok(mut lane) = free {
            self.send(&mut lane, due, Some(due)).await;
        } else {
            let now = self.clock.now();
            self.take(due, now, Some(due), &Err(Failure::TimedOut(within)));
        }
    }

    /// False where it failed.
    async fn send(
        &self,
        connection: &mut Connection,
        due: Duration,
        since: Option<Duration>,
    ) -> bool {
        let started = self.clock.now();
        let answer = connection.send(&self.quick.request, self.quick.within).await;
        if self.quick.no_keep_alive {
            connection.close();
        }
        self.take(due, started, since, &answer);
        answer.is_ok()
    }

    fn take(
        &self,
        due: Duration,
        started: Duration,
        since: Option<Duration>,
        answer: &Result<Answer, Failure>,
    ) {
        let done = self.clock.now();
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        if let Err(failure) = answer {
            self.recorder.explain(Step::Request, failure);
        }
        let outcome = outcome(answer);
        self.recorder.add(Step::Request, Sample { due, started, done, since, outcome, status });
    }
}

fn outcome(answer: &Result<Answer, Failure>) -> Outcome {
    match answer {
        Ok(answer) => Outcome::of_status(answer.status, answer.headers.contains_key("retry-after")),
        Err(failure) => Outcome::from(failure),
    }
}
