//! The line in Redis: one script per verb, one round trip, all keys under one hash tag.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use redis::{Script, ScriptInvocation};

use super::contract::{LineStart, LineStarts};
use super::terms::{PRESENT_MS, TICK_INTERVAL_MS};
use super::{LineReport, Lines, Place, Standing, State, Terms, Tick, Watermark};
use crate::catalog::Reentry;
use crate::clock::{GRACE_MS, Timestamp};
use crate::error::{Error, Result};
use crate::id::{AccountId, PerformanceId};
use crate::services::redis::{Redis, ScriptError, Session, script};

/// Keys are garbage collected this long after their last tick.
pub(crate) const KEPT_SECONDS: i64 = 7 * 24 * 3600;
/// How many numbers PostgreSQL records at once.
const BLOCK: u64 = 10_000;
/// How many hashes hold the accounts of a line, so that each stays small and packed.
const BUCKETS: u128 = 32_768;
/// How often a verb meets a sale that has to be repaired before it gives up.
const REPAIR_TRIES: u32 = 3;

const GUARD: &str = include_str!("lua/guard.lua");
const LINE: &str = include_str!("lua/line.lua");

/// What scripts of other capabilities begin with: the guard, the line's keys, and the pass.
pub(crate) const PASS_FRAGMENTS: [&str; 3] = [GUARD, LINE, include_str!("lua/pass.lua")];

macro_rules! line_scripts {
    ($($name:ident = $file:literal;)*) => {$(
        static $name: LazyLock<Script> =
            LazyLock::new(|| script(&[GUARD, LINE, include_str!($file)]));
    )*};
}

line_scripts! {
    JOIN = "lua/join.lua";
    ASK = "lua/ask.lua";
    TICK = "lua/tick.lua";
    LEAVE = "lua/leave.lua";
    FINISH = "lua/finish.lua";
    REPORT = "lua/report.lua";
    START = "lua/start.lua";
    CEILING = "lua/ceiling.lua";
}

/// The live sale's keys: where a performance lives in Redis, in which epoch.
pub(crate) struct Keys {
    redis: Arc<Redis>,
    namespace: String,
    starts: Arc<dyn LineStarts>,
}

/// One session's look at one performance: what every script is told first.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) session: Arc<Session>,
    pub(crate) performance: PerformanceId,
    pub(crate) epoch: u32,
    /// "repair" fills an epoch that nobody reads yet.
    pub(crate) run_id: String,
}

impl Keys {
    pub(crate) fn new(redis: Arc<Redis>, namespace: String, starts: Arc<dyn LineStarts>) -> Self {
        Self { redis, namespace, starts }
    }

    /// The epoch-less key that says under which epoch and run the performance is good.
    pub(crate) fn guard(&self, performance: PerformanceId) -> String {
        format!("{{{}:{performance}}}:guard", self.namespace)
    }

    /// A key of a performance's epoch.
    pub(crate) fn in_epoch(&self, live: &Live, key: &str) -> String {
        format!("{{{}:{}}}:{}:{key}", self.namespace, live.performance, live.epoch)
    }

    /// Where the answer of a buyer's request is kept.
    pub(crate) fn request(&self, live: &Live, account: AccountId, key: &str) -> String {
        self.in_epoch(live, &format!("request:{account}:{key}"))
    }

