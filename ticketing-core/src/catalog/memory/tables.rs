use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::contract::{NO_PRODUCTION, NO_VENUE};
use crate::catalog::{AuditEntry, Performance, Production, Venue};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::{Event, PerformanceEvent};
use crate::id::{AccountId, PerformanceId, ProductionId, VenueId};

#[derive(Default)]
pub(super) struct Tables {
    pub(super) venues: BTreeMap<VenueId, Arc<Venue>>,
    pub(super) productions: BTreeMap<ProductionId, Production>,
    pub(super) performances: BTreeMap<PerformanceId, Performance>,
    /// What was made of each performance last.
    pub(super) versions: BTreeMap<PerformanceId, i64>,
    pub(super) audit: BTreeMap<PerformanceId, Vec<AuditEntry>>,
    pub(super) sellers: BTreeMap<VenueId, BTreeSet<AccountId>>,
}

impl Tables {
    /// Whether what a performance names is there.
    pub(super) fn names_what_is_there(
        &self,
        performance: &Performance,
        own: Option<&Production>,
    ) -> Result<()> {
        let production = performance.details.production_id;
        let is_own = own.is_some_and(|own| own.id == production);
        if !is_own && !self.productions.contains_key(&production) {
            return Err(Error::field("production_id", NO_PRODUCTION));
        }
        if !self.venues.contains_key(&performance.details.venue_id) {
            return Err(Error::field("venue_id", NO_VENUE));
        }
        Ok(())
    }

    /// What happened to a performance, which has another version now.
    pub(super) fn version(
        &mut self,
        performance: PerformanceId,
        kind: PerformanceEvent,
        at: Timestamp,
    ) -> Event {
        let version = self.versions.entry(performance).or_default();
        *version += 1;
        Event::of_performance(performance, *version, kind, at)
    }
}
