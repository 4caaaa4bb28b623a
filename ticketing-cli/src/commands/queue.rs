//! `ticketing queue status|watch|pause|resume|rate|capacity|drain|revoke|entropy|audit|verify`

mod verify;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use comfy_table::Table;
use serde::Serialize;
use ticketing_client::{line, performances};
use ticketing_profile::SignedIn;
use ticketing_profile::Usage;
use ticketing_wire::line::{Audit, LineReport, LineStatus};
use uuid::Uuid;

use crate::output::{self, Format, cell, or_dash};

/// How often a watched line is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug, Subcommand)]
pub(crate) enum Queue {
    /// Show the line as its organizer sees it.
    #[command(visible_alias = "show")]
    Status(Which),
    /// Show the line once a second, until interrupted.
    Watch(Watch),
    /// Let nobody in for now; everybody keeps the place, and may join.
    Pause(Said),
    /// Let people join and come in again.
    Resume(Which),
    /// Let nobody join any more; those who wait come in.
    Drain(Said),
    /// How many may come in per minute.
    Rate(Rate),
    /// How many may be inside at once; lowering it turns nobody out.
    Capacity(Capacity),
    /// Take one buyer's place or pass away, for good.
    Revoke(Revoke),
    /// Enter what the draw's named source of public entropy said.
    Entropy(Entropy),
    /// Show who changed what about the performance, newest first.
    Audit(Which),
    /// Draw again what the line has drawn, from what is public: PROVEN, or the first difference.
    ///
    /// Nobody needs to be signed in. Without a receipt, the seed and the ranks are checked; with one,
    /// also that its place took part and got the rank that it should. Says what is not proven. Exits
    /// with 10 where something differs.
    Verify(verify::Verify),
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The performance's id.
    performance: Uuid,
}

#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// The performance's id.
    performance: Uuid,
    /// Stop after so many looks.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    looks: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct Said {
    /// The performance's id.
    performance: Uuid,
    /// What those who wait are told.
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Rate {
    /// The performance's id.
    performance: Uuid,
    /// Admissions per minute, or `none` for no limit.
    #[arg(value_name = "PER_MINUTE|none")]
    per_minute: String,
}

