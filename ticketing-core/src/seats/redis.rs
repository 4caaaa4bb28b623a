//! The seats in Redis: one script per verb, one round trip, the pass checked in the hold's own.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use futures_util::future::try_join_all;
use redis::{Script, ScriptInvocation};

use super::board::{ORDER_GRACE_MS, REMEMBERED_MS};
use super::contract::SOON_MS;
use super::stored::{read_hold, write_hold};
use super::{Begun, Frozen, Hold, HoldCommand, Projected, Projection, SeatStatus, Seats, Snapshot};
use crate::admission::keys::{KEPT_SECONDS, Keys, Live, PASS_FRAGMENTS, raw};
use crate::catalog::Sale;
use crate::clock::{GRACE_MS, Timestamp};
use crate::error::{Error, Result};
use crate::id::{AccountId, HoldId, OrderId, PerformanceId};
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::services::redis::script;

/// How many holds one sweep frees, or one look ahead counts.
const SWEEP_MAX: i64 = 500;
/// How many orders a repair shows at once: a few milliseconds of Redis' time.
const PROJECTED_AT_ONCE: usize = 64;

macro_rules! seat_scripts {
    ($($name:ident = $file:literal;)*) => {$(
        static $name: LazyLock<Script> = LazyLock::new(|| {
            let [guard, line, pass] = PASS_FRAGMENTS;
            script(&[guard, line, pass, include_str!("lua/board.lua"), include_str!($file)])
        });
    )*};
}

seat_scripts! {
    HOLD = "lua/hold.lua";
    REMEMBERED = "lua/remembered.lua";
    RELEASE = "lua/release.lua";
    BEGIN_ORDER = "lua/begin_order.lua";
    ORDER_REFUSED = "lua/order_refused.lua";
    PROJECT = "lua/project.lua";
    SWEEP = "lua/sweep.lua";
    SOON = "lua/soon.lua";
    SNAPSHOT = "lua/snapshot.lua";
    PROJECTED = "lua/projected.lua";
    START = "lua/start.lua";
}

/// The seats in Redis.
pub(crate) struct RedisSeats(Arc<Keys>);

impl RedisSeats {
    pub(crate) fn new(keys: Arc<Keys>) -> Self {
        Self(keys)
    }

    async fn run(
        &self,
        sale: &Sale,
        script: &'static Script,
        account: Option<AccountId>,
        arguments: impl Fn(&mut ScriptInvocation<'static>) + Send + Sync,
    ) -> Result<Vec<String>> {
        let (_, answer) = self
            .0
            .run(sale.id(), |live| {
                let mut call = call(&self.0, script, live, account);
                arguments(&mut call);
                call
            })
            .await?;
        Ok(answer)
    }
}

/// The seats' keys under an epoch, in the order of the scripts.
const SEAT_KEYS: [&str; 8] =
    ["status", "holds", "held-by", "given-at", "ordered-by", "applied", "counts", "changes"];

/// A call with the guard's, the line's and the seats' keys, [1] to [19].
fn call(
    keys: &Keys,
    script: &'static Script,
    live: &Live,
    account: Option<AccountId>,
) -> ScriptInvocation<'static> {
    let mut call = keys.call(script, live, account);
    for key in SEAT_KEYS {
        call.key(keys.in_epoch(live, key));
    }
    call
}

fn project_arguments(call: &mut ScriptInvocation<'static>, projection: &Projection) {
    call.arg(projection.order.to_string()).arg(projection.version);
    call.arg(projection.account.to_string()).arg(projection.hold.to_string());
    call.arg(projection.state as u8).arg(json(&projection.seats)).arg(json(&projection.free));
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data serialise")
}

