//! Where a performance lives in Redis, and how its scripts are called: under the epoch and the run
//! of Redis for which it was repaired last.

use std::sync::{Arc, LazyLock};

use redis::{Script, ScriptInvocation};

use super::contract::LineStarts;
use crate::error::{Error, Result};
use crate::guards::Guards;
use crate::id::{AccountId, PerformanceId};
use crate::services::redis::{Redis, ScriptError, Session, script};

/// Keys are garbage collected this long after their last tick; `lua/line.lua` says the same.
pub(crate) const KEPT_SECONDS: i64 = 7 * 24 * 3600;
/// How many hashes hold the accounts of a line: each stays small and packed up to tens of millions
/// of places.
const BUCKETS: u128 = 131_072;
/// How often a verb meets a sale that has to be repaired before it gives up.
const REPAIR_TRIES: u32 = 3;

/// How the live state is laid out in Redis; `lua/guard.lua` says the same. Guards of before there
/// were layouts have none, and are of this one.
pub(crate) const LAYOUT: u32 = 1;

/// The line's keys under an epoch, in the order of `lua/line.lua`; the buckets of accounts follow.
const LINE_KEYS: [&str; 9] =
    ["line", "present", "asked", "ready", "admitted", "ended", "turns", "chosen", "earlier"];
/// How long it is told that a sale is closed: longer than an older server works on it.
const CLOSED_KEPT_SECONDS: i64 = KEPT_SECONDS + 24 * 3600;
/// How many keys one script removes.
const REMOVED_MAX: usize = 2_000;

static CLOSE: LazyLock<Script> = LazyLock::new(|| script(&[include_str!("lua/close.lua")]));
/// Nothing is left to remove.
static FORGET: LazyLock<Script> =
    LazyLock::new(|| Script::new("return redis.call('HDEL', KEYS[1], 'epoch')"));
static REMOVE: LazyLock<Script> = LazyLock::new(|| script(&[include_str!("lua/remove.lua")]));

/// The layout of a live sale that is closed, which no server knows, an older one neither; `lua/close.lua`
/// says the same.
pub(crate) const CLOSED_LAYOUT: &str = "0";

/// In a build without the guard, every run of Redis is taken for the same.
const UNCOMPARED: &str = "any";

pub(super) const GUARD: &str = include_str!("lua/guard.lua");
pub(super) const LINE: &str = include_str!("lua/line.lua");
pub(super) const PRESENCE: &str = include_str!("lua/presence.lua");

/// What scripts of other capabilities begin with: the guard, the line's keys, and the pass.
pub(crate) const PASS_FRAGMENTS: [&str; 3] = [GUARD, LINE, include_str!("lua/pass.lua")];

/// A script of the line: the guard and the line's fragments before it.
pub(super) fn line_script(body: &str) -> Script {
    script(&[GUARD, LINE, PRESENCE, body])
}

/// The live sale's keys: where a performance lives in Redis, in which epoch.
pub(crate) struct Keys {
    redis: Arc<Redis>,
    namespace: String,
    pub(super) starts: Arc<dyn LineStarts>,
    guards: Guards,
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
    pub(crate) fn new(
        redis: Arc<Redis>,
        namespace: String,
        starts: Arc<dyn LineStarts>,
        guards: Guards,
    ) -> Self {
        Self { redis, namespace, starts, guards }
    }

    /// The run of Redis that a session is with.
    pub(crate) fn run_id(&self, session: &Session) -> String {
        if self.guards.run_id() { session.run_id() } else { UNCOMPARED }.to_owned()
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

    /// A script call with the guard and the line's keys, [1] to [11].
    pub(crate) fn call<'script>(
        &self,
        script: &'script Script,
        live: &Live,
        account: Option<AccountId>,
    ) -> ScriptInvocation<'script> {
        let mut call = self.call_without_bucket(script, live);
        call.key(self.bucket(live, account));
        call
    }

    pub(super) fn call_without_bucket<'script>(
        &self,
        script: &'script Script,
        live: &Live,
    ) -> ScriptInvocation<'script> {
        let mut call = script.prepare_invoke();
        call.key(self.guard(live.performance));
        for key in LINE_KEYS {
            call.key(self.in_epoch(live, key));
        }
        call.arg(live.epoch).arg(&live.run_id);
        call
    }

    pub(super) fn bucket(&self, live: &Live, account: Option<AccountId>) -> String {
        let bucket = account.map_or(0, |account| account.uuid().as_u128() % BUCKETS);
        self.in_epoch(live, &bucket_key(bucket))
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
            let run_id = self.run_id(&session);
            let epoch = self.starts.current(performance, &run_id).await?;
            let live = Live { session, performance, epoch, run_id };
            match self.redis.run(&live.session, &call(&live)).await {
                Ok(answer) => return Ok((live, answer)),
                Err(ScriptError::Stale) if tries < REPAIR_TRIES => {
                    tries += 1;
                    self.starts.forget(performance);
                }
                Err(ScriptError::Layout(layout)) if layout == CLOSED_LAYOUT => {
                    return Err(Error::NotFound("sale"));
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

    /// Closes the live sale of a performance; no script runs in its epoch any more. Answers what that was,
    /// where it was not closed and removed before.
    pub(super) async fn close(&self, performance: PerformanceId) -> Result<Option<Live>> {
        let session = self.redis.session().await?;
        let mut close = CLOSE.prepare_invoke();
        close.key(self.guard(performance)).arg(CLOSED_KEPT_SECONDS);
        let epoch: Option<String> = self.redis.run(&session, &close).await.map_err(Error::from)?;
        let run_id = self.run_id(&session);
        let epoch = epoch.and_then(|epoch| epoch.parse().ok());
        Ok(epoch.map(|epoch| Live { session, performance, epoch, run_id }))
    }

    /// Removes keys of the epoch that was closed.
    pub(crate) async fn remove(&self, performance: PerformanceId, keys: &[&str]) -> Result<()> {
        let Some(live) = self.close(performance).await? else { return Ok(()) };
        self.unlink(&live, keys.iter().map(|key| self.in_epoch(&live, key)).collect()).await
    }

    /// Removes what is left of a line that is closed. The guard, which says so to servers of before, goes by
    /// itself when none of them would begin the sale anew.
    pub(super) async fn remove_line(&self, performance: PerformanceId) -> Result<()> {
        let Some(live) = self.close(performance).await? else { return Ok(()) };
        let line = LINE_KEYS.iter().map(|key| self.in_epoch(&live, key));
        let buckets = (0..BUCKETS).map(|bucket| self.in_epoch(&live, &bucket_key(bucket)));
        self.unlink(&live, line.chain(buckets).collect()).await?;
        let mut forget = FORGET.prepare_invoke();
        forget.key(self.guard(performance));
        self.run_in::<i64>(&live, &forget).await.map(drop)
    }

    async fn unlink(&self, live: &Live, keys: Vec<String>) -> Result<()> {
        for some in keys.chunks(REMOVED_MAX) {
            let mut remove = REMOVE.prepare_invoke();
            for key in some {
                remove.key(key);
            }
            self.run_in::<i64>(live, &remove).await?;
        }
        Ok(())
    }
}

fn bucket_key(bucket: u128) -> String {
    format!("a:{bucket:x}")
}

/// The 16 bytes by which scripts know an account: less than half of its text.
pub(crate) fn raw(account: AccountId) -> Vec<u8> {
    account.uuid().as_bytes().to_vec()
}
