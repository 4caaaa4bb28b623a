//! `ticketing`: the organizer's command line, and the demo.
//!
//! stdout is data, stderr is talk. Exit codes: 0 done, 1 failed, 2 wrongly used; 10 where
//! `queue verify` finds a difference; 20 to 22 and 130 as `load --help` says.

mod arguments;
mod commands;
mod draw;
mod embedded;
mod entropy;
mod output;
mod plan;
mod settings;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use ticketing_profile::Usage;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Command};

/// The command could not be done.
const EXIT_FAILED: u8 = 1;

/// The command was wrongly used; clap's own code, too.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_env("TICKETING_LOG").unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            output::talk(&format!("error: {error:#}"));
            ExitCode::from(if error.is::<Usage>() { EXIT_USAGE } else { EXIT_FAILED })
        }
    }
}

#[tokio::main]
async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    settings::refuse_strangers(std::env::vars_os().map(|(name, _)| name))?;
    let Arguments { output, servers, command } = arguments;
    match command {
        Command::Demo(demo) => return commands::demo::run(demo, servers, output).await,
        Command::Load(load) => return commands::load::run(load, &servers, output).await,
        Command::Login(login) => commands::login::run(login, &servers).await?,
        Command::Venue(venue) => commands::venue::run(venue, &servers, output).await?,
        Command::Performance(performance) => {
            commands::performance::run(performance, &servers, output).await?;
        }
        Command::Queue(queue) => return commands::queue::run(queue, &servers, output).await,
        Command::Order(order) => commands::order::run(order, &servers, output).await?,
        Command::Report(report) => commands::report::run(report, &servers, output).await?,
        Command::Review(review) => commands::review::run(review, &servers, output).await?,
        Command::Events(events) => commands::events::run(events, &servers, output).await?,
        Command::Payment(payment) => commands::payment::run(payment, &servers, output).await?,
    }
    Ok(ExitCode::SUCCESS)
}
