//! `ticketing order list`

use clap::Subcommand;
use comfy_table::Table;
use ticketing_client::{all, sales};
use ticketing_wire::orders::{OrderRefund, OrderStatus};
use ticketing_wire::page::PAGE_MAX;
use ticketing_wire::sales::{OrdersQuery, OrganizerOrder};
use uuid::Uuid;

use crate::output::{self, Format, cell, number, or_dash};
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
    let status = status.as_deref().map(OrderStatus::from);
    let signed_in = session::open(servers).await?;
    let (client, token) = (&signed_in.client, &signed_in.token);
    let orders = all(async |cursor| {
        let query = OrdersQuery { status: status.clone(), limit: Some(PAGE_MAX), cursor };
        client.send(&sales::orders(token, performance, &query)).await
    });
    let orders = orders.await?;
    output::print(format, &orders, || show(&orders))
}

fn show(orders: &[OrganizerOrder]) -> Table {
    let mut table =
        output::table(&["id", "status", "seats", "tickets", "total", "refunds", "payment"]);
    for order in orders {
        table.add_row([
            cell(&order.id),
            cell(&order.status),
            cell(&seats(order)),
            number(&order.tickets.len()),
            number(&order.total),
            cell(&refunds(order)),
            cell(&or_dash(order.payment_id.as_ref())),
        ]);
    }
    table
}

/// The seats that it still has.
fn seats(order: &OrganizerOrder) -> String {
    order.kept_seats().map(|seat| seat.to_string()).collect::<Vec<_>>().join(",")
}

fn refunds(order: &OrganizerOrder) -> String {
    let refund = |refund: &OrderRefund| format!("{} {}", refund.amount, refund.status);
    let refunds: Vec<String> = order.refunds.iter().map(refund).collect();
    or_dash(Some(refunds.join("; ")).filter(|text| !text.is_empty()))
}
