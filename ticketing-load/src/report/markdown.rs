//! A run as Markdown: for a pull request, a ticket, a wiki.

use std::fmt::{self, Write as _};

use super::run::Run;
use super::text::{made, millis, seconds, verdict};
use crate::record::{Outcome, Quantiles, StepReport};

/// The whole run.
pub fn markdown(run: &Run) -> String {
    let mut out = String::new();
    write(run, &mut out).expect("a string takes everything");
    out
}

fn write(run: &Run, out: &mut String) -> fmt::Result {
    writeln!(out, "# {}: {}\n", cell(&run.name), verdict(run.verdict))?;
    writeln!(
        out,
        "{} of {} arrived in {}, seed {}, shard {} of {}; begun {}; at {}.\n",
        run.arrivals.arrived,
        run.arrivals.planned,
        seconds(run.seconds),
        run.seed,
        run.shard.number,
        run.shard.of,
        run.began_at,
        cell(&run.servers.join(", ")),
    )?;
    for reason in &run.validity.reasons {
        writeln!(out, "- **invalid**: {}", cell(reason))?;
    }
    for what in &run.validity.not_judged {
        writeln!(out, "- not judged: {}", cell(what))?;
    }
    steps(run, out)?;
    if let Some(sale) = &run.sale {
        writeln!(out, "\n## Sale\n\n{}", super::text::sale(sale))?;
    }
    if !run.checks.is_empty() {
        writeln!(
            out,
            "\n## What must never be\n\n| check | | what was looked at |\n|---|---|---|"
        )?;
        for check in &run.checks {
            let ok = if check.ok { "ok" } else { "**BROKEN**" };
            writeln!(out, "| {} | {ok} | {} |", cell(&check.name), cell(&check.detail))?;
        }
    }
    if !run.slos.is_empty() {
        writeln!(out, "\n## Objectives\n")?;
        for slo in &run.slos {
            writeln!(out, "- {}", cell(&super::text::slo(slo)))?;
        }
    }
    Ok(())
}

fn steps(run: &Run, out: &mut String) -> fmt::Result {
    writeln!(out, "\n## Steps\n")?;
    writeln!(
        out,
        "| step | clock | n | ok | expected | rejected | shed | err | p50 | p90 | p99 | max |"
    )?;
    writeln!(out, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")?;
    for step in &run.steps {
        let clock = if step.response.is_some() { "response" } else { "service" };
        let Quantiles { p50_ms, p90_ms, p99_ms, max_ms, .. } = *step.felt();
        let times = [p50_ms, p90_ms, p99_ms, max_ms].map(millis).join(" | ");
        writeln!(out, "| {} | {clock} | {} | {times} |", step.name.name(), counts(step))?;
    }
    writeln!(out, "\n{}", made(run))
}

fn counts(step: &StepReport) -> String {
    let outcomes = [Outcome::Ok, Outcome::Expected, Outcome::Rejected, Outcome::Shed];
    let mut counts = vec![step.count];
    counts.extend(outcomes.map(|outcome| step.ended(outcome)));
    counts.push(step.errors());
    counts.iter().map(u64::to_string).collect::<Vec<_>>().join(" | ")
}

/// What stands in a table or a line, whatever it says.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for letter in text.chars() {
        match letter {
            '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '#' | '\\' => {
                cell.push('\\');
                cell.push(letter);
            }
            letter if letter.is_control() => cell.push(' '),
            letter => cell.push(letter),
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::super::ended::tests::ended;
    use super::*;

    #[test]
    fn a_run_is_a_heading_and_a_table_of_steps() {
        let said = markdown(&Run::judged(ended(), &[]));
        assert!(said.starts_with("# holds: pass\n"), "{said}");
        assert!(
            said.contains("| hold | service | 200 | 199 | 0 | 0 | 0 | 1 | 10ms | 10ms |"),
            "{said}"
        );
    }

    #[test]
    fn what_somebody_else_wrote_breaks_no_table() {
        assert_eq!(cell("a|b\n<i>`c`"), r"a\|b \<i\>\`c\`");
    }
}
