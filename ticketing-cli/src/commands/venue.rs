//! `ticketing venue import | list | change | delete | sellers | let-sell`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use comfy_table::Table;
use ticketing_client::{IdempotencyKey, all, venues};
use ticketing_profile::Usage;
use ticketing_wire::page::{PAGE_MAX, PageQuery};
use ticketing_wire::venues::{
    NewSellers, NewVenue, SeatingPlan, Seller, Sellers, Venue as House, VenueChange, VenueSection,
};
use uuid::Uuid;

use crate::entropy;
use crate::output::{self, Format};
use crate::plan::Plan;

#[derive(Debug, Subcommand)]
pub(crate) enum Venue {
    /// Import a house from its seating plan: seating-plan JSON or compact TOML.
    Import(Import),
    /// List the houses, with the categories that their prices refer to.
    List,
    /// Change what a house is called, and where it stands. Its plan never changes.
    Change(Change),
    /// Remove a house in which there is no performance, also none that is over.
    Delete {
        /// The house's id.
        id: Uuid,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Show who sells in a house besides its owner.
    Sellers {
        /// The house's id.
        id: Uuid,
    },
    /// Say who sells in a house besides its owner: these, and nobody else.
    LetSell {
        /// The house's id.
        id: Uuid,
        /// Accounts of organizers; nobody where none is given.
        accounts: Vec<Uuid>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    /// The house's id.
    id: Uuid,
    /// What it is called.
    #[arg(long, required_unless_present = "address")]
    name: Option<String>,
    /// Where it stands.
    #[arg(long)]
    address: Option<String>,
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
    let signed_in = ticketing_profile::open(servers).await?;
    let token = &signed_in.token;
    match venue {
        Venue::Import(import) => {
            let venue = import.venue()?;
            let key = IdempotencyKey::from_random(entropy::fresh());
            let venue = signed_in.send(&venues::create(token, &venue, &key)).await?;
            output::print(format, &venue, || properties(&venue))
        }
        Venue::List => {
            let houses = all(async |cursor| {
                let query = PageQuery { limit: Some(PAGE_MAX), cursor };
                signed_in.client.send(&venues::list(token, &query)).await
            });
            let houses = houses.await?;
            output::print(format, &houses, || table(&houses))
        }
        Venue::Change(Change { id, name, address }) => {
            let change = VenueChange { name, address };
            let changed = signed_in.send(&venues::change(token, id, &change)).await?;
            output::print(format, &changed, || properties(&changed))
        }
        Venue::Delete { id, yes } => {
            if !yes
                && ticketing_profile::prompt::line(
                    "Remove the house and its plan? Then type `yes`",
                    "--yes",
                )? != "yes"
            {
                return Err(Usage("nothing was removed".into()).into());
            }
            signed_in.send(&venues::delete(token, id)).await?;
            output::talk("removed");
            Ok(())
        }
        Venue::Sellers { id } => {
            let sellers = signed_in.send(&venues::sellers(token, id)).await?;
            output::print(format, &sellers, || sellers_table(&sellers))
        }
        Venue::LetSell { id, accounts } => {
            let call = venues::let_sell(token, id, &NewSellers { accounts });
            let sellers = signed_in.send(&call).await?;
            output::print(format, &sellers, || sellers_table(&sellers))
        }
    }
}

impl Import {
    fn venue(self) -> anyhow::Result<NewVenue> {
        let plan = Plan::read(&self.file)?;
        Ok(NewVenue {
            name: self.name.unwrap_or(plan.name),
            address: self.address,
            time_zone: self.time_zone,
            seat_map: SeatingPlan(plan.seat_map),
        })
    }
}

fn table(houses: &[House]) -> Table {
    let mut table = output::table(&["id", "name", "address", "seats", "categories"]);
    for house in houses {
        table.add_row([
            output::cell(&house.id),
            output::cell(&house.name),
            output::cell(&house.address),
            output::number(&house.seats_total),
            output::cell(&house.categories.join(", ")),
        ]);
    }
    table
}

fn sellers_table(sellers: &Sellers) -> Table {
    let mut table = output::table(&["account", "nickname"]);
    for Seller { account_id, nickname } in &sellers.items {
        table.add_row([output::cell(account_id), output::cell(nickname)]);
    }
    table
}

fn properties(venue: &House) -> Table {
    let sections = venue.sections.iter().map(section).collect::<Vec<_>>();
    let mut table = output::properties([
        ("id", venue.id.to_string()),
        ("name", venue.name.clone()),
        ("address", venue.address.clone()),
        ("time zone", venue.time_zone.clone()),
        ("seats", venue.seats_total.to_string()),
        ("categories", venue.categories.join(", ")),
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
        assert!(table.contains("dropped     zones[0].colour"), "{table}");
        assert!(table.contains("dropped     zones[1].colour"), "{table}");
    }
}
