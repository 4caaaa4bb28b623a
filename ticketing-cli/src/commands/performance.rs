//! `ticketing performance create|list|ranking|show|poster|cancel|cancellation|redrive`

mod create;
mod poster;
mod ranking;

use clap::{Args, Subcommand};
use comfy_table::Table;
use ticketing_client::{Client, IdempotencyKey, all, performances};
use ticketing_wire::Time;
use ticketing_wire::page::PAGE_MAX;
use ticketing_wire::performances::{
    ParkedOrder, Performance as Shown, PerformanceCancellation, PerformancesQuery, Sort,
};
use uuid::Uuid;

use crate::entropy;
use crate::output::{self, Format, cell, number, or_dash};

#[derive(Debug, Subcommand)]
pub(crate) enum Performance {
    /// Put a performance on sale.
    Create(Box<create::Create>),
    /// List the performances that everybody sees.
    List(List),
    /// Rank the performances that sell: by the part that is sold, or by how many were sold lately.
    Ranking(ranking::Ranking),
    /// Show one performance; signed in, also one that is not listed yet.
    Show {
        /// The performance's id.
        id: Uuid,
    },
    /// Give what is shown its picture, or take it away. All performances of the production show it.
    Poster(poster::Poster),
    /// Cancel a performance: its sale ends, its tickets are void, and what was paid goes back. Repeating
    /// it says how far that is. One of which nothing was ordered disappears.
    Cancel {
        /// The performance's id.
        id: Uuid,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Show how far the end of a cancelled performance is. An order that waits for a person is looked
    /// after with `payment attention`. What else hangs on it goes once all money is back.
    Cancellation {
        /// The performance's id.
        id: Uuid,
    },
    /// Have refunds of a cancelled performance tried again that the provider refused; administrators only.
    Redrive {
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
            let performance = create.performance()?;
            let signed_in = ticketing_profile::open(servers).await?;
            let key = IdempotencyKey::from_random(entropy::fresh());
            let call = performances::create(&signed_in.token, &performance, &key);
            let created = signed_in.send(&call).await?;
            output::print(format, &created, || properties(&created))
        }
        Performance::List(list) => {
            let found = list.fetch(&Client::new(&ticketing_profile::server(servers)?)?).await?;
            output::print(format, &found, || table(&found))
        }
        Performance::Poster(poster) => poster::run(poster, servers, format).await,
        Performance::Ranking(ranking) => ranking::run(ranking, servers, format).await,
        Performance::Cancel { id, yes } => {
            let question =
                "End the sale, void all tickets and give all money back? Then type `yes`";
            if !yes && ticketing_profile::prompt::line(question, "--yes")? != "yes" {
                return Err(ticketing_profile::Usage("nothing was cancelled".into()).into());
            }
            let signed_in = ticketing_profile::open(servers).await?;
            let progress = signed_in.send(&performances::cancel(&signed_in.token, id)).await?;
            output::print(format, &progress, || ended(&progress))
        }
        Performance::Cancellation { id } => {
            let signed_in = ticketing_profile::open(servers).await?;
            let progress =
                signed_in.send(&performances::cancellation(&signed_in.token, id)).await?;
            output::print(format, &progress, || ended(&progress))
        }
        Performance::Redrive { id } => {
            let signed_in = ticketing_profile::open(servers).await?;
            let progress = signed_in.send(&performances::redrive(&signed_in.token, id)).await?;
            output::print(format, &progress, || ended(&progress))
        }
        Performance::Show { id } => {
            let found = show(servers, id).await?;
            output::print(format, &found, || properties(&found))
        }
    }
}

impl List {
    async fn fetch(self, client: &Client) -> anyhow::Result<Vec<Shown>> {
        let query = PerformancesQuery {
            q: self.q,
            genre: self.genre,
            sort: self.sort.as_deref().map(Sort::from),
            limit: Some(PAGE_MAX),
            cursor: None,
        };
        let performances = all(async |cursor| {
            let query = PerformancesQuery { cursor, ..query.clone() };
            client.send(&performances::list(None, &query)).await
        });
        Ok(performances.await?)
    }
}

/// Everybody may ask; who is signed in sees its own before they are listed.
async fn show(servers: &[String], id: Uuid) -> anyhow::Result<Shown> {
    if let Ok(signed_in) = ticketing_profile::open(servers).await {
        return signed_in.send(&performances::show(Some(&signed_in.token), id)).await;
    }
    let client = Client::new(&ticketing_profile::server(servers)?)?;
    Ok(client.send(&performances::show(None, id)).await?)
}

fn table(performances: &[Shown]) -> Table {
    let mut table = output::table(&["id", "title", "genre", "on sale", "starts", "free", "status"]);
    for performance in performances {
        table.add_row([
            cell(&performance.id),
            cell(&performance.title),
            cell(&performance.genre),
            cell(&time(performance, performance.on_sale_at)),
            cell(&time(performance, performance.starts_at)),
            number(&seats(performance)),
            cell(&performance.status),
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
        ("status", performance.status.to_string()),
        ("time zone", or_dash(performance.time_zone.as_ref())),
        ("listed at", time(performance, performance.listed_at)),
        ("on sale at", time(performance, performance.on_sale_at)),
        ("starts at", time(performance, performance.starts_at)),
        ("seats free", seats(performance)),
        ("picture", or_dash(performance.poster.as_ref().map(|poster| &poster.large))),
        ("prices", prices.collect::<Vec<_>>().join(", ")),
    ])
}

/// A time as the people of the house read it.
fn time(performance: &Shown, at: Time) -> String {
    at.shown_in(performance.time_zone.as_deref())
}

fn seats(performance: &Shown) -> String {
    format!("{} of {}", or_dash(performance.seats_free), performance.seats_total)
}

fn ended(progress: &PerformanceCancellation) -> Table {
    let order = |parked: &ParkedOrder| format!("{} {}", parked.order_id, parked.reason);
    let parked: Vec<String> = progress.parked.iter().map(order).collect();
    output::properties([
        ("state", progress.state.to_string()),
        ("orders that were paid", progress.orders_total.to_string()),
        ("refunded", progress.refunded.to_string()),
        ("wait for a person", or_dash(Some(parked.join("\n")).filter(|text| !text.is_empty()))),
        ("line, seats, reviews", or_dash(progress.remains.as_ref())),
    ])
}
