//! First pages that servers share. Nothing rests on them: what Redis does not answer at once is read
//! from the books.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use parking_lot::Mutex;
use redis::{Script, ScriptInvocation};
use tokio::time::Instant;

use super::ReviewSort;
use super::first_page::{FIRST_PAGES_KEPT_MS, FirstPage};
use super::stored_page::{FORMAT, read, write};
use crate::error::{Error, Result};
use crate::id::ProductionId;
use crate::services::redis::{Redis, script};

/// How long Redis may take before the books are asked.
const ANSWERS_WITHIN: Duration = Duration::from_millis(200);
/// How long it is left alone after it did not answer: nobody waits for it meanwhile.
const LEFT_ALONE_FOR: Duration = Duration::from_secs(1);
/// How many pages one process shares in a second: what is read once by somebody who reads everything
/// must not fill the memory of the sales.
const SHARED_MAX: u32 = 20;
const SHARED_WITHIN: Duration = Duration::from_secs(1);

static TAKE: LazyLock<Script> = LazyLock::new(|| script(&[include_str!("lua/take.lua")]));
static PAGE: LazyLock<Script> = LazyLock::new(|| script(&[include_str!("lua/page.lua")]));

/// First pages in Redis.
pub(crate) struct SharedPages {
    redis: Arc<Redis>,
    namespace: String,
    left_alone_until: Mutex<Option<Instant>>,
    /// Since when how many were shared.
    shared: Mutex<(Instant, u32)>,
}

impl SharedPages {
    pub(crate) fn new(redis: Arc<Redis>, namespace: String) -> Self {
        let (left_alone_until, shared) = (Mutex::default(), Mutex::new((Instant::now(), 0)));
        Self { redis, namespace, left_alone_until, shared }
    }

    /// A page, if it is there.
    pub(crate) async fn page(
        &self,
        production: ProductionId,
        sort: ReviewSort,
    ) -> Result<Option<FirstPage>> {
        let mut call = PAGE.key(self.key(production));
        call.arg(sort.name());
        let text: Option<String> = self.ask(&call).await?;
        Ok(text.and_then(|text| read(production, &text)))
    }

    /// Shares a page, unless a newer version is known. It must not be older than a few seconds.
    pub(crate) async fn share(
        &self,
        production: ProductionId,
        sort: ReviewSort,
        page: &FirstPage,
    ) -> Result<()> {
        if !self.may_share() {
            return Ok(());
        }
        let Some(text) = write(page) else { return Ok(()) };
        self.take(production, page.version, sort.name(), &text).await
    }

    /// Nothing older than this version is good any more.
    pub(crate) async fn raise(&self, production: ProductionId, version: i64) -> Result<()> {
        self.take(production, version, "", "").await
    }

    async fn take(
        &self,
        production: ProductionId,
        version: i64,
        which: &str,
        text: &str,
    ) -> Result<()> {
        let mut call = TAKE.key(self.key(production));
        call.arg(version).arg(FIRST_PAGES_KEPT_MS).arg(which).arg(text);
        self.ask::<i64>(&call).await.map(drop)
    }

    fn key(&self, production: ProductionId) -> String {
        format!("{{{}:reviews:{production}}}:{FORMAT}", self.namespace)
    }

    async fn ask<Answer: redis::FromRedisValue>(
        &self,
        call: &ScriptInvocation<'_>,
    ) -> Result<Answer> {
        let is_left_alone = |until: Instant| Instant::now() < until;
        if self.left_alone_until.lock().is_some_and(is_left_alone) {
            return Err(Error::Unavailable("Redis did not answer a moment ago".into()));
        }
        let asked = async {
            let session = self.redis.session().await?;
            self.redis.run(&session, call).await.map_err(Error::from)
        };
        let late = |_| Err(Error::Unavailable("Redis: first pages of reviews".into()));
        let answer = tokio::time::timeout(ANSWERS_WITHIN, asked).await.unwrap_or_else(late);
        if answer.is_err() {
            *self.left_alone_until.lock() = Some(Instant::now() + LEFT_ALONE_FOR);
        }
        answer
    }

    fn may_share(&self) -> bool {
        let (now, mut shared) = (Instant::now(), self.shared.lock());
        if now - shared.0 >= SHARED_WITHIN {
            *shared = (now, 0);
        }
        shared.1 += 1;
        shared.1 <= SHARED_MAX
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::Randomness;
    use crate::reviews::Rating;

    fn page(version: i64) -> FirstPage {
        FirstPage { version, rating: Rating::default(), items: Vec::new(), more: false }
    }

    #[tokio::test]
    #[ignore = "needs ./services up"]
    async fn whoever_read_late_shares_nothing_old() {
        let url = std::env::var("TICKETING_REDIS").expect("eval \"$(./services env)\"");
        let redis = Arc::new(Redis::new(&url.into()).unwrap());
        let random = u64::from_be_bytes(Randomness::from_system().bytes());
        let namespace = format!("test_{random:016x}");
        let pages = SharedPages::new(redis.clone(), namespace.clone());
        let (production, sort) = (Uuid::nil().into(), ReviewSort::Newest);
        let shown = async || pages.page(production, sort).await.unwrap().map(|page| page.version);
        let share = async |version| pages.share(production, sort, &page(version)).await.unwrap();
        share(2).await;
        assert_eq!(shown().await, Some(2));
        pages.raise(production, 3).await.unwrap();
        assert_eq!(shown().await, None, "it is old");
        share(2).await;
        assert_eq!(shown().await, None, "it was read before");
        share(3).await;
        pages.raise(production, 2).await.unwrap();
        assert_eq!(shown().await, Some(3), "what is said late takes nothing away");
        share(4).await;
        share(3).await;
        assert_eq!(shown().await, Some(4));
        redis.remove_keys(&format!("{{{namespace}:*")).await.unwrap();
    }
}
