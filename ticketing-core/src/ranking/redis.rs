//! The ranking that servers share: one of them makes it.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use redis::{Script, ScriptInvocation};

use super::Ranking;
use super::stored::{read, write};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::services::redis::{Redis, script};

/// How long it is kept: who finds none makes one.
const KEPT_MS: i64 = 10 * 60_000;
/// How long Redis may take.
const ANSWERS_WITHIN: Duration = Duration::from_millis(500);

static LEASE: LazyLock<Script> = LazyLock::new(|| script(&[include_str!("lua/lease.lua")]));
static SHARE: LazyLock<Script> = LazyLock::new(|| script(&[include_str!("lua/share.lua")]));
static SHARED: LazyLock<Script> = LazyLock::new(|| script(&[include_str!("lua/shared.lua")]));

/// The ranking in Redis.
pub(crate) struct SharedRanking {
    redis: Arc<Redis>,
    namespace: String,
}

impl SharedRanking {
    pub(crate) fn new(redis: Arc<Redis>, namespace: String) -> Self {
        Self { redis, namespace }
    }

    /// Whether it is the caller who makes the next one; for so long nobody else does.
    pub(crate) async fn take(&self, now: Timestamp, for_ms: i64) -> Result<bool> {
        let mut call = LEASE.key(self.key("lease"));
        call.arg(now.as_millis()).arg(now.plus_millis(for_ms).as_millis()).arg(KEPT_MS);
        Ok(self.ask::<i64>(&call).await? == 1)
    }

    pub(crate) async fn share(&self, ranking: &Ranking) -> Result<()> {
        let Some((at, text)) = write(ranking) else { return Ok(()) };
        let mut call = SHARE.key(self.key("now"));
        call.arg(at).arg(text).arg(KEPT_MS);
        self.ask::<i64>(&call).await.map(drop)
    }

    pub(crate) async fn shared(&self) -> Result<Option<Ranking>> {
        let call = SHARED.key(self.key("now"));
        let text: Option<String> = self.ask(&call).await?;
        Ok(text.and_then(|text| read(&text)))
    }

    fn key(&self, key: &str) -> String {
        format!("{{{}:ranking}}:{key}", self.namespace)
    }

    async fn ask<Answer: redis::FromRedisValue>(
        &self,
        call: &ScriptInvocation<'_>,
    ) -> Result<Answer> {
        let asked = async {
            let session = self.redis.session().await?;
            self.redis.run(&session, call).await.map_err(Error::from)
        };
        let late = |_| Err(Error::Unavailable("Redis: the ranking".into()));
        tokio::time::timeout(ANSWERS_WITHIN, asked).await.unwrap_or_else(late)
    }
}
