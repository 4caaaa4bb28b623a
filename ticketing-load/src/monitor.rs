//! Looks at a run once a second, for whoever watches it and for its series.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use utoipa::ToSchema;

use crate::buyers::progress::{Progress, Snapshot};
use crate::clock::RunClock;
use crate::health::{Meter, Pulse};
use crate::record::{Recorder, Window};
use crate::slo::{Measured, Met, Slo};

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// One second of a run: a line of `series.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
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
    /// What there can be at most.
    #[serde(default)]
    pub totals: Totals,
    /// How the objectives stand that can be told before the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slos: Vec<Met>,
}

/// What a run can come to at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Totals {
    /// Arrivals by the schedule.
    pub arrivals: u64,
    /// How many may be inside at once; zero where nothing is sold.
    pub capacity: u64,
    /// Seats.
    pub seats: u64,
}

/// What a run is looked at with.
#[derive(Debug)]
pub struct Monitor {
    clock: RunClock,
    recorder: Arc<Recorder>,
    progress: Arc<Progress>,
    with_lanes: bool,
    totals: Totals,
    slos: Vec<Slo>,
    meter: Mutex<Meter>,
}

impl Monitor {
    /// Looks at what these count.
    pub fn new(
        clock: RunClock,
        recorder: Arc<Recorder>,
        progress: Arc<Progress>,
        totals: Totals,
        slos: &[Slo],
    ) -> Self {
        let slos = slos.iter().filter(|slo| slo.can_be_missed_early()).cloned().collect();
        let meter = Mutex::default();
        Self { clock, recorder, progress, with_lanes: false, totals, slos, meter }
    }

    /// The same where connections are shared, so that every request may have waited for one.
    #[must_use]
    pub fn with_lanes(self, with_lanes: bool) -> Self {
        Self { with_lanes, ..self }
    }

    /// Shows every second of the run, until it is told to stop.
    pub async fn watch<T>(&self, mut show: impl FnMut(Moment) -> ControlFlow<T>) -> T {
        let mut ticks = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let ControlFlow::Break(what) = show(self.look()) {
                return what;
            }
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
            totals: self.totals,
            slos: self.slos(),
        }
    }

    /// How the objectives stand.
    fn slos(&self) -> Vec<Met> {
        if self.slos.is_empty() {
            return Vec::new();
        }
        let (steps, active) = (self.recorder.report(), self.recorder.active());
        let measured = Measured { steps: &steps, active_seconds: active.as_secs_f64(), sale: None };
        self.slos.iter().map(|slo| slo.judge(measured)).collect()
    }

    /// For how long there has been something to measure.
    pub fn measures_for(&self) -> Duration {
        let since = self.recorder.first_due();
        since.map_or(Duration::ZERO, |since| self.clock.now().saturating_sub(since))
    }

    /// How the generator did until now.
    pub fn health(&self, dropped: u64) -> crate::health::Health {
        let dispatch = self.recorder.dispatch(self.with_lanes).quantiles();
        let meter = self.meter.lock().expect("looking does not panic");
        meter.health(dispatch, dropped, self.recorder.exhausted())
    }
}
