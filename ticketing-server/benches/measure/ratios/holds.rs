//! Holds through the box office, against the same calls by a bare Redis client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use ticketing_core::IdempotencyKey;
use ticketing_core::PerformanceId;
use ticketing_core::accounts::Caller;
use ticketing_core::seats::{Hold, Wish};

use super::overheard::HoldCall;
use super::{rate, report};
use crate::office::{Measured, setting};

const PLACES: u32 = 90_000;
/// With at most 100 seats each, enough for every place.
const BUYERS: u32 = 900;
const SEATS_EACH: u32 = 100;

/// Holds with their buyers, for the orders that follow.
pub(crate) type Held = Vec<(Arc<Admitted>, Hold)>;

/// A buyer inside.
pub(crate) struct Admitted {
    pub(crate) caller: Caller,
    pub(crate) pass_token: String,
}

pub(crate) async fn measure() -> anyhow::Result<(Measured, Held)> {
    let measured = Measured::on_services().await?;
    let sale = measured.sale(PLACES, BUYERS).await?;
    let buyers = admitted(&measured, sale).await?;
    let limit = bare(&measured).await?;
    let holds = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let next = Arc::new(AtomicU32::new(0));
    let ours = rate(|_, until| {
        let (office, buyers) = (measured.office.clone(), buyers.clone());
        let (holds, next) = (holds.clone(), next.clone());
        async move {
            let mut done = 0;
            while Instant::now() < until {
                let seat = next.fetch_add(1, Ordering::Relaxed);
                anyhow::ensure!(seat < PLACES, "the hall is too small for this machine");
                let buyer = &buyers[(seat / SEATS_EACH) as usize];
                let key = IdempotencyKey::new(&format!("measured-hold-{seat:08}"))?;
                let wish = Wish::Seats(vec![seat]);
                let pass = Some(buyer.pass_token.as_str());
                let hold = office.hold(&buyer.caller, sale, pass, key, wish).await?;
                holds.lock().push((buyer.clone(), hold));
                done += 1;
            }
            Ok(done)
        }
    })
    .await?;
    report("holds / the same calls from a bare client", ours, limit);
    let mut holds = std::mem::take(&mut *holds.lock());
    // One after the other is of another buyer: what one buyer orders waits for what the same buyer
    // ordered a moment ago.
    holds.sort_by_key(|(_, hold)| (hold.seats[0] % SEATS_EACH, hold.seats[0]));
    Ok((measured, holds))
}

/// Lets every buyer through the line.
async fn admitted(measured: &Measured, sale: PerformanceId) -> anyhow::Result<Vec<Arc<Admitted>>> {
    let buyers = measured.buyers(BUYERS).await?;
    let mut admitted = Vec::new();
    let mut waiting = Vec::new();
    for (caller, _) in buyers {
        let token = measured.office.join(&caller, sale).await?.place_token;
        waiting.push((caller, token));
    }
    while !waiting.is_empty() {
        measured.office.step_lines().await?;
        let mut still = Vec::new();
        for (caller, token) in waiting {
            match measured.office.ask(&caller, sale, &token).await?.pass {
                Some(pass) => {
                    admitted.push(Arc::new(Admitted { caller, pass_token: pass.token }));
                }
                None => still.push((caller, token)),
            }
        }
        waiting = still;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(admitted)
}

/// The same calls from a bare client, in a sale of its own.
async fn bare(measured: &Measured) -> anyhow::Result<f64> {
    let sale = measured.another_sale(PLACES, BUYERS).await?;
    let buyers = admitted(measured, sale).await?;
    let client = redis::Client::open(setting("TICKETING_REDIS"))?;
    let mut monitor = client.get_async_monitor().await?;
    let mut calls = Vec::new();
    for (buyer, place) in buyers.iter().zip((0..).step_by(SEATS_EACH as usize)) {
        let key = IdempotencyKey::new(&format!("overheard-hold-{place:08}"))?;
        let (pass, wish) = (Some(buyer.pass_token.as_str()), Wish::Seats(vec![place]));
        let hold = measured.office.hold(&buyer.caller, sale, pass, key, wish).await?;
        calls.push(HoldCall::overheard(&mut monitor, &hold).await?);
    }
    drop(monitor);
    let (calls, next) = (Arc::new(calls), Arc::new(AtomicU32::new(0)));
    let connection = client.get_multiplexed_async_connection().await?;
    rate(|_, until| {
        let (calls, next, mut connection) = (calls.clone(), next.clone(), connection.clone());
        async move {
            let mut done = 0;
            while Instant::now() < until {
                let seat = next.fetch_add(1, Ordering::Relaxed);
                anyhow::ensure!(seat < PLACES, "the hall is too small for this machine");
                if seat % SEATS_EACH == 0 {
                    continue;
                }
                let call = calls[(seat / SEATS_EACH) as usize].of_seat(seat);
                let answer: Vec<String> = call.query_async(&mut connection).await?;
                anyhow::ensure!(answer[0] == "HELD", "{answer:?}");
                done += 1;
            }
            Ok(done)
        }
    })
    .await
}
