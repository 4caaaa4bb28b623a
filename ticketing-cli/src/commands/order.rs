//! `ticketing order list | cancellation | cancel`

use clap::{Args, Subcommand};
use comfy_table::Table;
use ticketing_client::{IdempotencyKey, all, orders, sales};
use ticketing_profile::SignedIn;
use ticketing_profile::Usage;
use ticketing_wire::orders::{
    Cancellation, CancellationQuery, NewCancellation, Order as Shown, OrderRefund, OrderStatus,
};
use ticketing_wire::page::PAGE_MAX;
use ticketing_wire::sales::{OrdersQuery, OrganizerOrder};
use uuid::Uuid;

use crate::entropy;
use crate::output::{self, Format, cell, number, or_dash};

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
    /// Show what would come back if an order were cancelled now: one of your own by its terms, as the
    /// performance's organizer all of it.
    Cancellation {
        #[command(flatten)]
        what: What,
    },
    /// Give an order up, whole or in part: what `order cancellation` shows comes back, its tickets are
    /// void and its seats free at once.
    Cancel {
        #[command(flatten)]
        what: What,
        /// Why, for its buyer to read; as the performance's organizer you have to say it.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct What {
    /// The order's id.
    order: Uuid,
    /// Only these seats (numbers as `order list` gives them): the order goes on with the others.
    #[arg(long, value_delimiter = ',', value_name = "SEAT,..")]
    seats: Option<Vec<u32>>,
    /// Only what was kept of seats that were given back before; for organizers.
    #[arg(long, conflicts_with = "seats")]
    kept_fees: bool,
}

impl What {
    fn seats(&self) -> Option<Vec<u32>> {
        if self.kept_fees { Some(Vec::new()) } else { self.seats.clone() }
    }
}

pub(crate) async fn run(order: Order, servers: &[String], format: Format) -> anyhow::Result<()> {
    let signed_in = ticketing_profile::open(servers).await?;
    match order {
        Order::List { performance, status } => {
            list(&signed_in, performance, status.as_deref(), format).await
        }
        Order::Cancellation { what } => {
            let quote = quote(&signed_in, &what).await?;
            output::print(format, &quote, || quoted(&quote))
        }
        Order::Cancel { what, reason, yes } => {
            let quote = quote(&signed_in, &what).await?;
            if !yes {
                output::talk(&quoted(&quote).to_string());
                let question = "Void the tickets and free the seats? Then type `yes`";
                if ticketing_profile::prompt::line(question, "--yes")? != "yes" {
                    return Err(Usage("nothing was cancelled".into()).into());
                }
            }
            let key = IdempotencyKey::from_random(entropy::fresh());
            let said = NewCancellation { seats: what.seats(), refund: Some(quote.refund), reason };
            let call = orders::cancel(&signed_in.token, what.order, &said, &key);
            let cancelled = signed_in.send(&call).await?;
            output::print(format, &cancelled, || left(&cancelled))
        }
    }
}

async fn quote(signed_in: &SignedIn, what: &What) -> anyhow::Result<Cancellation> {
    let query = CancellationQuery { seats: what.seats() };
    let call = orders::cancellation(&signed_in.token, what.order, &query);
    signed_in.send(&call).await
}

fn quoted(quote: &Cancellation) -> Table {
    output::properties([
        ("seats", or_dash(Some(numbers(&quote.seats)).filter(|text| !text.is_empty()))),
        ("paid", quote.paid.to_string()),
        ("kept of it", quote.fee.to_string()),
        ("comes back", quote.refund.to_string()),
        ("so until", or_dash(quote.until)),
    ])
}

fn left(order: &Shown) -> Table {
    output::properties([
        ("order", order.id.to_string()),
        ("status", order.status.to_string()),
        ("seats", numbers(&order.seats)),
        ("given back", or_dash(Some(numbers(&order.returned)).filter(|text| !text.is_empty()))),
        ("kept fees", or_dash(order.fees_kept.as_ref())),
    ])
}

fn numbers(seats: &[u32]) -> String {
    seats.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

async fn list(
    signed_in: &SignedIn,
    performance: Uuid,
    status: Option<&str>,
    format: Format,
) -> anyhow::Result<()> {
    let status = status.map(OrderStatus::from);
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
    numbers(&order.kept_seats().collect::<Vec<_>>())
}

fn refunds(order: &OrganizerOrder) -> String {
    let refund = |refund: &OrderRefund| format!("{} {}", refund.amount, refund.status);
    let kept = order.fees_kept.iter().map(|kept| format!("{kept} kept"));
    let refunds: Vec<String> = order.refunds.iter().map(refund).chain(kept).collect();
    or_dash(Some(refunds.join("; ")).filter(|text| !text.is_empty()))
}
