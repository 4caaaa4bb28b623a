//! `ticketing load quick`: one request, again and again.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{HeaderName, HeaderValue, Method};
use ticketing_client::clock as wall;
use ticketing_load::arrivals::{Schedule, Shape, Shard, Spacing};
use ticketing_load::buyers::progress::Progress as Counters;
use ticketing_load::clock::RunClock;
use ticketing_load::health;
use ticketing_load::http::{Request, Target};
use ticketing_load::monitor::Monitor;
use ticketing_load::quick::{Quick as Engine, Senders};
use ticketing_load::record::Recorder;
use ticketing_load::report::{self, Arrivals, Ended, Run};
use ticketing_load::slo::Slo;
use tokio::sync::watch;

use super::live::Totals;
use super::output::Folder;
use super::watched::{Progress, Shown, watched};
use super::{Dist, flags, refuse_foreign};
use crate::output::{self, Format};
use crate::settings::Usage;

/// At most so many requests wait for an answer at once; whoever arrives beyond is dropped.
const AT_ONCE_MAX: u32 = 10_000;

/// Requests to one address, at a rate that the answers do not change: whoever is due is sent,
/// whatever became of those before, and its time counts from when it was due. With `--users`
/// instead, each asks again once it was answered, as fast as it goes.
#[derive(Debug, Args)]
pub(crate) struct Quick {
    /// The request's method.
    #[arg(value_parser = method)]
    method: Method,
    /// The address.
    url: String,
    /// So many per second: 500/s, 30/min.
    #[arg(short, long, value_parser = flags::rate, conflicts_with_all = ["stages", "at_once", "users"])]
    rate: Option<f64>,
    /// Rates at times, with straight lines between: 0:0,30s:500,5m:500.
    #[arg(long, value_parser = flags::stages, conflicts_with_all = ["at_once", "users"])]
    stages: Option<Shape>,
    /// So many together: 20k.
    #[arg(long, value_parser = flags::count, conflicts_with = "users")]
    at_once: Option<u64>,
    /// So many who ask again once they were answered.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    users: Option<u32>,
    /// For how long.
    #[arg(short = 'd', long = "for", value_parser = flags::duration, default_value = "10s")]
    lasts: Duration,
    /// How arrivals lie in time.
    #[arg(long, value_enum, default_value_t = Dist::Even)]
    dist: Dist,
    /// Fixes what is random about them.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The part of the arrivals that this generator plays: 1/4.
    #[arg(long, value_parser = flags::shard, default_value = "1/1")]
    shard: Shard,
    /// Connections that arrivals share; as many as are needed where it is not given.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "users")]
    lanes: Option<u32>,
    /// A new connection for every request.
    #[arg(long)]
    no_keepalive: bool,
    /// How long an answer may take.
    #[arg(long, value_parser = flags::duration, default_value = "10s")]
    timeout: Duration,
    /// A header: `name: value`; repeatable. `@NAME` as value takes it from that variable.
    #[arg(short = 'H', long = "header", value_parser = flags::header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The request's body.
    #[arg(long, value_name = "TEXT")]
    body: Option<String>,
    /// What is to be met, such as 'request:p99<250ms' or 'errors<0.1%'; repeatable.
    #[arg(long = "slo", value_parser = flags::slo)]
    slos: Vec<Slo>,
    /// How the run is shown while it lasts.
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    progress: Progress,
    /// The folder that the run is written to; it is not written anywhere without.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Says that a server beyond this machine is yours to put under load.
    #[arg(long)]
    i_own_this_target: bool,
}

