//! The loops: every background step of a box office, each at its own pace, until told to stop.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::Instrument;

use crate::box_office::{BoxOffice, Step};
use crate::error::{Error, Result};

/// A background step: its name, how often it runs, and what it does.
type Tended = (&'static str, Duration, fn(&BoxOffice) -> BoxFuture<'_, Result<Step>>);

/// Every step that keeps sales going without anybody asking.
const STEPS: [Tended; 18] = [
    ("lines", Duration::from_millis(200), |office| office.tend_lines(A_WHILE).boxed()),
    ("push", Duration::from_millis(200), |office| office.push_all(A_WHILE).boxed()),
    ("expiry", Duration::from_millis(500), |office| office.end_overdue(A_WHILE).boxed()),
    ("payments", Duration::from_secs(1), |office| office.step_payments().boxed()),
    ("refunds", Duration::from_secs(1), |office| office.step_refunds().boxed()),
    ("cancellations", Duration::from_secs(1), |office| office.step_cancellations().boxed()),
    ("clearing", Duration::from_secs(5), |office| office.step_clearing().boxed()),
    ("movements", Duration::from_secs(10), |office| office.step_movements().boxed()),
    ("seats", Duration::from_secs(5), |office| office.tend_seats(SEATS_WHILE).boxed()),
    ("events", Duration::from_millis(100), |office| office.step_events().boxed()),
    ("reactions", Duration::from_millis(100), |office| office.step_reactions().boxed()),
    ("parked", Duration::from_secs(1), |office| office.step_parked().boxed()),
    ("ranking", Duration::from_secs(2), |office| office.step_ranking().boxed()),
    ("sold", Duration::from_secs(600), |office| office.step_sold().boxed()),
    ("reviews", Duration::from_secs(10), |office| office.step_reviews().boxed()),
    ("ratings", Duration::from_secs(60), |office| office.step_ratings().boxed()),
    ("pictures", Duration::from_secs(60), |office| office.step_pictures().boxed()),
    ("clock", Duration::from_secs(10), |office| office.step_clock().boxed()),
];
/// How often a step that found work runs again before it waits for its next turn.
const BURST: u32 = 20;

/// How long a step that is done for each sale by itself waits for those that take long, which go on.
const A_WHILE: Duration = Duration::from_millis(200);
/// The same for the seats: each sale takes a while, and nobody waits for the step.
const SEATS_WHILE: Duration = Duration::from_secs(30);
/// How long steps that are under way may go on once the loops have to end; none of them loses anything by
/// being broken off.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// The running loops of a box office.
pub struct Workers {
    stop: watch::Sender<bool>,
    loops: JoinSet<()>,
}

impl Workers {
    /// Starts every loop.
    pub fn start(office: &BoxOffice) -> Self {
        let (stop, _) = watch::channel(false);
        let mut loops = JoinSet::new();
        for tended in STEPS {
            loops.spawn(run(office.clone(), tended, stop.subscribe()));
        }
        Self { stop, loops }
    }

    /// Ends the loops; each finishes the step it is in, where that does not take long.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.loops.join_next().await.is_some() {} };
        if timeout(STOP_PATIENCE, ended).await.is_err() {
            tracing::warn!(left = self.loops.len(), "background steps are broken off");
            self.loops.shutdown().await;
        }
    }
}

async fn run(office: BoxOffice, tended: Tended, mut stop: watch::Receiver<bool>) {
    let mut turns = interval(tended.1);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = turns.tick() => {}
        }
        for _ in 0..BURST {
            if step(&office, tended).await == Step::Idle {
                break;
            }
        }
    }
}

/// One step. What goes wrong in it, a panic too, is said and counted; the loop goes on.
async fn step(office: &BoxOffice, (name, _, step): Tended) -> Step {
    let span = tracing::debug_span!("step", name);
    let done = AssertUnwindSafe(step(office)).catch_unwind().instrument(span).await;
    match done.unwrap_or_else(|_| Err(Error::internal("a background step panicked"))) {
        Ok(step) => step,
        Err(error) => {
            metrics::counter!("ticketing_steps_failed_total", "step" => name).increment(1);
            let source = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(step = name, %error, source, "a background step failed");
            Step::Idle
        }
    }
}
