//! `ticketing events parked | show | redrive | drop | rebuild`

use clap::{Subcommand, ValueEnum};
use comfy_table::Table;
use ticketing_client::{all, parked};
use ticketing_profile::Usage;
use ticketing_wire::events::ParkedEvent;
use ticketing_wire::page::{PAGE_MAX, PageQuery};
use uuid::Uuid;

use crate::output::{self, Format, cell, number, or_dash};

#[derive(Debug, Subcommand)]
pub(crate) enum Events {
    /// List what a consumer could not react to, the oldest first.
    Parked,
    /// Show one of them.
    Show {
        /// The parked event's id.
        id: Uuid,
    },
    /// Have it tried again at once: where nothing older of the same order waits before it.
    Redrive {
        /// The parked event's id.
        id: Uuid,
    },
    /// Give it up: its consumer never reacts to it, and goes on with what waits behind it.
    Drop {
        /// The parked event's id.
        id: Uuid,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Make what a consumer keeps anew from the books, while events go on.
    Rebuild {
        /// Which: `sales` keeps what the events of each performance add up to.
        consumer: Consumer,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Consumer {
    Sales,
}

pub(crate) async fn run(events: Events, servers: &[String], format: Format) -> anyhow::Result<()> {
    let signed_in = ticketing_profile::open(servers).await?;
    let (client, token) = (&signed_in.client, &signed_in.token);
    let event = match events {
        Events::Parked => {
            let found = all(async |cursor| {
                let query = PageQuery { limit: Some(PAGE_MAX), cursor };
                client.send(&parked::list(token, &query)).await
            });
            let found = found.await?;
            return output::print(format, &found, || list(&found));
        }
        Events::Show { id } => client.send(&parked::show(token, id)).await?,
        Events::Redrive { id } => client.send(&parked::redrive(token, id)).await?,
        Events::Drop { id, yes } => {
            let question = "Never let its consumer react to it? Then type `yes`";
            if !yes && ticketing_profile::prompt::line(question, "--yes")? != "yes" {
                return Err(Usage("nothing was dropped".into()).into());
            }
            client.send(&parked::drop_one(token, id)).await?;
            output::talk("dropped");
            return Ok(());
        }
        Events::Rebuild { consumer: Consumer::Sales } => {
            let rebuilt = client.send(&parked::rebuild(token, "sales")).await?;
            return output::print(format, &rebuilt, || {
                output::properties([("performances", rebuilt.performances.to_string())])
            });
        }
    };
    output::print(format, &event, || show(&event))
}

fn next(event: &ParkedEvent) -> String {
    event.next_at.map_or_else(|| "waits for a person".to_owned(), |next| next.to_string())
}

fn list(events: &[ParkedEvent]) -> Table {
    let mut table = output::table(&["id", "consumer", "kind", "version", "tries", "next", "why"]);
    for event in events {
        table.add_row([
            cell(&event.id),
            cell(&event.consumer),
            cell(&event.kind),
            number(&event.version),
            number(&event.tries),
            cell(&next(event)),
            cell(&or_dash(event.reason.as_ref())),
        ]);
    }
    table
}

fn show(event: &ParkedEvent) -> Table {
    output::properties([
        ("id", event.id.to_string()),
        ("consumer", event.consumer.clone()),
        ("kind", event.kind.clone()),
        ("aggregate", event.aggregate_id.to_string()),
        ("version", event.version.to_string()),
        ("performance", or_dash(event.performance_id)),
        ("seats", event.seats.to_string()),
        ("happened at", event.at.to_string()),
        ("set aside at", event.since.to_string()),
        ("tries", event.tries.to_string()),
        ("next", next(event)),
        ("why", or_dash(event.reason.as_ref())),
    ])
}
