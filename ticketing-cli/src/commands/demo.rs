//! `ticketing demo`: a contested on-sale with virtual buyers, and an independent verdict.

mod box_office;
#[cfg(feature = "broken-guards")]
mod breakage;
mod on_sale;
mod report;
mod scene;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ticketing_client::clock;
use ticketing_load::clock::RunClock;

use crate::entropy;
use crate::output::{self, Format};

use box_office::BoxOffice;
use report::Report;
use scene::Scene;

/// The verdict is red.
const EXIT_RED: u8 = 10;

/// Let thousands of virtual buyers contest one hall, and judge afterwards from what each of them
/// was told whether the box office did right. Without `--server`, a server and a payment gateway
/// are started in this process. With it, `TICKETING_ADMIN_EMAIL`, `TICKETING_ADMIN_PASSWORD` and
/// `TICKETING_GATEWAY` say the rest. Exits with 10 where the verdict is red.
#[derive(Debug, Args)]
pub(crate) struct Demo {
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
    /// Breaks a guard, to show that the verdict turns red.
    #[cfg(feature = "broken-guards")]
    #[arg(long = "break", value_enum, hide = true, conflicts_with = "servers")]
    breakage: Option<breakage::Breakage>,
}

pub(crate) async fn run(
    demo: Demo,
    servers: Vec<String>,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let clock = RunClock::start(clock::now());
    let (scene, faults) = Scene::of(&demo)?;
    let seed = demo.seed.unwrap_or_else(some_seed);
    let box_office = BoxOffice::open(&servers, faults).await?;
    let outcome = on_sale::run(&box_office, &scene, seed, clock).await;
    box_office.close().await;
    let (evidence, steps) = outcome?;

    let report = Report::new(&evidence, steps, clock.now(), seed, servers);
    output::print(format, &report, || report.steps_table())?;
    report.print_verdict(format)?;
    Ok(if report.is_green() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_RED) })
}

/// A seed that nobody chose; short, so that it is easily given again.
fn some_seed() -> u32 {
    u32::try_from(entropy::fresh() & u128::from(u32::MAX)).expect("the mask leaves 32 bits")
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

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
