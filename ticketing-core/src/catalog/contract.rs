use std::sync::Arc;

use async_trait::async_trait;

use super::{Listing, Performance, Venue};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, PerformanceId, VenueId};
use crate::page::{Page, Paged};

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

/// Venues and performances in the books. Each verb is atomic; nothing here is deleted.
#[async_trait]
pub(crate) trait Catalog: Send + Sync {
    async fn add_venue(&self, venue: Venue) -> Result<()>;
    async fn venue(&self, id: VenueId) -> Result<Option<Arc<Venue>>>;
    async fn venues(&self, page: Page) -> Result<Paged<Arc<Venue>>>;
    async fn add_performance(&self, performance: Performance) -> Result<()>;
    async fn update_performance(&self, performance: Performance) -> Result<()>;
    async fn performance(&self, id: PerformanceId) -> Result<Option<Performance>>;
    async fn performances(&self, visible: Visible, page: Page) -> Result<Paged<Performance>>;
    /// Every performance that may be on sale: opened by `now`, and started less than a day ago.
    async fn on_sale(&self, now: Timestamp) -> Result<Vec<PerformanceId>>;
}
