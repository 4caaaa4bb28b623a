//! `ticketing order list`

use clap::Subcommand;
use comfy_table::{Cell, Table};
use ticketing_client::all;
use ticketing_client::sales::{self, Order as SoldOrder};
use uuid::Uuid;

use crate::output::{self, Format, number, or_dash};
use crate::session;

#[derive(Debug, Subcommand)]
pub(crate) enum Order {
    /// List the orders of a performance, as its organizer sees them.
    List {
        /// The performance's id.
        performance: Uuid,
        /// Only orders of this status, such as `paid`.
        #[arg(long)]
        status: Option<String>,
    },
}

pub(crate) async fn run(order: Order, servers: &[String], format: Format) -> anyhow::Result<()> {
    let Order::List { performance, status } = order;
    let signed_in = session::open(servers).await?;
    let (client, token) = (&signed_in.client, &signed_in.token);
    let orders = all(async |cursor: Option<&str>| {
        client.send(&sales::orders(token, performance, status.as_deref(), cursor)).await
    });
    let orders = orders.await?;
    output::print(format, &orders, || show(&orders))
}

fn show(orders: &[SoldOrder]) -> Table {
    let mut table = output::table(&["id", "status", "seats", "tickets", "total", "payment"]);
    for order in orders {
        table.add_row([
            Cell::new(order.id),
            Cell::new(&order.status),
            number(&order.seats.len()),
            number(&order.tickets.len()),
            number(&order.total),
            Cell::new(or_dash(order.payment_id.as_ref())),
        ]);
    }
    table
}
