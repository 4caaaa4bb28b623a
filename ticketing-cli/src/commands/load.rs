//! `ticketing load`: measures servers under arrivals that no slow answer delays.

pub(in crate::commands) mod box_office;
pub(in crate::commands) mod playing;
pub(in crate::commands) mod watched;

mod compare;
mod drawn;
mod find_max;
mod flags;
mod live;
mod merge;
mod output;
mod quick;
mod report;
mod run;
mod scenario;
mod schema;
mod watch;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use ticketing_client::clock as wall;
use ticketing_load::arrivals::Spacing;
use ticketing_load::http::Target;
use ticketing_profile::Usage;
use ticketing_wire::Time;

use crate::output::Format;

/// The longest that a generator waits for the others: its key for the stage is remembered for a day.
const START_WITHIN: Duration = Duration::from_hours(12);

/// Load tests, with arrivals that no slow answer delays.
#[derive(Debug, Subcommand)]
pub(crate) enum Load {
    /// Play a scenario with virtual buyers.
    ///
    /// They arrive when the schedule says, whatever became of those before, and wait, choose, hold,
    /// order and pay as people do. What each was told is compared with the books afterwards.
    ///
    /// Without --server, a server and a payment gateway are started in this process. With it,
    /// `TICKETING_GATEWAY` says where buyers pay, and `TICKETING_ADMIN_EMAIL` and
    /// `TICKETING_ADMIN_PASSWORD` who makes organizers and buyers; the servers have to allow synthetic
    /// buyers.
    Run(Box<run::Run>),
    /// Send one request again and again.
    ///
    /// At a rate that the answers do not change: whoever is due is sent, whatever became of those
    /// before, and its time counts from when it was due. With --users instead, each asks again once
    /// it was answered, as fast as it goes.
    Quick(Box<quick::Quick>),
    /// Look for the highest rate that still meets the objectives.
    ///
    /// Doubles the rate of arrivals until something is missed, then halves the gap. Each probe is a
    /// sale of its own. Where the generator ends before the servers do, it says so: they may bear
    /// more. Exits with 20 where not even the lowest rate met what is asked, and with 21 at the first
    /// thing that must never happen.
    FindMax(Box<find_max::FindMax>),
    /// Show what came of a run.
    Report(report::Report),
    /// Watch a run that is being played, or one that has ended once more.
    ///
    /// Reads the folder that `--out` names, from another terminal as well. Ctrl-C ends the watching,
    /// not the run. Exits as the run does.
    Watch(watch::Watch),
    /// Put the parts together that several generators played.
    ///
    /// Histograms are added, so that percentiles are those of all requests. A part that is missing,
    /// invalid, or was not played with the others makes the whole invalid.
    ///
    /// With --server, and the same variables as `load run`, the servers are asked what was sold, and
    /// what the buyers of all parts were told is compared with it. Without, nothing of it is verified.
    Merge(merge::Merge),
    /// Compare a run with an earlier one, step by step.
    ///
    /// Exits with 20 where a step became slower than --fail-on allows or broke more often, and with
    /// 22 where the two cannot be compared: something else was played, a generator did not keep up,
    /// or there are too few samples.
    Compare(compare::Compare),
    /// Print the JSON schema of scenarios, or of runs.
    Schema(schema::Schema),
    /// List, show, check and begin scenarios.
    #[command(subcommand)]
    Scenario(scenario::Scenario),
}

/// How arrivals lie in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Dist {
    /// As evenly as it goes.
    Even,
    /// At random, as people come who know nothing of each other.
    Poisson,
}

impl From<Dist> for Spacing {
    fn from(dist: Dist) -> Self {
        match dist {
            Dist::Even => Self::Even,
            Dist::Poisson => Self::Poisson,
        }
    }
}

pub(crate) async fn run(
    load: Load,
    servers: &[String],
    format: Format,
) -> anyhow::Result<ExitCode> {
    if !servers.is_empty() && !matches!(load, Load::Run(_) | Load::FindMax(_) | Load::Merge(_)) {
        return Err(Usage(
            "--server is for `load run`, `load find-max` and `load merge`".to_owned(),
        )
        .into());
    }
    match load {
        Load::Run(run) => run::run(*run, servers, format).await,
        Load::Quick(quick) => quick::run(*quick, format).await,
        Load::FindMax(asked) => find_max::run(*asked, servers, format).await,
        Load::Report(report) => report::run(&report, format),
        Load::Watch(asked) => watch::run(asked, format).await,
        Load::Merge(asked) => merge::run(asked, servers, format).await,
        Load::Compare(asked) => compare::run(&asked, format),
        Load::Schema(asked) => schema::run(&asked),
        Load::Scenario(scenario) => scenario::run(scenario, format),
    }
}

/// How long it is until several generators begin together.
fn until(start_at: Time) -> Result<Duration, Usage> {
    let millis = start_at.as_millis() - wall::now().as_millis();
    let early =
        u64::try_from(millis).map_err(|_| Usage(format!("--start-at {start_at} is over")))?;
    let early = Duration::from_millis(early);
    if early > START_WITHIN {
        let hours = START_WITHIN.as_secs() / 3_600;
        return Err(Usage(format!("--start-at {start_at} is more than {hours} hours away")));
    }
    Ok(early)
}

/// Servers beyond this machine are put under load only by whoever says that they are theirs.
fn refuse_foreign<'a>(
    servers: impl IntoIterator<Item = &'a String>,
    own: bool,
) -> Result<(), Usage> {
    for server in servers {
        if !own && !Target::new(server).map_err(Usage)?.is_loopback() {
            let why = "is not on this machine: `--i-own-this-target` says that it is yours to load";
            return Err(Usage(format!("{server} {why}")));
        }
    }
    Ok(())
}
