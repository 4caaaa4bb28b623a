//! The parts that several generators played, put together: histograms are added, never averaged.

use std::collections::BTreeSet;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::ended::{Cut, Ended};
use super::run::{Arrivals, Run};
use crate::arrivals::Shard;
use crate::health::Health;
use crate::play::sale;
use crate::record::{Breaks, Recorder};
use crate::slo::Slo;
use crate::verdict::{Check, Evidence, judge};

/// A part: what came of it, and its histograms.
pub type Part = (Run, Vec<(String, Histogram<u32>)>);

/// What is known of the sale that all parts came to.
#[derive(Debug)]
pub struct Sold {
    /// What all their buyers were told, and what is true afterwards.
    pub evidence: Evidence,
    /// What else was verified of it.
    pub verified: Vec<Check>,
}

/// Puts parts of one run together; the error says why they are none.
pub fn merge(parts: &[Part], sold: Option<&Sold>) -> Result<(Run, Recorder), String> {
    let Some((first, _)) = parts.first() else {
        return Err("there is nothing to merge".to_owned());
    };
    let recorder = Recorder::new();
    let mut arrivals = Arrivals::default();
    let mut seen = BTreeSet::new();
    let mut health = first.health.clone();
    let mut examples = Vec::new();
    for (run, histograms) in parts {
        same_run(first, run)?;
        if !seen.insert(run.shard.number) {
            return Err(format!("shard {} is there twice", run.shard.number));
        }
        recorder.merge(histograms)?;
        arrivals.planned += run.arrivals.planned;
        arrivals.arrived += run.arrivals.arrived;
        arrivals.dropped += run.arrivals.dropped;
        arrivals.under_way += run.arrivals.under_way;
        health = worse(&health, &run.health);
        examples.extend(run.examples.iter().cloned());
    }
    health.dropped = arrivals.dropped;
    health.exhausted = parts.iter().map(|(run, _)| run.health.exhausted).sum();
    health.connections = parts.iter().map(|(run, _)| run.health.connections).sum();
    let runs = || parts.iter().map(|(run, _)| run);
    let begun = |run: &Run| run.began_at.as_millis() as f64 / 1e3;
    let first_begun = runs().map(begun).fold(f64::MAX, f64::min);
    let spread = runs().map(begun).fold(f64::MIN, f64::max) - first_begun;
    let seconds = runs().map(|run| begun(run) + run.seconds).fold(0.0, f64::max) - first_begun;
    let active = runs().map(|run| run.active_seconds).fold(0.0, f64::max) + spread;
    let ended = Ended {
        name: first.name.clone(),
        scenario: first.scenario.clone(),
        servers: first.servers.clone(),
        seed: first.seed,
        shard: Shard::default(),
        began_at: runs().map(|run| run.began_at).min().unwrap_or(first.began_at),
        lasted: Duration::try_from_secs_f64(seconds).unwrap_or_default(),
        cut: Cut {
            interrupted: runs().any(Run::is_cut_short),
            by_limit: runs().any(|run| run.ended_by_limit),
            aborted_by: None,
        },
        warmup: Duration::from_secs_f64(first.warmup_seconds),
        arrivals,
        active: Duration::try_from_secs_f64(active).unwrap_or_default(),
        steps: recorder.report(),
        breaks: Breaks { examples, ..recorder.breaks() },
        sale: sold.map(|sold| sale::of(&sold.evidence)),
        checks: sold.map(checks).unwrap_or_default(),
        health,
    };
    let slos = first.slos.iter().map(|met| Slo::parse(&met.slo)).collect::<Result<Vec<_>, _>>()?;
    let mut run = Run::judged(ended, &slos);
    let is_missing = |number: &u32| !seen.contains(number);
    let missing: Vec<_> = (1..=first.shard.of).filter(is_missing).collect();
    if !missing.is_empty() {
        run.distrust(format!("of {} shards, {missing:?} are missing", first.shard.of));
    }
    if !overlap(parts) {
        run.distrust("the shards were not played at the same time".to_owned());
    }
    for (part, _) in parts {
        for reason in &part.validity.reasons {
            run.distrust(format!("shard {}: {reason}", part.shard.number));
        }
    }
    Ok((run, recorder))
}

fn checks(sold: &Sold) -> Vec<Check> {
    judge(&sold.evidence).into_iter().chain(sold.verified.iter().cloned()).collect()
}

/// True where there was a moment at which all of them were played.
fn overlap(parts: &[Part]) -> bool {
    let last_begun = parts.iter().map(|(run, _)| run.began_at.as_millis() as f64);
    let first_ended =
        parts.iter().map(|(run, _)| run.began_at.as_millis() as f64 + run.seconds * 1e3);
    last_begun.fold(f64::MIN, f64::max) <= first_ended.fold(f64::MAX, f64::min)
}

fn same_run(first: &Run, other: &Run) -> Result<(), String> {
    if first.sale.is_some() || other.sale.is_some() {
        return Err("each of these runs had a sale of its own: they are no parts of one".to_owned());
    }
    let slos = |run: &Run| run.slos.iter().map(|met| met.slo.clone()).collect::<Vec<_>>();
    let what =
        |run: &Run| (run.name.clone(), run.scenario.clone(), run.seed, run.shard.of, slos(run));
    if what(first) == what(other) && first.warmup_seconds.total_cmp(&other.warmup_seconds).is_eq() {
        return Ok(());
    }
    Err(format!(
        "`{}` with seed {} in {} shards and `{}` with seed {} in {} are no parts of one run",
        first.name, first.seed, first.shard.of, other.name, other.seed, other.shard.of
    ))
}

