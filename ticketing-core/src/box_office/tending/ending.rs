//! The orders of performances that do not take place.

use futures_util::stream::{self, StreamExt};

use super::{Looks, Step};
use crate::box_office::BoxOffice;
use crate::catalog::{AuditEntry, Performance, Revision, Sale};
use crate::error::{Error, Result, readable};
use crate::id::{OrderId, PerformanceId};
use crate::orders::{Demand, Dossier, end};
use crate::text::OneLine;

/// Why they end, for their buyers to read.
const REASON: &str = "The performance was cancelled.";
/// How many orders are ended at once.
const ENDED_AT_ONCE: usize = 16;
/// After how many endings a step lets others have their turn.
const ENDINGS_MAX: usize = 200;

impl BoxOffice {
    /// Ends the orders of performances that do not take place, some at a time. Any server goes on where
    /// another one left off: what there is to do is what the orders are. One that cannot be ended holds
    /// up no other.
    pub async fn step_cancellations(&self) -> Result<Step> {
        let mut ended = 0;
        for id in self.cancelled(&self.0.ended).await? {
            let done = readable(self.end_one(id).await).unwrap_or(0);
            self.0.ended.did(id, done, self.now());
            ended += done;
        }
        Ok(Step::of(ended))
    }

    async fn end_one(&self, id: PerformanceId) -> Result<usize> {
        let sale = self.sale(id, self.now()).await?;
        self.end_orders(&sale).await
    }

    /// Performances that do not take place and on which something may hang, those that are due by these
    /// looks.
    pub(super) async fn cancelled(&self, looks: &Looks) -> Result<Vec<PerformanceId>> {
        let mut all = Vec::new();
        loop {
            let next = self.backend().catalog.to_clear(all.last().copied()).await?;
            if next.is_empty() {
                return Ok(looks.due(&all, self.now()));
            }
            all.extend(next);
        }
    }

    async fn end_orders(&self, sale: &Sale) -> Result<usize> {
        let (mut ended, mut after) = (0, None);
        while ended < ENDINGS_MAX {
            let orders = self.backend().orders.selling.to_end(sale.id(), after).await?;
            let Some(last) = orders.last() else { break };
            if sale.performance.details.is_removed {
                self.show_again(&sale.performance).await?;
            }
            after = Some(*last);
            // One that cannot be ended now holds up no other.
            let ending = orders.into_iter().map(|order| self.end_order(order));
            let endings = stream::iter(ending).buffer_unordered(ENDED_AT_ONCE);
            ended +=
                endings.filter(|one| std::future::ready(matches!(one, Ok(true)))).count().await;
        }
        Ok(ended)
    }

    /// Ends an order whose performance does not take place; answers whether there was something to end.
    pub(in crate::box_office) async fn end_order(&self, order: OrderId) -> Result<bool> {
        let now = self.now();
        let reason = OneLine::new(REASON, 1..=REASON.len());
        let reason = reason.map_err(|flaw| Error::internal(flaw.to_string()))?;
        let rule = |dossier: &Dossier, _: Option<&Demand>| Ok(end(dossier, &reason, now));
        let decided = readable(self.decide(order, None, rule).await).flatten();
        let Some(decided) = decided else { return Ok(false) };
        if decided.change.is_some() {
            self.show(&decided.dossier.order).await;
        }
        Ok(decided.change.is_some())
    }

    /// Somebody ordered while it was being cancelled: who manages it has to see what becomes of that.
    async fn show_again(&self, performance: &Performance) -> Result<()> {
        let (at, account_id, id) = (self.now(), performance.organizer_id, performance.id);
        let (action, detail) = ("cancel".to_owned(), "something was ordered meanwhile".to_owned());
        let audit = AuditEntry { at, account_id, action, detail };
        let apply = |mut performance: Performance| {
            performance.details.is_removed = false;
            Ok(performance)
        };
        let revision = Revision { audit, apply: Box::new(apply) };
        self.backend().catalog.revise(id, revision).await?;
        self.0.sales.remove(&id);
        Ok(())
    }

    /// A person has seen to a payment: where its performance does not take place, its order ends now.
    pub(in crate::box_office) async fn end_with_its_performance(
        &self,
        order: OrderId,
        performance: PerformanceId,
    ) -> Result<()> {
        let sale = self.sale(performance, self.now()).await?;
        if sale.performance.details.cancelled_at.is_some() {
            self.end_order(order).await?;
        }
        Ok(())
    }
}
