//! `ticketing report settlement`

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::Table;
use jiff::tz::TimeZone;
use serde::Serialize;
use ticketing_client::{performances, sales};
use ticketing_wire::ledger::{LedgerQuery, Movement, MovementKind};
use ticketing_wire::page::PAGE_MAX;
use ticketing_wire::{Money, Time};
use uuid::Uuid;

use crate::output::{self, Format, cell, number};

#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// Show what came in and what went back for a performance, period by period: each begins with what
    /// the one before left. A period that is over does not change any more: what is heard of later is
    /// written down later.
    Settlement(Settlement),
}

#[derive(Debug, Args)]
pub(crate) struct Settlement {
    /// The performance's id.
    performance: Uuid,
    /// How long a period is: days and months are the house's.
    #[arg(long, value_enum, default_value_t = By::Whole)]
    by: By,
    /// Only from then on, such as `2026-05-01T00:00:00+09:00`.
    #[arg(long, value_name = "TIME")]
    from: Option<Time>,
    /// Only until before then.
    #[arg(long, value_name = "TIME")]
    to: Option<Time>,
    /// As CSV, in minor units of the currency, for spreadsheets.
    #[arg(long)]
    csv: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// One period.
    Whole,
    /// The house's days.
    Day,
    /// The house's months.
    Month,
}

impl By {
    /// The name of the period that a moment is in.
    fn period_of(self, at: Time, zone: &TimeZone) -> String {
        let at = at.instant().to_zoned_datetime(zone.clone());
        match self {
            Self::Whole => "all".to_owned(),
            Self::Day => at.strftime("%Y-%m-%d").to_string(),
            Self::Month => at.strftime("%Y-%m").to_string(),
        }
    }
}

/// What moved in a period, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct SettledPeriod {
    period: String,
    opening: i64,
    captured: i64,
    refunded: i64,
    disputed: i64,
    closing: i64,
    movements: u64,
    currency: String,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Settled {
    performance_id: Uuid,
    time_zone: Option<String>,
    /// Whether the whole ledger comes to what is known of the payments.
    agrees: Option<bool>,
    periods: Vec<SettledPeriod>,
}

pub(crate) async fn run(report: Report, servers: &[String], format: Format) -> anyhow::Result<()> {
    let Report::Settlement(asked) = report;
    let signed_in = ticketing_profile::open(servers).await?;
    let (token, id) = (&signed_in.token, asked.performance);
    let performance = signed_in.send(&performances::show(Some(token), id)).await?;
    let zone = performance.time_zone.as_deref().map_or(Ok(TimeZone::UTC), TimeZone::get);
    let zone = zone.context("the house's time zone is not known here")?;
    let mut query = LedgerQuery {
        from: asked.from,
        to: asked.to,
        limit: Some(PAGE_MAX),
        ..LedgerQuery::default()
    };
    let mut ledger = signed_in.send(&sales::ledger(token, id, &query)).await?;
    let (opening, agrees) = (ledger.opening.clone(), ledger.agrees);
    let mut movements = ledger.items;
    while let Some(cursor) = ledger.next_cursor {
        query.cursor = Some(cursor);
        ledger = signed_in.send(&sales::ledger(token, id, &query)).await?;
        movements.append(&mut ledger.items);
    }
    let periods = periods(&opening, &movements, |at| asked.by.period_of(at, &zone));
    if agrees == Some(false) {
        output::talk(
            "the ledger does not come to what is known of the payments: a server that writes no \
             ledger worked beside",
        );
    }
    if asked.csv {
        return output::line(csv(&periods)?.trim_end());
    }
    let settled = Settled { performance_id: id, time_zone: performance.time_zone, agrees, periods };
    output::print(format, &settled, || table(&settled.periods))
}

