//! `ticketing load compare`: what became slower.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ticketing_load::report::{Comparison, Difference, compare};

use super::output::read;
use crate::output::{self, Format, cell, number};

/// Something became slower than it may.
const EXIT_SLOWER: u8 = 20;

/// The two runs are of different things, or one of them is not valid.
const EXIT_INCOMPARABLE: u8 = 22;

/// The two runs, and how much slower the second may be.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The earlier run: its folder, or its `run.json`.
    base: PathBuf,
    /// The run that is compared with it.
    new: PathBuf,
    /// How much slower a step may be: 'p99>+10%'; repeatable.
    #[arg(long = "fail-on", value_parser = limit)]
    limits: Vec<Limit>,
}

/// So much slower, by one statistic, may no step be.
#[derive(Debug, Clone, PartialEq)]
struct Limit {
    statistic: String,
    percent: f64,
}

pub(super) fn run(asked: &Compare, format: Format) -> anyhow::Result<ExitCode> {
    let comparison = compare(&read(&asked.base)?, &read(&asked.new)?);
    let slower: Vec<_> = comparison
        .differences
        .iter()
        .filter(|one| asked.limits.iter().any(|limit| limit.is_passed_by(one)))
        .collect();
    output::print(format, &comparison, || table(&comparison))?;
    for why in &comparison.incomparable {
        output::talk(&format!("not comparable: {why}"));
    }
    for what in &comparison.not_compared {
        output::talk(&format!("not compared: {what}"));
    }
    for one in &slower {
        output::talk(&format!(
            "slower: {} {} by {:.0} %",
            one.step.name(),
            one.statistic,
            one.change_percent
        ));
    }
    for what in &comparison.broke_more {
        output::talk(&format!("broke more often: {what}"));
    }
    let nothing_to_judge = !asked.limits.is_empty() && comparison.differences.is_empty();
    Ok(if !comparison.incomparable.is_empty() || nothing_to_judge {
        ExitCode::from(EXIT_INCOMPARABLE)
    } else if !slower.is_empty() || !comparison.broke_more.is_empty() {
        ExitCode::from(EXIT_SLOWER)
    } else {
        ExitCode::SUCCESS
    })
}

fn table(comparison: &Comparison) -> comfy_table::Table {
    let mut table = output::table(&["step", "", "base ms", "new ms", "change"]);
    for Difference { step, statistic, base_ms, new_ms, change_percent } in &comparison.differences {
        let change = match *change_percent {
            0.0 => "equal".to_owned(),
            percent => format!("{percent:+.1} %"),
        };
        table.add_row([
            cell(&step.name()),
            cell(statistic),
            number(&format!("{base_ms:.1}")),
            number(&format!("{new_ms:.1}")),
            number(&change),
        ]);
    }
    table
}

/// `p99>+10%`.
fn limit(text: &str) -> Result<Limit, String> {
    let wrong = || format!("`{text}` is no limit, such as p99>+10%; of p50, p90, p99 and mean");
    let (statistic, percent) = text.split_once(">+").ok_or_else(wrong)?;
    let percent = percent.strip_suffix('%').and_then(|percent| percent.parse().ok());
    let percent = percent.filter(|percent: &f64| percent.is_finite() && *percent >= 0.0);
    if !["p50", "p90", "p99", "mean"].contains(&statistic) {
        return Err(wrong());
    }
    Ok(Limit { statistic: statistic.to_owned(), percent: percent.ok_or_else(wrong)? })
}

impl Limit {
    fn is_passed_by(&self, difference: &Difference) -> bool {
        difference.statistic == self.statistic && difference.change_percent > self.percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_statistic_and_how_much_slower_it_may_be() {
        assert_eq!(limit("p99>+10%"), Ok(Limit { statistic: "p99".to_owned(), percent: 10.0 }));
        for text in ["", "p99", "p99>10%", "p98>+10%", "p99>+ten%", "p99>+10", "p99>+-1%"] {
            assert!(limit(text).is_err(), "{text}");
        }
    }
}
