//! Performances that do not take place: the sale ends, and every order's money goes back.

use futures_util::stream::{self, StreamExt};

use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::catalog::{Performance, Remains};
use crate::error::{Error, Result, readable};
use crate::id::{OrderId, PerformanceId};
use crate::orders::{AttentionReason, Demand, Dossier, Ending, redriven};
use crate::page::Page;

/// How many orders' refunds are tried again at once.
const REDRIVEN_AT_ONCE: usize = 8;

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
    /// Orders for which money came in.
    pub orders_total: u64,
    /// Of those, whose money is back.
    pub refunded: u64,
    /// Which wait for a person, and why.
    pub parked: Vec<(OrderId, AttentionReason)>,
    /// How far what else hangs on it is.
    pub remains: Remains,
}

impl BoxOffice {
    /// Cancels a performance: its sale ends, and what was paid goes back. Asked again, it says how far
    /// that is. One of which nothing was ordered disappears.
    pub async fn cancel_performance(
        &self,
        caller: &Caller,
        id: PerformanceId,
    ) -> Result<CancellationProgress> {
        let sale = self.owned_sale(caller, id).await?;
        if sale.performance.details.cancelled_at.is_some() {
            return self.progress(&sale.performance).await;
        }
        let page = Page::new(Some(1), None)?;
        let orders = self.backend().orders.selling.of_performance(id, None, page).await?;
        let had_orders = !orders.items.is_empty() || orders.next.is_some();
        let now = self.now();
        let apply = move |performance: Performance| Ok(performance.cancelled(had_orders, now));
        let cancelled = self.revise(caller, id, "cancel", String::new(), apply).await?;
        self.progress(&cancelled).await
    }

    /// How far the end of a cancelled performance is.
    pub async fn performance_cancellation(
        &self,
        caller: &Caller,
        id: PerformanceId,
    ) -> Result<CancellationProgress> {
        let sale = self.owned_sale(caller, id).await?;
        sale.performance.details.cancelled_at.ok_or(Error::NotFound("cancellation"))?;
        self.progress(&sale.performance).await
    }

    /// Has the refunds tried again at once that the provider refused, but for what a person has to decide
    /// about first; for administrators.
    pub async fn redrive_cancellation(
        &self,
        caller: &Caller,
        id: PerformanceId,
    ) -> Result<CancellationProgress> {
        self.administrator(caller).await?;
        let sale = self.owned_sale(caller, id).await?;
        sale.performance.details.cancelled_at.ok_or(Error::NotFound("cancellation"))?;
        let now = self.now();
        let parked = self.backend().orders.selling.ending(id).await?.parked.into_iter();
        let redrives = parked.map(|(order, _)| async move {
            let rule = |dossier: &Dossier, _: Option<&Demand>| Ok(redriven(dossier, now));
            readable(self.decide(order, None, rule).await);
        });
        stream::iter(redrives).buffer_unordered(REDRIVEN_AT_ONCE).collect::<Vec<()>>().await;
        self.progress(&sale.performance).await
    }

    async fn progress(&self, performance: &Performance) -> Result<CancellationProgress> {
        let ending = self.backend().orders.selling.ending(performance.id).await?;
        let Ending { paid, refunded, left, waiting, parked } = ending;
        let state = match left {
            0 => CancellationState::Done,
            left if left <= waiting => CancellationState::Parked,
            _ => CancellationState::Running,
        };
        let remains = performance.details.remains();
        Ok(CancellationProgress { state, orders_total: paid, refunded, parked, remains })
    }
}
