//! `ticketing load merge`: the parts that several generators played, put together.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use ticketing_client::performances;
use ticketing_load::aftermath;
use ticketing_load::report::{self, Sold, merge};
use ticketing_load::verdict::{Evidence, Testimony};
use ticketing_profile::Usage;

use super::box_office::BoxOffice;
use super::drawn;
use super::output::{Folder, histograms, read, refuse_taken, told};
use crate::embedded::Faults;
use crate::output::{self, Format};

/// The parts, and where the whole goes.
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The folders of the parts.
    #[arg(required = true, num_args = 2..)]
    parts: Vec<PathBuf>,
    /// The folder of the whole.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Says that servers beyond this machine are yours.
    #[arg(long)]
    i_own_this_target: bool,
}

pub(super) async fn run(
    asked: Merge,
    servers: &[String],
    format: Format,
) -> anyhow::Result<ExitCode> {
    refuse_taken(&asked.out)?;
    let parts = asked.parts.iter().map(|part| Ok((read(part)?, histograms(part)?)));
    let parts = parts.collect::<anyhow::Result<Vec<_>>>()?;
    let heard = asked.parts.iter().map(|part| told(part)).collect::<anyhow::Result<Vec<_>>>()?;
    let heard: Option<Vec<Testimony>> = heard.into_iter().collect();
    let is_whole = parts.iter().all(|(run, _)| run.shard.of as usize == parts.len());
    let (is_judged, had_buyers) = (!servers.is_empty() && is_whole, heard.is_some());
    let sold = match heard.filter(|_| is_judged) {
        Some(heard) => {
            let told = Testimony::together(heard).map_err(Usage)?;
            let box_office =
                BoxOffice::open(servers, Faults::default(), asked.i_own_this_target).await?;
            Some(sold(&box_office, told).await?)
        }
        None if is_judged => {
            let why = "not every part has what its buyers were told: nothing is to be asked there";
            return Err(Usage(format!("--server: {why}")).into());
        }
        None => None,
    };
    let (mut run, recorder) = merge(&parts, sold.as_ref()).map_err(Usage)?;
    if had_buyers && !is_judged {
        let why = if is_whole { "name the servers with --server" } else { "shards are missing" };
        run.validity.not_judged.push(format!("what was sold: {why}"));
    }
    let path = Folder::make(&asked.out)?.finish(&run, &recorder.histograms())?;
    output::talk(&format!("written to {}", path.display()));
    output::print_line(format, &run, || report::text(&run))?;
    Ok(ExitCode::from(run.verdict.exit_code()))
}

/// What is true of the sale, now that everybody is gone.
async fn sold(box_office: &BoxOffice, told: Testimony) -> anyhow::Result<Sold> {
    let house = &box_office.house;
    let show = performances::show(Some(&house.administrator), told.performance);
    let performance = house.servers.send(&show).await.context("cannot read the performance")?;
    let organizer = &box_office.administrator;
    let aftermath =
        aftermath::collect(&house.servers, &house.gateway, organizer, &performance).await;
    let aftermath = aftermath.context("cannot read the organizer's lists or the ledger")?;
    let drawn = drawn::check(&house.servers, &performance, &told).await;
    let evidence = Evidence { told, aftermath };
    Ok(Sold { evidence, verified: drawn.into_iter().collect() })
}