    /// A script call with the guard and the line's keys, [1] to [8].
    pub(crate) fn call<'script>(
        &self,
        script: &'script Script,
        live: &Live,
        account: Option<AccountId>,
    ) -> ScriptInvocation<'script> {
        let mut call = script.prepare_invoke();
        call.key(self.guard(live.performance));
        for key in ["line", "present", "asked", "ready", "admitted", "ended"] {
            call.key(self.in_epoch(live, key));
        }
        let bucket = account.map_or(0, |account| account.uuid().as_u128() % BUCKETS);
        call.key(self.in_epoch(live, &format!("accounts:{bucket}")));
        call.arg(live.epoch).arg(&live.run_id);
        call
    }

    /// Runs what `call` makes of a live sale, repairing the sale where that is needed first.
    pub(crate) async fn run<Answer: redis::FromRedisValue>(
        &self,
        performance: PerformanceId,
        call: impl Fn(&Live) -> ScriptInvocation<'static> + Send + Sync,
    ) -> Result<(Live, Answer)> {
        let mut tries = 0;
        loop {
            let session = self.redis.session().await?;
            let start = self.starts.current(performance, session.run_id()).await?;
            let run_id = session.run_id().to_owned();
            let live = Live { session, performance, epoch: start.epoch, run_id };
            match self.redis.run(&live.session, &call(&live)).await {
                Ok(answer) => return Ok((live, answer)),
                Err(ScriptError::Stale) if tries < REPAIR_TRIES => {
                    tries += 1;
                    self.starts.forget(performance);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Runs a call of a repair, which is its own guard.
    pub(crate) async fn run_in<Answer: redis::FromRedisValue>(
        &self,
        live: &Live,
        call: &ScriptInvocation<'_>,
    ) -> Result<Answer> {
        self.redis.run(&live.session, call).await.map_err(Error::from)
    }

    /// Begins a line in an epoch that nobody reads yet.
    pub(crate) async fn start_line(&self, live: &Live, start: LineStart) -> Result<()> {
        let mut call = self.call(&START, live, None);
        call.arg(start.ceiling).arg(start.resume_at.as_millis());
        self.run_in::<()>(live, &call).await
    }
}

/// The line in Redis.
pub(crate) struct RedisLines(Arc<Keys>);

impl RedisLines {
    pub(crate) fn new(keys: Arc<Keys>) -> Self {
        Self(keys)
    }

    async fn standing(
        &self,
        performance: PerformanceId,
        account: AccountId,
        call: impl Fn(&Live) -> ScriptInvocation<'static> + Send + Sync,
    ) -> Result<Answer> {
        let (live, answer): (Live, Vec<String>) = self.0.run(performance, call).await?;
        if answer.first().is_some_and(|letter| letter == "BLOCK") {
            return Ok(Answer::Block { epoch: live.epoch, last: parsed(&answer, 1)? });
        }
        let letter = answer.first().map(String::as_str).unwrap_or_default();
        let state = State::from_letter(letter)
            .ok_or_else(|| Error::internal(format!("a script answered {answer:?}")))?;
        if state == State::Revoked && answer.len() == 1 {
            return Err(Error::Forbidden("the place in this line was revoked"));
        }
        let (number, lease): (u64, i64) = (parsed(&answer, 1)?, parsed(&answer, 2)?);
        let watermark = watermark(&answer, 3, live.epoch)?;
        Ok(Answer::Standing(Standing {
            place: Place { performance, account, epoch: live.epoch, number },
            state,
            pass_expires_at: (lease > 0).then(|| Timestamp::from_millis(lease)),
            watermark,
        }))
    }
}

enum Answer {
    Standing(Standing),
    Block { epoch: u32, last: u64 },
}

fn parsed<Number: std::str::FromStr>(answer: &[String], place: usize) -> Result<Number> {
    let text = answer.get(place).map(String::as_str).unwrap_or_default();
    text.parse().map_err(|_| Error::internal(format!("a script answered {answer:?}")))
}

fn watermark(answer: &[String], place: usize, epoch: u32) -> Result<Watermark> {
    Ok(Watermark {
        epoch,
        head: parsed(answer, place)?,
        last: parsed(answer, place + 1)?,
        admitted_total: parsed(answer, place + 2)?,
        inside: parsed(answer, place + 3)?,
    })
}

#[async_trait]
impl Lines for RedisLines {
    async fn join(
        &self,
        performance: PerformanceId,
        account: AccountId,
        terms: Terms,
        now: Timestamp,
    ) -> Result<Standing> {
        loop {
            let answer = self.standing(performance, account, |live| {
                let mut call = self.0.call(&JOIN, live, Some(account));
                let keep = terms.reentry == Reentry::Keep;
                call.arg(account.to_string()).arg(now.as_millis()).arg(terms.near_zone());
                call.arg(if keep { "keep" } else { "requeue" });
                call
            });
            match answer.await? {
                Answer::Standing(standing) => return Ok(standing),
                Answer::Block { epoch, last } => {
                    let starts = &self.0.starts;
                    let ceiling = starts.raise_ceiling(performance, epoch, last + BLOCK).await?;
                    let raised: Result<(Live, ())> = self
                        .0
                        .run(performance, |live| {
                            let mut call = self.0.call(&CEILING, live, None);
                            // A ceiling of another epoch would let numbers out that nobody wrote.
                            call.arg(if live.epoch == epoch { ceiling } else { 0 });
                            call
                        })
                        .await;
                    raised?;
                }
            }
        }
    }

    async fn ask(&self, place: Place, terms: Terms, now: Timestamp) -> Result<Standing> {
        let Place { performance, account, number, epoch } = place;
        let answer = self.standing(performance, account, |live| {
            let mut call = self.0.call(&ASK, live, Some(account));
            // A place of an older epoch is none of this one's; nobody has the number 0.
            let number = if live.epoch == epoch { number } else { 0 };
            call.arg(account.to_string()).arg(now.as_millis()).arg(terms.near_zone());
            call.arg(number).arg(terms.lease_ms);
            call
        });
        match answer.await? {
            Answer::Standing(standing) if standing.place.epoch != epoch => {
                Ok(Standing { place, state: State::Left, pass_expires_at: None, ..standing })
            }
            Answer::Standing(standing) => Ok(standing),
            Answer::Block { .. } => Err(Error::internal("asking needs no number")),
        }
    }

    async fn tick(&self, performance: PerformanceId, terms: Terms, now: Timestamp) -> Result<Tick> {
        let (live, answer): (Live, Vec<String>) = self
            .0
            .run(performance, |live| {
                let mut call = self.0.call(&TICK, live, None);
                call.arg(now.as_millis()).arg(TICK_INTERVAL_MS).arg(GRACE_MS).arg(PRESENT_MS);
                call.arg(terms.capacity).arg(terms.numbers_per_tick()).arg(terms.claim_ms);
                call.arg(terms.admit_per_minute.unwrap_or(0)).arg(terms.rate_burst());
                call.arg(KEPT_SECONDS);
                call
            })
            .await?;
        Ok(Tick {
            ran: answer.first().is_some_and(|ran| ran == "1"),
            turns_given: parsed(&answer, 1)?,
            watermark: watermark(&answer, 2, live.epoch)?,
        })
    }

    async fn leave(&self, place: Place, _now: Timestamp) -> Result<()> {
        let Place { performance, account, number, epoch } = place;
        let left: (Live, ()) = self
            .0
            .run(performance, |live| {
                let mut call = self.0.call(&LEAVE, live, Some(account));
                call.arg(account.to_string()).arg(if live.epoch == epoch { number } else { 0 });
                call
            })
            .await?;
        drop(left);
        Ok(())
    }

    async fn finish(
        &self,
        performance: PerformanceId,
        number: u64,
        account: AccountId,
    ) -> Result<()> {
        let finished: (Live, ()) = self
            .0
            .run(performance, |live| {
                let mut call = self.0.call(&FINISH, live, Some(account));
                call.arg(account.to_string()).arg(number);
                call
            })
            .await?;
        drop(finished);
        Ok(())
    }

    async fn watermark(&self, performance: PerformanceId) -> Result<Watermark> {
        let (live, answer): (Live, Vec<String>) =
            self.0.run(performance, |live| self.0.call(&REPORT, live, None)).await?;
        watermark(&answer, 0, live.epoch)
    }

    async fn report(&self, performance: PerformanceId) -> Result<LineReport> {
        let (live, answer): (Live, Vec<String>) =
            self.0.run(performance, |live| self.0.call(&REPORT, live, None)).await?;
        let mark = watermark(&answer, 0, live.epoch)?;
        Ok(LineReport {
            capacity: 0,
            inside: mark.inside,
            max_inside: parsed(&answer, 5)?,
            ready: parsed(&answer, 4)?,
            waiting: mark.last.saturating_sub(mark.head),
            admitted_total: mark.admitted_total,
            lapsed_total: parsed(&answer, 6)?,
            expired_total: parsed(&answer, 7)?,
            left_total: parsed(&answer, 8)?,
        })
    }
}
