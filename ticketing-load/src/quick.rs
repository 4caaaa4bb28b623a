//! One request, again and again: the smallest thing that can be measured.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::arrivals::{Schedule, Shard};
use crate::buyers::progress::Progress;
use crate::clock::RunClock;
use crate::http::{Answer, Connection, Failure, Lanes, Request, Target};
use crate::pacer;
use crate::record::{Outcome, Recorder, Sample, Step};

/// Arrivals that are sent off together where they are due together.
const TOGETHER_MAX: usize = 256;

/// Who sends.
#[derive(Debug, Clone)]
pub enum Senders {
    /// Whoever arrives sends once, whatever became of those before.
    Arriving {
        /// When.
        schedule: Schedule,
        /// Which of them this generator plays.
        shard: Shard,
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
#[derive(Debug)]
pub struct Quick {
    /// Where.
    pub target: Arc<Target>,
    /// What.
    pub request: Request,
    /// How long an answer may take.
    pub within: Duration,
    /// A connection for every request.
    pub no_keep_alive: bool,
    /// By whom.
    pub senders: Senders,
}

/// Who came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Came {
    /// Those who sent.
    pub arrived: u64,
    /// Those who found too many at it.
    pub dropped: u64,
}

impl Quick {
    /// Sends until everybody was answered, or `stop` says so; what is under way then still counts.
    pub async fn run(
        self,
        clock: RunClock,
        recorder: Arc<Recorder>,
        progress: Arc<Progress>,
        stop: watch::Receiver<bool>,
    ) -> std::io::Result<Came> {
        let senders = self.senders.clone();
        let sender = Arc::new(Sender { quick: self, clock, recorder, progress });
        match senders {
            Senders::Arriving { schedule, shard, at_once_max, lanes } => {
                let arrivals = schedule.of_shard(shard);
                let (_pacer, due) = pacer::start(arrivals, clock, clock.now())?;
                Ok(sender.arriving(due, at_once_max, lanes, stop).await)
            }
            Senders::Users { count, lasts } => Ok(sender.users(count, lasts, &stop).await),
        }
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
        mut due: tokio::sync::mpsc::UnboundedReceiver<crate::arrivals::Arrival>,
        at_once_max: u32,
        lanes: usize,
        mut stop: watch::Receiver<bool>,
    ) -> Came {
        let lanes = Arc::new(Lanes::new(lanes));
        let room = Arc::new(Semaphore::new(at_once_max as usize));
        let mut came = Came::default();
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
                    came.dropped += 1;
                    continue;
                };
                came.arrived += 1;
                let (sender, lanes) = (Arc::clone(&self), Arc::clone(&lanes));
                tokio::spawn(async move {
                    let mut lane = lanes.free(&sender.quick.target).await;
                    sender.send(&mut lane, arrival.due).await;
                    drop(place);
                });
            }
        }
        // Everybody is back when all the room is free.
        let _all = room.acquire_many(at_once_max).await.expect("the room stays open");
        came
    }

    async fn users(
        self: Arc<Self>,
        count: usize,
        lasts: Duration,
        stop: &watch::Receiver<bool>,
    ) -> Came {
        let until = self.clock.now() + lasts;
        let mut users = JoinSet::new();
        for _ in 0..count {
            let (sender, stop) = (Arc::clone(&self), stop.clone());
            users.spawn(async move {
                let mut connection = Connection::new(Arc::clone(&sender.quick.target));
                while sender.clock.now() < until && !*stop.borrow() {
                    sender.send(&mut connection, sender.clock.now()).await;
                }
            });
        }
        users.join_all().await;
        Came { arrived: count as u64, dropped: 0 }
    }

    async fn send(&self, connection: &mut Connection, due: Duration) {
        self.progress.arrived();
        let started = self.clock.now();
        let answer = connection.send(&self.quick.request, self.quick.within).await;
        let done = self.clock.now();
        self.progress.gone();
        if self.quick.no_keep_alive {
            connection.close();
        }
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        let outcome = outcome(&answer);
        if let Err(failure) = &answer {
            self.recorder.explain(Step::Request, failure);
        }
        self.recorder.add(Step::Request, Sample { due, started, done, outcome, status });
    }
}

fn outcome(answer: &Result<Answer, Failure>) -> Outcome {
    match answer {
        Ok(answer) => Outcome::of_status(answer.status, answer.headers.contains_key("retry-after")),
        Err(failure) => Outcome::from(failure),
    }
}
