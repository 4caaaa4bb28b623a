//! The steps that keep sales going without anybody asking. Each takes no input, may run in every
//! server at once and may run twice.

use std::sync::Arc;

use super::BoxOffice;
use crate::admission::Terms;
use crate::catalog::Sale;
use crate::error::Result;
use crate::events::Received;

/// Whether a step found something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing to do.
    Idle,
    /// Something was done; there may be more.
    Worked,
}

impl Step {
    fn of(count: usize) -> Self {
        if count == 0 { Self::Idle } else { Self::Worked }
    }
}

impl BoxOffice {
    /// Sweeps expired holds and ticks the line of every performance on sale.
    pub async fn step_lines(&self) -> Result<Step> {
        let mut worked = 0;
        for sale in self.sales_running().await? {
            let now = self.now();
            let swept = self.backend().seats.sweep(&sale, now).await?;
            let terms = Terms::of(sale.policy());
            let tick = self.backend().lines.tick(sale.id(), terms, now).await?;
            self.view(sale.id()).saw(tick.watermark, now);
            worked += swept as usize + tick.turns_given as usize;
        }
        Ok(Step::of(worked))
    }

    /// Ends orders that were not paid in time, and shows their seats free.
    pub async fn step_expiry(&self) -> Result<Step> {
        let expired = self.backend().orders.expire(self.now()).await?;
        for order in &expired {
            let sale = self.sale(order.performance, self.now()).await?;
            self.project(&sale, order).await;
        }
        Ok(Step::of(expired.len()))
    }

    /// Looks after payments whose end nobody learned.
    pub async fn step_payments(&self) -> Result<Step> {
        let due = self.backend().orders.due_attempts(self.now()).await?;
        let count = due.len();
        for attempt in due {
            let payment = attempt.payment;
            if let Err(error) = self.take_over(attempt).await {
                tracing::warn!(%payment, %error, "a payment stays open");
            }
        }
        Ok(Step::of(count))
    }

    /// Gives back money that is due.
    pub async fn step_refunds(&self) -> Result<Step> {
        let due = self.backend().orders.due_refunds(self.now()).await?;
        for refund in &due {
            let back = self.0.provider.cancel(refund.payment, refund.id, refund.amount).await;
            let done = match back {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(payment = %refund.payment, %error, "a refund is not through");
                    self.is_back(refund.payment, refund.amount.amount).await
                }
            };
            if done {
                self.backend().orders.refunded(refund.id, self.now()).await?;
            }
        }
        Ok(Step::of(due.len()))
    }

    /// Makes the seats of every performance on sale say what the books say.
    pub async fn step_seats(&self) -> Result<Step> {
        for sale in self.sales_running().await? {
            self.reconcile_seats(&sale).await?;
        }
        Ok(Step::Idle)
    }

    /// Carries events on to wherever they are consumed.
    pub async fn step_events(&self) -> Result<Step> {
        self.backend().outbox.relay().await.map(Step::of)
    }

    /// Reacts to the events that are for this process. A reaction that failed is not lost: what it
    /// would have shown, the reconciler shows; what it would have counted is counted when the
    /// event comes again, because nothing after it is acknowledged.
    pub async fn step_reactions(&self) -> Result<Step> {
        match self.backend().outbox.receive().await? {
            Received::AtEnd => Ok(Step::Idle),
            Received::Waiting => Ok(Step::Worked),
            Received::Events(events) => {
                for event in &events {
                    self.react(event).await?;
                }
                self.backend().outbox.acknowledge().await?;
                Ok(Step::Worked)
            }
        }
    }

    /// Reads the deployment's clock again.
    #[cfg_attr(not(feature = "services"), expect(clippy::unused_async, reason = "services answer"))]
    pub async fn step_clock(&self) -> Result<Step> {
        #[cfg(feature = "services")]
        if let Some(services) = &self.backend().services {
            services.read_clock(&self.0.clock).await?;
        }
        Ok(Step::Idle)
    }

    /// The refund was through already, whatever its answer was.
    async fn is_back(&self, payment: crate::id::PaymentId, amount: i64) -> bool {
        let fact = self.0.provider.payment(payment).await.ok().flatten();
        fact.is_some_and(|fact| fact.cancelled >= amount)
    }

    pub(super) async fn sales_running(&self) -> Result<Vec<Arc<Sale>>> {
        let now = self.now();
        let mut sales = Vec::new();
        for performance in self.backend().catalog.on_sale(now).await? {
            sales.push(self.sale(performance, now).await?);
        }
        Ok(sales)
    }
}
