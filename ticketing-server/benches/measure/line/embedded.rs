//! The embedded line as it grows.

use std::time::{Duration, Instant};

use secrecy::SecretString;
use ticketing_core::PerformanceId;
use ticketing_core::accounts::Caller;

use super::{SIZES, report};
use crate::office::Measured;

/// As many accounts as one request makes.
const CHUNK: u32 = 10_000;
/// Few enough to be near the head of a line with capacity 1.
const NEAR: usize = 300;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let measured = Measured::embedded()?;
    let sale = measured.sale(10, 1).await?;
    let first = callers(&measured).await?;
    let mut near = Vec::new();
    for caller in &first[..NEAR] {
        near.push((*caller, measured.office.join(caller, sale).await?.place_token));
    }
    let mut waiting = NEAR as u64;
    let empty = resident_bytes()?;
    for size in SIZES {
        while waiting < size - u64::from(CHUNK) {
            waiting += join(&measured, sale, &callers(&measured).await?).await?.0;
        }
        let (joined, took) = join(&measured, sale, &callers(&measured).await?).await?;
        waiting += joined;
        let polls = polls(&measured, sale, &near).await?;
        let join_us = took.as_secs_f64() * 1e6 / joined as f64;
        let bytes = resident_bytes()?.saturating_sub(empty) as f64 / waiting as f64;
        report(
            &format!("embedded, {size} waiting"),
            &format!("join {join_us:.2} us, near poll {polls:.2} us, {bytes:.0} bytes per place"),
        );
    }
    Ok(())
}

/// Signed in, and with no account left behind: only the line is to grow.
async fn callers(measured: &Measured) -> anyhow::Result<Vec<Caller>> {
    let buyers = measured.buyers(CHUNK).await?;
    let password = SecretString::from("a password of the measurement");
    let session = measured.office.sign_in("administrator@example.org", &password).await?;
    let administrator = measured.office.authenticate(&session.access_token)?;
    measured.office.remove_synthetic_buyers(&administrator).await?;
    Ok(buyers.into_iter().map(|(caller, _)| caller).collect())
}

async fn join(
    measured: &Measured,
    sale: PerformanceId,
    callers: &[Caller],
) -> anyhow::Result<(u64, Duration)> {
    let begun = Instant::now();
    for caller in callers {
        measured.office.join(caller, sale).await?;
    }
    Ok((callers.len() as u64, begun.elapsed()))
}

/// Microseconds of a poll that reaches the line.
async fn polls(
    measured: &Measured,
    sale: PerformanceId,
    near: &[(Caller, String)],
) -> anyhow::Result<f64> {
    let begun = Instant::now();
    for _ in 0..50 {
        for (caller, token) in near {
            measured.office.ask(caller, sale, token).await?;
        }
    }
    Ok(begun.elapsed().as_secs_f64() * 1e6 / (50 * near.len()) as f64)
}

fn resident_bytes() -> anyhow::Result<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let resident = pages.split_whitespace().nth(1).unwrap_or("0").parse::<u64>()?;
    Ok(resident * 4096)
}
