//! What follows from an order's change: its seats in the live sale, its buyer's way out of the
//! line. Called right after the commit, again by the event, and again by the reconciler; each may
//! run any number of times and in any order, because the order's version decides.

use std::collections::{BTreeMap, HashSet};

use super::BoxOffice;
use crate::catalog::Sale;
use crate::error::{Error, Result, readable};
use crate::events::{Event, EventKind, Reaction};
use crate::id::OrderId;
use crate::orders::{Order, OrderStatus};
use crate::ranking::{SoldOrder, day_of};
use crate::reviews::FIRST_PAGES_KEPT_MS;

/// How often every order of a sale is shown again.
const RECONCILE_ALL_EVERY_MS: i64 = 15_000;

impl BoxOffice {
    /// Shows an order in the live sale. A failure is only logged: the order stands, and the event
    /// and the reconciler come by again.
    pub(super) async fn project(&self, sale: &Sale, order: &Order) {
        let is_closed = sale.performance.details.closed_at.is_some();
        if is_closed || !self.0.guards.projection() {
            return;
        }
        let now = self.now();
        if let Err(error) = self.backend().seats.project(sale, order.projection(), now).await {
            tracing::warn!(order = %order.id, %error, "the seats do not show the order yet");
        }
    }

    /// Paying ends the pass: the slot goes to the next in line.
    pub(super) async fn finish(&self, order: &Order) {
        let lines = &self.backend().lines;
        let ended = lines.finish(order.performance, order.line_number, order.account).await;
        if let Err(error) = ended {
            tracing::warn!(order = %order.id, %error, "the pass of a paid order runs on");
        }
    }

    /// Reacts to one event.
    pub(super) async fn react(&self, reaction: &Reaction, event: &Event) -> Result<()> {
        match reaction {
            Reaction::ShowSeats => self.show_seats(event).await,
            Reaction::CountSales => self.backend().inbox.count(event).await.map(drop),
            Reaction::CountSeats => self.count_seats(event.aggregate.into()).await,
            Reaction::TendReviews => self.tend_reviews(event).await,
            Reaction::Other(other) => other.react(event).await,
        }
    }

    /// Shows the order of an event as it is now.
    async fn show_seats(&self, event: &Event) -> Result<()> {
        let Some(order) =
            self.backend().orders.selling.order(OrderId::from(event.aggregate)).await?
        else {
            return Ok(());
        };
        let now = self.now();
        let sale = self.sale(order.performance, now).await?;
        if sale.performance.details.closed_at.is_some() {
            return Ok(());
        }
        self.backend().seats.project(&sale, order.projection(), now).await?;
        if order.status == OrderStatus::Paid {
            let lines = &self.backend().lines;
            lines.finish(order.performance, order.line_number, order.account).await?;
        }
        Ok(())
    }

    /// What an order has now of seats that cost something counts for the ranking.
    pub(super) async fn count_seats(&self, id: OrderId) -> Result<()> {
        let Some(order) = self.backend().orders.selling.order(id).await? else { return Ok(()) };
        let sale = self.sale(order.performance, self.now()).await?;
        if sale.performance.details.closed_at.is_some() {
            return Ok(());
        }
        let sold = SoldOrder {
            order: id,
            performance: order.performance,
            version: order.version,
            seats: order.paid_seats(),
            day: day_of(order.created_at),
        };
        self.backend().sold_seats.count(&sold).await
    }

    /// The review of a buyer whose purchases changed says whether any is left; what lists show of a
    /// production whose reviews changed is read anew.
    async fn tend_reviews(&self, event: &Event) -> Result<()> {
        let reviews = &self.backend().reviews;
        let (production, version) = match event.kind {
            EventKind::Review(_) => {
                let Some(performance) = event.performance else { return Ok(()) };
                let shown = self.backend().catalog.performance(performance).await?;
                let Some(shown) = shown else { return Ok(()) };
                let production = shown.details.production_id;
                (production, reviews.rating(production).await?.1)
            }
            EventKind::Order(_) => {
                let of_buyer = reviews.of_buyer(event.aggregate.into()).await?;
                let Some((account, production)) = of_buyer else { return Ok(()) };
                let now = self.now();
                match reviews.follow_purchases(account, production, now).await? {
                    Some(version) => (production, version),
                    // Maybe it was marked before, and nobody could be told.
                    None => (production, reviews.rating(production).await?.1),
                }
            }
            EventKind::Performance(_) | EventKind::Account(_) => return Ok(()),
        };
        let told = self.reviews_changed(production, version).await;
        let is_over = self.now().as_millis() - event.at.as_millis() > FIRST_PAGES_KEPT_MS;
        // What was shared before it is gone by itself.
        if is_over { Ok(()) } else { told }
    }

    /// Makes the live sale say what the books say. The live state is read first, then the books:
    /// an order that changes in between is corrected by a row that is at least as new.
    ///
    /// An order that is shown as the books have it is passed over: a house that is sold out has thousands
    /// of them. All are gone through now and then, and where a seat came free that another may wait for.
    pub(super) async fn reconcile_seats(&self, sale: &Sale) -> Result<()> {
        let now = self.now();
        let shown: BTreeMap<OrderId, i64> =
            self.backend().seats.projected(sale).await?.into_iter().collect();
        let live = self.backend().orders.selling.live(sale.id()).await?;
        let live_ids: HashSet<OrderId> = live.iter().map(|order| order.id).collect();
        let view = self.view(sale.id());
        let mut all = view.reconciling_all_is_due(now, RECONCILE_ALL_EVERY_MS);
        for stale in shown.keys().filter(|order| !live_ids.contains(order)) {
            let order = match self.backend().orders.selling.order(*stale).await {
                Err(error @ Error::Unreadable { .. }) => readable(Err(error)),
                found => found?,
            };
            if let Some(order) = order {
                let freed = self.backend().seats.project(sale, order.projection(), now).await?;
                all |= freed.changed > 0;
            }
        }
        let differs = |order: &&Order| all || shown.get(&order.id) != Some(&order.version);
        for order in live.iter().filter(differs) {
            self.backend().seats.project(sale, order.projection(), now).await?;
        }
        if all {
            view.reconciled_all(now);
        }
        Ok(())
    }
}
