//! First pages that servers share. Nothing rests on them: what Redis does not answer at once is read
//! from the books.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use redis::{Script, ScriptInvocation};

use super::ReviewSort;
use super::first_page::FirstPage;
use super::stored_page::{FORMAT, read, write};
use crate::error::{Error, Result};
use crate::id::ProductionId;
use crate::services::redis::{Redis, script};

/// How long a page is kept. Also how long it is remembered that older ones are not good: longer than
/// anybody takes who read an older one from the books and has not said so yet.
const KEPT_MS: i64 = 60_000;
/// How long Redis may take before the books are asked.
const ANSWERS_WITHIN: Duration = Duration::from_millis(200);

static TAKE: LazyLock<Script> = LazyLock::new(|| script(&[include_str!("lua/take.lua")]));
static PAGE: LazyLock<Script> = LazyLock::new(|| script(&[include_str!("lua/page.lua")]));

/// First pages in Redis.
pub(crate) struct SharedPages {
    redis: Arc<Redis>,
    namespace: String,
}

impl SharedPages {
    pub(crate) fn new(redis: Arc<Redis>, namespace: String) -> Self {
        Self { redis, namespace }
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
        call.arg(version).arg(KEPT_MS).arg(which).arg(text);
        self.ask::<i64>(&call).await.map(drop)
    }

    fn key(&self, production: ProductionId) -> String {
        format!("{{{}:reviews:{production}}}:{FORMAT}", self.namespace)
    }

    async fn ask<Answer: redis::FromRedisValue>(
        &self,
        call: &ScriptInvocation<'_>,
    ) -> Result<Answer> {
        let asked = async {
            let session = self.redis.session().await?;
            self.redis.run(&session, call).await.map_err(Error::from)
        };
        let late = |_| Err(Error::Unavailable("Redis: first pages of reviews".into()));
        tokio::time::timeout(ANSWERS_WITHIN, asked).await.unwrap_or_else(late)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::Randomness;
    use crate::reviews::Rating;

    fn page(version: i64) -> FirstPage {
        FirstPage { version, rating: Rating::default(), items: Vec::new() }
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
