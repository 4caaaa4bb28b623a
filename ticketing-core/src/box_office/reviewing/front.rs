//! First pages, as this process read them a moment ago: a crowd that looks at one costs one read a
//! second.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use tokio::sync::{Mutex, Semaphore};

use super::{ReviewPage, ReviewView};
use crate::box_office::{BoxOffice, turn};
use crate::catalog::SALE_MAX_AGE_MS;
use crate::clock::Timestamp;
use crate::error::{Error, Result, readable};
use crate::id::ProductionId;
use crate::page::Page;
use crate::rendered::Rendered;
use crate::reviews::{FirstPage, Rating, ReviewSort};

/// How many first pages one process keeps; what is too old goes when there are as many, and with each
/// step.
const FRONTS_MAX: usize = 1_024;
/// How many first pages are read at once.
const READERS: usize = 16;
/// How many searches and likes one process has under way at once: a crowd of them leaves the
/// connections to who buys.
const SEARCHES: usize = 2;
const LIKES: usize = 4;
/// How long a rating may take that is shown beside what is sold.
const RATING_WITHIN: Duration = Duration::from_millis(250);
/// How long it is remembered that older pages are not good: longer than they are shared.
const VERSIONS_KEPT_MS: i64 = 2 * 60_000;

type Which = (ProductionId, ReviewSort);

/// A first page, and what everybody sees of it who says nothing else.
pub(super) struct Front {
    pub(super) page: FirstPage,
    pub(super) whole: Arc<ReviewPage>,
}

impl Front {
    fn new(page: FirstPage, sort: ReviewSort) -> Self {
        let shown = |(review, nickname)| ReviewView { review, nickname, liked: None };
        let reviews = page.cut(sort, Page::default()).map(shown);
        let rendered = Rendered::default();
        let whole = Arc::new(ReviewPage { reviews, rating: page.rating, rendered });
        Self { page, whole }
    }
}

/// First pages, each with when it was read, and who may do how much at once about reviews.
pub(in crate::box_office) struct Fronts {
    pages: DashMap<Which, (Timestamp, Arc<Front>)>,
    ratings: DashMap<ProductionId, (Timestamp, Rating)>,
    /// The newest version of each production that this process has heard of, and when.
    versions: DashMap<ProductionId, (Timestamp, i64)>,
    reading: [Mutex<()>; READERS],
    pub(super) searching: Semaphore,
    pub(super) liking: Semaphore,
    /// Up to which production ratings were counted again.
    pub(in crate::box_office) counted: Mutex<Option<ProductionId>>,
}

impl Default for Fronts {
    fn default() -> Self {
        Self {
            pages: DashMap::new(),
            ratings: DashMap::new(),
            versions: DashMap::new(),
            reading: std::array::from_fn(|_| Mutex::default()),
            searching: Semaphore::new(SEARCHES),
            liking: Semaphore::new(LIKES),
            counted: Mutex::default(),
        }
    }
}

impl Fronts {
    /// The newest version of a production that this process has heard of.
    fn version(&self, production: ProductionId) -> i64 {
        self.versions.get(&production).map_or(0, |known| known.1)
    }

    fn known(&self, which: Which, wanted: i64, now: Timestamp) -> Option<Arc<Front>> {
        let (read_at, front) = self.pages.get(&which)?.clone();
        (is_fresh(read_at, now) && front.page.version >= wanted).then_some(front)
    }

    fn keep(&self, which: Which, front: &Arc<Front>, now: Timestamp) {
        if self.pages.len() >= FRONTS_MAX {
            self.pages.retain(|_, (read_at, _)| is_fresh(*read_at, now));
        }
        if self.pages.len() < FRONTS_MAX {
            self.pages.insert(which, (now, front.clone()));
        }
    }

    fn raise(&self, production: ProductionId, version: i64, now: Timestamp) {
        let mut known = self.versions.entry(production).or_insert((now, version));
        *known = (now, version.max(known.1));
        self.ratings.remove(&production);
    }

    /// Forgets what is too old to be shown, and versions that everybody has heard of by now.
    pub(in crate::box_office) fn sweep(&self, now: Timestamp) {
        self.pages.retain(|_, (read_at, _)| is_fresh(*read_at, now));
        self.ratings.retain(|_, (read_at, _)| is_fresh(*read_at, now));
        let is_told = |since: Timestamp| now.as_millis() - since.as_millis() > VERSIONS_KEPT_MS;
        self.versions.retain(|_, (since, _)| !is_told(*since));
    }

