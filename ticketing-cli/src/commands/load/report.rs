//! `ticketing load report`: shows what came of a run.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use ticketing_load::report::{self, Run};

use super::output::read;
use crate::output;

/// What came of a run, for people, for other programs, for a build server.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The run's folder, or its `run.json`.
    run: PathBuf,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// For a terminal.
    Text,
    /// The document itself.
    Json,
}

pub(crate) fn run(report: &Report) -> anyhow::Result<ExitCode> {
    let run = read(&report.run)?;
    output::line(&shown(report.format, &run)?)?;
    Ok(ExitCode::SUCCESS)
}

fn shown(shape: Shape, run: &Run) -> anyhow::Result<String> {
    Ok(match shape {
        Shape::Text => report::text(run),
        Shape::Json => serde_json::to_string_pretty(run)?,
    })
}
