//! `ticketing venue import`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ticketing_client::catalog::{self, NewVenue};

use crate::output::{self, Format};
use crate::plan::Plan;
use crate::session;

#[derive(Debug, Subcommand)]
pub(crate) enum Venue {
    /// Import a house from its seating plan: seating-plan JSON or compact TOML.
    Import(Import),
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The plan.
    file: PathBuf,
    /// The house's name; the plan's own where it is not given.
    #[arg(long)]
    name: Option<String>,
    /// Where the house stands.
    #[arg(long)]
    address: String,
}

pub(crate) async fn run(venue: Venue, servers: &[String], format: Format) -> anyhow::Result<()> {
    let Venue::Import(import) = venue;
    let plan = Plan::read(&import.file)?;
    let signed_in = session::open(servers).await?;
    let venue = NewVenue {
        name: import.name.unwrap_or(plan.name),
        address: import.address,
        seat_map: plan.seat_map,
    };
    let venue = signed_in.send(&catalog::create_venue(&signed_in.token, &venue)).await?;
    output::print(format, &venue, || {
        let sections = venue.sections.iter();
        let sections: Vec<_> =
            sections.map(|part| format!("{} {}", part.name, part.seats)).collect();
        output::properties([
            ("id", venue.id.to_string()),
            ("name", venue.name.clone()),
            ("address", venue.address.clone()),
            ("seats", venue.seats_total.to_string()),
            ("sections", sections.join(", ")),
        ])
    })
}
