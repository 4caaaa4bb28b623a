//! `ticketing-sandbox-gateway`: the sandbox payment gateway as a process.

use std::env::VarError;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use secrecy::SecretString;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use ticketing_gateway::{ALWAYS, Clock, Fault, FaultPlan, Gateway, LedgerError, Options, Webhooks};

const SECRET: &str = "TICKETING_GATEWAY_SECRET";
const WEBHOOK_SECRETS: &str = "TICKETING_GATEWAY_WEBHOOK_SECRETS";
/// A setting this program cannot work with.
const EXIT_UNUSABLE: u8 = 2;

/// How many times as fast as the machine's the gateway's clock may run.
const MAX_SPEED: u32 = 3_600;

/// A payment gateway that moves no money: it speaks `PortOne` V2 and keeps a ledger.
///
/// The secret that shops must present is read from `TICKETING_GATEWAY_SECRET`; what webhooks are
/// signed with, the first of `TICKETING_GATEWAY_WEBHOOK_SECRETS`.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
    /// Where captures and cancels are written; without it they end with the process.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Where the shop listens to webhooks; may be given several times.
    #[arg(long, value_name = "URL")]
    webhook_url: Vec<String>,
    /// Who is asked before a charge that the shop does not confirm itself.
    #[arg(long, value_name = "URL")]
    confirm_url: Option<String>,
    /// Let anybody make things happen at the provider (/sandbox/control/..).
    #[arg(long)]
    sandbox_control: bool,
    /// What goes wrong on purpose, and how often of a thousand times, such as reply-lost=100.
    #[arg(long, value_name = "FAULT=RATE", value_parser = fault)]
    fault: Vec<(Fault, u16)>,
    /// Where in its round each fault begins, and how long delays are.
    #[arg(long, value_name = "N", default_value_t = 0)]
    fault_seed: u64,
    /// How many times as fast as the machine's the gateway's clock runs.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_SPEED)))]
    time_scale: u32,
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

/// A secret, by the name of its variable, and what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{0} {1}")]
struct UnusableSecret(&'static str, &'static str);

/// The secret, which has no default and must fit into a header.
fn secret() -> anyhow::Result<SecretString> {
    let secret = match std::env::var(SECRET) {
        Ok(secret) => secret,
        Err(VarError::NotPresent) => return Err(UnusableSecret(SECRET, "is not set").into()),
        Err(VarError::NotUnicode(_)) => return Err(UnusableSecret(SECRET, "is not text").into()),
    };
    if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(
            UnusableSecret(SECRET, "is empty or has other than visible ASCII characters").into()
        );
    }
    Ok(secret.into())
}

/// Where webhooks go, and what they are signed with: the first secret, as the second is one that is
/// being replaced.
fn webhooks(urls: Vec<String>, confirm_url: Option<String>) -> anyhow::Result<Option<Webhooks>> {
    if urls.is_empty() && confirm_url.is_none() {
        return Ok(None);
    }
    let secrets = std::env::var(WEBHOOK_SECRETS);
    let secrets = secrets.map_err(|_| {
        UnusableSecret(WEBHOOK_SECRETS, "must be set for --webhook-url and --confirm-url")
    })?;
    let secret = secrets.split(',').next().unwrap_or_default().trim().into();
    let webhooks = Webhooks { urls, confirm_url, secret };
    webhooks.check().map_err(|_| UnusableSecret(WEBHOOK_SECRETS, "is not base64"))?;
    Ok(Some(webhooks))
}

fn fault(text: &str) -> Result<(Fault, u16), String> {
    let (name, rate) = text.split_once('=').ok_or("expected FAULT=RATE, such as slow=50")?;
    let known = || Fault::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names = || known().map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ");
    let fault = Fault::from_str(name, false).map_err(|_| format!("the faults are {}", names()))?;
    match rate.parse() {
        Ok(rate @ 0..=ALWAYS) => Ok((fault, rate)),
        _ => Err(format!("the rate is not between 0 and {ALWAYS}")),
    }
}

#[tokio::main]
async fn run(arguments: Arguments, secret: SecretString) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be received")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be received")?;
    if arguments.ledger.is_none() {
        tracing::warn!("the ledger is in memory and ends with this process");
    }
    let options = Options {
        secret,
        ledger: arguments.ledger,
        faults: FaultPlan {
            seed: arguments.fault_seed,
            rates: arguments.fault.into_iter().collect(),
            ..FaultPlan::default()
        },
        clock: match arguments.time_scale {
            1 => Clock::system(),
            speed => Clock::scaled_from_now(speed),
        },
        control: arguments.sandbox_control,
        webhooks: webhooks(arguments.webhook_url, arguments.confirm_url)?,
    };
    let gateway = Gateway::open(options)?;
    let listener = ticketing_gateway::listen(arguments.listen)
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
