//! `ticketing-sandbox-gateway`: the sandbox payment gateway as a process.

use std::env::VarError;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use ticketing_gateway::{FaultPlan, Gateway, LedgerError, Options};

/// A setting this program cannot work with.
const EXIT_UNUSABLE: u8 = 2;

/// A payment gateway that moves no money: it speaks `PortOne` V2 and keeps a ledger.
///
/// The secret that shops must present is read from `TICKETING_GATEWAY_SECRET`.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
    /// Where captures and cancels are written; without it they end with the process.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    match secret().and_then(|secret| run(arguments, secret)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            let unusable = error.is::<LedgerError>() || error.is::<UnusableSecret>();
            if unusable { ExitCode::from(EXIT_UNUSABLE) } else { ExitCode::FAILURE }
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("TICKETING_GATEWAY_SECRET {0}")]
struct UnusableSecret(&'static str);

/// The secret, which has no default and must fit into a header.
fn secret() -> anyhow::Result<SecretString> {
    let secret = match std::env::var("TICKETING_GATEWAY_SECRET") {
        Ok(secret) => secret,
        Err(VarError::NotPresent) => return Err(UnusableSecret("is not set").into()),
        Err(VarError::NotUnicode(_)) => return Err(UnusableSecret("is not text").into()),
    };
    if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(UnusableSecret("is empty or has other than visible ASCII characters").into());
    }
    Ok(secret.into())
}

#[tokio::main]
async fn run(arguments: Arguments, secret: SecretString) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be received")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be received")?;
    if arguments.ledger.is_none() {
        tracing::warn!("the ledger is in memory and ends with this process");
    }
    let options = Options { secret, ledger: arguments.ledger, faults: FaultPlan::default() };
    let gateway = Gateway::open(options)?;
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    writeln!(io::stdout(), "listening on http://{}", listener.local_addr()?)?;
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("finishing open requests");
    };
    Ok(ticketing_gateway::serve_opened(listener, gateway, shutdown).await?)
}
