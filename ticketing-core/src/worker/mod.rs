//! The loops: every background step of a box office, each at its own pace, until told to stop.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::box_office::{BoxOffice, Step};
use crate::error::Result;

const LINES_EVERY: Duration = Duration::from_millis(200);
const PUSH_EVERY: Duration = Duration::from_millis(200);
const EXPIRY_EVERY: Duration = Duration::from_millis(500);
const PAYMENTS_EVERY: Duration = Duration::from_secs(1);
const SEATS_EVERY: Duration = Duration::from_secs(5);
const EVENTS_EVERY: Duration = Duration::from_millis(100);
const CLOCK_EVERY: Duration = Duration::from_secs(10);
/// How often a step that found work runs again before it waits for its next turn.
const BURST: u32 = 20;

/// The running loops of a box office.
pub struct Workers {
    stop: watch::Sender<bool>,
    loops: JoinSet<()>,
}

impl Workers {
    /// Starts every loop.
    pub fn start(office: &BoxOffice) -> Self {
        let (stop, _) = watch::channel(false);
        let mut workers = Self { stop, loops: JoinSet::new() };
        workers.every(LINES_EVERY, office, "lines", |office| async move {
            office.step_lines().await.map(|_| Step::Idle)
        });
        workers.every(PUSH_EVERY, office, "push", |o| async move { o.step_push().await });
        workers.every(EXPIRY_EVERY, office, "expiry", |o| async move { o.step_expiry().await });
        workers.every(
            PAYMENTS_EVERY,
            office,
            "payments",
            |o| async move { o.step_payments().await },
        );
        workers.every(PAYMENTS_EVERY, office, "refunds", |o| async move { o.step_refunds().await });
        workers.every(SEATS_EVERY, office, "seats", |o| async move { o.step_seats().await });
        workers.every(EVENTS_EVERY, office, "events", |o| async move { o.step_events().await });
        workers.every(
            EVENTS_EVERY,
            office,
            "reactions",
            |o| async move { o.step_reactions().await },
        );
        workers.every(CLOCK_EVERY, office, "clock", |o| async move { o.step_clock().await });
        workers
    }

    /// Ends the loops; each finishes the step it is in.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.loops.join_next().await.is_some() {}
    }

    fn every<Run, Running>(
        &mut self,
        period: Duration,
        office: &BoxOffice,
        name: &'static str,
        run: Run,
    ) where
        Run: Fn(BoxOffice) -> Running + Send + 'static,
        Running: Future<Output = Result<Step>> + Send,
    {
        let office = office.clone();
        let mut stop = self.stop.subscribe();
        self.loops.spawn(async move {
            let mut turns = interval(period);
            turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = stop.wait_for(|stop| *stop) => return,
                    _ = turns.tick() => {}
                }
                for _ in 0..BURST {
                    match run(office.clone()).await {
                        Ok(Step::Worked) => {}
                        Ok(Step::Idle) => break,
                        Err(error) => {
                            tracing::warn!(step = name, %error, "a background step failed");
                            break;
                        }
                    }
                }
            }
        });
    }
}
