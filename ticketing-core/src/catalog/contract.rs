use std::sync::Arc;

use async_trait::async_trait;

use super::{AuditEntry, Listing, Performance, Production, Revision, Venue};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, PerformanceId, ProductionId, VenueId};
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::page::{Page, Paged};
use crate::text::{OneLine, folded};

/// Which performances a reader may see: those listed by now, and a caller's own at any time.
#[derive(Clone, Debug)]
pub(crate) struct Visible {
    pub(crate) now: Timestamp,
    pub(crate) also_of: Option<AccountId>,
    pub(crate) listing: Listing,
}

impl Visible {
    /// The rule, for one performance and what is searched of it.
    pub(crate) fn shows(&self, performance: &Performance) -> bool {
        let details = &performance.details;
        let may_see =
            details.listed_at <= self.now || self.also_of == Some(performance.organizer_id);
        let genre = self.genre().is_none_or(|genre| genre == folded(details.genre.as_str()));
        let text = self.text().is_none_or(|text| searched(performance).contains(&text));
        may_see && genre && text
    }

    /// What is searched for, folded.
    pub(crate) fn text(&self) -> Option<String> {
        self.listing.text.as_deref().map(folded)
    }

    /// The genre, folded.
    pub(crate) fn genre(&self) -> Option<String> {
        self.listing.genre.as_deref().map(folded)
    }
}

/// What of a performance is searched, folded.
pub(crate) fn searched(performance: &Performance) -> String {
    let details = &performance.details;
    folded(&format!("{}\n{}", details.title, details.description))
}

/// A request that may be repeated: what it was answered with is kept in the step that does it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) account: AccountId,
    pub(crate) key: IdempotencyKey,
    pub(crate) hash: RequestHash,
    /// From which its answer is rendered again.
    pub(crate) facts: String,
    #[cfg(feature = "services")]
    pub(crate) now: Timestamp,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Remembered {
    /// It was done now.
    Now,
    /// It was done before, and answered with these facts.
    Before(String),
}

/// What is said where a performance names a production that is gone, or another's.
pub(crate) const NO_PRODUCTION: &str = "a production of your own";
/// What is said where a performance names a venue that is gone.
pub(crate) const NO_VENUE: &str = "there is no such venue";
/// What is said where something is for a performance that was cancelled.
pub(crate) const NOT_TAKING_PLACE: &str = "the performance does not take place";
/// How many cancelled performances are listed at once.
pub(crate) const CLEARED_BATCH: usize = 1_000;

/// Productions, venues and performances in the books. Each verb is atomic.
/// A list passes over what cannot be read.
#[async_trait]
pub(crate) trait Catalog: Send + Sync {
    /// Nothing is added where the request was done before.
    async fn add_venue(&self, venue: Venue, request: Option<Request>) -> Result<Remembered>;
    async fn venue(&self, id: VenueId) -> Result<Option<Arc<Venue>>>;
    async fn venues(&self, page: Page) -> Result<Paged<Arc<Venue>>>;
    /// What a venue is called, and where it stands.
    async fn venue_labels(&self, id: VenueId) -> Result<Option<(OneLine, OneLine)>>;
    /// Writes these of a venue, those that are given; answers them as they are then.
    async fn write_venue_labels(
        &self,
        id: VenueId,
        name: Option<&OneLine>,
        address: Option<&OneLine>,
    ) -> Result<Option<(OneLine, OneLine)>>;
    /// Removes a venue; a conflict where a performance is in it.
    async fn remove_venue(&self, id: VenueId) -> Result<()>;
    /// Who else than its owner sells in a venue, by id.
    async fn sellers(&self, id: VenueId) -> Result<Vec<AccountId>>;
    /// These do, and nobody else.
    async fn set_sellers(&self, id: VenueId, sellers: &[AccountId]) -> Result<()>;
    async fn add_production(&self, production: Production) -> Result<()>;
    async fn production(&self, id: ProductionId) -> Result<Option<Production>>;
    async fn productions(&self, page: Page) -> Result<Paged<Production>>;
    /// Writes a production that is there.
    async fn write_production(&self, production: Production) -> Result<()>;
    /// With the production of its own, where it has one. Nothing is added where the request was
    /// done before. What happens to a performance is told, here and below.
    async fn add_performance(
        &self,
        performance: Performance,
        own: Option<Production>,
        request: Option<Request>,
        now: Timestamp,
    ) -> Result<Remembered>;
    /// Changes a performance and writes down who did it, in one step; answers it as it is then.
    async fn revise(&self, id: PerformanceId, revision: Revision) -> Result<Performance>;
    /// What was changed about a performance, newest first.
    async fn audit(&self, id: PerformanceId) -> Result<Vec<AuditEntry>>;
    async fn performance(&self, id: PerformanceId) -> Result<Option<Performance>>;
    /// Those of these that are there and can be read.
    async fn these(&self, performances: &[PerformanceId]) -> Result<Vec<Performance>>;
    /// Which of these are of the production and have begun.
    async fn begun(
        &self,
        production: ProductionId,
        performances: &[PerformanceId],
        now: Timestamp,
    ) -> Result<Vec<PerformanceId>>;
    async fn performances(&self, visible: Visible, page: Page) -> Result<Paged<Performance>>;
    /// Every performance whose line may have somebody in it, and that is not long over.
    async fn running(&self, now: Timestamp) -> Result<Vec<PerformanceId>>;
    /// Performances that do not take place and on which something may hang, by id, behind that one; at
    /// most a batch.
    async fn to_clear(&self, behind: Option<PerformanceId>) -> Result<Vec<PerformanceId>>;
    /// Whether another performance of what this one shows takes place, or has money that is not back.
    async fn has_others(&self, performance: &Performance) -> Result<bool>;
    /// A performance of which nothing was ordered goes, with what was changed about it and a production that
    /// was made with it and shows nothing else.
    async fn remove(&self, performance: &Performance, now: Timestamp) -> Result<()>;
    /// Folds what an older server wrote without folding; answers how many rows.
    #[cfg(feature = "services")]
    async fn fold(&self) -> Result<usize>;
}
