//! `ticketing payment attention | show | settle | refund`

use clap::Subcommand;
use comfy_table::Table;
use ticketing_client::{IdempotencyKey, all, payments};
use ticketing_profile::Usage;
use ticketing_wire::page::{PAGE_MAX, PageQuery};
use ticketing_wire::payments::{Attention, AttentionReason, NewRefund, PaymentReport};
use uuid::Uuid;

use crate::entropy;
use crate::output::{self, Format, cell, or_dash};

#[derive(Debug, Subcommand)]
pub(crate) enum Payment {
    /// List what needs a person, the oldest first.
    Attention,
    /// Show what is known of a payment.
    Show {
        /// The payment's id.
        payment: Uuid,
    },
    /// Ask the provider again what became of a payment; what somebody else did to it counts as seen.
    Settle {
        /// The payment's id.
        payment: Uuid,
    },
    /// Give back what is left of a payment. An order that was paid by it ends: its tickets are void
    /// and its seats free. Repeating it gives nothing back twice.
    Refund {
        /// The payment's id.
        payment: Uuid,
        /// Give back these seats alone (numbers as `payment show` gives them): the order goes on with
        /// the others.
        #[arg(long, value_delimiter = ',', value_name = "SEAT,..")]
        seats: Option<Vec<u32>>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(
    payment: Payment,
    servers: &[String],
    format: Format,
) -> anyhow::Result<()> {
    let signed_in = ticketing_profile::open(servers).await?;
    let (client, token) = (&signed_in.client, &signed_in.token);
    let report = match payment {
        Payment::Attention => {
            let matters = all(async |cursor| {
                let query = PageQuery { limit: Some(PAGE_MAX), cursor };
                client.send(&payments::attention(token, &query)).await
            });
            let matters = matters.await?;
            return output::print(format, &matters, || list(&matters));
        }
        Payment::Show { payment } => client.send(&payments::show(token, payment)).await?,
        Payment::Settle { payment } => client.send(&payments::settle(token, payment)).await?,
        Payment::Refund { payment, seats, yes } => {
            let question =
                "Give the money back, void the tickets and free the seats? Then type `yes`";
            if !yes && ticketing_profile::prompt::line(question, "--yes")? != "yes" {
                return Err(Usage("nothing was given back".into()).into());
            }
            // One intent per payment: whoever repeats the command gets the first answer. A seat is
            // given back once by itself.
            let key = match seats {
                None => IdempotencyKey::from_random(payment.as_u128()),
                Some(_) => IdempotencyKey::from_random(entropy::fresh()),
            };
            client.send(&payments::refund(token, payment, &NewRefund { seats }, &key)).await?
        }
    };
    output::print(format, &report, || show(&report))
}

fn list(matters: &[Attention]) -> Table {
    let mut table = output::table(&["payment", "order", "reason", "since", "what"]);
    for matter in matters {
        table.add_row([
            cell(&matter.payment_id),
            cell(&or_dash(matter.order_id)),
            cell(&matter.reason),
            cell(&matter.since),
            cell(&matter.detail),
        ]);
    }
    table
}

fn show(report: &PaymentReport) -> Table {
    let refund = |refund: &ticketing_wire::payments::Refund| {
        let by = if refund.elsewhere { ", by somebody else" } else { "" };
        let of = match refund.seats.as_slice() {
            [] => String::new(),
            [one] => format!(" for seat {one}"),
            several => format!(" for seats {}", numbers(several)),
        };
        format!("{} {}{of}{by}", refund.amount, refund.status)
    };
    let refunds: Vec<String> = report.refunds.iter().map(refund).collect();
    let reasons: Vec<&str> = report.attention.iter().map(AttentionReason::as_str).collect();
    output::properties([
        ("payment", report.payment_id.clone()),
        ("status", report.status.to_string()),
        ("captured", report.captured.to_string()),
        ("order", or_dash(report.order_id)),
        ("order status", or_dash(report.order_status.as_ref())),
        ("seats", or_dash(Some(numbers(&report.seats)).filter(|text| !text.is_empty()))),
        ("refunds", or_dash(Some(refunds.join("; ")).filter(|text| !text.is_empty()))),
        ("next look", or_dash(report.look_at)),
        ("needs a person", or_dash(Some(reasons.join(", ")).filter(|text| !text.is_empty()))),
    ])
}

fn numbers(seats: &[u32]) -> String {
    seats.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}
