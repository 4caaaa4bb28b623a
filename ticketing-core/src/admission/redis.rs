//! The line in Redis: one script per verb, one round trip, all keys under one hash tag.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use dashmap::DashMap;
use redis::{Script, ScriptInvocation};
use tokio::sync::{Mutex, oneshot};
use tokio::time::timeout;

use super::asks::{Asks, Question, tell};
use super::contract::{Ask, Chosen};
use super::keys::{Keys, Live, line_script, raw};
use super::terms::{PRESENT_MS, TICK_INTERVAL_MS};
use super::{LineReport, Lines, Place, Standing, State, Terms, Tick, Watermark};
use crate::catalog::Reentry;
use crate::clock::{GRACE_MS, Timestamp};
use crate::error::{Error, Result};
use crate::id::{AccountId, PerformanceId};

/// How many numbers PostgreSQL records at once.
const BLOCK: u64 = 10_000;
/// How long one who joins waits for what another asks.
const RAISING_WAIT: Duration = Duration::from_secs(10);
/// How often one who joins asks for more of them: others take them as fast, or a repair begins anew.
const BLOCK_TRIES: u32 = 8;

macro_rules! line_scripts {
    ($($name:ident = $file:literal;)*) => {$(
        static $name: LazyLock<Script> =
            LazyLock::new(|| line_script(include_str!($file)));
    )*};
}

line_scripts! {
    JOIN = "lua/join.lua";
    ASK = "lua/ask.lua";
    TICK = "lua/tick.lua";
    PUBLISH = "lua/publish.lua";
    LEAVE = "lua/leave.lua";
    FINISH = "lua/finish.lua";
    REVOKE = "lua/revoke.lua";
    FREEZE = "lua/freeze.lua";
    OPEN = "lua/open.lua";
    REPORT = "lua/report.lua";
    CEILING = "lua/ceiling.lua";
}

/// Rows of words, as the line's scripts answer.
type Rows = Vec<Vec<Vec<u8>>>;

fn unexpected(answer: &[Vec<u8>]) -> Error {
    let words: Vec<_> = answer.iter().map(|word| String::from_utf8_lossy(word)).collect();
    Error::internal(format!("a script answered {words:?}"))
}

fn text(row: &[Vec<u8>], place: usize) -> &str {
    row.get(place).and_then(|word| std::str::from_utf8(word).ok()).unwrap_or_default()
}

fn number<Number: std::str::FromStr>(row: &[Vec<u8>], place: usize) -> Result<Number> {
    text(row, place).parse().map_err(|_| unexpected(row))
}

fn row(rows: &Rows, place: usize) -> Result<&[Vec<u8>]> {
    rows.get(place)
        .map(Vec::as_slice)
        .ok_or_else(|| Error::internal("a script answered too little"))
}

fn watermark(row: &[Vec<u8>], epoch: u32) -> Result<Watermark> {
    let (from, to): (u64, u64) = (number(row, 6)?, number(row, 7)?);
    Ok(Watermark {
        epoch,
        head: number(row, 0)?,
        last: number(row, 1)?,
        admitted_total: number(row, 2)?,
        inside: number(row, 3)?,
        places: text(row, 4).parse().ok(),
        opened: text(row, 5) == "1",
        gap: (from <= to && to > 0).then_some((from, to)),
    })
}

fn standing(row: &[Vec<u8>], place: Place, watermark: Watermark) -> Result<Standing> {
    let state = State::from_letter(text(row, 0)).ok_or_else(|| unexpected(row))?;
    let lease: i64 = number(row, 2)?;
    let pass_expires_at = (lease > 0).then(|| Timestamp::from_millis(lease));
    Ok(Standing { place, state, pass_expires_at, watermark })
}

/// The line in Redis.
pub(crate) struct RedisLines(Arc<Inner>);

struct Inner {
    keys: Arc<Keys>,
    asks: DashMap<PerformanceId, Arc<Asks>>,
    /// One at a time asks PostgreSQL for more numbers of a line; the others wait for what it brings.
    raising: DashMap<PerformanceId, Arc<Mutex<()>>>,
}

enum Joined {
    Standing(Standing),
    Block { epoch: u32, last: u64 },
}

impl RedisLines {
    pub(crate) fn new(keys: Arc<Keys>) -> Self {
        let (asks, raising) = (DashMap::new(), DashMap::new());
        Self(Arc::new(Inner { keys, asks, raising }))
    }

    /// Runs a script that answers nothing of interest.
    async fn run(
        &self,
        performance: PerformanceId,
        call: impl Fn(&Live) -> ScriptInvocation<'static> + Send + Sync,
    ) -> Result<()> {
        self.0.keys.run::<redis::Value>(performance, call).await.map(drop)
    }

