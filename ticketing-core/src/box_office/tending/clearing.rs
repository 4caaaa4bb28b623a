//! What hangs on performances that do not take place: removed step by step, once all money is back. Each step
//! may be done again, by whoever comes by.

use super::Step;
use crate::box_office::BoxOffice;
use crate::catalog::{AuditEntry, Due, Performance, Revision};
use crate::clock::Timestamp;
use crate::error::{Result, readable};
use crate::id::PerformanceId;
use crate::page::Page;

/// After how many batches of rows others have their turn.
const BATCHES_MAX: usize = 50;

impl BoxOffice {
    /// Removes what hangs on performances that do not take place. One that cannot be cleared holds up no
    /// other.
    pub async fn step_clearing(&self) -> Result<Step> {
        let mut cleared = 0;
        for id in self.cancelled(&self.0.clearing).await? {
            let done = readable(self.clear(id).await).unwrap_or(0);
            self.0.clearing.did(id, done, self.now());
            cleared += done;
        }
        Ok(Step::of(cleared))
    }

    /// Does what is due; answers how much it did.
    async fn clear(&self, id: PerformanceId) -> Result<usize> {
        let sale = self.sale(id, self.now()).await?;
        let performance = &sale.performance;
        let due = performance.details.due(self.now());
        if due == Due::Nothing || self.backend().orders.selling.is_left(id).await? {
            return Ok(0);
        }
        match due {
            Due::Nothing => Ok(0),
            Due::Closing => self.mark(performance, "close", Performance::closed).await,
            Due::Removing => self.remove_remains(performance).await,
        }
    }

    /// The live sale first, which other servers might still show; the row that says how far it is last. A
    /// payment that comes late may still have its seats until the quotas are gone, and none later: so
    /// it is asked once more whether all is back after that.
    async fn remove_remains(&self, performance: &Performance) -> Result<usize> {
        let (backend, id) = (self.backend(), performance.id);
        backend.lines.close(id).await?;
        backend.seats.remove(id).await?;
        backend.lines.remove(id).await?;
        let mut batches = 0;
        while self.remove_rows(performance).await? {
            batches += 1;
            if batches == BATCHES_MAX {
                return Ok(batches);
            }
        }
        if self.backend().orders.selling.is_left(id).await? {
            self.0.ended.forget(id);
            return Ok(0);
        }
        self.0.views.remove(&id);
        let page = Page::new(Some(1), None)?;
        let orders = backend.orders.selling.of_performance(id, None, page).await?;
        let done = if orders.items.is_empty() && orders.next.is_none() {
            backend.catalog.remove(performance, self.now()).await?;
            self.0.sales.remove(&id);
            1
        } else {
            self.mark(performance, "clear", Performance::cleared).await?
        };
        Ok(done)
    }

    /// A batch of each kind; whether there may be more.
    async fn remove_rows(&self, performance: &Performance) -> Result<bool> {
        let (backend, id) = (self.backend(), performance.id);
        backend.pictures.hide_last(performance, self.now()).await?;
        let more = backend.line_books.remove(id).await?
            | backend.orders.selling.remove_quotas(id).await?
            | backend.sold_seats.remove(id).await?;
        Ok(more | self.remove_reviews(performance).await?)
    }

    /// Those of a production of which it was the last performance. Nobody can write another meanwhile: who
    /// did has given back what was paid.
    async fn remove_reviews(&self, performance: &Performance) -> Result<bool> {
        if self.backend().catalog.has_others(performance).await? {
            return Ok(false);
        }
        let production = performance.details.production_id;
        let removed = self.backend().reviews.remove_of(production, self.now()).await?;
        if let Some(version) = removed.version {
            self.told_reviews_changed(production, version).await;
        }
        Ok(removed.is_any)
    }

    async fn mark(
        &self,
        performance: &Performance,
        action: &str,
        becomes: fn(Performance, Timestamp) -> Performance,
    ) -> Result<usize> {
        let (at, account_id, id) = (self.now(), performance.organizer_id, performance.id);
        let audit = AuditEntry { at, account_id, action: action.into(), detail: String::new() };
        let apply = Box::new(move |performance| Ok(becomes(performance, at)));
        self.backend().catalog.revise(id, Revision { audit, apply }).await?;
        self.0.sales.remove(&id);
        Ok(1)
    }
}
