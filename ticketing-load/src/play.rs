//! A scenario from the empty stage to what came of it.

pub(crate) mod sale;

use std::sync::Arc;
use std::time::Duration;

use ticketing_client::Error as CallError;
use ticketing_wire::Time;
use ticketing_wire::secrets::AccessToken;
use ticketing_wire::venues::SeatingPlan;
use tokio::sync::watch;

use crate::aftermath;
use crate::arrivals::{Schedule, Shard};
use crate::buyers::crowd::{self, Crowd};
use crate::buyers::progress::Progress;
use crate::buyers::told;
use crate::clock::RunClock;
use crate::fleet::Fleet;
use crate::health;
use crate::monitor::{Monitor, Totals};
use crate::report::{Arrivals, Cut, Ended, Run};
use crate::scenario::Scenario;
use crate::slo::Slo;
use crate::stage::{self, Organizer, Script, Stage};
use crate::verdict::{Check, Evidence, Testimony, judge};
use crate::wire::Wire;

/// Where a run is played.
#[derive(Debug, Clone)]
pub struct House {
    /// The servers.
    pub servers: Fleet,
    /// Their payment gateway.
    pub gateway: Fleet,
    /// Somebody who may make organizers and buyers.
    pub administrator: AccessToken,
    /// True where the servers run in this process.
    pub shares_process: bool,
}

/// A hall, ready to be sent.
#[derive(Debug, Clone)]
pub struct Hall {
    /// Its name.
    pub name: String,
    /// Its categories, dearest first.
    pub categories: Vec<String>,
    /// Its plan.
    pub seat_map: SeatingPlan,
}

/// What is played, and by which seed.
#[derive(Debug, Clone)]
pub struct Part {
    /// What.
    pub scenario: Scenario,
    /// In which hall.
    pub hall: Hall,
    /// Fixes arrivals and what buyers are like.
    pub seed: u64,
    /// Which of the buyers this generator plays.
    pub shard: Shard,
    /// Makes the names of this run its own.
    pub tag: u128,
    /// What is due within so long of the first arrival does not count.
    pub warmup: Duration,
    /// Who sells.
    pub organizer: Organizer,
}

