mod tables;

use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;

use self::tables::Tables;
use super::contract::{CLEARED_BATCH, Remembered, Request, Visible};
use super::{
    AUDIT_MAX, AuditEntry, Catalog, Performance, Production, Revision, Venue, what_happened,
};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::PerformanceEvent;
use crate::events::memory::MemoryOutbox;
use crate::id::{AccountId, PerformanceId, ProductionId, VenueId};
use crate::idempotency::{Kept, MemoryKeys};
use crate::page::{Page, Paged, Position};
use crate::text::OneLine;

/// The catalog in memory.
pub(crate) struct MemoryCatalog {
    keys: Arc<MemoryKeys>,
    outbox: Arc<MemoryOutbox>,
    tables: Mutex<Tables>,
}

impl MemoryCatalog {
    pub(crate) fn new(keys: Arc<MemoryKeys>, outbox: Arc<MemoryOutbox>) -> Self {
        Self { keys, outbox, tables: Mutex::default() }
    }

    /// What a performance shows.
    pub(crate) fn production_of(&self, performance: PerformanceId) -> Option<ProductionId> {
        let tables = self.tables.lock();
        tables.performances.get(&performance).map(|found| found.details.production_id)
    }

    /// Whether a performance is of that production and has begun.
    pub(crate) fn has_begun(
        &self,
        performance: PerformanceId,
        production: ProductionId,
        now: Timestamp,
    ) -> bool {
        let tables = self.tables.lock();
        let details = tables.performances.get(&performance).map(|found| &found.details);
        details
            .is_some_and(|details| details.production_id == production && details.starts_at <= now)
    }

    /// Whether a performance is there and not cancelled.
    pub(crate) fn takes_place(&self, performance: PerformanceId) -> bool {
        let tables = self.tables.lock();
        let found = tables.performances.get(&performance);
        found.is_some_and(|found| found.details.cancelled_at.is_none())
    }

    /// Whether another performance of what this one shows takes place, or has money that is not back.
    pub(crate) fn has_another(&self, performance: &Performance) -> bool {
        let production = performance.details.production_id;
        let is_other = |other: &Performance| {
            let is_of_it = other.details.production_id == production;
            is_of_it && other.id != performance.id && other.details.closed_at.is_none()
        };
        self.tables.lock().performances.values().any(is_other)
    }

    /// Called under the tables' lock: what the request was answered with, or that it is done now, unless it
    /// may not be.
    fn remember(&self, request: Option<Request>, may: Result<()>) -> Result<Remembered> {
        let Some(Request { account, key, hash, facts, .. }) = request else {
            return may.map(|()| Remembered::Now);
        };
        if let Some(kept) = self.keys.kept(account, &key, hash)? {
            return kept.facts().map(Remembered::Before);
        }
        may?;
        self.keys.keep(account, &key, hash, Kept::Facts(facts));
        Ok(Remembered::Now)
    }
}

#[async_trait]
impl Catalog for MemoryCatalog {
    async fn add_venue(&self, venue: Venue, request: Option<Request>) -> Result<Remembered> {
        let mut tables = self.tables.lock();
        let remembered = self.remember(request, Ok(()))?;
        if remembered == Remembered::Now {
            tables.venues.insert(venue.id, Arc::new(venue));
        }
        Ok(remembered)
    }

    async fn venue(&self, id: VenueId) -> Result<Option<Arc<Venue>>> {
        Ok(self.tables.lock().venues.get(&id).cloned())
    }

    async fn venues(&self, page: Page) -> Result<Paged<Arc<Venue>>> {
        let tables = self.tables.lock();
        let position = |venue: &&Arc<Venue>| Position::by_id(venue.id.uuid());
        Ok(page.cut(tables.venues.values(), position, |venue| Some(venue.clone())))
    }

    async fn venue_labels(&self, id: VenueId) -> Result<Option<(OneLine, OneLine)>> {
        let tables = self.tables.lock();
        Ok(tables.venues.get(&id).map(|venue| (venue.name.clone(), venue.address.clone())))
    }

    async fn write_venue_labels(
        &self,
        id: VenueId,
        name: Option<&OneLine>,
        address: Option<&OneLine>,
    ) -> Result<Option<(OneLine, OneLine)>> {
        let mut tables = self.tables.lock();
        let Some(venue) = tables.venues.get_mut(&id) else { return Ok(None) };
        let name = name.unwrap_or(&venue.name).clone();
        let address = address.unwrap_or(&venue.address).clone();
        *venue = Arc::new(venue.labelled(name.clone(), address.clone()));
        Ok(Some((name, address)))
    }

    async fn remove_venue(&self, id: VenueId) -> Result<()> {
        let mut tables = self.tables.lock();
        if tables.performances.values().any(|found| found.details.venue_id == id) {
            return Err(Error::conflict("a performance is in this venue"));
        }
        tables.venues.remove(&id);
        tables.sellers.remove(&id);
        Ok(())
    }

    async fn sellers(&self, id: VenueId) -> Result<Vec<AccountId>> {
        Ok(self.tables.lock().sellers.get(&id).into_iter().flatten().copied().collect())
    }