fn hex(hash: RequestHash) -> String {
    use std::fmt::Write;
    hash.0.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn hold_from(sale: &Sale, answer: &str) -> Result<Hold> {
    read_hold(answer, Frozen::of(sale))
}

/// Fills the seats of an epoch that nobody reads yet: the layout, then every live order.
pub(crate) async fn start_seats(
    keys: &Keys,
    live: &Live,
    sale: &Sale,
    orders: &[Projection],
) -> Result<()> {
    let status =
        |for_sale| if for_sale { SeatStatus::Free as u8 } else { SeatStatus::NotForSale as u8 };
    let status: Vec<u8> = sale.for_sale().map(status).collect();
    let mut start = call(keys, &START, live, None);
    start.arg(status);
    keys.run_in::<()>(live, &start).await?;
    // Each order has seats of its own, so it does not matter which comes first.
    for some in orders.chunks(PROJECTED_AT_ONCE) {
        try_join_all(some.iter().map(|order| start_order(keys, live, order))).await?;
    }
    Ok(())
}

async fn start_order(keys: &Keys, live: &Live, order: &Projection) -> Result<()> {
    let mut project = call(keys, &PROJECT, live, None);
    project_arguments(&mut project, order);
    keys.run_in::<Vec<String>>(live, &project).await.map(drop)
}

#[async_trait]
impl Seats for RedisSeats {
    async fn hold(&self, sale: &Sale, command: HoldCommand, now: Timestamp) -> Result<Hold> {
        let HoldCommand { pass, key, request, hold, seats_per_buyer } = &command;
        let (_, answer): (Live, Vec<String>) = self
            .0
            .run(sale.id(), |live| {
                let mut call = call(&self.0, &HOLD, live, Some(hold.account));
                call.key(self.0.request(live, hold.account, key.as_str()));
                call.arg(now.as_millis()).arg(hold.account.to_string());
                call.arg(pass.place().number()).arg(hold.id.to_string());
                call.arg(hold.expires_at.as_millis());
                call.arg(hold.expires_at.plus_millis(GRACE_MS).as_millis());
                call.arg(*seats_per_buyer).arg(hex(*request)).arg(write_hold(hold));
                let kept = hold.expires_at.as_millis() - now.as_millis() + REMEMBERED_MS;
                call.arg(json(&hold.seats)).arg(kept);
                call.arg(raw(hold.account)).arg(pass.expires_at().as_millis());
                call
            })
            .await?;
        match answer.first().map(String::as_str) {
            Some("HELD") => hold_from(sale, answer.get(1).map(String::as_str).unwrap_or_default()),
            Some("REUSED") => Err(Error::IdempotencyReused),
            Some("NO_PASS") => Err(Error::PassExpired),
            Some("LIMIT") => Err(Error::LimitExceeded { limit: *seats_per_buyer }),
            Some("TAKEN") => {
                let seats = answer[1..].iter().filter_map(|seat| seat.parse().ok()).collect();
                Err(Error::SeatTaken { seats })
            }
            _ => Err(Error::internal(format!("a script answered {answer:?}"))),
        }
    }

    async fn remembered(
        &self,
        sale: &Sale,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
        _now: Timestamp,
    ) -> Result<Option<Hold>> {
        let (_, answer): (Live, Vec<String>) = self
            .0
            .run(sale.id(), |live| {
                let mut call = call(&self.0, &REMEMBERED, live, Some(account));
                call.key(self.0.request(live, account, key.as_str()));
                call
            })
            .await?;
        match answer.as_slice() {
            [first, _] if *first != hex(request) => Err(Error::IdempotencyReused),
            [_, answer] => hold_from(sale, answer).map(Some),
            _ => Ok(None),
        }
    }

    async fn release(
        &self,
        sale: &Sale,
        account: AccountId,
        hold: HoldId,
        _now: Timestamp,
    ) -> Result<()> {
        let release = self.run(sale, &RELEASE, None, |call| {
            call.arg(account.to_string()).arg(hold.to_string());
        });
        release.await.map(drop)
    }

    async fn release_all(&self, sale: &Sale, account: AccountId, _now: Timestamp) -> Result<()> {
        let release = self.run(sale, &RELEASE, None, |call| {
            call.arg(account.to_string()).arg("");
        });
        release.await.map(drop)
    }

    async fn begin_order(
        &self,
        sale: &Sale,
        account: AccountId,
        hold: HoldId,
        now: Timestamp,
    ) -> Result<Begun> {
        let begun = self.run(sale, &BEGIN_ORDER, None, |call| {
            call.arg(now.as_millis()).arg(account.to_string());
            call.arg(hold.to_string()).arg(ORDER_GRACE_MS);
        });
        let answer = begun.await?;
        let [hold, given_at] = answer.as_slice() else { return Err(Error::HoldExpired) };
        let given_at = given_at.parse().map_err(Error::internal)?;
        Ok(Begun { hold: hold_from(sale, hold)?, given_at: Timestamp::from_millis(given_at) })
    }

    async fn order_refused(&self, sale: &Sale, hold: HoldId) -> Result<()> {
        let refused = self.run(sale, &ORDER_REFUSED, None, |call| {
            call.arg(hold.to_string()).arg(GRACE_MS);
        });
        refused.await.map(drop)
    }

    async fn project(
        &self,
        sale: &Sale,
        projection: Projection,
        _now: Timestamp,
    ) -> Result<Projected> {
        let project = self.run(sale, &PROJECT, None, |call| project_arguments(call, &projection));
        let answer = project.await?;
        let changed = answer.first().and_then(|changed| changed.parse().ok());
        Ok(Projected { changed: changed.unwrap_or(0) })
    }

    async fn projected(&self, sale: &Sale) -> Result<Vec<(OrderId, i64)>> {
        let answer = self.run(sale, &PROJECTED, None, |_| {}).await?;
        let mut shown = Vec::with_capacity(answer.len() / 2);
        for pair in answer.chunks_exact(2) {
            let order = pair[0].parse().map_err(Error::internal)?;
            shown.push((order, pair[1].parse().map_err(Error::internal)?));
        }
        Ok(shown)
    }

    async fn sweep(&self, sale: &Sale, now: Timestamp) -> Result<u32> {
        let sweep = self.run(sale, &SWEEP, None, |call| {
            call.arg(now.as_millis()).arg(SWEEP_MAX).arg(KEPT_SECONDS);
        });
        let answer = sweep.await?;
        Ok(answer.first().and_then(|freed| freed.parse().ok()).unwrap_or(0))
    }

    async fn soon(&self, sale: &Sale, now: Timestamp) -> Result<u32> {
        let soon = self.run(sale, &SOON, None, |call| {
            call.arg(now.as_millis()).arg(now.plus_millis(SOON_MS).as_millis()).arg(SWEEP_MAX);
        });
        let answer = soon.await?;
        Ok(answer.first().and_then(|seats| seats.parse().ok()).unwrap_or(0))
    }

    async fn remove(&self, performance: PerformanceId) -> Result<()> {
        self.0.remove(performance, &SEAT_KEYS).await
    }

    async fn snapshot(&self, sale: &Sale) -> Result<Snapshot> {
        let (live, (sequence, status)): (Live, (u64, Vec<u8>)) =
            self.0.run(sale.id(), |live| call(&self.0, &SNAPSHOT, live, None)).await?;
        Ok(Snapshot::new(live.epoch, sequence, status))
    }
}
