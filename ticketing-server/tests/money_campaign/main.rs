//! Buyers, late captures and refunds against a gateway that goes wrong in every way it knows, on two
//! servers that are killed at random; the gateway's ledger judges. Not one of cargo's own tests: a
//! campaign is named by its seed.
//!
//!     cargo test -p ticketing-server --test money_campaign -- --seed 7
//!
//! With `--ignored`, as the tests that need `./services up`, three seeds run, and a performance with
//! five hundred orders is cancelled (`--called-off` alone); `--seeds 30` runs the first thirty. Time
//! runs [`SPEED`](time::SPEED) times as fast for everybody during the storm, and stands at the end,
//! where the judge's own box office does everything that is left to do. Built with `broken-guards`,
//! `--ignored` lets processes die at every crash point instead, and takes out guards to see a campaign
//! turn red; `--without fence` takes out that one and says what is found.

mod books;
mod buyers;
mod called_off;
mod campaign;
mod commands;
#[cfg(feature = "broken-guards")]
mod crashes;
mod judge;
mod mischief;
mod organizers;
mod pieces;
mod server;
mod settlement;
mod stage;
mod time;

use std::ops::RangeInclusive;
use std::process::ExitCode;

#[cfg(feature = "broken-guards")]
use futures_util::{FutureExt as _, StreamExt as _, stream};
#[cfg(feature = "broken-guards")]
use tokio::{runtime::Handle, task::JoinHandle};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// What `--ignored` runs.
const SEEDS: u64 = 3;
/// How many play side by side where nobody is in a hurry: each has a stage of its own, and mostly waits.
#[cfg(feature = "broken-guards")]
const AT_ONCE: usize = 2;

fn main() -> ExitCode {
    show_errors();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let is_whole = words.contains(&"--ignored");
    let seeds = match words.as_slice() {
        ["--serve"] => return server::serve(),
        #[cfg(feature = "broken-guards")]
        ["--without", guard] => return ended(campaign::campaign_without(guard)),
        ["--called-off"] => return ended(called_off::called_off()),
        ["--seed", seed] => seed.parse().map(|seed| seed..=seed),
        ["--seeds", count] => count.parse().map(|count| 1..=count),
        _ if is_whole => Ok(1..=SEEDS),
        _ => {
            eprintln!(
                "money campaign: ignored, needs ./services up; --seed N, --seeds N, --called-off, \
                 --ignored"
            );
            return ExitCode::SUCCESS;
        }
    };
    let Ok(seeds) = seeds else {
        eprintln!("money campaign: a seed is a number");
        return ExitCode::FAILURE;
    };
    ended(run(seeds, is_whole))
}

fn ended(playing: impl Future<Output = Result<(), String>>) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match runtime.block_on(playing) {
        Ok(()) => ExitCode::SUCCESS,
        Err(findings) => {
            eprintln!("money campaign: RED\n{findings}");
            ExitCode::FAILURE
        }
    }
}

/// Of every process; but that a person is needed is no error here.
fn show_errors() {
    let shown = Targets::new()
        .with_default(LevelFilter::ERROR)
        .with_target("ticketing_core::orders::attention", LevelFilter::OFF);
    let errors = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(errors.with_filter(shown)).init();
}

async fn run(seeds: RangeInclusive<u64>, is_whole: bool) -> Result<(), String> {
    #[cfg(feature = "broken-guards")]
    if is_whole {
        crashes::all().await?;
        return guards_taken_out().await;
    }
    if is_whole {
        called_off::called_off().await?;
    }
    for seed in seeds {
        campaign::campaign(seed).await.map_err(|found| format!("seed {seed}\n{found}"))?;
    }
    Ok(())
}

/// Without a guard the campaign is red, and this is among what it finds.
#[cfg(feature = "broken-guards")]
async fn guards_taken_out() -> Result<(), String> {
    let finds = [
        ("gate", "was sold to"),
        ("live_attempt", "is still Confirming"),
        ("version", "[] its own"),
        ("watch", "kept, 0 due"),
        ("amount", "kept, 10700 due"),
        ("void", "is Refunded and has 1 tickets"),
        ("quota", "the limit per buyer counts seats"),
        ("fence", "3400 kept, 12400 due"),
    ];
    let mut judged = stream::iter(finds)
        .map(|(guard, finding)| {
            let played = apart(move || campaign::campaign_without(guard));
            played.map(move |ended| red(guard, finding, &ended.expect("no campaign panics")))
        })
        .buffered(AT_ONCE);
    while let Some(judged) = judged.next().await {
        judged?;
    }
    red("inbox", "were counted", &crashes::without_the_inbox().await)
}

/// Plays on a thread of its own.
#[cfg(feature = "broken-guards")]
fn apart<Played: Future>(
    play: impl FnOnce() -> Played + Send + 'static,
) -> JoinHandle<Played::Output>
where
    Played::Output: Send + 'static,
{
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(play()))
}

#[cfg(feature = "broken-guards")]
fn red(guard: &str, finding: &str, judged: &Result<(), String>) -> Result<(), String> {
    match judged {
        Err(findings) if findings.contains(finding) => {
            println!("without {guard} it is red, as it should be");
            Ok(())
        }
        judged => Err(format!("without {guard} it is {judged:?}")),
    }
}
