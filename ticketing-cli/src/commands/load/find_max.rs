//! `ticketing load find-max`: the highest rate of arrivals that still meets the objectives.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use ticketing_load::arrivals::Shape;
use ticketing_load::record::Step;
use ticketing_load::report::{Run, Verdict};
use ticketing_load::search::{Probe, Search};
use ticketing_load::slo::Slo;
use ticketing_profile::Usage;

use super::box_office::BoxOffice;
use super::flags;
use super::playing::{self, Playing, Writing};
use super::run::{hall, read};
use super::watched::Progress;
use crate::embedded::Faults;
use crate::output::{self, Format, cell, number};

/// Between two probes, the servers come to rest.
const REST: Duration = Duration::from_secs(2);

/// What is played, and how the rate is looked for.
#[derive(Debug, Args)]
pub(crate) struct FindMax {
    /// The name of a shipped scenario, or a file.
    scenario: String,
    /// The first rate.
    #[arg(long, value_parser = flags::rate, default_value = "50/s")]
    from: f64,
    /// For how long buyers arrive in each probe.
    #[arg(short = 'd', long = "for", value_parser = flags::duration, default_value = "10s")]
    lasts: Duration,
    /// What is to be met beside the scenario's own; repeatable.
    #[arg(long = "slo", value_parser = flags::slo_of_buyers)]
    slos: Vec<Slo>,
    /// How near to each other the met and the missed rate have to be, in per cent.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=100), default_value_t = 10)]
    precision: u8,
    /// At most so many probes.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100), default_value_t = 20)]
    probes: u32,
    /// Fixes what buyers are like.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Says that servers beyond this machine are yours to put under load.
    #[arg(long)]
    i_own_this_target: bool,
}

/// What was found, and how.
#[derive(Debug, Serialize)]
struct Answer {
    met_per_second: Option<f64>,
    not_met_per_second: Option<f64>,
    generator_ended: bool,
    probes: Vec<Probed>,
}

#[derive(Debug, Serialize)]
struct Probed {
    per_second: f64,
    verdict: Verdict,
    dispatch_p99_ms: f64,
    /// Requests per second, by step, from the first to the last.
    rates: BTreeMap<Step, f64>,
    missed: Vec<String>,
}

pub(super) async fn run(
    asked: FindMax,
    servers: &[String],
    format: Format,
) -> anyhow::Result<ExitCode> {
    let mut search = Search::new(asked.from, f64::from(asked.precision) / 100.0, asked.probes);
    let mut probes = Vec::new();
    let mut code = 0;
    while let Some(rate) = search.next() {
        let run = probe(&asked, servers, rate).await?;
        search.tell(rate, outcome(&run));
        let probed = probed(rate, &run);
        output::talk(&format!("{rate:.1}/s: {:?} {}", probed.verdict, probed.missed.join(", ")));
        probes.push(probed);
        if matches!(run.verdict, Verdict::InvariantBroken | Verdict::Interrupted) {
            code = run.verdict.exit_code();
            break;
        }
        tokio::time::sleep(REST).await;
    }
    let found = search.found();
    if code == 0 && found.met.is_none() {
        code = Verdict::SloBreached.exit_code();
    }
    let answer = Answer {
        met_per_second: found.met,
        not_met_per_second: found.not_met,
        generator_ended: found.generator_ended,
        probes,
    };
    output::print(format, &answer, || table(&answer))?;
    Ok(ExitCode::from(code))
}

async fn probe(asked: &FindMax, servers: &[String], rate: f64) -> anyhow::Result<Run> {
    let mut scenario = read(&asked.scenario)?;
    scenario.arrivals = Shape::Constant { rate, lasts: asked.lasts };
    scenario.check().map_err(Usage)?;
    let mut slos = scenario.slos().map_err(Usage)?;
    slos.extend(asked.slos.iter().cloned());
    if slos.is_empty() {
        return Err(Usage("say what is to be met: --slo 'hold:p99<250ms'".to_owned()).into());
    }
    let hall = hall(&scenario.hall, Path::new(&asked.scenario))?;
    let box_office = BoxOffice::open(servers, Faults::default(), asked.i_own_this_target).await?;
    let warmup = Duration::ZERO;
    let playing = Playing { scenario, hall, seed: asked.seed, together: None, slos, warmup };
    let writing = Writing { progress: Progress::None, folder: None, abort_after: None };
    Ok(playing::play(box_office, playing, writing).await?.run)
}

fn outcome(run: &Run) -> Probe {
    match run.verdict {
        Verdict::Pass => Probe::Met,
        Verdict::Invalid => Probe::Unknown,
        Verdict::SloBreached | Verdict::InvariantBroken | Verdict::Interrupted => Probe::Missed,
    }
}

fn probed(rate: f64, run: &Run) -> Probed {
    let missed = run.slos.iter().filter(|met| met.is_breached()).map(|met| met.slo.clone());
    let broken = run.checks.iter().filter(|check| !check.ok).map(|check| check.name.to_string());
    Probed {
        per_second: rate,
        verdict: run.verdict,
        dispatch_p99_ms: run.health.dispatch.p99_ms,
        rates: run
            .steps
            .iter()
            .map(|step| (step.name, step.count as f64 / run.active_seconds))
            .collect(),
        missed: missed.chain(broken).chain(run.validity.reasons.iter().cloned()).collect(),
    }
}

fn table(answer: &Answer) -> comfy_table::Table {
    let mut table = output::table(&["per second", "verdict", "missed"]);
    for probed in &answer.probes {
        let verdict = serde_json::json!(probed.verdict);
        let verdict = verdict.as_str().unwrap_or_default().to_owned();
        let rate = number(&format!("{:.1}", probed.per_second));
        table.add_row([rate, cell(&verdict), cell(&probed.missed.join(", "))]);
    }
    let rate = |rate: Option<f64>| rate.map_or("none".to_owned(), |rate| format!("{rate:.1}"));
    let ends = if answer.generator_ended { "the generator ended there" } else { "" };
    table.add_row([number(&rate(answer.met_per_second)), cell(&"found"), cell(&ends)]);
    table
}
