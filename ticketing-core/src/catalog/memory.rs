use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;

use super::contract::{AUDIT_MAX, Revision, Visible};
use super::{AuditEntry, Catalog, Performance, Venue};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{PerformanceId, VenueId};
use crate::page::{Page, Paged};

/// The catalog in memory.
#[derive(Default)]
pub(crate) struct MemoryCatalog(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    venues: BTreeMap<VenueId, Arc<Venue>>,
    performances: BTreeMap<PerformanceId, Performance>,
    audit: Vec<(PerformanceId, AuditEntry)>,
}

#[async_trait]
impl Catalog for MemoryCatalog {
    async fn add_venue(&self, venue: Venue) -> Result<()> {
        self.0.lock().venues.insert(venue.id, Arc::new(venue));
        Ok(())
    }

    async fn venue(&self, id: VenueId) -> Result<Option<Arc<Venue>>> {
        Ok(self.0.lock().venues.get(&id).cloned())
    }

    async fn venues(&self, page: Page) -> Result<Paged<Arc<Venue>>> {
        Ok(page.cut(self.0.lock().venues.values().cloned(), |venue| venue.id.uuid()))
    }

    async fn add_performance(&self, performance: Performance) -> Result<()> {
        self.0.lock().performances.insert(performance.id, performance);
        Ok(())
    }

    async fn revise(&self, id: PerformanceId, revision: Revision) -> Result<Performance> {
        let mut tables = self.0.lock();
        let before = tables.performances.get(&id).cloned();
        let after = (revision.apply)(before.ok_or(Error::NotFound("performance"))?)?;
        tables.performances.insert(id, after.clone());
        tables.audit.push((id, revision.audit));
        Ok(after)
    }

    async fn audit(&self, id: PerformanceId) -> Result<Vec<AuditEntry>> {
        let tables = self.0.lock();
        let newest_first = tables.audit.iter().rev().filter(|(of, _)| *of == id);
        Ok(newest_first.take(AUDIT_MAX).map(|(_, entry)| entry.clone()).collect())
    }

    async fn performance(&self, id: PerformanceId) -> Result<Option<Performance>> {
        Ok(self.0.lock().performances.get(&id).cloned())
    }

    async fn performances(&self, visible: Visible, page: Page) -> Result<Paged<Performance>> {
        let tables = self.0.lock();
        let shown = tables.performances.values().filter(|performance| visible.shows(performance));
        let mut shown: Vec<&Performance> = shown.collect();
        // Stable: equal ones stay in the order of their ids.
        shown.sort_by_key(|performance| visible.listing.sort.key(&performance.details));
        Ok(page.cut_after(shown.into_iter().cloned(), |performance| performance.id.uuid()))
    }

    async fn running(&self, now: Timestamp) -> Result<Vec<PerformanceId>> {
        let tables = self.0.lock();
        let running = tables.performances.values().filter(|performance| performance.runs(now));
        Ok(running.map(|performance| performance.id).collect())
    }
}
