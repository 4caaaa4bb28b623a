//! `ticketing load run`: plays a scenario.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use ticketing_client::clock as wall;
use ticketing_load::arrivals::{Shape, Shard, Spacing};
use ticketing_load::scenario::{SHIPPED, Scenario, shipped};
use ticketing_load::slo::Slo;
use ticketing_profile::Usage;
use ticketing_wire::Time;

use super::box_office::BoxOffice;
use super::output::{folder, refuse_taken};
use super::playing::{self, Playing, Together, Writing};
use super::watched::Progress;
use super::{Dist, flags};
use crate::embedded::Faults;
use crate::output::Format;
use crate::plan::Plan;

/// Scenarios larger than this are none.
const SCENARIO_MAX_BYTES: u64 = 1024 * 1024;

/// What is played, and how it is measured.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The name of a shipped scenario, or a file.
    scenario: String,
    /// So many per second, instead of the scenario's arrivals: 500/s, 30/min.
    #[arg(long, value_name = "RATE", value_parser = flags::rate, conflicts_with_all = ["stages", "at_once"])]
    arrivals: Option<f64>,
    /// Rates at times, with straight lines between: 0:0,30s:500,5m:500.
    #[arg(long, value_parser = flags::stages, conflicts_with = "at_once")]
    stages: Option<Shape>,
    /// So many together: 20k.
    #[arg(long, value_parser = flags::count)]
    at_once: Option<u64>,
    /// So many at a time, each followed by another once it is gone, until as many have come as the
    /// scenario has: a closed population, for soak tests.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..), conflicts_with_all = ["arrivals", "stages", "at_once", "trace"])]
    users: Option<u32>,
    /// As recorded: a file with a line per arrival, in seconds, such as 12.5. The first comes at once.
    #[arg(long, value_name = "FILE", value_parser = flags::trace, conflicts_with_all = ["arrivals", "stages", "at_once"])]
    trace: Option<Shape>,
    /// For how long they arrive, with --arrivals.
    #[arg(short = 'd', long = "for", value_parser = flags::duration, default_value = "10s", requires = "arrivals")]
    lasts: Duration,
    /// How arrivals lie in time, where the scenario's are not to.
    #[arg(long, value_enum)]
    dist: Option<Dist>,
    /// Fixes arrivals and what buyers are like, not who wins a race.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The part of the buyers that this generator plays, of several that play one run at the same
    /// servers: 1/4. Put together by `load merge`.
    #[arg(long, value_parser = flags::shard, requires = "start_at", conflicts_with = "users")]
    shard: Option<Shard>,
    /// When all generators begin: an RFC 3339 time within 12 hours, by which each has set its stage. A
    /// minute is enough for thousands of buyers.
    #[arg(long, value_name = "TIME", requires = "shard")]
    start_at: Option<Time>,
    /// Connections that all buyers share; each has its own where neither this nor the scenario
    /// says otherwise.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    lanes: Option<u32>,
    /// What is to be met beside the scenario's own, such as 'hold:p99<250ms'; repeatable.
    #[arg(long = "slo", value_parser = flags::slo_of_buyers)]
    slos: Vec<Slo>,
    /// What is due so early after the first arrival is sent and does not count.
    #[arg(long, value_parser = flags::duration, default_value = "0s")]
    warmup: Duration,
    /// End early, with 20, once an objective is missed after so long: 10s. Of the objectives, times
    /// and shares with an upper bound can be missed before the end.
    #[arg(long, value_name = "AFTER", value_parser = flags::duration)]
    abort_on_breach: Option<Duration>,
    /// Judge what became of the sale. Every run does: this is for scripts that say so. A shard cannot,
    /// which is for `load merge`.
    #[arg(long = "verify", conflicts_with = "shard")]
    _verify: bool,
    /// How the run is shown while it lasts.
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    progress: Progress,
    /// The folder that the run is written to; one below `runs` where it is not given.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Says that servers beyond this machine are yours to put under load.
    #[arg(long)]
    i_own_this_target: bool,
}

