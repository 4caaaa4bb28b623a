//! The orders of performances that do not take place.

use super::Step;
use crate::box_office::BoxOffice;
use crate::catalog::Sale;
use crate::error::{Error, Result, readable};
use crate::id::OrderId;
use crate::orders::{Demand, Dossier, OrderStatus, end};
use crate::page::Page;
use crate::text::OneLine;

/// Why they end, for their buyers to read.
const REASON: &str = "The performance was cancelled.";
/// How many orders are read at once, and after how many endings a step ends.
const BATCH: u32 = 100;

impl BoxOffice {
    /// Ends the orders of performances that do not take place, some at a time. Any server goes on where
    /// another one left off: what there is to do is what the orders are.
    pub async fn step_cancellations(&self) -> Result<Step> {
        let mut ended = 0;
        for sale in self.sales_running().await? {
            if sale.performance.details.cancelled_at.is_some() {
                ended += readable(self.end_orders(&sale).await).unwrap_or(0);
            }
        }
        Ok(Step::of(ended))
    }

    async fn end_orders(&self, sale: &Sale) -> Result<usize> {
        let most = BATCH as usize;
        let mut ended = 0;
        for status in [OrderStatus::PendingPayment, OrderStatus::Confirming, OrderStatus::Paid] {
            let mut page = Some(Page::new(Some(BATCH), None)?);
            while let Some(this) = page.filter(|_| ended < most) {
                let selling = &self.backend().orders.selling;
                let found = selling.of_performance(sale.id(), Some(status), this).await?;
                for (order, _) in found.items {
                    // One that cannot be ended now holds up no other.
                    ended += usize::from(readable(self.end_order(order.id).await).unwrap_or(false));
                }
                page = found.next.map(|next| Page::new(Some(BATCH), Some(next))).transpose()?;
            }
        }
        Ok(ended)
    }

    /// Answers whether there was something to end.
    async fn end_order(&self, order: OrderId) -> Result<bool> {
        let now = self.now();
        let reason = OneLine::new(REASON, 1..=REASON.len());
        let reason = reason.map_err(|flaw| Error::internal(flaw.to_string()))?;
        let rule = |dossier: &Dossier, _: Option<&Demand>| Ok(end(dossier, &reason, now));
        let Some(decided) = self.decide(order, None, rule).await? else { return Ok(false) };
        if decided.change.is_some() {
            self.show(&decided.dossier.order).await;
        }
        Ok(decided.change.is_some())
    }
}
