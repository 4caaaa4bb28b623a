use std::sync::Arc;

use async_trait::async_trait;

use super::{AuditEntry, Listing, Performance, Venue};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, PerformanceId, VenueId};
use crate::page::{Page, Paged};

/// How many entries of an audit are shown.
pub(crate) const AUDIT_MAX: usize = 200;

/// Which performances a reader may see: those listed by now, and a caller's own at any time.
#[derive(Clone, Debug)]
pub(crate) struct Visible {
    pub(crate) now: Timestamp,
    pub(crate) also_of: Option<AccountId>,
    pub(crate) listing: Listing,
}

impl Visible {
    /// The rule, for one performance.
    pub(crate) fn shows(&self, performance: &Performance) -> bool {
        let details = &performance.details;
        let may_see =
            details.listed_at <= self.now || self.also_of == Some(performance.organizer_id);
        let genre = self.listing.genre.as_ref();
        let genre = genre.is_none_or(|genre| genre.to_lowercase() == details.genre.to_lowercase());
        let text = self.listing.text.as_ref().is_none_or(|text| {
            let text = text.to_lowercase();
            details.title.to_lowercase().contains(&text)
                || details.description.to_lowercase().contains(&text)
        });
        may_see && genre && text
    }
}

/// A change of a performance, and who answers for it.
pub(crate) struct Revision {
    pub(crate) audit: AuditEntry,
    /// What the performance becomes; called under the row's lock, so that no change is lost.
    pub(crate) apply: Box<dyn FnOnce(Performance) -> Result<Performance> + Send>,
}

/// Venues and performances in the books. Each verb is atomic; nothing here is deleted.
#[async_trait]
pub(crate) trait Catalog: Send + Sync {
    async fn add_venue(&self, venue: Venue) -> Result<()>;
    async fn venue(&self, id: VenueId) -> Result<Option<Arc<Venue>>>;
    async fn venues(&self, page: Page) -> Result<Paged<Arc<Venue>>>;
    async fn add_performance(&self, performance: Performance) -> Result<()>;
    /// Changes a performance and writes down who did it, in one step; answers it as it is then.
    async fn revise(&self, id: PerformanceId, revision: Revision) -> Result<Performance>;
    /// What was changed about a performance, newest first.
    async fn audit(&self, id: PerformanceId) -> Result<Vec<AuditEntry>>;
    async fn performance(&self, id: PerformanceId) -> Result<Option<Performance>>;
    async fn performances(&self, visible: Visible, page: Page) -> Result<Paged<Performance>>;
    /// Every performance whose line may be open: joined from `now` on or before, and started less
    /// than a day ago.
    async fn running(&self, now: Timestamp) -> Result<Vec<PerformanceId>>;
}
