//! `ticketing load`: measures servers under arrivals that no slow answer delays.

pub(in crate::commands) mod box_office;
pub(in crate::commands) mod playing;
pub(in crate::commands) mod watched;

mod compare;
mod find_max;
mod flags;
mod live;
mod merge;
mod output;
mod quick;
mod report;
mod run;
mod scenario;

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use ticketing_load::arrivals::Spacing;
use ticketing_load::http::Target;

use crate::output::Format;
use crate::settings::Usage;

/// Load tests. Exits with 0 where nothing was missed, 20 where an objective was, 21 where
/// something happened that must never, 22 where the generator itself did not keep up, so that the
/// figures say nothing, and 130 where it was interrupted.
#[derive(Debug, Subcommand)]
pub(crate) enum Load {
    /// A scenario, with virtual buyers.
    Run(Box<run::Run>),
    /// One request, again and again.
    Quick(Box<quick::Quick>),
    /// Shows what came of a run.
    Report(report::Report),
    /// The parts that several generators played, put together.
    Merge(merge::Merge),
    /// The highest rate that still meets the objectives.
    FindMax(Box<find_max::FindMax>),
    /// What became slower since an earlier run.
    Compare(compare::Compare),
    /// The scenarios that there are, and new ones.
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
    match load {
        Load::Run(run) => run::run(*run, servers, format).await,
        Load::Quick(quick) => quick::run(*quick, format).await,
        Load::FindMax(asked) => find_max::run(*asked, servers, format).await,
        Load::Report(report) => report::run(&report),
        Load::Merge(asked) => merge::run(&asked, format),
        Load::Compare(asked) => compare::run(&asked, format),
        Load::Scenario(scenario) => scenario::run(scenario, format),
    }
}

/// Servers beyond this machine are put under load only by whoever says that they are theirs.
fn refuse_foreign(servers: &[String], own: bool) -> Result<(), Usage> {
    for server in servers {
        if !own && !Target::new(server).map_err(Usage)?.is_loopback() {
            let why = "is not on this machine: `--i-own-this-target` says that it is yours to load";
            return Err(Usage(format!("{server} {why}")));
        }
    }
    Ok(())
}