pub(crate) async fn run(quick: Quick, format: Format) -> anyhow::Result<ExitCode> {
    let (base, path) = split(&quick.url)?;
    let target = Arc::new(Target::new(&base).map_err(Usage)?);
    refuse_foreign(std::slice::from_ref(&base), quick.i_own_this_target)?;
    let (senders, planned, connections) = senders(&quick).map_err(Usage)?;
    health::allow_descriptors(connections).map_err(Usage)?;
    let folder = quick.out.as_deref().map(Folder::make).transpose()?;

    let clock = RunClock::start(wall::now());
    let recorder = Arc::new(Recorder::new());
    let progress = Arc::new(Counters::default());
    let monitor = Monitor::new(clock, Arc::clone(&recorder), Arc::clone(&progress));
    let began_at = clock.wall();
    let (end, stop) = watch::channel(false);
    let engine = Engine {
        target: Arc::clone(&target),
        request: request(&quick, path),
        within: quick.timeout,
        no_keep_alive: quick.no_keepalive,
        senders,
    };
    let mut shown = Shown::new(folder, quick.progress, Totals { arrivals: planned, sale: None });
    let running = engine.run(clock, Arc::clone(&recorder), progress, stop);
    let watched = watched(&monitor, &mut shown, &end, running).await?;
    let interrupted = watched.interrupted;
    let came = watched.outcome.transpose()?.unwrap_or_default();

    let mut health = monitor.health(came.dropped);
    health.connections = target.connections().into();
    let ended = Ended {
        name: format!("{} {}", quick.method, quick.url),
        scenario: None,
        servers: vec![base],
        seed: quick.seed,
        shard: quick.shard,
        began_at,
        lasted: clock.now(),
        interrupted,
        arrivals: Arrivals { planned, arrived: came.arrived, dropped: came.dropped },
        steps: recorder.report(),
        breaks: recorder.breaks(),
        sale: None,
        checks: Vec::new(),
        health,
    };
    let run = Run::judged(ended, &quick.slos);
    shown.finish(&run, &recorder.histograms())?;
    output::print_line(format, &run, || report::text(&run))?;
    Ok(ExitCode::from(run.verdict.exit_code()))
}

/// The address of a server, and the path and query on it.
fn split(url: &str) -> Result<(String, String), Usage> {
    let uri: http::Uri =
        url.parse().map_err(|error| Usage(format!("`{url}` is no address: {error}")))?;
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) => {
            let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
            Ok((format!("{scheme}://{authority}"), path.to_owned()))
        }
        _ => Err(Usage(format!("`{url}` is no address, such as http://127.0.0.1:8080/v1"))),
    }
}

fn method(text: &str) -> Result<Method, String> {
    text.to_ascii_uppercase().parse().map_err(|_| format!("`{text}` is no method"))
}

fn request(quick: &Quick, path: String) -> Request {
    let body = quick.body.clone().unwrap_or_default();
    let headers = quick.headers.iter().cloned().collect();
    Request { method: quick.method.clone(), path, headers, body: Bytes::from(body) }
}

/// Who sends, how many are to come, and how many connections they need at most.
fn senders(quick: &Quick) -> Result<(Senders, u64, u64), String> {
    if let Some(count) = quick.users {
        let senders = Senders::Users { count: count as usize, lasts: quick.lasts };
        return Ok((senders, count.into(), count.into()));
    }
    let shape = match (&quick.stages, quick.at_once, quick.rate) {
        (Some(stages), ..) => stages.clone(),
        (_, Some(buyers), _) => Shape::AtOnce { buyers },
        (_, _, Some(rate)) => Shape::Constant { rate, lasts: quick.lasts },
        _ => return Err("say how many: --rate, --stages, --at-once or --users".to_owned()),
    };
    let (curve, spacing) = (shape.curve()?, Spacing::from(quick.dist));
    let schedule = Schedule::Along { curve, spacing, seed: quick.seed };
    let planned = schedule.of_shard_count(quick.shard);
    let lanes = quick.lanes.unwrap_or(AT_ONCE_MAX) as usize;
    let connections = planned.min(lanes as u64);
    let senders =
        Senders::Arriving { schedule, shard: quick.shard, at_once_max: AT_ONCE_MAX, lanes };
    Ok((senders, planned, connections))
}
