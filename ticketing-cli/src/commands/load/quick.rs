//! `ticketing load quick`: one request, again and again.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{HeaderName, HeaderValue, Method};
use ticketing_client::clock as wall;
use ticketing_load::arrivals::{Shape, Shard, Spacing};
use ticketing_load::buyers::progress::Progress as Counters;
use ticketing_load::clock::RunClock;
use ticketing_load::health;
use ticketing_load::http::{Request, Target};
use ticketing_load::monitor::{Monitor, Totals};
use ticketing_load::quick::{Quick as Engine, Senders};
use ticketing_load::record::{Recorder, Step};
use ticketing_load::report::{Arrivals, Ended, Run};
use ticketing_load::scenario;
use ticketing_load::slo::Slo;
use ticketing_profile::Usage;
use ticketing_wire::Time;
use tokio::sync::watch;

use super::output::{Folder, refuse_taken};
use super::watched::{Ends, Progress, Shown, watched};
use super::{Dist, flags, refuse_foreign, until};
use crate::output::Format;

/// What is sent, by whom, and how it is measured.
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
    /// For how long, with --rate or --users.
    #[arg(short = 'd', long = "for", value_parser = flags::duration, default_value = "10s", conflicts_with_all = ["stages", "at_once"])]
    lasts: Duration,
    /// How arrivals lie in time.
    #[arg(long, value_enum, default_value_t = Dist::Even, conflicts_with = "users")]
    dist: Dist,
    /// Fixes what is random about them.
    #[arg(long, default_value_t = 0, conflicts_with = "users")]
    seed: u64,
    /// The part of the arrivals that this generator plays: 1/4.
    #[arg(long, value_parser = flags::shard, default_value = "1/1", conflicts_with = "users")]
    shard: Shard,
    /// When to begin, so that several generators do together: an RFC 3339 time within 12 hours.
    #[arg(long, value_name = "TIME")]
    start_at: Option<Time>,
    /// At most so many wait for an answer at once; whoever arrives beyond is dropped, and the run
    /// invalid.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..), default_value_t = 10_000, conflicts_with = "users")]
    max_vus: u32,
    /// Connections that arrivals share; as many as are needed where it is not given.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "users")]
    lanes: Option<u32>,
    /// A new connection for every request.
    #[arg(long)]
    no_keepalive: bool,
    /// How long an answer may take; what takes longer counts as that long, and as an error.
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
    /// What is due so early is sent and does not count: the servers are cold then.
    #[arg(long, value_parser = flags::duration, default_value = "0s")]
    warmup: Duration,
    /// End early, with 20, once an objective is missed after so long: 10s.
    #[arg(long, value_name = "AFTER", value_parser = flags::duration, requires = "slos")]
    abort_on_breach: Option<Duration>,
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
    refuse_foreign([&base], quick.i_own_this_target)?;
    if let Some(slo) = quick.slos.iter().find(|slo| !slo.is_of(Step::Request)) {
        let why = "one request is sent again and again: `request:` or the whole can be measured";
        return Err(Usage(format!("`{}`: {why}", slo.text())).into());
    }
    let target = Arc::new(Target::new(&base).map_err(Usage)?);
    let (senders, planned, connections) = senders(&quick).map_err(Usage)?;
    let fewer = "; fewer --users, --lanes or --max-vus need fewer";
    health::allow_descriptors(connections).map_err(|why| Usage(why + fewer))?;
    if let Some(out) = &quick.out {
        refuse_taken(out)?;
    }
    let name = format!("{} {base}{}", quick.method, without_values(&path));
    let fingerprint = fingerprint(&quick, &path);
    let engine = Engine {
        target: Arc::clone(&target),
        request: request(&quick, path),
        within: quick.timeout,
        no_keep_alive: quick.no_keepalive,
        warmup: quick.warmup,
    };
    if let Some(start_at) = quick.start_at {
        tokio::time::sleep(until(start_at)?).await;
    }

    let clock = RunClock::start(wall::now());
    let recorder = Arc::new(Recorder::new());
    let progress = Arc::new(Counters::default());
    let totals = Totals { arrivals: planned, ..Totals::default() };
    let monitor =
        Monitor::new(clock, Arc::clone(&recorder), Arc::clone(&progress), totals, &quick.slos);
    let began_at = clock.wall();
    let (end, stop) = watch::channel(false);
    let folder = quick.out.as_deref().map(Folder::make).transpose()?;
    let mut shown = Shown::new(folder, quick.progress);
    let running = engine.run(senders, clock, Arc::clone(&recorder), Arc::clone(&progress), stop);
    let ends = Ends { stop: &end, abort_after: quick.abort_on_breach };
    let watched = watched(&monitor, &mut shown, ends, running).await?;
    watched.outcome.transpose()?;

    let seen = progress.snapshot();
    let mut health = monitor.health(seen.dropped);
    health.connections = target.connections().into();
    health.shares_machine = target.is_loopback();
    let ended = Ended {
        name,
        scenario: Some(fingerprint),
        servers: vec![base],
        seed: quick.seed,
        shard: quick.shard,
        began_at,
        lasted: clock.now(),
        cut: watched.cut,
        warmup: quick.warmup,
        arrivals: Arrivals {
            planned,
            arrived: seen.arrived,
            dropped: seen.dropped,
            under_way: seen.arrived.saturating_sub(seen.gone),
        },
        active: recorder.active(),
        steps: recorder.report(),
        breaks: recorder.breaks(),
        sale: None,
        checks: Vec::new(),
        health,
    };
    let run = Run::judged(ended, &quick.slos);
    let concluded = shown.conclude(run, &recorder.histograms(), format)?;
    Ok(concluded.exit_code(concluded.run.verdict.exit_code()))
}

