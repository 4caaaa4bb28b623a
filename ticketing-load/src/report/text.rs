//! A run as text: for a terminal, a log, a mail.

use std::fmt::{self, Write as _};
use std::time::Duration;

use super::run::{Run, Sale, Verdict};
use crate::record::{Outcome, StepReport};
use crate::slo::Met;

/// The columns of a step.
const HEADINGS: [&str; 11] =
    ["step", "n", "ok", "expected", "rejected", "shed", "err", "p50", "p90", "p99", "max"];

/// The whole run, in lines.
pub fn text(run: &Run) -> String {
    let mut out = String::new();
    write(run, &mut out).expect("a string takes everything");
    out
}

fn write(run: &Run, out: &mut String) -> fmt::Result {
    let validity = if run.validity.valid { "VALID" } else { "INVALID" };
    writeln!(
        out,
        "{}  seed {}  {}  {validity} (dispatch p99 {}, dropped {})",
        run.name,
        run.seed,
        seconds(run.seconds),
        millis(run.health.dispatch.p99_ms),
        run.arrivals.dropped,
    )?;
    if let Some(slo) = &run.aborted_by {
        writeln!(out, "  ended early: {slo} was missed")?;
    }
    for reason in &run.validity.reasons {
        writeln!(out, "  invalid: {reason}")?;
    }
    for what in &run.validity.not_judged {
        writeln!(out, "  not judged: {what}")?;
    }
    writeln!(out, "\n{}", table(&run.steps))?;
    for example in &run.examples {
        writeln!(out, "  broke: {example}")?;
    }
    if let Some(sale) = &run.sale {
        writeln!(out, "{}", self::sale(sale))?;
    }
    for check in &run.checks {
        let ok = if check.ok { "ok    " } else { "BROKEN" };
        writeln!(out, "VERIFY  {ok}  {}: {}", check.name, check.detail)?;
    }
    for slo in &run.slos {
        writeln!(out, "SLO     {}", self::slo(slo))?;
    }
    write!(out, "verdict: {}", verdict(run.verdict))
}

/// What a verdict is called.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::SloBreached => "SLO BREACHED",
        Verdict::InvariantBroken => "INVARIANT BROKEN",
        Verdict::Invalid => "INVALID: the generator did not keep up, so its figures say nothing",
        Verdict::Interrupted => "interrupted",
    }
}

pub(super) fn sale(sale: &Sale) -> String {
    let Sale { arrived, bought, gave_up, turned_away, sold, seats_total, .. } = sale;
    let admitted =
        sale.admit_rate.map_or_else(String::new, |rate| format!(", {rate:.1}/s admitted"));
    format!(
        "{sold} of {seats_total} seats sold to {bought} of {arrived} buyers, {gave_up} gave up, \
         {turned_away} were turned away\nwaited p50 {}, p99 {}, {} came in{admitted}; at most {} \
         inside at once, {} allowed",
        seconds(sale.wait.p50_ms / 1e3),
        seconds(sale.wait.p99_ms / 1e3),
        sale.wait.samples,
        sale.max_inside,
        sale.capacity
    )
}

pub(super) fn slo(met: &Met) -> String {
    let measured = met.measured.map(|value| format!("{value:.3}{}", met.unit));
    match (met.met, measured) {
        (Some(true), Some(measured)) => format!("ok      {} ({measured})", met.slo),
        (Some(false), Some(measured)) => format!("MISSED  {} ({measured})", met.slo),
        _ => format!("none    {} (nothing was measured)", met.slo),
    }
}

/// How the numbers were made, and from how many samples.
pub(super) fn made(run: &Run) -> String {
    let samples: u64 = run.steps.iter().map(|step| step.count).sum();
    format!(
        "Times are from {samples} requests in histograms of three digits, never averaged. \
         Response runs from when a request was due by the schedule or by the server's own answer \
         until its answer was read; service from when it was sent. Dispatch, from due to sent, is \
         the generator's own lateness: p99 {} of {} requests. A request that timed out counts with \
         the time that was waited for it.",
        millis(run.health.dispatch.p99_ms),
        run.health.dispatch.samples
    )
}

/// The steps, a line each; the first column to the left, numbers to the right.
fn table(steps: &[StepReport]) -> String {
    let mut rows: Vec<Vec<String>> = vec![HEADINGS.map(str::to_owned).to_vec()];
    rows.extend(steps.iter().map(cells));
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or_default();
    let widths: Vec<_> = (0..HEADINGS.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let mut line = format!("{:<width$}", row[0], width = widths[0]);
        for (cell, width) in row.iter().zip(&widths).skip(1) {
            let _ = write!(line, "  {cell:>width$}");
        }
        line + "\n"
    };
    rows.iter().map(line).collect()
}

fn cells(step: &StepReport) -> Vec<String> {
    let felt = step.felt();
    let counts = [Outcome::Ok, Outcome::Expected, Outcome::Rejected, Outcome::Shed];
    let mut cells = vec![step.name.name().to_owned(), step.count.to_string()];
    cells.extend(counts.map(|outcome| step.ended(outcome).to_string()));
    cells.push(step.errors().to_string());
    cells.extend([felt.p50_ms, felt.p90_ms, felt.p99_ms, felt.max_ms].map(millis));
    cells
}

/// A short time as people say it.
pub(super) fn millis(millis: f64) -> String {
    match millis {
        ..10.0 => format!("{millis:.1}ms"),
        10.0..1_000.0 => format!("{millis:.0}ms"),
        _ => format!("{:.2}s", millis / 1e3),
    }
}

/// A longer one.
pub(super) fn seconds(seconds: f64) -> String {
    if seconds < 120.0 {
        return format!("{seconds:.1}s");
    }
    let whole = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs();
    format!("{}m{:02}s", whole / 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::super::ended::tests::ended;
    use super::*;
    use crate::slo::Slo;

    #[test]
    fn a_run_says_what_was_measured_and_what_it_comes_to() {
        let slos = ["hold:p50<20ms", "hold:p99<20ms", "pay:p99<1s"];
        let slos: Vec<_> = slos.iter().map(|slo| Slo::parse(slo).unwrap()).collect();
        let said = text(&Run::judged(ended(), &slos));
        let line = |name: &str| said.lines().find(|line| line.contains(name)).unwrap().to_owned();
        assert!(
            said.starts_with("holds  seed 7  2.0s  VALID (dispatch p99 0.0ms, dropped 0)"),
            "{said}"
        );
        assert_eq!(
            line("hold  ").split_whitespace().collect::<Vec<_>>(),
            ["hold", "200", "199", "0", "0", "0", "1", "10ms", "10ms", "100ms", "100ms"]
        );
        assert!(line("p50<20ms").contains("ok") && line("hold:p99<20ms").contains("MISSED"));
        assert!(line("pay:p99").contains("nothing was measured"));
        assert!(said.ends_with("verdict: SLO BREACHED"), "{said}");
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        assert_eq!([0.04, 9.94, 99.6, 1_240.0].map(millis), ["0.0ms", "9.9ms", "100ms", "1.24s"]);
        assert_eq!([0.5, 119.0, 300.0].map(seconds), ["0.5s", "119.0s", "5m00s"]);
    }
}
