//! A run that has ended, and what it comes to.

use std::time::Duration;

use ticketing_wire::Time;

use super::run::{Arrivals, FORMAT, Run, Sale, Verdict};
use crate::arrivals::Shard;
use crate::health::Health;
use crate::record::{Breaks, StepReport};
use crate::slo::{Met, Slo};
use crate::verdict::Check;

/// What is known when a run has ended; the rest is judged from it.
#[derive(Debug)]
pub struct Ended {
    /// What was played.
    pub name: String,
    /// The scenario's text, hashed.
    pub scenario: Option<String>,
    /// Who was asked.
    pub servers: Vec<String>,
    /// Fixes arrivals and buyers.
    pub seed: u64,
    /// Which part it was.
    pub shard: Shard,
    /// When it began.
    pub began_at: Time,
    /// How long it took.
    pub lasted: Duration,
    /// What ended it before everybody had come.
    pub cut: Cut,
    /// What was due within so long of the first arrival does not count.
    pub warmup: Duration,
    /// Who came.
    pub arrivals: Arrivals,
    /// From when the first request was due until the last one was done.
    pub active: Duration,
    /// The requests.
    pub steps: Vec<StepReport>,
    /// What broke.
    pub breaks: Breaks,
    /// The on-sale.
    pub sale: Option<Sale>,
    /// What was verified.
    pub checks: Vec<Check>,
    /// How the generator did.
    pub health: Health,
}

/// What ended a run before its time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cut {
    /// True where somebody did.
    pub interrupted: bool,
    /// True where its limit sent away who was still there.
    pub by_limit: bool,
    /// The objective that did, as it stood then.
    pub aborted_by: Option<Met>,
}

impl Run {
    /// Judges what is known by the generator's health, the checks and the objectives.
    pub fn judged(ended: Ended, slos: &[Slo]) -> Self {
        let mut run = Self {
            format: FORMAT.to_owned(),
            name: ended.name,
            scenario: ended.scenario,
            generator: env!("CARGO_PKG_VERSION").to_owned(),
            servers: ended.servers,
            seed: ended.seed,
            shard: ended.shard,
            began_at: ended.began_at,
            seconds: ended.lasted.as_secs_f64(),
            active_seconds: ended.active.as_secs_f64(),
            interrupted: ended.cut.interrupted,
            ended_by_limit: ended.cut.by_limit,
            aborted_by: ended.cut.aborted_by.as_ref().map(|missed| missed.slo.clone()),
            warmup_seconds: ended.warmup.as_secs_f64(),
            verdict: Verdict::Pass,
            validity: ended.health.judge(),
            arrivals: ended.arrivals,
            steps: ended.steps,
            examples: ended.breaks.examples,
            sale: ended.sale,
            checks: ended.checks,
            slos: Vec::new(),
            health: ended.health,
        };
        let Arrivals { planned, arrived, dropped, under_way } = run.arrivals;
        if under_way > 0 {
            let what = format!("{under_way} who had not been answered when it was ended");
            run.validity.not_judged.push(what);
        }
        if run.ended_by_limit {
            run.validity.not_judged.push("those who were still there at the limit".to_owned());
        }
        if !run.is_cut_short() && arrived + dropped < planned {
            let missing = planned - arrived - dropped;
            run.distrust(format!("{missing} of {planned} arrivals were never played"));
        }
        if !run.steps.iter().any(StepReport::is_answered) {
            run.distrust(
                "no request was answered as asked: there is nothing to measure".to_owned(),
            );
        }
        run.slos = slos.iter().map(|slo| slo.judge(run.measured())).collect();
        // It was missed when the run was ended for it, whatever the last answers were like.
        for met in &mut run.slos {
            if let Some(missed) =
                ended.cut.aborted_by.as_ref().filter(|missed| missed.slo == met.slo)
            {
                met.clone_from(missed);
            }
        }
        let of_all = run.slos.iter().filter(|met| !run.can_miss(met));
        let of_all = of_all.map(|met| format!("`{}`: it is for all shards together", met.slo));
        let of_all: Vec<_> = of_all.collect();
        run.validity.not_judged.extend(of_all);
        run.verdict = run.comes_to();
        run
    }

    /// A broken invariant is one however late the generator was; an objective that was met or
    /// missed by an unfit generator is neither.
    fn comes_to(&self) -> Verdict {
        if self.checks.iter().any(|check| !check.ok) {
            Verdict::InvariantBroken
        } else if !self.validity.valid {
            Verdict::Invalid
        } else if self.slos.iter().any(|met| self.can_miss(met) && met.is_breached()) {
            Verdict::SloBreached
        } else if self.interrupted {
            Verdict::Interrupted
        } else {
            Verdict::Pass
        }
    }

    /// True where this run alone can miss it: a shard is not to have as many of something as the whole.
    fn can_miss(&self, met: &Met) -> bool {
        self.shard.of == 1 || Slo::parse(&met.slo).is_ok_and(|slo| slo.can_be_missed_early())
    }

    /// True where not everybody came, for whatever reason.
    pub(super) fn is_cut_short(&self) -> bool {
        self.interrupted || self.aborted_by.is_some()
    }

