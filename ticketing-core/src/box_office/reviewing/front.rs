//! First pages, as this process read them a moment ago: a crowd that looks at one costs one read a
//! second.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::Mutex;

use super::{ReviewPage, ReviewView};
use crate::box_office::{BoxOffice, turn};
use crate::catalog::SALE_MAX_AGE_MS;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::ProductionId;
use crate::page::Page;
use crate::rendered::Rendered;
use crate::reviews::{FirstPage, ReviewSort};

/// How many first pages one process keeps; what is too old goes when there are as many.
const FRONTS_MAX: usize = 4_096;
/// How many first pages are read at once.
const READERS: usize = 16;

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

/// First pages, each with when it was read.
#[derive(Default)]
pub(in crate::box_office) struct Fronts {
    pages: DashMap<Which, (Timestamp, Arc<Front>)>,
    /// The newest version of each production that this process knows of, and since when.
    versions: DashMap<ProductionId, (Timestamp, i64)>,
    reading: [Mutex<()>; READERS],
    /// Up to which production ratings were counted again.
    pub(in crate::box_office) counted: Mutex<Option<ProductionId>>,
}

impl Fronts {
    fn known(&self, which: Which, now: Timestamp) -> Option<Arc<Front>> {
        let (read_at, front) = self.pages.get(&which)?.clone();
        let newest = self.versions.get(&which.0).map_or(0, |known| known.1);
        (is_fresh(read_at, now) && front.page.version >= newest).then_some(front)
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
        if self.versions.len() >= FRONTS_MAX {
            self.versions.retain(|_, (since, _)| is_fresh(*since, now));
        }
        let mut known = self.versions.entry(production).or_insert((now, version));
        *known = (now, version.max(known.1));
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
    /// The first page of a production's reviews, at most a second older than what servers share.
    pub(super) async fn front(
        &self,
        production: ProductionId,
        sort: ReviewSort,
    ) -> Result<Arc<Front>> {
        let (fronts, which) = (&self.0.fronts, (production, sort));
        if let Some(front) = fronts.known(which, self.now()) {
            return Ok(front);
        }
        let _reading = turn(fronts.reading(which)).await?;
        let now = self.now();
        if let Some(front) = fronts.known(which, now) {
            return Ok(front);
        }
        let front = Arc::new(Front::new(self.shared_front(production, sort).await?, sort));
        fronts.keep(which, &front, now);
        Ok(front)
    }

    /// What a verb has changed, here and now; whoever else shares it hears of it after the commit, and
    /// once more by the event.
    pub(in crate::box_office) async fn reviews_changed(
        &self,
        production: ProductionId,
        version: i64,
    ) {
        self.0.fronts.raise(production, version, self.now());
        #[cfg(feature = "services")]
        if let Some(shared) = &self.backend().first_pages
            && let Err(error) = shared.raise(production, version).await
        {
            tracing::debug!(%production, %error, "an older first page may be shown for a while");
        }
        #[cfg(not(feature = "services"))]
        std::future::ready(()).await;
    }

    #[cfg(not(feature = "services"))]
    async fn shared_front(&self, production: ProductionId, sort: ReviewSort) -> Result<FirstPage> {
        self.read_front(production, sort).await
    }

    /// As servers share it, or else as the books have it: Redis is asked, never relied on.
    #[cfg(feature = "services")]
    async fn shared_front(&self, production: ProductionId, sort: ReviewSort) -> Result<FirstPage> {
        let Some(shared) = &self.backend().first_pages else {
            return self.read_front(production, sort).await;
        };
        let newest = self.0.fronts.versions.get(&production).map_or(0, |known| known.1);
        match shared.page(production, sort).await {
            Ok(Some(page)) if page.version >= newest => return Ok(page),
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
