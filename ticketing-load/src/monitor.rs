//! Looks at a run once a second, for whoever watches it and for its series.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::buyers::progress::{Progress, Snapshot};
use crate::clock::RunClock;
use crate::health::{Meter, Pulse};
use crate::record::{Recorder, Window};

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// One second of a run: a line of `series.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Since the run began.
    pub second: f64,
    /// Where the buyers are.
    pub buyers: Snapshot,
    /// What was asked within this second.
    #[serde(flatten)]
    pub window: Window,
    /// How the generator does.
    pub health: Pulse,
    /// How late requests have been sent until now.
    pub dispatch_p99_ms: f64,
}

/// What a run is looked at with.
#[derive(Debug)]
pub struct Monitor {
    clock: RunClock,
    recorder: Arc<Recorder>,
    progress: Arc<Progress>,
    with_lanes: bool,
    meter: Mutex<Meter>,
}

impl Monitor {
    /// Looks at what these count.
    pub fn new(clock: RunClock, recorder: Arc<Recorder>, progress: Arc<Progress>) -> Self {
        Self { clock, recorder, progress, with_lanes: false, meter: Mutex::default() }
    }

    /// The same where connections are shared, so that every request may have waited for one.
    #[must_use]
    pub fn with_lanes(self, with_lanes: bool) -> Self {
        Self { with_lanes, ..self }
    }

    /// Shows every second of the run until it is dropped.
    pub async fn watch(&self, mut show: impl FnMut(Moment)) {
        let mut ticks = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            show(self.look());
        }
    }

    /// The second that ends now.
    pub fn look(&self) -> Moment {
        let now = self.clock.now();
        Moment {
            second: now.as_secs_f64(),
            buyers: self.progress.snapshot(),
            dispatch_p99_ms: self.recorder.dispatch(self.with_lanes).quantiles().p99_ms,
            window: self.recorder.turn_window(),
            health: self.meter.lock().expect("looking does not panic").look(now),
        }
    }

    /// How the generator did until now.
    pub fn health(&self, dropped: u64) -> crate::health::Health {
        let dispatch = self.recorder.dispatch(self.with_lanes).quantiles();
        let meter = self.meter.lock().expect("looking does not panic");
        meter.health(dispatch, dropped, self.recorder.exhausted())
    }
}
