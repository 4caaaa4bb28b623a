//! The line in Redis as it grows. The crowd is written straight into the line's own buckets: what is
//! measured are joins and polls among so many, through the box office.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use ticketing_core::accounts::Caller;
use ticketing_core::{BoxOffice, PerformanceId};
use uuid::Uuid;

use super::{SIZES, report};
use crate::office::{Measured, setting};

/// As the line itself spreads its accounts.
const BUCKETS: u128 = 131_072;
const KEPT_SECONDS: u32 = 7 * 24 * 3600;
const PIPELINE: u64 = 10_000;
/// Joins measured at each size, and how many are under way at once.
const JOINS: u32 = 10_000;
const PARALLEL: usize = 64;
const NEAR: u32 = 300;
const POLL_ROUNDS: usize = 50;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let measured = Measured::on_services().await?;
    let sale = measured.sale(10, 1).await?;
    let client = redis::Client::open(setting("TICKETING_REDIS"))?;
    let mut redis = client.get_multiplexed_async_connection().await?;
    let mut near = Vec::new();
    for (caller, _) in measured.buyers(NEAR).await? {
        let token = measured.office.join(&caller, sale).await?.place_token;
        near.push((caller, token));
    }
    let prefix = format!("{{{}:{sale}}}:1", measured.namespace);
    let near = Arc::new(near);
    let mut waiting = u64::from(NEAR);
    let empty = used_memory(&mut redis).await?;
    for size in SIZES {
        waiting = fill(&mut redis, &prefix, waiting, size).await?;
        until_the_file_is_rewritten(&mut redis).await?;
        let used = used_memory(&mut redis).await?.saturating_sub(empty);
        let buyers = measured.buyers(JOINS).await?;
        let callers: Vec<Caller> = buyers.into_iter().map(|(caller, _)| caller).collect();
        let joins = joins(&measured.office, sale, Arc::new(callers)).await?;
        waiting += u64::from(JOINS);
        let polls = polls(&measured.office, sale, &near).await?;
        let bytes = used as f64 / size as f64;
        report(
            &format!("Redis, {size} waiting"),
            &format!("{joins:.0} joins/s, {polls:.0} near polls/s, {bytes:.0} bytes per place"),
        );
    }
    let keys: Vec<String> =
        redis::cmd("KEYS").arg(format!("{prefix}*")).query_async(&mut redis).await?;
    for some in keys.chunks(1_000) {
        let _: i64 = redis::cmd("UNLINK").arg(some).query_async(&mut redis).await?;
    }
    measured.close().await
}

/// Enters strangers up to `size`, as joining does.
async fn fill(
    redis: &mut MultiplexedConnection,
    prefix: &str,
    from: u64,
    size: u64,
) -> anyhow::Result<u64> {
    let mut number = from;
    while number < size {
        let mut pipeline = redis::pipe();
        let end = size.min(number + PIPELINE);
        while number < end {
            number += 1;
            let account =
                u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
            let bucket = format!("{prefix}:a:{:x}", account % BUCKETS);
            let raw = Uuid::from_u128(account).into_bytes();
            pipeline.hset(&bucket, &raw[..], number).ignore();
            pipeline.cmd("EXPIRE").arg(&bucket).arg(KEPT_SECONDS).ignore();
        }
        let _: () = pipeline.query_async(redis).await?;
    }
    let _: () = redis::cmd("HSET")
        .arg(format!("{prefix}:line"))
        .arg(&["last", &number.to_string(), "ceiling", &number.to_string()])
        .query_async(redis)
        .await?;
    Ok(number)
}

async fn joins(
    office: &BoxOffice,
    sale: PerformanceId,
    callers: Arc<Vec<Caller>>,
) -> anyhow::Result<f64> {
    let (next, begun) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let work = (0..PARALLEL).map(|_| {
        let (office, callers, next) = (office.clone(), callers.clone(), next.clone());
        tokio::spawn(async move {
            while let Some(caller) = callers.get(next.fetch_add(1, Ordering::Relaxed)) {
                office.join(caller, sale).await?;
            }
            anyhow::Ok(())
        })
    });
    for worker in work.collect::<Vec<_>>() {
        worker.await??;
    }
    Ok(callers.len() as f64 / begun.elapsed().as_secs_f64())
}

async fn polls(
    office: &BoxOffice,
    sale: PerformanceId,
    near: &Arc<Vec<(Caller, String)>>,
) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let work = (0..PARALLEL).map(|worker| {
        let (office, near) = (office.clone(), near.clone());
        tokio::spawn(async move {
            for round in 0..POLL_ROUNDS {
                for at in (worker..near.len()).step_by(PARALLEL) {
                    let (caller, token) = &near[(at + round) % near.len()];
                    office.ask(caller, sale, token).await?;
                }
            }
            anyhow::Ok(())
        })
    });
    for worker in work.collect::<Vec<_>>() {
        worker.await??;
    }
    let elapsed: Duration = begun.elapsed();
    Ok((POLL_ROUNDS * near.len()) as f64 / elapsed.as_secs_f64())
}

async fn used_memory(redis: &mut MultiplexedConnection) -> anyhow::Result<u64> {
    Ok(about(redis, "used_memory").await?.parse()?)
}

/// Filling makes Redis rewrite its append-only file in the background, on one of the cores that are
/// to be measured.
async fn until_the_file_is_rewritten(redis: &mut MultiplexedConnection) -> anyhow::Result<()> {
    for what in ["aof_rewrite_scheduled", "aof_rewrite_in_progress"] {
        while about(redis, what).await? != "0" {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    Ok(())
}

async fn about(redis: &mut MultiplexedConnection, what: &str) -> anyhow::Result<String> {
    let about: String = redis::cmd("INFO").arg("everything").query_async(redis).await?;
    let line = about.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
    Ok(line.unwrap_or_default().trim().to_owned())
}
