//! Holds through the box office, against the same Lua called by a bare Redis client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, Script};
use ticketing_core::IdempotencyKey;
use ticketing_core::accounts::Caller;
use ticketing_core::seats::{Hold, Wish};
use ticketing_core::{PerformanceId, Randomness, Timestamp};

use super::{PARALLEL, rate, report};
use crate::office::{Measured, setting};

const PLACES: u32 = 90_000;
/// With at most 100 seats each, enough for every place.
const BUYERS: u32 = 900;
const SEATS_EACH: u32 = 100;

/// A sale with its holds, for the orders that follow.
pub(crate) struct Held {
    pub(crate) sale: PerformanceId,
    pub(crate) holds: Vec<(Arc<Admitted>, Hold)>,
}

/// A buyer inside.
pub(crate) struct Admitted {
    pub(crate) caller: Caller,
    pub(crate) pass_token: String,
}

pub(crate) async fn measure() -> anyhow::Result<(Measured, Held)> {
    let measured = Measured::on_services().await?;
    let sale = measured.sale(PLACES, BUYERS).await?;
    let buyers = admitted(&measured, sale).await?;
    let limit = bare().await?;
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
    report("holds / the same Lua from a bare client", ours, limit);
    let holds = std::mem::take(&mut *holds.lock());
    Ok((measured, Held { sale, holds }))
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

/// The hold's script, with keys and arguments of the same shapes.
async fn bare() -> anyhow::Result<f64> {
    let script = [
        include_str!("../../../../ticketing-core/src/admission/lua/guard.lua"),
        include_str!("../../../../ticketing-core/src/admission/lua/line.lua"),
        include_str!("../../../../ticketing-core/src/admission/lua/pass.lua"),
        include_str!("../../../../ticketing-core/src/seats/lua/board.lua"),
        include_str!("../../../../ticketing-core/src/seats/lua/hold.lua"),
    ]
    .join("\n");
    let script = Arc::new(Script::new(&script));
    let client = redis::Client::open(setting("TICKETING_REDIS"))?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let unique = u64::from_be_bytes(Randomness::from_system().bytes());
    let prefix = format!("{{ratios-{unique:016x}}}");
    let keys: Arc<Vec<String>> = Arc::new((1..=19).map(|n| format!("{prefix}:{n:>020}")).collect());
    let now = ticketing_core::Clock::system().now();
    prepare(&mut connection, &keys, now).await?;
    let next = Arc::new(AtomicU32::new(0));
    let held = rate(|_, until| {
        let (script, keys, next) = (script.clone(), keys.clone(), next.clone());
        let (mut connection, prefix) = (connection.clone(), prefix.clone());
        async move {
            let mut done = 0;
            while Instant::now() < until {
                let seat = next.fetch_add(1, Ordering::Relaxed);
                anyhow::ensure!(seat < PLACES, "the hall is too small for this machine");
                let mut call = script.prepare_invoke();
                for key in keys.iter() {
                    call.key(key);
                }
                call.key(format!("{prefix}:request:{seat:>064}"));
                let answer = "x".repeat(300);
                call.arg(1).arg("run").arg(now.as_millis()).arg(account(seat / SEATS_EACH));
                call.arg(seat / SEATS_EACH + 1).arg(format!("{seat:>036}"));
                call.arg(now.plus_seconds(300).as_millis());
                call.arg(now.plus_seconds(300).as_millis()).arg(SEATS_EACH).arg("y".repeat(64));
                call.arg(answer).arg(format!("[{seat}]")).arg(3_600_000);
                call.arg(account(seat / SEATS_EACH)).arg(now.plus_seconds(3_600).as_millis());
                let answer: Vec<String> = call.invoke_async(&mut connection).await?;
                anyhow::ensure!(answer[0] == "HELD", "{answer:?}");
                done += 1;
            }
            Ok(done)
        }
    })
    .await?;
    let used: Vec<String> = connection.keys(format!("{prefix}*")).await?;
    for keys in used.chunks(PARALLEL * 16) {
        let _: i64 = connection.unlink(keys).await?;
    }
    Ok(held)
}

fn account(buyer: u32) -> String {
    format!("{buyer:>036}")
}

/// A guard, buyers with live passes, and free seats.
async fn prepare(
    connection: &mut MultiplexedConnection,
    keys: &[String],
    now: Timestamp,
) -> anyhow::Result<()> {
    let _: () = connection.hset_multiple(&keys[0], &[("epoch", "1"), ("run_id", "run")]).await?;
    for buyer in 0..BUYERS {
        let _: i64 = connection.hset(&keys[10], account(buyer), buyer + 1).await?;
        let lease = now.plus_seconds(3_600).as_millis();
        let _: i64 = connection.zadd(&keys[5], buyer + 1, lease).await?;
    }
    let _: () = connection.set(&keys[11], vec![0u8; PLACES as usize]).await?;
    Ok(())
}
