//! `ticketing performance ranking`

use clap::{Args, ValueEnum};
use comfy_table::Table;
use ticketing_client::{Client, performances};
use ticketing_wire::ranking::{RankedBy, Ranking as Shown, RankingQuery};

use crate::output::{self, Format, cell, number};

#[derive(Debug, Args)]
pub(crate) struct Ranking {
    /// What performances are ranked by.
    #[arg(long, value_enum, default_value_t = By::Rate)]
    by: By,
    /// How many days count, with `--by sold`: 1, 7 or 30.
    #[arg(long)]
    days: Option<u32>,
    /// Only this genre.
    #[arg(long)]
    genre: Option<String>,
    /// How many: up to 50.
    #[arg(long)]
    limit: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// The part of the seats that is sold.
    Rate,
    /// How many seats were sold in the last days.
    Sold,
}

pub(super) async fn run(
    ranking: Ranking,
    servers: &[String],
    format: Format,
) -> anyhow::Result<()> {
    let Ranking { by, days, genre, limit } = ranking;
    let by = match by {
        By::Rate => RankedBy::Rate,
        By::Sold => RankedBy::Sold,
    };
    let query = RankingQuery { by: Some(by), days, genre, limit };
    let client = Client::new(&ticketing_profile::server(servers)?)?;
    let found = client.send(&performances::ranking(&query)).await?;
    output::print(format, &found, || table(&found))
}

fn table(ranking: &Shown) -> Table {
    let mut table =
        output::table(&["place", "sold %", "sold", "id", "title", "genre", "starts at"]);
    for one in &ranking.items {
        table.add_row([
            number(&one.place),
            number(&format!("{:.2}", one.booking_rate)),
            number(&one.sold),
            cell(&one.performance.id),
            cell(&one.performance.title),
            cell(&one.performance.genre),
            cell(&one.performance.starts_at),
        ]);
    }
    table
}
