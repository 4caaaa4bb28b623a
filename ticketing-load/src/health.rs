//! Whether the generator itself kept up. Where it did not, its figures say more about it than
//! about the servers, and the run is invalid, whatever they look like.

mod process;

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::Quantiles;

use process::{CpuTime, machine_cpu, own_cpu, resident_bytes};
pub use process::{Descriptors, allow_descriptors};

/// The lateness that the worst of a hundred requests may have.
pub const DISPATCH_P99_MAX: Duration = Duration::from_millis(5);

/// The share of the machine that the generator may use at most, over some seconds.
pub const CPU_SHARE_MAX: f64 = 0.85;

/// The share of the machine that everything on it may use, where the servers are elsewhere.
pub const MACHINE_SHARE_MAX: f64 = 0.95;

/// Over so many looks, a second apart, a share is taken: shorter peaks are seen by lateness.
const CPU_LOOKS: usize = 5;

/// Looks at this process while a run lasts.
#[derive(Debug)]
pub struct Meter {
    looks: VecDeque<(Duration, Option<CpuTime>, Option<CpuTime>)>,
    own_share: Option<f64>,
    machine_share: Option<f64>,
    descriptors: u64,
    resident_bytes: u64,
}

/// What the meter saw at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Pulse {
    /// Of the machine's processors, the share that this process used of late.
    pub cpu_share: Option<f64>,
    /// The share that everything on the machine used.
    pub machine_cpu_share: Option<f64>,
    /// Files and sockets that are open.
    pub descriptors: u64,
    /// The memory that this process has; zero where nobody can say.
    #[serde(default)]
    pub resident_bytes: u64,
}

/// How the generator did, over the whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// How late requests were sent, over all steps.
    pub dispatch: Quantiles,
    /// Arrivals that were not played, since too many were at it already.
    pub dropped: u64,
    /// Requests for which there was no descriptor or port.
    pub exhausted: u64,
    /// The largest share of the machine's processors that this process used for some seconds.
    pub cpu_share_max: Option<f64>,
    /// The same of everything on the machine.
    pub machine_cpu_share_max: Option<f64>,
    /// The most files and sockets that were open, and how many there may be.
    pub descriptors_max: u64,
    /// How many there may be.
    pub descriptors_limit: u64,
    /// The most memory that this process had, in bytes.
    #[serde(default)]
    pub resident_max_bytes: u64,
    /// Connections that were opened to the servers.
    pub connections: u64,
    /// True where the servers ran on this machine: that it was busy is their doing, too.
    pub shares_machine: bool,
    /// True where the servers ran in this process: its share of the processors is theirs, too.
    pub shares_process: bool,
}

/// What may be believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Validity {
    /// True where nothing speaks against the figures.
    pub valid: bool,
    /// What speaks against them.
    pub reasons: Vec<String>,
    /// What could not be judged, and why.
    pub not_judged: Vec<String>,
}

impl Meter {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self {
            looks: VecDeque::new(),
            own_share: None,
            machine_share: None,
            descriptors: 0,
            resident_bytes: 0,
        }
    }

    /// Looks, once a second.
    pub fn look(&mut self, now: Duration) -> Pulse {
        let look = (now, own_cpu(), machine_cpu());
        let descriptors = Descriptors::now().open;
        self.descriptors = self.descriptors.max(descriptors);
        let resident_bytes = resident_bytes();
        self.resident_bytes = self.resident_bytes.max(resident_bytes);
        self.looks.push_back(look);
        if self.looks.len() > CPU_LOOKS + 1 {
            self.looks.pop_front();
        }
        let (since, own, machine) = self.looks[0];
        let lasted = now.saturating_sub(since);
        let own = share(own, look.1, lasted);
        let machine = share(machine, look.2, lasted);
        if self.looks.len() > CPU_LOOKS {
            self.own_share = highest(self.own_share, own);
            self.machine_share = highest(self.machine_share, machine);
        }
        Pulse { cpu_share: own, machine_cpu_share: machine, descriptors, resident_bytes }
    }

    /// How the generator did. The rest is the recorder's to say.
    pub fn health(&self, dispatch: Quantiles, dropped: u64, exhausted: u64) -> Health {
        Health {
            dispatch,
            dropped,
            exhausted,
            cpu_share_max: self.own_share,
            machine_cpu_share_max: self.machine_share,
            descriptors_max: self.descriptors,
            descriptors_limit: Descriptors::now().limit,
            resident_max_bytes: self.resident_bytes,
            connections: 0,
            shares_machine: false,
            shares_process: false,
        }
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
    }
}

