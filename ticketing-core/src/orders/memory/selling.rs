//! Looking at what was sold.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound::{Excluded, Unbounded};

use async_trait::async_trait;

use super::MemoryOrders;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, HoldId, OrderId, PerformanceId};
use crate::orders::contract::{BATCH, Ending, PARKED_MAX, Sales, Selling};
use crate::orders::dossier::Dossier;
use crate::orders::refund::{RefundReport, RefundStatus};
use crate::orders::{Movement, Order, OrderStatus, Period, Purchase, Ticket, Totals};
use crate::page::{Page, Paged, Position};

#[async_trait]
impl Selling for MemoryOrders {
    async fn of_hold(&self, hold: HoldId) -> Result<Option<OrderId>> {
        Ok(self.tables.lock().ordered_holds.get(&hold).copied())
    }

    async fn order(&self, id: OrderId) -> Result<Option<Order>> {
        Ok(self.tables.lock().dossiers.get(&id).map(|dossier| dossier.order.clone()))
    }

    async fn of_account(&self, account: AccountId, page: Page) -> Result<Paged<Order>> {
        let tables = self.tables.lock();
        let mine = tables.by_account.get(&account).into_iter().flatten();
        let mine = mine.map(|order| tables.dossiers[order].order.clone());
        Ok(page.cut(mine, |order| Position::by_id(order.id.uuid()), Some))
    }

    async fn of_performance(
        &self,
        performance: PerformanceId,
        status: Option<OrderStatus>,
        page: Page,
    ) -> Result<Paged<(Order, Vec<Ticket>)>> {
        let tables = self.tables.lock();
        let wanted = |order: &&Order| {
            order.performance == performance && status.is_none_or(|status| order.status == status)
        };
        let orders = tables.dossiers.values().map(|dossier| &dossier.order);
        let orders = orders.filter(wanted).cloned();
        let page = page.cut(orders, |order| Position::by_id(order.id.uuid()), Some);
        Ok(page.map(|order| (order.clone(), tables.tickets_of(&order))))
    }

    async fn refunds(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<RefundReport>>> {
        let tables = self.tables.lock();
        let of = |order: &OrderId| {
            let refunds = &tables.dossiers.get(order)?.refunds;
            (!refunds.is_empty())
                .then(|| (*order, refunds.iter().map(RefundReport::from).collect()))
        };
        Ok(orders.iter().filter_map(of).collect())
    }

    async fn live(&self, performance: PerformanceId) -> Result<Vec<Order>> {
        let tables = self.tables.lock();
        let claims = tables.claims.iter().filter(|((of, _), _)| *of == performance);
        let live: BTreeSet<OrderId> = claims.map(|(_, order)| *order).collect();
        let dossiers = live.iter().filter_map(|order| tables.dossiers.get(order));
        Ok(dossiers.map(|dossier| dossier.order.clone()).collect())
    }

    async fn overdue(&self, now: Timestamp) -> Result<Vec<Dossier>> {
        let tables = self.tables.lock();
        let due = tables.pending.iter().take_while(|(at, _)| now.is_past_grace(*at));
        Ok(due.take(batch()).map(|(_, order)| tables.dossiers[order].clone()).collect())
    }

    async fn sales(&self, performance: PerformanceId) -> Result<Sales> {
        let tables = self.tables.lock();
        let mut sales = Sales::default();
        let sold = tables.dossiers.values().filter(|one| one.order.performance == performance);
        for Dossier { order, refunds, .. } in sold {
            *sales.orders.entry(order.status).or_default() += 1;
            if order.status == OrderStatus::Paid {
                sales.gross += order.kept_total().amount;
            }
            let done = refunds.iter().filter(|refund| refund.status == RefundStatus::Done);
            sales.refunded += done.map(|refund| refund.amount.amount).sum::<i64>();
        }
        Ok(sales)
    }

    async fn ledger(
        &self,
        performance: PerformanceId,
        period: Period,
        page: Page,
    ) -> Result<Paged<Movement>> {
        let tables = self.tables.lock();
        let position = |one: &Movement| Position { key: one.at.as_millis(), id: one.id.uuid() };
        let moved = tables.moved(performance, period).cloned();
        Ok(page.cut(moved, position, Some))
    }

    async fn totals(&self, performance: PerformanceId, period: Period) -> Result<Totals> {
        let tables = self.tables.lock();
        let moved = tables.moved(performance, period);
        Ok(moved.fold(Totals::default(), |sum, one| sum.with(one.kind, one.amount.amount)))
    }

    async fn agrees(&self, performance: PerformanceId) -> Result<bool> {
        let tables = self.tables.lock();
        let moved = tables.moved(performance, Period::default());
        let moved: i64 = moved.map(|one| one.amount.amount).sum();
        let here = tables.dossiers.values().filter(|one| one.order.performance == performance);
        let payments = here.flat_map(|one| one.attempts.iter().map(move |at| (one, at.payment)));
        Ok(payments.map(|(one, payment)| one.cancellable(payment)).sum::<i64>() == moved)
    }

    async fn to_end(
        &self,
        performance: PerformanceId,
        after: Option<OrderId>,
    ) -> Result<Vec<OrderId>> {
        let tables = self.tables.lock();
        let behind = tables.dossiers.range((after.map_or(Unbounded, Excluded), Unbounded));
        let of = behind.filter(|(_, one)| one.order.performance == performance);
        Ok(of.filter(|(_, one)| one.is_to_end()).take(batch()).map(|(id, _)| *id).collect())
    }

    async fn remove_quotas(&self, performance: PerformanceId) -> Result<bool> {
        self.tables.lock().quotas.retain(|(of, _), _| *of != performance);
        Ok(false)
    }

    async fn is_left(&self, performance: PerformanceId) -> Result<bool> {
        let to_end = self.to_end(performance, None).await?;
        Ok(!to_end.is_empty() || self.ending(performance).await?.left > 0)
    }

    async fn ending(&self, performance: PerformanceId) -> Result<Ending> {
        let tables = self.tables.lock();
        let mut ending = Ending::default();
        let of = tables.dossiers.values().filter(|one| one.order.performance == performance);
        for one in of {
            let was_paid = matches!(
                one.order.status,
                OrderStatus::Paid | OrderStatus::RefundDue | OrderStatus::Refunded
            ) || !one.refunds.is_empty();
            ending.paid += u64::from(was_paid);
            ending.refunded += u64::from(was_paid && !one.is_open());
            ending.left += u64::from(one.is_open());
            let mut reasons: Vec<_> = one.waits_for().collect();
            reasons.sort_unstable();
            ending.waiting += u64::from(!reasons.is_empty());
            ending.parked.extend(reasons.into_iter().map(|reason| (one.order.id, reason)));
        }
        ending.parked.truncate(PARKED_MAX);
        Ok(ending)
    }

    async fn purchases(&self, account: AccountId) -> Result<Vec<Purchase>> {
        Ok(self.while_purchased(account, |purchases| purchases))
    }

    async fn accounts_with_orders(&self) -> Result<Vec<AccountId>> {
        let tables = self.tables.lock();
        Ok(tables.by_account.keys().copied().collect())
    }
}

fn batch() -> usize {
    usize::try_from(BATCH).unwrap_or(usize::MAX)
}