pub(crate) async fn run(run: Run, servers: &[String], format: Format) -> anyhow::Result<ExitCode> {
    let together = run.together(servers)?;
    let mut scenario = read(&run.scenario)?;
    let buyers = scenario.schedule(run.seed).map_err(Usage)?.count();
    if let Some(shape) = run.shape(buyers) {
        scenario.arrivals = shape;
    }
    let part =
        run.shard.map_or_else(String::new, |Shard { number, of }| format!("-{number}of{of}"));
    let out = run.out.clone();
    let out = out.unwrap_or_else(|| folder(&(scenario.name.clone() + &part), wall::now()));
    refuse_taken(&out)?;
    scenario.spacing = run.dist.map_or(scenario.spacing, Spacing::from);
    scenario.lanes = run.lanes.or(scenario.lanes);
    scenario.check().map_err(Usage)?;
    if together.is_some() && matches!(scenario.arrivals, Shape::Users { .. }) {
        let why =
            "--shard: a closed population is one generator's, since nobody else sees who goes";
        return Err(Usage(why.to_owned()).into());
    }
    let mut slos = scenario.slos().map_err(Usage)?;
    slos.extend(run.slos);
    let hall = hall(&scenario.hall, Path::new(&run.scenario))?;

    let box_office = BoxOffice::open(servers, Faults::default(), run.i_own_this_target).await?;
    let writing =
        Writing { progress: run.progress, folder: Some(out), abort_after: run.abort_on_breach };
    let (seed, warmup) = (run.seed, run.warmup);
    let playing = Playing { scenario, hall, seed, together, slos, warmup };
    let concluded = playing::play(box_office, playing, writing).await?.conclude(format)?;
    Ok(concluded.exit_code(concluded.run.verdict.exit_code()))
}

impl Run {
    /// The others, if this is one of several generators.
    fn together(&self, servers: &[String]) -> Result<Option<Together>, Usage> {
        let Some((shard, start_at)) = self.shard.zip(self.start_at) else { return Ok(None) };
        if shard.of == 1 {
            return Err(Usage("--shard is a part of several, such as 1/2".to_owned()));
        }
        if servers.is_empty() {
            let why = "several generators need servers that they share: name them with --server";
            return Err(Usage(why.to_owned()));
        }
        super::until(start_at)?;
        Ok(Some(Together { shard, start_at }))
    }

    /// The arrivals that the flags say, if they do; of a scenario with so many buyers.
    fn shape(&self, buyers: u64) -> Option<Shape> {
        let constant = |rate| Shape::Constant { rate, lasts: self.lasts };
        let at_once = |buyers| Shape::AtOnce { buyers };
        self.stages
            .clone()
            .or_else(|| self.trace.clone())
            .or_else(|| self.arrivals.map(constant))
            .or_else(|| self.at_once.map(at_once))
            .or_else(|| self.users.map(|users| Shape::Users { users, buyers }))
    }
}

/// A shipped scenario, or one from a file. What looks like a file is one.
pub(super) fn read(name: &str) -> anyhow::Result<Scenario> {
    let path = Path::new(name);
    if let Some(scenario) = shipped(name).filter(|_| !path.is_file()) {
        return Ok(scenario);
    }
    if path.extension().is_none() && !path.exists() {
        return Err(unknown(name).into());
    }
    let context = || format!("cannot read the scenario {name}");
    let bytes = std::fs::metadata(path).with_context(context)?.len();
    if bytes > SCENARIO_MAX_BYTES {
        return Err(Usage(format!("{name} has {bytes} bytes: no scenario")).into());
    }
    let text = std::fs::read_to_string(path).with_context(context)?;
    Ok(Scenario::parse(&text).map_err(|why| Usage(format!("{name}: {why}")))?)
}

/// Names what there is instead.
pub(super) fn unknown(name: &str) -> Usage {
    let names: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
    Usage(format!("no scenario `{name}` is shipped; there are {}", names.join(", ")))
}

/// The shipped hall of this name, or one from a file beside the scenario's.
pub(super) fn hall(name: &str, scenario: &Path) -> anyhow::Result<Plan> {
    match Plan::shipped(name) {
        Some(plan) => Ok(plan),
        None => Plan::read(&scenario.with_file_name(name)),
    }
}
