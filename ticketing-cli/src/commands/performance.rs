//! `ticketing performance create|list|show`

mod create;

use clap::{Args, Subcommand};
use comfy_table::{Cell, Table};
use ticketing_client::catalog::{self, Filter, Performance as Shown};
use ticketing_client::{Client, all};
use uuid::Uuid;

use crate::output::{self, Format, number, or_dash};
use crate::{session, settings};

#[derive(Debug, Subcommand)]
pub(crate) enum Performance {
    /// Put a performance on sale.
    Create(Box<create::Create>),
    /// List the performances that everybody sees.
    List(List),
    /// Show one performance; signed in, also one that is not listed yet.
    Show {
        /// The performance's id.
        id: Uuid,
    },
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only titles with these words.
    #[arg(long)]
    q: Option<String>,
    /// Only this genre.
    #[arg(long)]
    genre: Option<String>,
    /// In this order.
    #[arg(long)]
    sort: Option<String>,
}

pub(crate) async fn run(
    performance: Performance,
    servers: &[String],
    format: Format,
) -> anyhow::Result<()> {
    match performance {
        Performance::Create(create) => {
            let signed_in = session::open(servers).await?;
            let call = catalog::create_performance(&signed_in.token, &create.performance()?);
            let created = signed_in.send(&call).await?;
            output::print(format, &created, || properties(&created))
        }
        Performance::List(list) => {
            let found = list.fetch(&Client::new(&settings::server(servers)?)?).await?;
            output::print(format, &found, || table(&found))
        }
        Performance::Show { id } => {
            let found = show(servers, id).await?;
            output::print(format, &found, || properties(&found))
        }
    }
}

impl List {
    async fn fetch(self, client: &Client) -> anyhow::Result<Vec<Shown>> {
        let filter = Filter { q: self.q, genre: self.genre, sort: self.sort, cursor: None };
        let performances = all(async |cursor: Option<&str>| {
            let filter = Filter { cursor: cursor.map(str::to_owned), ..filter.clone() };
            client.send(&catalog::performances(&filter)).await
        });
        Ok(performances.await?)
    }
}

/// Everybody may ask; who is signed in sees its own before they are listed.
async fn show(servers: &[String], id: Uuid) -> anyhow::Result<Shown> {
    if let Ok(signed_in) = session::open(servers).await {
        return signed_in.send(&catalog::performance(Some(&signed_in.token), id)).await;
    }
    let client = Client::new(&settings::server(servers)?)?;
    Ok(client.send(&catalog::performance(None, id)).await?)
}

fn table(performances: &[Shown]) -> Table {
    let mut table = output::table(&["id", "title", "genre", "on sale", "starts", "free", "status"]);
    for performance in performances {
        table.add_row([
            Cell::new(performance.id),
            Cell::new(&performance.title),
            Cell::new(&performance.genre),
            Cell::new(performance.on_sale_at),
            Cell::new(performance.starts_at),
            number(&seats(performance)),
            Cell::new(or_dash(performance.status.as_ref())),
        ]);
    }
    table
}

fn properties(performance: &Shown) -> Table {
    let prices = performance.prices.iter().map(|price| match &price.price {
        Some(amount) => format!("{} {amount}", price.category),
        None => format!("{} not for sale", price.category),
    });
    output::properties([
        ("id", performance.id.to_string()),
        ("title", performance.title.clone()),
        ("genre", performance.genre.clone()),
        ("venue", performance.venue_id.to_string()),
        ("status", or_dash(performance.status.as_ref())),
        ("listed at", performance.listed_at.to_string()),
        ("on sale at", performance.on_sale_at.to_string()),
        ("starts at", performance.starts_at.to_string()),
        ("seats free", seats(performance)),
        ("prices", prices.collect::<Vec<_>>().join(", ")),
    ])
}

fn seats(performance: &Shown) -> String {
    format!("{} of {}", or_dash(performance.seats_free), or_dash(performance.seats_total))
}