    async fn set_sellers(&self, id: VenueId, sellers: &[AccountId]) -> Result<()> {
        let mut tables = self.tables.lock();
        if !tables.venues.contains_key(&id) {
            return Err(Error::NotFound("venue"));
        }
        tables.sellers.insert(id, sellers.iter().copied().collect());
        Ok(())
    }

    async fn add_production(&self, production: Production) -> Result<()> {
        self.tables.lock().productions.insert(production.id, production);
        Ok(())
    }

    async fn production(&self, id: ProductionId) -> Result<Option<Production>> {
        Ok(self.tables.lock().productions.get(&id).cloned())
    }

    async fn productions(&self, page: Page) -> Result<Paged<Production>> {
        let tables = self.tables.lock();
        let position = |production: &&Production| Position::by_id(production.id.uuid());
        Ok(page.cut(tables.productions.values(), position, |found| Some(found.clone())))
    }

    async fn write_production(&self, production: Production) -> Result<()> {
        self.add_production(production).await
    }

    async fn add_performance(
        &self,
        performance: Performance,
        own: Option<Production>,
        request: Option<Request>,
        now: Timestamp,
    ) -> Result<Remembered> {
        let mut tables = self.tables.lock();
        let may = tables.names_what_is_there(&performance, own.as_ref());
        let remembered = self.remember(request, may)?;
        if remembered == Remembered::Now {
            tables.productions.extend(own.map(|own| (own.id, own)));
            self.outbox.append(tables.version(performance.id, PerformanceEvent::Added, now));
            tables.performances.insert(performance.id, performance);
        }
        Ok(remembered)
    }

    async fn revise(&self, id: PerformanceId, revision: Revision) -> Result<Performance> {
        let mut tables = self.tables.lock();
        let before = tables.performances.get(&id).cloned();
        let before = before.ok_or(Error::NotFound("performance"))?;
        let after = (revision.apply)(before.clone())?;
        if let Some(kind) = what_happened(&before, &after) {
            self.outbox.append(tables.version(id, kind, revision.audit.at));
        }
        tables.performances.insert(id, after.clone());
        tables.audit.entry(id).or_default().push(revision.audit);
        Ok(after)
    }

    async fn audit(&self, id: PerformanceId) -> Result<Vec<AuditEntry>> {
        let tables = self.tables.lock();
        let newest_first = tables.audit.get(&id).into_iter().flatten().rev();
        Ok(newest_first.take(AUDIT_MAX).cloned().collect())
    }

    async fn performance(&self, id: PerformanceId) -> Result<Option<Performance>> {
        Ok(self.tables.lock().performances.get(&id).cloned())
    }

    async fn these(&self, performances: &[PerformanceId]) -> Result<Vec<Performance>> {
        let tables = self.tables.lock();
        let found = performances.iter().filter_map(|id| tables.performances.get(id));
        Ok(found.cloned().collect())
    }

    async fn begun(
        &self,
        production: ProductionId,
        performances: &[PerformanceId],
        now: Timestamp,
    ) -> Result<Vec<PerformanceId>> {
        let is_one = |id: &&PerformanceId| self.has_begun(**id, production, now);
        Ok(performances.iter().filter(is_one).copied().collect())
    }

    async fn performances(&self, visible: Visible, page: Page) -> Result<Paged<Performance>> {
        let tables = self.tables.lock();
        let position = |performance: &&Performance| Position {
            key: visible.listing.sort.key(&performance.details),
            id: performance.id.uuid(),
        };
        let shown = tables.performances.values().filter(|performance| visible.shows(performance));
        let mut shown: Vec<&Performance> = shown.collect();
        shown.sort_by_key(position);
        Ok(page.cut(shown.into_iter(), position, |found| Some(found.clone())))
    }

    async fn running(&self, now: Timestamp) -> Result<Vec<PerformanceId>> {
        let tables = self.tables.lock();
        let running = tables.performances.values().filter(|performance| performance.runs(now));
        Ok(running.map(|performance| performance.id).collect())
    }

    async fn to_clear(&self, behind: Option<PerformanceId>) -> Result<Vec<PerformanceId>> {
        let tables = self.tables.lock();
        let is_due = |found: &&Performance| {
            let details = &found.details;
            details.cancelled_at.is_some() && details.cleared_at.is_none()
        };
        let behind = (behind.map_or(Unbounded, Excluded), Unbounded);
        let due = tables.performances.range(behind).map(|(_, found)| found).filter(is_due);
        Ok(due.take(CLEARED_BATCH).map(|found| found.id).collect())
    }

    async fn has_others(&self, performance: &Performance) -> Result<bool> {
        Ok(self.has_another(performance))
    }

    async fn remove(&self, performance: &Performance, now: Timestamp) -> Result<()> {
        let mut tables = self.tables.lock();
        if tables.performances.remove(&performance.id).is_some() {
            self.outbox.append(tables.version(performance.id, PerformanceEvent::Removed, now));
        }
        tables.versions.remove(&performance.id);
        tables.audit.remove(&performance.id);
        let production = performance.details.production_id;
        let is_shown =
            tables.performances.values().any(|other| other.details.production_id == production);
        if performance.has_own_production() && !is_shown {
            tables.productions.remove(&production);
        }
        Ok(())
    }

    #[cfg(feature = "services")]
    async fn fold(&self) -> Result<usize> {
        Ok(0)
    }
}