#[derive(Debug, Args)]
pub(crate) struct Capacity {
    /// The performance's id.
    performance: Uuid,
    /// How many may be inside.
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    capacity: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The performance's id.
    performance: Uuid,
    /// The buyer's account, as `order list` names it.
    #[arg(long, value_name = "ID")]
    account: Uuid,
    /// Do not ask whether this is meant.
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Entropy {
    /// The performance's id.
    performance: Uuid,
    /// What the source said, to the letter: everybody must be able to enter the same.
    value: String,
}

/// What everybody may know and what the organizer may, side by side.
#[derive(Serialize)]
struct Shown {
    status: LineStatus,
    report: LineReport,
}

pub(crate) async fn run(
    queue: Queue,
    servers: &[String],
    format: Format,
) -> anyhow::Result<ExitCode> {
    if let Queue::Verify(verify) = queue {
        return verify::run(verify, servers, format).await;
    }
    let signed_in = ticketing_profile::open(servers).await?;
    let token = &signed_in.token;
    match queue {
        Queue::Status(Which { performance }) => show(&signed_in, performance, format).await?,
        Queue::Watch(watch) => watch_line(&signed_in, &watch, format).await?,
        Queue::Pause(Said { performance, message }) => {
            steered(&signed_in, line::pause(token, performance, message.as_deref()), format)
                .await?;
        }
        Queue::Resume(Which { performance }) => {
            steered(&signed_in, line::resume(token, performance), format).await?;
        }
        Queue::Drain(Said { performance, message }) => {
            steered(&signed_in, line::drain(token, performance, message.as_deref()), format)
                .await?;
        }
        Queue::Rate(Rate { performance, per_minute }) => {
            let rate = line::rate(token, performance, rate_of(&per_minute)?);
            steered(&signed_in, rate, format).await?;
        }
        Queue::Capacity(Capacity { performance, capacity }) => {
            steered(&signed_in, line::capacity(token, performance, capacity), format).await?;
        }
        Queue::Revoke(revoke) => take_away(&signed_in, &revoke).await?,
        Queue::Entropy(Entropy { performance, value }) => {
            let draw = signed_in.send(&line::entropy(token, performance, &value)).await?;
            let zone = zone_of(&signed_in, performance).await;
            output::print(format, &draw, || verify::properties(&draw, zone.as_deref()))?;
        }
        Queue::Audit(Which { performance }) => {
            let audit = signed_in.send(&line::audit(token, performance)).await?;
            let zone = zone_of(&signed_in, performance).await;
            output::print(format, &audit, || audit_table(&audit, zone.as_deref()))?;
        }
        Queue::Verify(_) => unreachable!("it needs nobody to be signed in"),
    }
    Ok(ExitCode::SUCCESS)
}

/// The zone that the people of the house read times in. Times are worth showing without it, too.
async fn zone_of(signed_in: &SignedIn, performance: Uuid) -> Option<String> {
    let call = performances::show(Some(&signed_in.token), performance);
    signed_in.send(&call).await.ok()?.time_zone
}

async fn look(signed_in: &SignedIn, performance: Uuid) -> anyhow::Result<Shown> {
    let report = signed_in.send(&line::report(&signed_in.token, performance)).await?;
    let status = signed_in.send(&line::status(performance)).await?;
    Ok(Shown { status, report })
}

async fn show(signed_in: &SignedIn, performance: Uuid, format: Format) -> anyhow::Result<()> {
    let shown = look(signed_in, performance).await?;
    output::print(format, &shown, || properties(&shown))
}

/// A line of text, or of JSON, per look.
async fn watch_line(signed_in: &SignedIn, watch: &Watch, format: Format) -> anyhow::Result<()> {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    for _ in 0..watch.looks.unwrap_or(u64::MAX) {
        looks.tick().await;
        let shown = look(signed_in, watch.performance).await?;
        output::print_line(format, &shown, || one_line(&shown))?;
    }
    Ok(())
}

async fn steered(
    signed_in: &SignedIn,
    call: ticketing_client::Call<LineStatus>,
    format: Format,
) -> anyhow::Result<()> {
    let status = signed_in.send(&call).await?;
    output::print(format, &status, || {
        output::properties([
            ("state", status.state.to_string()),
            ("message", or_dash(status.message.as_ref())),
            ("waiting", status.waiting.to_string()),
        ])
    })
}

async fn take_away(signed_in: &SignedIn, revoke: &Revoke) -> anyhow::Result<()> {
    let Revoke { performance, account, yes } = *revoke;
    if !yes {
        let question = format!("Take the place of {account} away, for good? Then type `yes`");
        if ticketing_profile::prompt::line(&question, "--yes")? != "yes" {
            return Err(Usage("nothing was taken away".into()).into());
        }
    }
    signed_in.send(&line::revoke(&signed_in.token, performance, account)).await?;
    output::talk(&format!("{account} is out of the line"));
    Ok(())
}

fn rate_of(text: &str) -> Result<Option<u32>, Usage> {
    match text {
        "none" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            Usage(format!("`{text}` is neither a number of admissions per minute nor `none`"))
        }),
    }
}

fn properties(shown: &Shown) -> Table {
    let Shown { status, report } = shown;
    output::properties([
        ("state", status.state.to_string()),
        ("message", or_dash(status.message.as_ref())),
        ("waiting", status.waiting.to_string()),
        ("inside", format!("{} of {}", report.inside, report.capacity)),
        ("most inside", report.max_inside.to_string()),
        ("turns not claimed yet", report.ready.to_string()),
        ("admitted", report.admitted_total.to_string()),
        ("admitting per minute", status.admitting_per_minute.to_string()),
        ("seats left", status.seats_left.to_string()),
        ("lapsed", report.lapsed_total.to_string()),
        ("expired", report.expired_total.to_string()),
        ("left", report.left_total.to_string()),
    ])
}

fn one_line(shown: &Shown) -> String {
    let Shown { status, report } = shown;
    format!(
        "{:<9}  waiting {:>7}  inside {:>5} of {}  admitted {:>7}  per minute {:>6}  seats left {:>6}",
        status.state.to_string(),
        status.waiting,
        report.inside,
        report.capacity,
        report.admitted_total,
        status.admitting_per_minute,
        status.seats_left,
    )
}

fn audit_table(audit: &Audit, zone: Option<&str>) -> Table {
    let mut table = output::table(&["at", "account", "action", "detail"]);
    for entry in &audit.items {
        table.add_row([
            cell(&entry.at.shown_in(zone)),
            cell(&entry.account_id),
            cell(&entry.action),
            cell(&entry.detail),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_or_none() {
        assert_eq!(rate_of("120").unwrap(), Some(120));
        assert_eq!(rate_of("none").unwrap(), None);
        assert!(rate_of("fast").is_err());
    }
}
