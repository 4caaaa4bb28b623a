//! `ticketing load schema`: what scenarios and runs look like, for editors and programs.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use ticketing_load::schema;

use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// What is described.
    #[arg(value_enum)]
    of: Of,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// A scenario, as `load run` takes it.
    Scenario,
    /// A run: the run.json that it writes.
    Run,
}

pub(super) fn run(asked: &Schema) -> anyhow::Result<ExitCode> {
    let schema = match asked.of {
        Of::Scenario => schema::scenario(),
        Of::Run => schema::run(),
    };
    output::line(&serde_json::to_string_pretty(&schema)?)?;
    Ok(ExitCode::SUCCESS)
}
