//! `ticketing demo`: the scenario `arena`, and an independent verdict.

#[cfg(feature = "broken-guards")]
mod breakage;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use ticketing_load::arrivals::Shape;
use ticketing_load::health;
use ticketing_load::report::Verdict;
use ticketing_load::scenario::{Scenario, shipped};
use ticketing_profile::Usage;

use super::load::box_office::BoxOffice;
use super::load::playing::{self, Playing, Writing};
use super::load::watched::Progress;
use crate::embedded::Faults;
use crate::entropy;
use crate::output::{self, Format};
use crate::plan::Plan;

/// Connections that buyers share where each cannot have its own.
const LANES: u32 = 2_000;

/// What differs from the scenario.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Lets people join before the sale opens, draws their ranks at the opening, and draws them again
    /// at the end, from what is public: 3,000 buyers where --buyers does not say otherwise.
    #[arg(long)]
    draw: bool,
    /// How many buyers come; 5000 where it is not given.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    buyers: Option<u32>,
    /// How many may be inside at once; 300 where it is not given.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    capacity: Option<u32>,
    /// The hall's seating plan, as JSON or compact TOML; an arena of 1,500 where it is not given.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Fixes the buyers' plans and arrivals, not who wins a race.
    #[arg(long)]
    seed: Option<u32>,
    /// How it is shown while it lasts.
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    progress: Progress,
    /// Says that servers beyond this machine are yours to put under load.
    #[arg(long)]
    i_own_this_target: bool,
    /// Breaks a guard, to show that the verdict turns red.
    #[cfg(feature = "broken-guards")]
    #[arg(long = "break", value_enum, hide = true, conflicts_with_all = ["servers", "draw"])]
    breakage: Option<breakage::Breakage>,
}

pub(crate) async fn run(
    demo: Demo,
    servers: Vec<String>,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let (scenario, hall, faults) = scene(&demo)?;
    let seed = demo.seed.unwrap_or_else(some_seed).into();
    let box_office = BoxOffice::open(&servers, faults, demo.i_own_this_target).await?;
    let writing = Writing { progress: demo.progress, folder: None, abort_after: None };
    let playing =
        Playing { scenario, hall, seed, together: None, slos: Vec::new(), warmup: Duration::ZERO };
    let concluded = playing::play(box_office, playing, writing).await?.conclude(format)?;
    Ok(concluded.exit_code(code(concluded.run.verdict)))
}

/// The sale alone is judged: a machine that is slow today has sold no seat twice.
fn code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Invalid | Verdict::SloBreached => Verdict::Pass.exit_code(),
        other => other.exit_code(),
    }
}

/// What is played, and what is wrong on purpose with the box office that plays it.
fn scene(demo: &Demo) -> anyhow::Result<(Scenario, Plan, Faults)> {
    let (mut scenario, mut hall, faults) = chosen(demo);
    if let Some(path) = &demo.plan {
        hall = Plan::read(path)?;
    }
    if let Some(buyers) = demo.buyers {
        scenario.arrivals = arrivals(buyers, &scenario);
    }
    scenario.policy.line_capacity = demo.capacity.or(scenario.policy.line_capacity);
    let buyers = scenario.schedule(0).map_err(Usage)?.count();
    // A server in this process has the other end of each connection.
    if health::allow_descriptors(buyers * 2).is_err() {
        output::talk(&format!("{buyers} buyers share {LANES} connections: no more may be open"));
        scenario.lanes = Some(LANES);
    }
    Ok((scenario, hall, faults))
}

/// So many in the scenario's way: as fast, or faster where it would take longer than that does.
fn arrivals(buyers: u32, scenario: &Scenario) -> Shape {
    match scenario.arrivals {
        Shape::Constant { rate, lasts } => {
            let lasts = lasts.min(Duration::from_secs_f64(f64::from(buyers) / rate));
            Shape::Constant { rate: f64::from(buyers) / lasts.as_secs_f64(), lasts }
        }
        Shape::OnSale { build_up, herd, tail, .. } => {
            Shape::OnSale { buyers: buyers.into(), build_up, herd, tail }
        }
        _ => Shape::AtOnce { buyers: buyers.into() },
    }
}

fn ordinary(demo: &Demo) -> (Scenario, Plan, Faults) {
    let name = if demo.draw { "presale-draw" } else { "arena" };
    let scenario = shipped(name).expect("both are shipped");
    (scenario, Plan::arena(), Faults::default())
}

#[cfg(feature = "broken-guards")]
fn chosen(demo: &Demo) -> (Scenario, Plan, Faults) {
    let Some(breakage) = demo.breakage else { return ordinary(demo) };
    let (scenario, hall) = breakage::scene();
    (scenario, hall, breakage.faults())
}

#[cfg(not(feature = "broken-guards"))]
fn chosen(demo: &Demo) -> (Scenario, Plan, Faults) {
    ordinary(demo)
}

/// A seed that nobody chose; short, so that it is easily given again.
fn some_seed() -> u32 {
    u32::try_from(entropy::fresh() & u128::from(u32::MAX)).expect("the mask leaves 32 bits")
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use ticketing_load::arrivals::Spacing;

    use crate::arguments::{Arguments, Command};

    use super::*;

    fn parse(line: &[&str]) -> Result<Demo, clap::Error> {
        let line = ["ticketing", "demo"].iter().chain(line);
        Arguments::try_parse_from(line).map(|arguments| match arguments.command {
            Command::Demo(demo) => demo,
            other => panic!("{other:?} is not the demo"),
        })
    }

    #[test]
    fn the_demo_takes_its_options() {
        let demo = parse(&["--buyers", "200", "--capacity", "30", "--seed", "7"]).unwrap();
        assert_eq!((demo.buyers, demo.capacity, demo.seed), (Some(200), Some(30), Some(7)));
    }

    #[test]
    fn as_many_buyers_come_as_were_asked_for_in_no_more_time_than_the_scenario_takes() {
        let lasts = |buyers| {
            let mut scenario = shipped("arena").unwrap();
            scenario.arrivals = Shape::Constant { rate: 250.0, lasts: Duration::from_secs(20) };
            let schedule = arrivals(buyers, &scenario).schedule(Spacing::Even, 0).unwrap();
            assert_eq!(schedule.count(), u64::from(buyers));
            schedule.lasts().as_millis()
        };
        assert_eq!([60, 5_000, 60_000].map(lasts), [240, 20_000, 20_000]);
    }

    #[test]
    fn a_draw_has_as_many_buyers_and_some_of_them_before_the_opening() {
        let shape = arrivals(400, &shipped("presale-draw").unwrap());
        assert_eq!(shape.schedule(Spacing::Even, 0).unwrap().count(), 400);
        assert!(!shape.opens_after().is_zero());
        assert!(parse(&["--draw"]).unwrap().draw);
    }

    #[test]
    fn a_demo_without_buyers_is_refused() {
        assert!(parse(&["--buyers", "0"]).is_err());
    }

    #[cfg(not(feature = "broken-guards"))]
    #[test]
    fn an_ordinary_build_has_no_way_to_break_a_guard() {
        let error = parse(&["--break", "seats"]).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::UnknownArgument);
    }

    #[cfg(feature = "broken-guards")]
    #[test]
    fn guards_are_broken_in_the_embedded_server_only() {
        assert!(parse(&["--break", "hold-conflict"]).is_ok());
        assert!(parse(&["--break", "seats", "--server", "http://localhost"]).is_err());
    }
}