    /// Says why the figures are not to be believed, beside what is known already.
    pub fn distrust(&mut self, why: String) {
        self.validity.reasons.push(why);
        self.validity.valid = false;
        self.verdict = self.comes_to();
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::health::Meter;
    use crate::record::{Outcome, Recorder, Sample, Step};

    /// Two hundred holds, or some of them: nine of ten took 10 ms, the others 100 ms; one of them
    /// broke.
    pub(crate) fn recorded(takes: impl Fn(u64) -> bool) -> Recorder {
        let recorder = Recorder::new();
        for number in (0..200_u64).filter(|number| takes(*number)) {
            let due = Duration::from_millis(number * 10);
            let took = if number % 10 == 0 { 100 } else { 10 };
            let outcome = if number == 0 { Outcome::Timeout } else { Outcome::Ok };
            let done = due + Duration::from_millis(took);
            let status = if number == 0 { 0 } else { 200 };
            recorder
                .add(Step::Hold, Sample { due, started: due, done, since: None, outcome, status });
        }
        recorder
    }

    /// A run of them all.
    pub(crate) fn ended() -> Ended {
        let recorder = recorded(|_| true);
        Ended {
            name: "holds".to_owned(),
            scenario: None,
            servers: vec!["http://127.0.0.1:1".to_owned()],
            seed: 7,
            shard: Shard::default(),
            began_at: Time::from_millis(0),
            lasted: Duration::from_secs(2),
            cut: Cut::default(),
            warmup: Duration::ZERO,
            arrivals: Arrivals { planned: 200, arrived: 200, ..Arrivals::default() },
            active: recorder.active(),
            steps: recorder.report(),
            breaks: recorder.breaks(),
            sale: None,
            checks: Vec::new(),
            health: Meter::new().health(recorder.dispatch(true).quantiles(), 0, 0),
        }
    }

    fn judged(ended: Ended, slos: &[&str]) -> Verdict {
        let slos: Vec<_> = slos.iter().map(|slo| Slo::parse(slo).unwrap()).collect();
        Run::judged(ended, &slos).verdict
    }

    fn check(ok: bool) -> Check {
        Check { name: "seats_add_up".into(), ok, detail: String::new() }
    }

    #[test]
    fn objectives_that_are_met_pass_and_one_that_is_missed_does_not() {
        let met =
            ["hold:p50<11ms", "hold:max<=101ms", "errors<1%", "rate=100/s+-2%", "hold:count>199"];
        assert_eq!(judged(ended(), &met), Verdict::Pass);
        for missed in ["hold:p95<100ms", "errors<0.5%", "hold:timeout<0.5%", "rate>100/s"] {
            assert_eq!(judged(ended(), &[missed]), Verdict::SloBreached, "{missed}");
        }
    }

    #[test]
    fn what_ended_a_run_early_was_missed_whatever_came_after_it() {
        let slos = [Slo::parse("hold:p99<200ms").unwrap()];
        let mut aborted = ended();
        aborted.arrivals.planned = 900;
        let mut missed = Run::judged(ended(), &slos).slos.remove(0);
        missed.met = Some(false);
        aborted.cut.aborted_by = Some(missed);
        let run = Run::judged(aborted, &slos);
        assert_eq!(
            (run.verdict, run.aborted_by.as_deref()),
            (Verdict::SloBreached, Some("hold:p99<200ms"))
        );
    }

    #[test]
    fn a_shard_alone_does_not_miss_what_is_asked_of_all_together() {
        let shard = || Ended { shard: Shard { number: 1, of: 2 }, ..ended() };
        let of_all = "hold:count>=300";
        assert_eq!(judged(ended(), &[of_all]), Verdict::SloBreached);
        let run = Run::judged(shard(), &[Slo::parse(of_all).unwrap()]);
        assert_eq!(run.verdict, Verdict::Pass);
        assert!(run.validity.not_judged.concat().contains(of_all), "{:?}", run.validity);
        assert_eq!(judged(shard(), &["hold:p95<100ms"]), Verdict::SloBreached);
    }

    #[test]
    fn what_was_not_measured_is_not_met() {
        let run = Run::judged(ended(), &[Slo::parse("pay:p99<1ms").unwrap()]);
        assert_eq!((run.slos[0].met, run.verdict), (None, Verdict::SloBreached));
    }

    #[test]
    fn a_run_of_which_nothing_was_answered_measures_nothing() {
        let mut dead = ended();
        dead.steps.iter_mut().for_each(|step| step.outcomes = [(Outcome::Connect, 200)].into());
        assert_eq!(judged(dead, &[]), Verdict::Invalid);
    }

    #[test]
    fn a_late_generator_is_invalid_whatever_the_objectives_say() {
        let mut late = ended();
        late.health.dropped = 1;
        assert_eq!(judged(late, &["hold:p99<1ms"]), Verdict::Invalid);
    }

    #[test]
    fn a_broken_invariant_is_one_whoever_was_late() {
        let mut broken = ended();
        broken.health.dropped = 1;
        broken.checks = vec![check(true), check(false)];
        assert_eq!(judged(broken, &["hold:p99<1ms"]), Verdict::InvariantBroken);
    }

    #[test]
    fn an_interrupted_run_says_so_where_nothing_else_is_to_be_said() {
        let mut interrupted = ended();
        interrupted.cut.interrupted = true;
        assert_eq!(judged(interrupted, &[]), Verdict::Interrupted);
    }

    #[test]
    fn a_run_is_read_as_it_was_written_and_one_of_another_format_is_not() {
        let run = Run::judged(ended(), &[Slo::parse("hold:p99<1ms").unwrap()]);
        let text = serde_json::to_string(&run).unwrap();
        assert_eq!(Run::read(&text).unwrap(), run);
        assert!(Run::read(&text.replace(FORMAT, "other/1")).unwrap_err().contains("other/1"));
    }

    #[test]
    fn every_verdict_has_a_code_of_its_own() {
        use Verdict::{Interrupted, Invalid, InvariantBroken, Pass, SloBreached};
        let codes = [Pass, SloBreached, InvariantBroken, Invalid, Interrupted];
        assert_eq!(codes.map(Verdict::exit_code), [0, 20, 21, 22, 130]);
    }
}
