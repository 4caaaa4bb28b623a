//! Two runs, step by step: what became slower, and whether they can be compared at all.

use serde::Serialize;

use super::run::Run;
use crate::record::{Quantiles, Step, StepReport};

/// Reads a number of a histogram.
type Statistic = fn(&Quantiles) -> f64;

/// What is looked at of every step.
const STATISTICS: [(&str, Statistic); 4] = [
    ("p50", |quantiles| quantiles.p50_ms),
    ("p90", |quantiles| quantiles.p90_ms),
    ("p99", |quantiles| quantiles.p99_ms),
    ("mean", |quantiles| quantiles.mean_ms),
];

/// Below so many samples, a percentile is a matter of luck.
const SAMPLES_MIN: u64 = 100;

/// Times nearer than this are the same, whatever their ratio: a tenth of a histogram's digits at
/// the fastest answers would be a regression otherwise.
const SAME_WITHIN_MS: f64 = 0.5;

/// So many per cent more of a step's requests may break.
const BROKEN_PERCENT_MORE: f64 = 0.1;

/// Two runs, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Why the two say little about each other; empty where they can be compared.
    pub incomparable: Vec<String>,
    /// Every number of every step that both have.
    pub differences: Vec<Difference>,
    /// Steps that were not compared, with the reason.
    pub not_compared: Vec<String>,
    /// Steps of which more broke than before.
    pub broke_more: Vec<String>,
}

/// A number of a step in both runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The step.
    pub step: Step,
    /// What of it.
    pub statistic: &'static str,
    /// In the first run, and in the second.
    pub base_ms: f64,
    /// In the second.
    pub new_ms: f64,
    /// By how many per cent the second is slower; negative where it is faster.
    pub change_percent: f64,
}

/// Compares a run with an earlier one.
pub fn compare(base: &Run, new: &Run) -> Comparison {
    let mut differences = Vec::new();
    let gone = base.steps.iter().filter(|step| new.steps.iter().all(|now| now.name != step.name));
    let mut not_compared: Vec<_> =
        gone.map(|step| format!("{}: the second run has none", step.name.name())).collect();
    let mut broke_more = Vec::new();
    for step in &new.steps {
        let name = step.name.name();
        let Some(before) = base.steps.iter().find(|before| before.name == step.name) else {
            not_compared.push(format!("{name}: the first run has none"));
            continue;
        };
        let (was, is) = (broken_percent(before), broken_percent(step));
        if is > was + BROKEN_PERCENT_MORE {
            broke_more.push(format!("{name}: {was:.2} % and {is:.2} %"));
        }
        let samples = before.count.min(step.count);
        if samples < SAMPLES_MIN {
            not_compared.push(format!("{name}: {samples} samples, {SAMPLES_MIN} at least"));
            continue;
        }
        for (statistic, of) in STATISTICS {
            let (base_ms, new_ms) = (of(before.felt()), of(step.felt()));
            let same = (new_ms - base_ms).abs() < SAME_WITHIN_MS || base_ms <= 0.0;
            let change_percent = if same { 0.0 } else { (new_ms / base_ms - 1.0) * 100.0 };
            let step = step.name;
            differences.push(Difference { step, statistic, base_ms, new_ms, change_percent });
        }
    }
    Comparison { incomparable: incomparable(base, new), differences, not_compared, broke_more }
}

fn broken_percent(step: &StepReport) -> f64 {
    step.errors() as f64 / step.count.max(1) as f64 * 100.0
}

/// Whatever makes two runs two different things.
fn incomparable(base: &Run, new: &Run) -> Vec<String> {
    let mut why = Vec::new();
    let mut differ = |what: &str, base: String, new: String| {
        if base != new {
            why.push(format!("{what}: {base} and {new}"));
        }
    };
    differ("what was played", base.name.clone(), new.name.clone());
    let scenario = |run: &Run| run.scenario.clone().unwrap_or_else(|| "none".to_owned());
    differ("the scenario's text", scenario(base), scenario(new));
    differ("seed", base.seed.to_string(), new.seed.to_string());
    differ("arrivals", base.arrivals.planned.to_string(), new.arrivals.planned.to_string());
    differ("generator", base.generator.clone(), new.generator.clone());
    for (name, run) in [("first", base), ("second", new)] {
        if !run.validity.valid {
            why.push(format!("the {name} run is invalid: {}", run.validity.reasons.join("; ")));
        }
        if run.interrupted {
            why.push(format!("the {name} run was interrupted"));
        }
        for check in run.checks.iter().filter(|check| !check.ok) {
            why.push(format!("in the {name} run `{}` was broken", check.name));
        }
    }
    why
}

#[cfg(test)]
mod tests {
    use super::super::ended::tests::ended;
    use super::*;
    use crate::record::Outcome;

    fn run() -> Run {
        Run::judged(ended(), &[])
    }

    #[test]
    fn a_run_is_equal_to_itself() {
        let comparison = compare(&run(), &run());
        assert!(comparison.incomparable.is_empty() && comparison.not_compared.is_empty());
        assert_eq!(comparison.differences.len(), STATISTICS.len());
        assert!(comparison.differences.iter().all(|one| one.change_percent == 0.0));
    }

    #[test]
    fn a_slower_step_is_named_with_how_much() {
        let mut slower = run();
        slower.steps[0].service.p50_ms *= 1.5;
        let comparison = compare(&run(), &slower);
        let changed: Vec<_> =
            comparison.differences.iter().filter(|one| one.change_percent > 10.0).collect();
        let [one] = changed[..] else { panic!("{comparison:?}") };
        assert_eq!((one.step, one.statistic), (Step::Hold, "p50"));
        assert!((one.change_percent - 50.0).abs() < 0.1, "{one:?}");
    }

    #[test]
    fn half_a_millisecond_is_no_change() {
        let (mut base, mut new) = (run(), run());
        base.steps[0].service.p50_ms = 0.2;
        new.steps[0].service.p50_ms = 0.6;
        assert!(compare(&base, &new).differences.iter().all(|one| one.change_percent == 0.0));
    }

    #[test]
    fn what_makes_two_runs_incomparable_is_said() {
        let mut other = run();
        other.seed = 8;
        other.validity.valid = false;
        other.interrupted = true;
        let why = compare(&run(), &other).incomparable;
        assert_eq!(why.len(), 3, "{why:?}");
        assert_eq!(why[0], "seed: 7 and 8");
    }

    #[test]
    fn a_step_that_breaks_more_often_or_is_gone_is_said() {
        let mut broken = run();
        broken.steps[0].outcomes = [(Outcome::Ok, 100), (Outcome::ServerError, 100)].into();
        let comparison = compare(&run(), &broken);
        assert_eq!(comparison.broke_more, ["hold: 0.50 % and 50.00 %"]);
        let mut gone = run();
        gone.steps.clear();
        assert_eq!(compare(&run(), &gone).not_compared, ["hold: the second run has none"]);
    }

    #[test]
    fn a_step_of_few_samples_is_not_compared() {
        let mut few = run();
        few.steps[0].count = 99;
        let comparison = compare(&run(), &few);
        assert!(comparison.differences.is_empty());
        assert_eq!(comparison.not_compared, ["hold: 99 samples, 100 at least"]);
    }
}
