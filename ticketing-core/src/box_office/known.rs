//! What this process read a moment ago of performances, and last saw of their sales.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::BoxOffice;
use super::seeing::LiveView;
use super::turns::turn;
use crate::catalog::{Performance, SALE_MAX_AGE_MS, Sale};
use crate::clock::Timestamp;
use crate::error::{Error, Result, readable};
use crate::id::PerformanceId;

/// How many performances are read together.
const READ_AT_ONCE: usize = 500;

impl BoxOffice {
    /// A performance with its map, at most a second old: an organizer's changes reach a running
    /// sale within it.
    pub(super) async fn sale(
        &self,
        performance: PerformanceId,
        now: Timestamp,
    ) -> Result<Arc<Sale>> {
        if let Some(sale) = self.known_sale(performance, now) {
            return Ok(sale);
        }
        let _reading = turn(self.reading(performance)).await?;
        if let Some(sale) = self.known_sale(performance, now) {
            return Ok(sale);
        }
        let found = self.backend().catalog.performance(performance).await?;
        self.know(found.ok_or(Error::NotFound("performance"))?, now).await
    }

    /// The same of many, read together. What cannot be read is passed over.
    pub(super) async fn sales_of(
        &self,
        performances: &[PerformanceId],
        now: Timestamp,
    ) -> Result<Vec<Arc<Sale>>> {
        let (mut sales, mut old) = (Vec::with_capacity(performances.len()), Vec::new());
        for performance in performances {
            match self.known_sale(*performance, now) {
                Some(sale) => sales.push(sale),
                None => old.push(*performance),
            }
        }
        for some in old.chunks(READ_AT_ONCE) {
            for found in self.backend().catalog.these(some).await? {
                match self.know(found, now).await {
                    Err(error) if error.is_passing() => return Err(error),
                    sale => sales.extend(readable(sale)),
                }
            }
        }
        Ok(sales)
    }

    async fn know(&self, performance: Performance, now: Timestamp) -> Result<Arc<Sale>> {
        let venue = self.venue(performance.details.venue_id).await?;
        let sale = Arc::new(Sale::new(performance, venue.map.clone()));
        if sale.live().is_err() {
            self.0.views.remove(&sale.id());
        }
        self.0.sales.insert(sale.id(), (now, sale.clone()));
        Ok(sale)
    }

    pub(super) fn known_sale(
        &self,
        performance: PerformanceId,
        now: Timestamp,
    ) -> Option<Arc<Sale>> {
        let known = self.0.sales.get(&performance)?;
        let fresh = now.as_millis() - known.0.as_millis() <= SALE_MAX_AGE_MS;
        fresh.then(|| known.1.clone())
    }

    /// One read of a performance at a time: a crowd that finds it old waits for what that brings.
    fn reading(&self, performance: PerformanceId) -> &Mutex<()> {
        let turns = self.0.reading.len() as u128;
        let turn = usize::try_from(performance.uuid().as_u128() % turns).unwrap_or(0);
        &self.0.reading[turn]
    }

    pub(super) fn view(&self, performance: PerformanceId) -> Arc<LiveView> {
        if let Some(view) = self.0.views.get(&performance) {
            return view.clone();
        }
        self.0.views.entry(performance).or_default().clone()
    }
}
