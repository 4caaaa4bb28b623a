//! `ticketing-server`: the box office over HTTP.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use ticketing_server::{Settings, SettingsError};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Serves the box office. Without service settings it runs embedded: no services, and its data end
/// with the process.
///
/// Settings come from the environment (`TICKETING_POSTGRES`, `TICKETING_REDIS`, `TICKETING_KAFKA`,
/// `TICKETING_SIGNING_KEY`, `TICKETING_GATEWAY`, ..) or from the file named by --config.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where requests are accepted.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: SocketAddr,
    /// Where Prometheus scrapes.
    #[arg(long, default_value = "127.0.0.1:9464", value_name = "ADDR")]
    metrics_listen: SocketAddr,
    /// Lets administrators make accounts without passwords, for load tests.
    #[arg(long)]
    allow_synthetic_buyers: bool,
    /// A TOML file of settings: `postgres = ".."`, `signing_key = ".."`; the environment wins.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A setting cannot be used.
const EXIT_USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("TICKETING_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ticketing-server: {error:#}");
            let usage = error.downcast_ref::<SettingsError>().is_some();
            if usage { ExitCode::from(EXIT_USAGE) } else { ExitCode::FAILURE }
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let settings = Settings::read(arguments.config.as_deref())?;
    have_all_descriptors();
    let listener = ticketing_gateway::listen(arguments.listen)
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    let metrics = ticketing_server::Metrics::listen(arguments.metrics_listen)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let running = ticketing_server::Deployment::start(
        &settings,
        listener,
        metrics,
        arguments.allow_synthetic_buyers,
    )
    .await?;
    println!("listening on {}", running.url());
    std::io::stdout().flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    tracing::info!("draining");
    running.stop().await;
    Ok(())
}

/// As many files and sockets as this process may have: by default it begins with far fewer, and
/// each buyer who waits is one.
fn have_all_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    let all = Rlimit { current: limit.maximum, ..limit };
    match setrlimit(Resource::Nofile, all) {
        Ok(()) => tracing::info!(descriptors = limit.maximum, "raised the limit of open files"),
        Err(error) => tracing::warn!(%error, ?limit, "cannot raise the limit of open files"),
    }
}