    fn reading(&self, (production, _): Which) -> &Mutex<()> {
        let turns = self.reading.len() as u128;
        let turn = usize::try_from(production.uuid().as_u128() % turns).unwrap_or(0);
        &self.reading[turn]
    }
}

fn is_fresh(read_at: Timestamp, now: Timestamp) -> bool {
    now.as_millis() - read_at.as_millis() <= SALE_MAX_AGE_MS
}

impl BoxOffice {
    /// The first page of a production's reviews, at most a second older than what servers share. As new
    /// as what this process had heard of when it was asked for: whoever waits for the same read takes
    /// what that brings.
    pub(super) async fn front(
        &self,
        production: ProductionId,
        sort: ReviewSort,
    ) -> Result<Arc<Front>> {
        let (fronts, which) = (&self.0.fronts, (production, sort));
        let wanted = fronts.version(production);
        if let Some(front) = fronts.known(which, wanted, self.now()) {
            return Ok(front);
        }
        let _reading = turn(fronts.reading(which)).await?;
        let now = self.now();
        if let Some(front) = fronts.known(which, wanted, now) {
            return Ok(front);
        }
        let page = self.shared_front(production, sort, wanted).await?;
        let front = Arc::new(Front::new(page, sort));
        fronts.keep(which, &front, now);
        Ok(front)
    }

    /// What the reviews of a production add up to, at most a second old. Nothing where that takes long:
    /// who asks wants to know what is sold.
    pub(in crate::box_office) async fn rating(&self, production: ProductionId) -> Option<Rating> {
        let (fronts, now) = (&self.0.fronts, self.now());
        if let Some(known) = fronts.ratings.get(&production)
            && is_fresh(known.0, now)
        {
            return Some(known.1);
        }
        let read = self.backend().reviews.rating(production);
        let read = tokio::time::timeout(RATING_WITHIN, read).await;
        let late = |_| Err(Error::Unavailable("the rating of a production takes long".into()));
        let (rating, version) = readable(read.unwrap_or_else(late))?;
        if version >= fronts.version(production) {
            fronts.ratings.insert(production, (now, rating));
        }
        Some(rating)
    }

    /// What a verb has changed, here and now; whoever else shares it hears of it after the commit, and
    /// once more by the event.
    pub(in crate::box_office) async fn told_reviews_changed(
        &self,
        production: ProductionId,
        version: i64,
    ) {
        if let Err(error) = self.reviews_changed(production, version).await {
            tracing::debug!(%production, %error, "an older first page may be shown for a while");
        }
    }

    /// The same, for who tries again where it could not be said.
    #[cfg_attr(not(feature = "services"), expect(clippy::unused_async, reason = "Redis answers"))]
    pub(in crate::box_office) async fn reviews_changed(
        &self,
        production: ProductionId,
        version: i64,
    ) -> Result<()> {
        self.0.fronts.raise(production, version, self.now());
        #[cfg(feature = "services")]
        if let Some(shared) = &self.backend().first_pages {
            shared.raise(production, version).await?;
        }
        Ok(())
    }

    #[cfg(not(feature = "services"))]
    async fn shared_front(
        &self,
        production: ProductionId,
        sort: ReviewSort,
        _: i64,
    ) -> Result<FirstPage> {
        self.read_front(production, sort).await
    }

    /// As servers share it, or else as the books have it: Redis is asked, never relied on.
    #[cfg(feature = "services")]
    async fn shared_front(
        &self,
        production: ProductionId,
        sort: ReviewSort,
        wanted: i64,
    ) -> Result<FirstPage> {
        let Some(shared) = &self.backend().first_pages else {
            return self.read_front(production, sort).await;
        };
        match shared.page(production, sort).await {
            Ok(Some(page)) if page.version >= wanted => return Ok(page),
            Ok(_) => {}
            Err(error) => {
                tracing::debug!(%production, %error, "a first page is read from the books");
                return self.read_front(production, sort).await;
            }
        }
        let page = self.read_front(production, sort).await?;
        if let Err(error) = shared.share(production, sort, &page).await {
            tracing::debug!(%production, %error, "a first page is not shared");
        }
        Ok(page)
    }
}