/// The worse of each: one late generator spoils the whole.
fn worse(known: &Health, other: &Health) -> Health {
    let later = if other.dispatch.p99_ms > known.dispatch.p99_ms { other } else { known };
    Health {
        dispatch: later.dispatch,
        cpu_share_max: higher(known.cpu_share_max, other.cpu_share_max),
        machine_cpu_share_max: higher(known.machine_cpu_share_max, other.machine_cpu_share_max),
        descriptors_max: known.descriptors_max.max(other.descriptors_max),
        resident_max_bytes: known.resident_max_bytes.max(other.resident_max_bytes),
        shares_machine: known.shares_machine || other.shares_machine,
        shares_process: known.shares_process || other.shares_process,
        ..known.clone()
    }
}

fn higher(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ended::tests::{ended, recorded};
    use super::*;
    use crate::arrivals::{Arrival, Shape, Spacing};
    use crate::record::{Outcome, Sample, Step};

    fn part(number: u32, of: u32) -> Part {
        let recorder = recorded(|sample| sample % u64::from(of) + 1 == u64::from(number));
        let mut ended = ended();
        ended.shard = Shard { number, of };
        ended.steps = recorder.report();
        ended.arrivals = Arrivals { planned: 1, arrived: 1, ..Arrivals::default() };
        let histograms = recorder.histograms().into_iter();
        let histograms = histograms.map(|(name, one)| (name, one.histogram().clone())).collect();
        (Run::judged(ended, &[]), histograms)
    }

    #[test]
    fn three_parts_are_the_whole() {
        let parts = [part(2, 3), part(1, 3), part(3, 3)];
        let (merged, _) = merge(&parts, None).unwrap();
        assert_eq!(merged.steps, Run::judged(ended(), &[]).steps);
        assert_eq!(merged.arrivals.arrived, 3);
        assert!(merged.validity.valid, "{:?}", merged.validity);
    }

    #[test]
    fn a_recorded_trace_that_three_generators_play_is_the_whole() {
        let times_ms = (0..3_000_u64).map(|number| number * number / 400).collect();
        let trace = Shape::Recorded { times_ms }.schedule(Spacing::Even, 0).unwrap();
        let played = |shard: Shard| {
            let recorder = Recorder::new();
            for Arrival { number, due } in trace.of_shard(shard) {
                let done = due + Duration::from_micros(900 + number * 7_919 % 250_000);
                let (since, outcome) = (Some(due), Outcome::Ok);
                let sample = Sample { due, started: due, done, since, outcome, status: 200 };
                recorder.add(Step::Request, sample);
            }
            let steps = recorder.report();
            let arrived = trace.of_shard_count(shard);
            let arrivals = Arrivals { planned: arrived, arrived, ..Arrivals::default() };
            let run = Run::judged(Ended { shard, arrivals, steps, ..ended() }, &[]);
            let histograms = recorder.histograms().into_iter();
            (run, histograms.map(|(name, one)| (name, one.histogram().clone())).collect())
        };
        let parts = [1, 2, 3].map(|number| played(Shard { number, of: 3 }));
        let (merged, _) = merge(&parts, None).unwrap();
        let (whole, _): Part = played(Shard::default());
        assert_eq!((merged.steps, merged.arrivals), (whole.steps, whole.arrivals));
        assert!(merged.validity.valid, "{:?}", merged.validity);
    }

    #[test]
    fn a_part_that_is_missing_or_late_makes_the_whole_invalid() {
        let (merged, _) = merge(&[part(1, 3), part(3, 3)], None).unwrap();
        assert!(merged.validity.reasons[0].contains("[2] are missing"), "{:?}", merged.validity);
        let mut late = part(2, 2);
        late.0.distrust("it was late".to_owned());
        let (merged, _) = merge(&[part(1, 2), late], None).unwrap();
        assert_eq!(merged.validity.reasons, ["shard 2: it was late"]);
    }

    #[test]
    fn who_was_left_at_the_end_of_a_part_is_left_at_the_end_of_the_whole() {
        let whole = |under_way: [u64; 2], by_limit| {
            let mut parts = [part(1, 2), part(2, 2)];
            for ((run, _), left) in parts.iter_mut().zip(under_way) {
                run.arrivals.under_way = left;
            }
            parts[1].0.ended_by_limit = by_limit;
            merge(&parts, None).unwrap().0.validity.not_judged
        };
        let nobody = whole([0, 0], false);
        let some = whole([2, 3], true);
        assert_eq!(some.len(), nobody.len() + 2, "{some:?}");
        assert!(some.contains(&"5 who had not been answered when it was ended".to_owned()));
        assert!(some.contains(&"those who were still there at the limit".to_owned()));
    }

    #[test]
    fn parts_that_were_played_one_after_the_other_are_no_whole() {
        let mut later = part(2, 2);
        later.0.began_at = ticketing_wire::Time::from_millis(60_000);
        let (merged, _) = merge(&[part(1, 2), later], None).unwrap();
        assert!(merged.validity.reasons[0].contains("not played at the same time"));
    }

    #[test]
    fn what_are_no_parts_of_one_run_is_refused() {
        assert!(merge(&[], None).is_err());
        assert!(merge(&[part(1, 3), part(1, 3)], None).unwrap_err().contains("twice"));
        assert!(merge(&[part(1, 3), part(2, 2)], None).is_err());
        let mut other = part(2, 3);
        other.0.seed = 9;
        assert!(merge(&[part(1, 3), other], None).unwrap_err().contains("seed 9"));
    }
}