/// What may be secret in an address stands behind the `=` of its query.
fn without_values(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let names = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) => format!("{name}=.."),
        None => "..".to_owned(),
    });
    format!("{path}?{}", names.collect::<Vec<_>>().join("&"))
}

/// Two runs are comparable where they sent the same on the same schedule.
fn fingerprint(quick: &Quick, path: &str) -> String {
    let Quick { method, body, rate, stages, at_once, users, lasts, dist, .. } = quick;
    let Quick { lanes, max_vus, no_keepalive, timeout, .. } = quick;
    let text = format!(
        "{method} {path} {body:?} {rate:?} {stages:?} {at_once:?} {users:?} {lasts:?} {dist:?} \
         {lanes:?} {max_vus} {no_keepalive} {timeout:?}"
    );
    scenario::fingerprint(text.as_bytes())
}

/// The address of a server, and the path and query on it.
fn split(url: &str) -> Result<(String, String), Usage> {
    let uri: http::Uri =
        url.parse().map_err(|error| Usage(format!("the address cannot be read: {error}")))?;
    match (uri.scheme_str(), uri.authority()) {
        (_, Some(authority)) if authority.as_str().contains('@') => {
            let why = "send what is secret as a header: -H 'authorization: @VARIABLE'";
            Err(Usage(format!("the address says who you are; {why}")))
        }
        (Some(scheme), Some(authority)) => {
            let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
            Ok((format!("{scheme}://{authority}"), format!("{}{query}", uri.path())))
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
    let schedule = shape.schedule(Spacing::from(quick.dist), quick.seed)?;
    let planned = schedule.of_shard_count(quick.shard);
    let lanes = quick.lanes.unwrap_or(quick.max_vus);
    let connections = planned.min(lanes.into());
    let senders = Senders::Arriving {
        arrivals: Box::new(schedule.of_shard(quick.shard)),
        at_once_max: quick.max_vus,
        lanes: lanes as usize,
    };
    Ok((senders, planned, connections))
}
