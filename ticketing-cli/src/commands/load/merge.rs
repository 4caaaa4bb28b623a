//! `ticketing load merge`: the parts that several generators played, put together.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ticketing_load::report::{self, merge};

use super::output::{Folder, histograms, read};
use crate::output::{self, Format};
use crate::settings::Usage;

/// The parts, and where the whole goes.
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The folders of the parts.
    #[arg(required = true, num_args = 2..)]
    parts: Vec<PathBuf>,
    /// The folder of the whole.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

pub(super) fn run(asked: &Merge, format: Format) -> anyhow::Result<ExitCode> {
    let parts = asked.parts.iter().map(|part| Ok((read(part)?, histograms(part)?)));
    let parts = parts.collect::<anyhow::Result<Vec<_>>>()?;
    let (run, recorder) = merge(&parts).map_err(Usage)?;
    let path = Folder::make(&asked.out)?.finish(&run, &recorder.histograms())?;
    output::talk(&format!("written to {}", path.display()));
    output::print_line(format, &run, || report::text(&run))?;
    Ok(ExitCode::from(run.verdict.exit_code()))
}
