//! Ratios to a limit measured in the same run: polls and the seats' status against a bare axum
//! handler that answers the same bytes, holds against the same calls by a bare Redis client,
//! orders against pgbench running the same SQL, payments against a bare loop of the same statements.

mod cost;
mod holds;
mod orders;
mod overheard;
mod payments;
mod polls;
mod seats;

pub(crate) use self::polls::in_turns;
use std::future::Future;
use std::time::{Duration, Instant};

/// How many requests are under way at once.
const PARALLEL: usize = 64;
/// How long each side of a ratio is measured.
const MEASURED_FOR: Duration = Duration::from_secs(2);

pub(crate) async fn measure() -> anyhow::Result<()> {
    println!("{:<44} {:>10} {:>10} {:>7}", "per second", "ours", "limit", "ratio");
    polls::measure().await?;
    seats::measure().await?;
    let (office, holds) = holds::measure().await?;
    let orders = orders::measure(&office, holds).await?;
    payments::measure(&office, &orders).await?;
    office.close().await
}

fn report(what: &str, ours: f64, limit: f64) {
    println!("{what:<44} {ours:>10.0} {limit:>10.0} {:>7.2}", ours / limit);
}

/// Runs a worker [`PARALLEL`] times until the time is over; each answers how often it succeeded.
async fn rate<Work, Working>(work: Work) -> anyhow::Result<f64>
where
    Work: Fn(usize, Instant) -> Working,
    Working: Future<Output = anyhow::Result<u64>> + Send + 'static,
{
    let started = Instant::now();
    let until = started + MEASURED_FOR;
    let workers: Vec<_> = (0..PARALLEL).map(|worker| tokio::spawn(work(worker, until))).collect();
    let mut done = 0;
    for worker in workers {
        done += worker.await??;
    }
    Ok(done as f64 / started.elapsed().as_secs_f64())
}
