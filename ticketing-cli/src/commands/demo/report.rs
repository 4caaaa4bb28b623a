//! The demo's report: one object for programs, two tables for people.

use std::time::Duration;

use comfy_table::Table;
use serde::{Serialize, Serializer};
use ticketing_load::record::{Buyer, Fate};
use ticketing_load::steps::StepReport;
use ticketing_load::verdict::{Check, Evidence, judge, max_inside};

use crate::output::{self, Format, cell, number};

/// The object that `-o json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    verdict: Verdict,
    checks: Vec<Check>,
    seats: Seats,
    buyers: Buyers,
    line: Line,
    steps: Vec<StepReport>,
    #[serde(serialize_with = "as_seconds")]
    seconds: Duration,
    seed: u32,
    servers: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Green,
    Red,
}

#[derive(Debug, Serialize)]
struct Seats {
    total: u32,
    sold: u32,
    free: u32,
}

#[derive(Debug, Serialize)]
struct Buyers {
    arrived: usize,
    bought: usize,
    gave_up: usize,
    turned_away: usize,
}

#[derive(Debug, Serialize)]
struct Line {
    capacity: u32,
    max_inside: usize,
}

impl Report {
    /// Judges the evidence.
    pub(super) fn new(
        evidence: &Evidence,
        steps: Vec<StepReport>,
        seconds: Duration,
        seed: u32,
        servers: Vec<String>,
    ) -> Self {
        let checks = judge(evidence);
        let green = checks.iter().all(|check| check.ok);
        let sales = &evidence.aftermath.sales;
        Self {
            verdict: if green { Verdict::Green } else { Verdict::Red },
            checks,
            seats: Seats { total: sales.seats_total, sold: sales.sold, free: sales.free },
            buyers: Buyers::of(&evidence.buyers),
            line: Line { capacity: evidence.capacity, max_inside: max_inside(&evidence.buyers) },
            steps,
            seconds,
            seed,
            servers,
        }
    }

    pub(super) fn is_green(&self) -> bool {
        self.verdict == Verdict::Green
    }

    /// A line per step.
    pub(super) fn steps_table(&self) -> Table {
        let headings =
            ["step", "count", "ok", "refused", "shed", "errors", "p50 ms", "p90 ms", "p99 ms"];
        let mut table = output::table(&headings);
        for step in &self.steps {
            let counts = [step.count, step.ok, step.refused, step.shed, step.errors];
            let counts = counts.map(|count| number(&count));
            let millis = [step.p50_ms, step.p90_ms, step.p99_ms];
            let millis = millis.map(|millis| number(&format!("{millis:.1}")));
            table.add_row([cell(&step.name)].into_iter().chain(counts).chain(millis));
        }
        table
    }

    /// The checks and the summary, below the steps. Programs find them in the object.
    pub(super) fn print_verdict(&self, format: Format) -> anyhow::Result<()> {
        if format == Format::Json {
            return Ok(());
        }
        output::line(&format!("\n{}\n\n{}", self.checks_table().trim_fmt(), self.summary()))
    }

    fn checks_table(&self) -> Table {
        let mut table = output::table(&["check", "", "detail"]);
        for check in &self.checks {
            let verdict = if check.ok { "ok" } else { "RED" };
            table.add_row([cell(&check.name), cell(&verdict), cell(&check.detail)]);
        }
        table
    }

    fn summary(&self) -> String {
        let Buyers { arrived, bought, gave_up, turned_away } = &self.buyers;
        format!(
            "{} of {} seats sold to {bought} of {arrived} buyers, {gave_up} gave up, \
             {turned_away} were turned away; {:.1} s, seed {}\nverdict: {}",
            self.seats.sold,
            self.seats.total,
            self.seconds.as_secs_f64(),
            self.seed,
            if self.is_green() { "green" } else { "RED" }
        )
    }
}

impl Buyers {
    fn of(buyers: &[Buyer]) -> Self {
        let count = |fate| buyers.iter().filter(|buyer| buyer.fate == Some(fate)).count();
        Self {
            arrived: buyers.len(),
            bought: count(Fate::Bought),
            gave_up: count(Fate::GaveUp),
            turned_away: count(Fate::TurnedAway),
        }
    }
}

fn as_seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use ticketing_load::aftermath::{Aftermath, Settlement};
    use ticketing_load::steps::{Breaks, Steps};
    use ticketing_wire::sales::SalesReport;
    use uuid::Uuid;

    use super::*;

    fn report(errors: u64) -> Report {
        let sales = json!({"seats_total": 3, "free": 3, "held": 0, "reserved": 0, "sold": 0,
            "not_for_sale": 0, "gross": {"amount": 0, "currency": "KRW"},
            "refunded": {"amount": 0, "currency": "KRW"}});
        let evidence = Evidence {
            performance: Uuid::nil(),
            capacity: 20,
            buyers: vec![Buyer { fate: Some(Fate::GaveUp), ..Buyer::default() }],
            aftermath: Aftermath {
                settlement: Settlement {
                    waited: Duration::ZERO,
                    held: 0,
                    reserved: 0,
                    confirming: 0,
                },
                sales: serde_json::from_value::<SalesReport>(sales).unwrap(),
                orders: Vec::new(),
                ledger: Vec::new(),
            },
            breaks: Breaks { errors, ..Breaks::default() },
        };
        let steps = Steps::new().report();
        Report::new(&evidence, steps, Duration::from_millis(1_500), 7, vec!["http://a".into()])
    }

    fn keys(value: &Value) -> Vec<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn the_object_has_the_promised_shape() {
        let report = serde_json::to_value(report(0)).unwrap();
        assert_eq!(report["verdict"], "green");
        assert_eq!(report["checks"].as_array().unwrap().len(), 10);
        assert_eq!(keys(&report["checks"][0]), ["detail", "name", "ok"]);
        assert_eq!(report["seats"], json!({"total": 3, "sold": 0, "free": 3}));
        let buyers = json!({"arrived": 1, "bought": 0, "gave_up": 1, "turned_away": 0});
        assert_eq!(report["buyers"], buyers);
        assert_eq!(report["line"], json!({"capacity": 20, "max_inside": 0}));
        let counts = ["count", "errors", "max_ms", "name", "ok"];
        let step = [&counts[..], &["p50_ms", "p90_ms", "p99_ms", "refused", "shed"]].concat();
        assert_eq!(keys(&report["steps"][0]), step);
        assert_eq!((&report["seconds"], &report["seed"]), (&json!(1.5), &json!(7)));
        assert_eq!(report["servers"], json!(["http://a"]));
    }

    #[test]
    fn one_red_check_makes_the_verdict_red() {
        let report = report(1);
        assert!(!report.is_green());
        assert_eq!(serde_json::to_value(&report).unwrap()["verdict"], "red");
        assert!(report.checks_table().to_string().contains("RED"));
        assert!(report.summary().ends_with("verdict: RED"));
    }
}