/// Why a run could not be played.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The scenario or this machine does not allow it.
    #[error("{0}")]
    Impossible(String),
    /// The stage could not be set.
    #[error("cannot set the stage")]
    Stage(#[source] CallError),
    /// What is true afterwards could not be asked.
    #[error("cannot read the organizer's lists or the ledger")]
    Aftermath(#[source] CallError),
    /// The pacer's thread could not be started.
    #[error("cannot start the pacer")]
    Pacer(#[source] std::io::Error),
}

/// A stage that is set.
#[derive(Debug)]
pub struct Play {
    house: House,
    part: Part,
    schedule: Schedule,
    stage: Stage,
    wire: Arc<Wire>,
    progress: Arc<Progress>,
    began_at: Time,
}

impl Play {
    /// Sets the stage, after it was seen that this machine can play the scenario.
    pub async fn set(house: House, part: Part, clock: RunClock) -> Result<Self, Error> {
        let scenario = &part.scenario;
        let schedule = scenario.schedule(part.seed).map_err(Error::Impossible)?;
        let count = schedule.of_shard_count(part.shard);
        let buyers = u32::try_from(count)
            .map_err(|_| Error::Impossible(format!("{count} buyers are too many")))?;
        let at_a_time = schedule.users().map_or(buyers.into(), |users| users as u64);
        let connections = scenario.lanes.map_or(at_a_time, u64::from);
        allow_connections(&house, connections).map_err(Error::Impossible)?;
        let began_at = clock.wall();
        let script = Script {
            tag: part.tag,
            organizer: part.organizer.clone(),
            hall: part.hall.name.clone(),
            seat_map: part.hall.seat_map.clone(),
            categories: part.hall.categories.clone(),
            policy: scenario.policy.clone(),
            opens_in: scenario.opens_after(),
            starts_in: scenario.starts_in,
            buyers,
        };
        let stage = stage::set(&house.servers, &house.administrator, &script, clock);
        let stage = stage.await.map_err(Error::Stage)?;
        let gateway = house.gateway.client(0).server();
        let lanes = scenario.lanes.map(|lanes| lanes as usize);
        let wire = Wire::new(&house.servers.servers(), gateway, clock, lanes);
        let wire = Arc::new(wire.map_err(Error::Impossible)?);
        Ok(Self { house, part, schedule, stage, wire, progress: Arc::default(), began_at })
    }

    /// The stage.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// What the run is watched with.
    pub fn monitor(&self, slos: &[Slo]) -> Monitor {
        let (clock, recorder) = (self.wire.clock, Arc::clone(&self.wire.recorder));
        let performance = &self.stage.performance;
        let totals = Totals {
            arrivals: self.schedule.of_shard_count(self.part.shard),
            capacity: performance.policy.line_capacity.into(),
            seats: performance.seats_total.into(),
        };
        Monitor::new(clock, recorder, Arc::clone(&self.progress), totals, slos)
            .with_lanes(self.wire.has_lanes())
    }

    /// The histograms of the run, by step and clock.
    pub fn histograms(&self) -> Vec<(String, crate::record::Latencies)> {
        self.wire.recorder.histograms()
    }

    /// Lets everybody come, until the last one is gone or `stop` says so. Then waits until what is
    /// pending has come to an end, and asks what is true.
    pub async fn run(&self, stop: watch::Receiver<bool>) -> Result<Evidence, Error> {
        let told = self.crowd(stop).await?;
        let House { servers, gateway, .. } = &self.house;
        let performance = &self.stage.performance;
        let aftermath = aftermath::collect(servers, gateway, &self.stage.signs_in, performance);
        Ok(Evidence { told, aftermath: aftermath.await.map_err(Error::Aftermath)? })
    }

    /// The same without asking: what is true is known once every generator's buyers are gone.
    pub async fn crowd(&self, stop: watch::Receiver<bool>) -> Result<Testimony, Error> {
        let crowd = Crowd {
            seed: self.part.seed,
            schedule: self.schedule.clone(),
            early: self.part.scenario.arrivals.opens_after(),
            shard: self.part.shard,
            warmup: self.part.warmup,
            ways: self.part.scenario.buyers.clone(),
            limit: self.part.scenario.opens_after()
                + self.schedule.lasts()
                + self.part.scenario.limit,
            stop,
        };
        let (wire, progress) = (Arc::clone(&self.wire), Arc::clone(&self.progress));
        let buyers = crowd::run(&self.stage, crowd, &self.house.servers, wire, progress);
        let (buyers, ended_by_limit) = buyers.await.map_err(Error::Pacer)?;
        let policy = &self.stage.performance.policy;
        Ok(Testimony {
            performance: self.stage.performance.id,
            capacity: policy.line_capacity,
            admit_per_minute: policy.admit_per_minute,
            claim_seconds: policy.claim_seconds,
            buyers,
            generators: 1,
            ended_by_limit,
            breaks: self.wire.recorder.breaks(),
        })
    }

    /// Says what came of the run, with what else was verified of it.
    pub fn judged(
        &self,
        known: &Known,
        verified: Vec<Check>,
        monitor: &Monitor,
        cut: Cut,
        slos: &[Slo],
    ) -> Run {
        let evidence = known.evidence();
        let by_limit = known.told().is_some_and(|told| told.ended_by_limit);
        let recorder = &self.wire.recorder;
        let mut health = monitor.health(0);
        health.connections = self.wire.connections();
        health.shares_process = self.house.shares_process;
        health.shares_machine = self.wire.is_loopback();
        let seen = self.progress.snapshot();
        let ended = Ended {
            name: self.part.scenario.name.clone(),
            scenario: Some(self.part.scenario.fingerprint()),
            servers: self.house.servers.servers(),
            seed: self.part.seed,
            shard: self.part.shard,
            began_at: self.began_at,
            lasted: self.wire.clock.now(),
            cut: Cut { by_limit, ..cut },
            warmup: self.part.warmup,
            arrivals: Arrivals {
                planned: self.schedule.of_shard_count(self.part.shard),
                arrived: seen.arrived,
                dropped: 0,
                under_way: seen.arrived.saturating_sub(seen.gone),
            },
            active: recorder.active(),
            steps: recorder.report(),
            breaks: recorder.breaks(),
            sale: evidence.map(sale::of),
            checks: evidence.map(judge).into_iter().flatten().chain(verified).collect(),
            health,
        };
        let mut run = Run::judged(ended, slos);
        if let Known::Unreadable(failure) = known {
            run.distrust(format!("the sale cannot be judged: {failure}"));
        }
        if self.part.shard.of > 1 {
            let what = "what was sold: that is judged when the shards are merged".to_owned();
            run.validity.not_judged.push(what);
        }
        run
    }
}

/// What is known of a sale at the end of its run.
#[derive(Debug)]
pub enum Known {
    /// Nothing, since somebody did not wait for it.
    Nothing,
    /// What buyers were told, of whom others may still be there.
    Told(Testimony),
    /// That, and what is true.
    All(Evidence),
    /// The books could not be read.
    Unreadable(Error),
}

impl Known {
    /// What buyers were told.
    pub fn told(&self) -> Option<&Testimony> {
        match self {
            Self::Told(told) | Self::All(Evidence { told, .. }) => Some(told),
            Self::Nothing | Self::Unreadable(_) => None,
        }
    }

    fn evidence(&self) -> Option<&Evidence> {
        if let Self::All(evidence) = self { Some(evidence) } else { None }
    }
}

/// Connections that servers in this process hold are files of this process, too.
fn allow_connections(house: &House, connections: u64) -> Result<(), String> {
    let ends = if house.shares_process { 2 } else { 1 };
    health::allow_descriptors(connections * ends)
}

/// How many buyers met this fate.
fn met(buyers: &[told::Buyer], fate: told::Fate) -> u64 {
    buyers.iter().filter(|buyer| buyer.fate == Some(fate)).count() as u64
}
