//! Performances that do not take place: the sale ends, and every order's money goes back.

use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::catalog::Performance;
use crate::error::{Error, Result};
use crate::id::{OrderId, PerformanceId};
use crate::orders::{AttentionReason, OrderStatus};

/// How far the end of a performance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancellationState {
    /// Money is on its way back.
    Running,
    /// All of it is back.
    Done,
    /// What is left waits for a person.
    Parked,
}

impl CancellationState {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Parked => "parked",
        }
    }
}

/// What became of the orders of a performance that does not take place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancellationProgress {
    /// How far it is.
    pub state: CancellationState,
    /// Orders that were paid.
    pub orders_total: u64,
    /// Of those, whose money is back.
    pub refunded: u64,
    /// Which wait for a person, and why.
    pub parked: Vec<(OrderId, AttentionReason)>,
}

impl BoxOffice {
    /// Cancels a performance: its sale ends, and what was paid goes back. Asked again, it says how far
    /// that is. One of which nothing was ordered disappears.
    pub async fn cancel_performance(
        &self,
        caller: &Caller,
        id: PerformanceId,
    ) -> Result<CancellationProgress> {
        self.owned_sale(caller, id).await?;
        let had_orders = !self.backend().orders.selling.sales(id).await?.orders.is_empty();
        let now = self.now();
        let apply = move |performance: Performance| Ok(performance.cancelled(had_orders, now));
        self.revise(caller, id, "cancel", String::new(), apply).await?;
        self.progress(id).await
    }

    /// How far the end of a cancelled performance is.
    pub async fn performance_cancellation(
        &self,
        caller: &Caller,
        id: PerformanceId,
    ) -> Result<CancellationProgress> {
        let sale = self.owned_sale(caller, id).await?;
        sale.performance.details.cancelled_at.ok_or(Error::NotFound("cancellation"))?;
        self.progress(id).await
    }

    async fn progress(&self, id: PerformanceId) -> Result<CancellationProgress> {
        let selling = &self.backend().orders.selling;
        let parked = selling.parked(id).await?;
        let orders = selling.sales(id).await?.orders;
        let count = |status| orders.get(&status).copied().unwrap_or(0);
        let open = count(OrderStatus::PendingPayment) + count(OrderStatus::Confirming);
        let (paid, due) = (count(OrderStatus::Paid), count(OrderStatus::RefundDue));
        let refunded = count(OrderStatus::Refunded);
        let mut waiting: Vec<OrderId> = parked.iter().map(|(order, _)| *order).collect();
        waiting.dedup();
        let waiting = u64::try_from(waiting.len()).unwrap_or(u64::MAX);
        let state = match open + paid + due {
            0 => CancellationState::Done,
            left if left <= waiting => CancellationState::Parked,
            _ => CancellationState::Running,
        };
        let orders_total = paid + due + refunded;
        Ok(CancellationProgress { state, orders_total, refunded, parked })
    }
}