fn share(from: Option<CpuTime>, to: Option<CpuTime>, lasted: Duration) -> Option<f64> {
    let cores = std::thread::available_parallelism().ok()?.get();
    let used = to?.since(from?);
    (!lasted.is_zero()).then(|| used.as_secs_f64() / lasted.as_secs_f64() / cores as f64)
}

fn highest(known: Option<f64>, new: Option<f64>) -> Option<f64> {
    match (known, new) {
        (Some(known), Some(new)) => Some(known.max(new)),
        (known, new) => known.or(new),
    }
}

impl Health {
    /// Judges the generator.
    pub fn judge(&self) -> Validity {
        let mut reasons = Vec::new();
        let mut not_judged = Vec::new();
        let limit_ms = DISPATCH_P99_MAX.as_secs_f64() * 1e3;
        if self.dispatch.p99_ms > limit_ms {
            let shared = if self.shares_machine && !self.shares_process {
                "; the servers took its time on this machine: let it go first, or play from another"
            } else {
                ""
            };
            reasons.push(format!(
                "requests left late: dispatch p99 {:.1} ms, at most {limit_ms} ms may be{shared}",
                self.dispatch.p99_ms
            ));
        }
        if self.dropped > 0 {
            reasons.push(format!("{} arrivals were dropped", self.dropped));
        }
        if self.exhausted > 0 {
            reasons.push(format!(
                "{} requests found no descriptor or port left on this machine",
                self.exhausted
            ));
        }
        match self.cpu_share_max {
            _ if self.shares_process => {
                not_judged.push("processor share: the servers run in this process".to_owned());
            }
            None => not_judged.push("processor share: the run was too short to tell".to_owned()),
            Some(share) if share > CPU_SHARE_MAX => reasons.push(format!(
                "the generator used {:.0} % of the machine's processors, at most {:.0} % may be",
                share * 100.0,
                CPU_SHARE_MAX * 100.0
            )),
            Some(_) => {}
        }
        match self.machine_cpu_share_max {
            Some(share) if share > MACHINE_SHARE_MAX && !self.shares_machine => {
                reasons.push(format!(
                    "the machine was busy to {:.0} %: something else took its time",
                    share * 100.0
                ));
            }
            _ => {}
        }
        Validity { valid: reasons.is_empty(), reasons, not_judged }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Latencies;

    fn healthy() -> Health {
        let mut dispatch = Latencies::of_run();
        dispatch.add(Duration::from_millis(1));
        let mut health = Meter::new().health(dispatch.quantiles(), 0, 0);
        health.cpu_share_max = Some(0.5);
        health
    }

    #[test]
    fn a_generator_that_kept_up_is_believed() {
        assert!(healthy().judge().valid);
    }

    #[test]
    fn each_way_of_not_keeping_up_makes_the_run_invalid_and_is_named() {
        type Spoil = fn(&mut Health);
        let spoilt: [(Spoil, &str); 5] = [
            (|health| health.dispatch.p99_ms = 5.1, "dispatch p99 5.1 ms"),
            (|health| health.dropped = 1, "1 arrivals were dropped"),
            (|health| health.exhausted = 2, "2 requests found no descriptor"),
            (|health| health.cpu_share_max = Some(0.86), "used 86 %"),
            (|health| health.machine_cpu_share_max = Some(0.96), "busy to 96 %"),
        ];
        for (spoil, expected) in spoilt {
            let mut health = healthy();
            spoil(&mut health);
            let validity = health.judge();
            assert!(!validity.valid);
            assert!(validity.reasons[0].contains(expected), "{validity:?}");
        }
    }

    #[test]
    fn what_could_not_be_judged_is_said() {
        let mut health = healthy();
        health.cpu_share_max = None;
        assert_eq!(health.judge().not_judged.len(), 1);
        health.cpu_share_max = Some(1.0);
        health.shares_process = true;
        let validity = health.judge();
        assert!(validity.valid && validity.not_judged[0].contains("in this process"));
    }

    #[test]
    fn a_busy_process_is_seen() {
        let mut meter = Meter::new();
        let first = meter.look(Duration::ZERO);
        assert!(first.descriptors > 0 && first.resident_bytes > 1_000_000, "{first:?}");
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(120) {
            std::hint::spin_loop();
        }
        let pulse = meter.look(begun.elapsed());
        assert!(pulse.cpu_share.is_some_and(|share| share > 0.0), "{pulse:?}");
    }
}
