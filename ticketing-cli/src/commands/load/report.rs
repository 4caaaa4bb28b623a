//! `ticketing load report`: shows what came of a run.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use ticketing_load::report;

use super::output::{read, series};
use crate::output::{self, Format};

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
    /// One page with charts that needs no network.
    Html,
    /// For a pull request.
    Md,
    /// The document itself.
    Json,
    /// For a build server: objectives and checks as tests.
    Junit,
    /// For dashboards of JMeter, a line per step and second.
    Jtl,
}

pub(crate) fn run(report: &Report, format: Format) -> anyhow::Result<ExitCode> {
    let run = read(&report.run)?;
    let text = match report.format {
        Shape::Text if format == Format::Json => serde_json::to_string_pretty(&run)?,
        Shape::Text => report::text(&run),
        Shape::Html => report::html(&run, &series(&report.run)),
        Shape::Md => report::markdown(&run),
        Shape::Json => serde_json::to_string_pretty(&run)?,
        Shape::Junit => report::junit(&run),
        Shape::Jtl => report::jtl(&run, &series(&report.run)),
    };
    output::line(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}
