//! `ticketing load scenario`: the scenarios that there are, and new ones.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;
use ticketing_load::scenario::{SHIPPED, shipped};
use ticketing_profile::Usage;

use super::run::{hall, read, unknown};
use crate::output::{self, Format, cell};

/// The scenarios that there are, and new ones.
#[derive(Debug, Subcommand)]
pub(crate) enum Scenario {
    /// The shipped ones.
    List,
    /// The text of one.
    Show {
        /// The name of a shipped scenario.
        name: String,
    },
    /// Says what is wrong with a file, if anything is.
    Check {
        /// The name of a shipped scenario, or a file.
        scenario: String,
    },
    /// Writes a file to begin with. One that is there stays as it is.
    Init {
        /// The file.
        file: PathBuf,
        /// The shipped scenario to begin with.
        #[arg(long, default_value = "arena")]
        like: String,
    },
}

/// What `list` and `check` say of a scenario.
#[derive(Debug, Serialize)]
struct Told {
    name: String,
    about: String,
    hall: String,
    buyers: u64,
    arrive_within_seconds: f64,
    fingerprint: String,
}

pub(super) fn run(scenario: Scenario, format: Format) -> anyhow::Result<ExitCode> {
    match scenario {
        Scenario::List => {
            let told: Vec<_> = SHIPPED
                .iter()
                .filter_map(|(name, _)| shipped(name))
                .map(|scenario| told(&scenario))
                .collect::<Result<_, _>>()?;
            output::print(format, &told, || {
                let mut table = output::table(&["name", "buyers", "about"]);
                for scenario in &told {
                    let Told { name, buyers, about, .. } = scenario;
                    table.add_row([cell(name), output::number(buyers), cell(about)]);
                }
                table
            })?;
        }
        Scenario::Show { name } => output::line(text(&name)?.trim_end())?,
        Scenario::Check { scenario } => {
            let read = read(&scenario)?;
            hall(&read.hall, scenario.as_ref())?;
            let told = told(&read)?;
            output::print_line(format, &told, || {
                let Told { name, buyers, arrive_within_seconds, hall, .. } = &told;
                format!(
                    "{name} is a scenario: {buyers} buyers within {arrive_within_seconds:.1} s, \
                     hall {hall}"
                )
            })?;
        }
        Scenario::Init { file, like } => {
            let text = text(&like)?;
            let context = || format!("cannot write {}", file.display());
            let mut made = File::create_new(&file).with_context(context)?;
            made.write_all(text.as_bytes()).with_context(context)?;
            output::talk(&format!("written: {}", file.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn text(name: &str) -> Result<&'static str, Usage> {
    let known = SHIPPED.iter().find(|(known, _)| *known == name);
    known.map(|(_, text)| *text).ok_or_else(|| unknown(name))
}

fn told(scenario: &ticketing_load::scenario::Scenario) -> Result<Told, Usage> {
    let schedule = scenario.schedule(0).map_err(Usage)?;
    Ok(Told {
        name: scenario.name.clone(),
        about: scenario.about.clone(),
        hall: scenario.hall.clone(),
        buyers: schedule.count(),
        arrive_within_seconds: schedule.lasts().as_secs_f64(),
        fingerprint: scenario.fingerprint(),
    })
}
