//! `ticketing venue import`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use comfy_table::Table;
use ticketing_client::{IdempotencyKey, venues};
use ticketing_wire::venues::{NewVenue, SeatingPlan, Venue as House, VenueSection};

use crate::output::{self, Format};
use crate::plan::Plan;
use crate::{entropy, session};

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
    /// The house's time zone by its IANA name, such as `Asia/Seoul`; where it is not given, the
    /// server decides.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
}

pub(crate) async fn run(venue: Venue, servers: &[String], format: Format) -> anyhow::Result<()> {
    let Venue::Import(import) = venue;
    let plan = Plan::read(&import.file)?;
    let signed_in = session::open(servers).await?;
    let venue = NewVenue {
        name: import.name.unwrap_or(plan.name),
        address: import.address,
        time_zone: import.time_zone,
        seat_map: SeatingPlan(plan.seat_map),
    };
    let key = IdempotencyKey::from_random(entropy::fresh());
    let venue = signed_in.send(&venues::create(&signed_in.token, &venue, &key)).await?;
    output::print(format, &venue, || properties(&venue))
}

fn properties(venue: &House) -> Table {
    let sections = venue.sections.iter().map(section).collect::<Vec<_>>();
    let mut table = output::properties([
        ("id", venue.id.to_string()),
        ("name", venue.name.clone()),
        ("address", venue.address.clone()),
        ("time zone", venue.time_zone.clone()),
        ("seats", venue.seats_total.to_string()),
        ("sections", sections.join(", ")),
    ]);
    for path in &venue.dropped {
        table.add_row([output::cell(&"dropped"), output::cell(path)]);
    }
    table
}

fn section(section: &VenueSection) -> String {
    let VenueSection { name, seats, accessible, general_admission: _ } = section;
    match accessible {
        0 => format!("{name} {seats}"),
        accessible => format!("{name} {seats} ({accessible} for wheelchairs)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_says_what_the_plan_had_and_the_house_does_not_keep() {
        let venue: House = serde_json::from_str(
            r#"{"id": "0190f4a2-0000-7000-8000-000000000002", "name": "H", "address": "A",
                "time_zone": "Asia/Seoul", "seats_total": 12,
                "sections": [{"name": "Floor", "seats": 10, "accessible": 2},
                             {"name": "Stand", "seats": 2, "general_admission": true}],
                "dropped": ["zones[0].colour", "zones[1].colour"]}"#,
        )
        .unwrap();
        let table = properties(&venue).to_string();
        assert!(table.contains("Floor 10 (2 for wheelchairs), Stand 2"), "{table}");
        assert!(table.contains("dropped    zones[0].colour"), "{table}");
        assert!(table.contains("dropped    zones[1].colour"), "{table}");
    }
}