    async fn try_join(
        &self,
        performance: PerformanceId,
        account: AccountId,
        terms: Terms,
        now: Timestamp,
    ) -> Result<Joined> {
        let (live, rows): (Live, Rows) = self
            .0
            .keys
            .run(performance, |live| {
                let mut call = self.0.keys.call(&JOIN, live, Some(account));
                let keep = terms.reentry == Reentry::Keep;
                call.arg(raw(account)).arg(now.as_millis()).arg(terms.near_zone());
                call.arg(if keep { "keep" } else { "requeue" }).arg(u8::from(terms.drawn));
                call
            })
            .await?;
        let joined = row(&rows, 0)?;
        match text(joined, 0) {
            "BLOCK" => Ok(Joined::Block { epoch: live.epoch, last: number(joined, 1)? }),
            "V" => Err(Error::Forbidden("the place in this line was revoked")),
            _ => {
                let place =
                    Place { performance, account, epoch: live.epoch, number: number(joined, 1)? };
                let mark = watermark(row(&rows, 1)?, live.epoch)?;
                Ok(Joined::Standing(standing(joined, place, mark)?))
            }
        }
    }

    async fn raise_ceiling(&self, performance: PerformanceId, epoch: u32, last: u64) -> Result<()> {
        let ceiling = self.0.keys.starts.raise_ceiling(performance, epoch, last + BLOCK).await?;
        if ceiling == 0 {
            // A repair that is under way has begun a later one: whoever asks next waits for its end.
            self.0.keys.starts.forget(performance);
            return Ok(());
        }
        self.run(performance, |live| {
            let mut call = self.0.keys.call(&CEILING, live, None);
            // A ceiling of another epoch would let numbers out that nobody wrote.
            call.arg(if live.epoch == epoch { ceiling } else { 0 });
            call
        })
        .await
    }
}

impl Inner {
    /// Sees to the batches of a performance until nobody waits.
    async fn answer(self: Arc<Self>, performance: PerformanceId, asks: Arc<Asks>) {
        while let Some(batch) = asks.next_batch() {
            let answers = self.ask(performance, &batch).await;
            tell(batch, answers);
        }
    }