/// One after another, each beginning with what the one before left. Where nothing moved at all there is
/// one, with nothing in it.
fn periods(
    opening: &Money,
    movements: &[Movement],
    period_of: impl Fn(Time) -> String,
) -> Vec<SettledPeriod> {
    let empty = |period: String, opening: i64| SettledPeriod {
        period,
        opening,
        captured: 0,
        refunded: 0,
        disputed: 0,
        closing: opening,
        movements: 0,
        currency: String::new(),
    };
    let mut periods: Vec<SettledPeriod> = Vec::new();
    for movement in movements {
        let name = period_of(movement.at);
        let before = periods.last().map_or(opening.amount, |period| period.closing);
        if periods.last().is_none_or(|period| period.period != name) {
            periods.push(empty(name, before));
        }
        let period = periods.last_mut().expect("it was just put there");
        let amount = movement.amount.amount;
        match movement.kind {
            MovementKind::Capture => period.captured += amount,
            MovementKind::Dispute => period.disputed += amount,
            // What a newer server says moved money all the same.
            MovementKind::Refund | MovementKind::Other(_) => period.refunded += amount,
        }
        period.closing += amount;
        period.movements += 1;
    }
    if periods.is_empty() {
        periods.push(empty("all".to_owned(), opening.amount));
    }
    for period in &mut periods {
        period.currency.clone_from(&opening.currency);
    }
    periods
}

fn csv(periods: &[SettledPeriod]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for period in periods {
        writer.serialize(period)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn table(periods: &[SettledPeriod]) -> Table {
    let headings = ["period", "opening", "captured", "refunded", "disputed", "closing", "entries"];
    let mut table = output::table(&headings);
    for one in periods {
        let money = |amount| number(&Money::new(amount, &one.currency));
        table.add_row([
            cell(&one.period),
            money(one.opening),
            money(one.captured),
            money(one.refunded),
            money(one.disputed),
            money(one.closing),
            number(&one.movements),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(at: &str, kind: MovementKind, amount: i64) -> Movement {
        Movement {
            id: Uuid::nil(),
            at: at.parse().unwrap(),
            kind,
            order_id: Uuid::nil(),
            payment_id: String::new(),
            amount: Money::new(amount, "KRW"),
        }
    }

    #[test]
    fn each_period_begins_with_what_the_one_before_left() {
        let zone = TimeZone::get("Asia/Seoul").unwrap();
        let movements = [
            moved("2026-04-30T14:59:59Z", MovementKind::Capture, 500),
            moved("2026-04-30T15:00:00Z", MovementKind::Capture, 300),
            moved("2026-05-01T10:00:00Z", MovementKind::Refund, -200),
            moved("2026-06-01T10:00:00Z", MovementKind::Dispute, -100),
        ];
        let opening = Money::new(1_000, "KRW");
        let by = |by: By| periods(&opening, &movements, |at| by.period_of(at, &zone));
        let shown =
            |one: &SettledPeriod| (one.period.clone(), one.opening, one.closing, one.movements);
        let months: Vec<_> = by(By::Month).iter().map(shown).collect();
        let name = |text: &str| text.to_owned();
        assert_eq!(
            months,
            [
                (name("2026-04"), 1_000, 1_500, 1),
                (name("2026-05"), 1_500, 1_600, 2),
                (name("2026-06"), 1_600, 1_500, 1),
            ]
        );
        assert_eq!(by(By::Day).len(), 3);
        let whole = by(By::Whole);
        assert_eq!((whole.len(), whole[0].captured, whole[0].refunded), (1, 800, -200));
        assert_eq!((whole[0].disputed, whole[0].closing), (-100, 1_500));
        let nothing = periods(&opening, &[], |_| unreachable!());
        assert_eq!(shown(&nothing[0]), (name("all"), 1_000, 1_000, 0));
    }

    #[test]
    fn a_spreadsheet_gets_minor_units() {
        let movements = [moved("2026-05-01T10:00:00Z", MovementKind::Capture, 1_999)];
        let text = csv(&periods(&Money::new(0, "EUR"), &movements, |_| "all".into())).unwrap();
        assert_eq!(
            text,
            "period,opening,captured,refunded,disputed,closing,movements,currency\n\
             all,0,1999,0,0,1999,1,EUR\n"
        );
    }
}
