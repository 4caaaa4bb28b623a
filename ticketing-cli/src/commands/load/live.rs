//! A run on a terminal while it lasts: bars that move and a line per step, in place.

use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use ticketing_load::health::DISPATCH_P99_MAX;
use ticketing_load::monitor::{Moment, Totals};
use ticketing_load::record::{Step, StepWindow};
use ticketing_load::slo::Met;

/// Steps that are shown; the busiest are.
const STEPS: usize = 6;

/// Objectives that are shown; a screen has room for so many.
const SLOS: usize = 8;

/// The lines of a run.
#[derive(Debug)]
pub(super) struct Live {
    all: MultiProgress,
    arrived: ProgressBar,
    sale: Option<Sale>,
    steps: Vec<ProgressBar>,
    health: ProgressBar,
    slos: Vec<ProgressBar>,
}

#[derive(Debug)]
struct Sale {
    in_line: ProgressBar,
    inside: ProgressBar,
    sold: ProgressBar,
}

impl Live {
    /// Lines for a run of which this is the first second.
    pub(super) fn new(first: &Moment) -> Self {
        let Totals { arrivals, capacity, seats } = first.totals;
        let all = MultiProgress::new();
        let bar = |name: &'static str, length: u64| {
            all.add(ProgressBar::new(length).with_style(bars()).with_prefix(name))
        };
        let arrived = bar("arrived", arrivals);
        let sale = (seats > 0).then(|| Sale {
            in_line: bar("in line", arrivals),
            inside: bar("inside", capacity),
            sold: bar("sold", seats),
        });
        let line = || all.add(ProgressBar::new(0).with_style(lines()));
        let steps = (0..=STEPS).map(|_| line()).collect();
        let health = line();
        let slos = first.slos.iter().take(SLOS).map(|_| line()).collect();
        Self { all, arrived, sale, steps, health, slos }
    }

    /// Shows the second that has just ended.
    pub(super) fn show(&self, moment: &Moment) {
        self.arrived.set_position(moment.buyers.arrived);
        if let Some(sale) = &self.sale {
            sale.in_line.set_position(moment.buyers.in_line);
            sale.inside.set_position(moment.buyers.inside);
            sale.sold.set_position(moment.buyers.sold);
        }
        let texts = steps(&moment.window.steps);
        for (at, line) in self.steps.iter().enumerate() {
            line.set_message(texts.get(at).cloned().unwrap_or_default());
        }
        self.health.set_message(health(moment));
        for (line, met) in self.slos.iter().zip(&moment.slos) {
            line.set_message(slo(met));
        }
    }

    /// Takes the lines away.
    pub(super) fn clear(&self) {
        // A terminal that went away has nothing to clear.
        let _ = self.all.clear();
    }
}

fn bars() -> ProgressStyle {
    ProgressStyle::with_template("{prefix:>9}  {bar:40}  {pos:>7} of {len}")
        .expect("a constant that parses")
        .progress_chars("##-")
}

fn lines() -> ProgressStyle {
    ProgressStyle::with_template("{msg}").expect("a constant that parses")
}

/// A heading and the busiest steps, in the order of a purchase, so that a line stays where it is.
fn steps(window: &BTreeMap<Step, StepWindow>) -> Vec<String> {
    if window.is_empty() {
        return Vec::new();
    }
    let mut busiest: Vec<_> = window.iter().collect();
    busiest.sort_by_key(|(_, step)| std::cmp::Reverse(step.count));
    busiest.truncate(STEPS);
    busiest.sort_by_key(|(step, _)| **step);
    let mut lines =
        vec![format!("{:>9}  {:>8}  {:>10}  {:>10}  {:>6}", "", "per s", "p50", "p99", "errors")];
    lines.extend(busiest.into_iter().map(|(step, window)| {
        let StepWindow { count, errors, p50_ms, p99_ms, .. } = window;
        format!("{:>9}  {count:>8}  {p50_ms:>7.1} ms  {p99_ms:>7.1} ms  {errors:>6}", step.name())
    }));
    lines
}

/// An objective, as long as fits beside its name.
fn slo(met: &Met) -> String {
    let stands = match met.met {
        Some(true) => "ok",
        Some(false) => "MISSED",
        None => "none yet",
    };
    let measured = met.measured.map(|value| format!("  {value:.1} {}", met.unit));
    format!("{:>9}  {stands:<8}  {:.40}{}", "slo", met.slo, measured.unwrap_or_default())
}

fn health(moment: &Moment) -> String {
    let percent = |share: Option<f64>| share.map_or(0.0, |share| share * 100.0);
    format!(
        "{:>9}  {:.0} s  cpu {:.0} %, machine {:.0} %, dispatch p99 {:.1} ms of {:.0} allowed",
        "generator",
        moment.second,
        percent(moment.health.cpu_share),
        percent(moment.health.machine_cpu_share),
        moment.dispatch_p99_ms,
        DISPATCH_P99_MAX.as_secs_f64() * 1e3
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(count: u64) -> StepWindow {
        StepWindow { count, errors: 0, p50_ms: 1.0, p99_ms: 2.0, max_ms: 2.0 }
    }

    #[test]
    fn the_busiest_steps_stand_in_the_order_of_a_purchase() {
        let counted = Step::ALL.into_iter().zip((1..).map(window)).collect();
        let shown: Vec<_> = steps(&counted)
            .iter()
            .skip(1)
            .map(|line| line.split_whitespace().next().unwrap().to_owned())
            .collect();
        assert_eq!(shown, ["leave", "tickets", "reviews", "like", "review", "request"]);
    }

    #[test]
    fn a_line_of_the_screen_fits_eighty_columns() {
        let counted = Step::ALL.into_iter().map(|step| (step, window(99_999_999))).collect();
        assert!(steps(&counted).iter().all(|line| line.len() <= 80));
        let met = Met {
            slo: "p".repeat(200),
            met: Some(false),
            measured: Some(99_999.9),
            unit: "ms".to_owned(),
        };
        assert!(slo(&met).len() <= 80, "{}", slo(&met));
    }
}