    async fn ask(&self, performance: PerformanceId, batch: &[Question]) -> Result<Vec<Standing>> {
        let Some(last) = batch.last() else { return Ok(Vec::new()) };
        let (live, rows): (Live, Rows) = self
            .keys
            .run(performance, |live| {
                let mut call = self.keys.call_without_bucket(&ASK, live);
                call.arg(last.terms.near_zone()).arg(u8::from(last.terms.drawn));
                for Question { ask, now, .. } in batch {
                    let Place { account, number, epoch, .. } = ask.place;
                    call.key(self.keys.bucket(live, Some(account)));
                    call.arg(raw(account)).arg(now.as_millis()).arg(number);
                    call.arg(ask.rank.unwrap_or(0)).arg(u8::from(epoch < live.epoch));
                    call.arg(u8::from(ask.claims));
                }
                call
            })
            .await?;
        let mark = watermark(row(&rows, 0)?, live.epoch)?;
        let mut standings = Vec::with_capacity(batch.len());
        for (at, question) in batch.iter().enumerate() {
            let told = standing(row(&rows, at + 1)?, question.ask.place, mark)?;
            // A place that was entered again is one of this epoch from here on.
            let gone = matches!(told.state, State::Left | State::Expired | State::Revoked);
            let epoch = if gone { told.place.epoch } else { live.epoch };
            standings.push(Standing { place: Place { epoch, ..told.place }, ..told });
        }
        Ok(standings)
    }
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
        if let Joined::Standing(standing) = self.try_join(performance, account, terms, now).await? {
            return Ok(standing);
        }
        let raising = self.0.raising.entry(performance).or_default().clone();
        let busy = |_| Error::Unavailable("too many wait for the line's next numbers".into());
        let _raising = timeout(RAISING_WAIT, raising.lock()).await.map_err(busy)?;
        for _ in 0..BLOCK_TRIES {
            match self.try_join(performance, account, terms, now).await? {
                Joined::Standing(standing) => return Ok(standing),
                Joined::Block { epoch, last } => {
                    self.raise_ceiling(performance, epoch, last).await?;
                }
            }
        }
        Err(Error::Unavailable("the line has no numbers at the moment".into()))
    }

    async fn ask(&self, ask: Ask, terms: Terms, now: Timestamp) -> Result<Standing> {
        let performance = ask.place.performance();
        let (answer, told) = oneshot::channel();
        let asks = self.0.asks.entry(performance).or_default().clone();
        if asks.add(Question { ask, terms, now, answer }) {
            tokio::spawn(self.0.clone().answer(performance, asks));
        }
        told.await.map_err(|_| Error::Unavailable("the question went unanswered".into()))?
    }

    async fn tick(&self, performance: PerformanceId, terms: Terms, now: Timestamp) -> Result<Tick> {
        let (live, rows): (Live, Rows) = self
            .0
            .keys
            .run(performance, |live| {
                let mut call = self.0.keys.call(&TICK, live, None);
                call.arg(now.as_millis()).arg(TICK_INTERVAL_MS).arg(GRACE_MS).arg(PRESENT_MS);
                call.arg(terms.admit_up_to()).arg(terms.numbers_per_tick()).arg(terms.lease_ms);
                call.arg(terms.admit_per_minute.unwrap_or(0)).arg(terms.rate_burst());
                call.arg(u8::from(terms.drawn)).arg(terms.held_back_until.as_millis());
                call
            })
            .await?;
        Ok(Tick {
            ran: text(row(&rows, 0)?, 0) == "1",
            chosen: chosen(row(&rows, 2)?, live.epoch)?,
            watermark: watermark(row(&rows, 1)?, live.epoch)?,
        })
    }

    async fn publish(
        &self,
        performance: PerformanceId,
        chosen: &Chosen,
        claim_until: Timestamp,
    ) -> Result<()> {
        self.run(performance, |live| {
            let mut call = self.0.keys.call(&PUBLISH, live, None);
            // What was chosen in another epoch is not waited for in this one.
            call.arg(if live.epoch == chosen.epoch { chosen.tick } else { 0 });
            call.arg(claim_until.as_millis());
            call
        })
        .await
    }

    async fn leave(&self, place: Place, terms: Terms, _now: Timestamp) -> Result<()> {
        let Place { performance, account, number, epoch } = place;
        self.run(performance, |live| {
            let mut call = self.0.keys.call(&LEAVE, live, Some(account));
            call.arg(raw(account)).arg(number);
            call.arg(u8::from(epoch < live.epoch)).arg(u8::from(terms.drawn));
            call
        })
        .await
    }

    async fn finish(
        &self,
        performance: PerformanceId,
        number: u64,
        account: AccountId,
    ) -> Result<()> {
        self.run(performance, |live| {
            let mut call = self.0.keys.call(&FINISH, live, Some(account));
            call.arg(raw(account)).arg(number);
            call
        })
        .await
    }

    async fn revoke(
        &self,
        performance: PerformanceId,
        account: AccountId,
        terms: Terms,
    ) -> Result<Option<u64>> {
        let (_, answer): (Live, Vec<String>) = self
            .0
            .keys
            .run(performance, |live| {
                let mut call = self.0.keys.call(&REVOKE, live, Some(account));
                call.arg(raw(account)).arg(u8::from(terms.drawn));
                call
            })
            .await?;
        Ok(answer.first().and_then(|number| number.parse().ok()))
    }

    async fn freeze(&self, performance: PerformanceId) -> Result<u64> {
        let (_, answer): (Live, Vec<u64>) =
            self.0.keys.run(performance, |live| self.0.keys.call(&FREEZE, live, None)).await?;
        answer.first().copied().ok_or_else(|| Error::internal("freezing answered nothing"))
    }

    async fn open(
        &self,
        performance: PerformanceId,
        places: u64,
        admits_from: Timestamp,
    ) -> Result<()> {
        self.run(performance, |live| {
            let mut call = self.0.keys.call(&OPEN, live, None);
            call.arg(places).arg(admits_from.as_millis());
            call
        })
        .await
    }

    async fn watermark(&self, performance: PerformanceId) -> Result<Watermark> {
        let (live, rows): (Live, Rows) =
            self.0.keys.run(performance, |live| self.0.keys.call(&REPORT, live, None)).await?;
        watermark(row(&rows, 0)?, live.epoch)
    }

    async fn close(&self, performance: PerformanceId) -> Result<()> {
        self.0.keys.close(performance).await.map(drop)
    }

    async fn remove(&self, performance: PerformanceId) -> Result<()> {
        self.0.asks.remove(&performance);
        self.0.raising.remove(&performance);
        self.0.keys.remove_line(performance).await
    }

    async fn report(&self, performance: PerformanceId) -> Result<LineReport> {
        let (live, rows): (Live, Rows) =
            self.0.keys.run(performance, |live| self.0.keys.call(&REPORT, live, None)).await?;
        let (mark, report) = (watermark(row(&rows, 0)?, live.epoch)?, row(&rows, 1)?);
        Ok(LineReport {
            capacity: 0,
            inside: mark.inside,
            ready: number(report, 0)?,
            max_inside: number(report, 1)?,
            waiting: mark.last.saturating_sub(mark.head),
            admitted_total: mark.admitted_total,
            lapsed_total: number(report, 2)?,
            expired_total: number(report, 3)?,
            left_total: number(report, 4)?,
        })
    }
}

/// Tick, lease, then number and account of everyone chosen; nothing where nobody is.
fn chosen(row: &[Vec<u8>], epoch: u32) -> Result<Option<Chosen>> {
    if row.is_empty() {
        return Ok(None);
    }
    let mut turns = Vec::with_capacity(row.len() / 2);
    for turn in row[2..].chunks_exact(2) {
        let account = uuid::Uuid::from_slice(&turn[1]).map_err(Error::internal)?;
        turns.push((number(turn, 0)?, account.into()));
    }
    Ok(Some(Chosen { epoch, tick: number(row, 0)?, turns, lease_ms: number(row, 1)? }))
}
