//! What an organizer may know of its sale: orders, sums, the line.

use std::collections::BTreeMap;

use crate::accounts::Caller;
use crate::admission::LineReport;
use crate::box_office::BoxOffice;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::{Result, readable};
use crate::events::SalesCounters;
use crate::id::{OrderId, PerformanceId};
use crate::money::Money;
use crate::orders::{Order, OrderStatus, RefundReport, Sales, Ticket};
use crate::page::{Page, Paged};
use crate::seats::SeatCounts;

/// An order as its organizer sees it: no ticket codes.
#[derive(Clone, Debug)]
pub struct OrganizerOrder {
    /// The order.
    pub order: Order,
    /// Its tickets.
    pub tickets: Vec<Ticket>,
    /// What of its money goes back, or is back.
    pub refunds: Vec<RefundReport>,
}

/// What an organizer sold.
#[derive(Clone, Debug)]
pub struct SalesReport {
    /// How many seats there are.
    pub seats_total: u32,
    /// How many are in each status.
    pub seats: SeatCounts,
    /// Orders by status.
    pub orders: BTreeMap<OrderStatus, u64>,
    /// The totals of paid orders.
    pub gross: Money,
    /// What went back.
    pub refunded: Money,
}

/// How a running sale is now, for dashboards.
#[derive(Clone, Copy, Debug)]
pub struct SaleGauges {
    /// Which performance.
    pub performance: PerformanceId,
    /// Its line.
    pub line: LineReport,
    /// Its seats.
    pub seats: SeatCounts,
    /// What its events add up to.
    pub counters: SalesCounters,
}

impl BoxOffice {
    /// An organizer's orders of a performance, by id.
    pub async fn orders_of(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        status: Option<OrderStatus>,
        page: Page,
    ) -> Result<Paged<OrganizerOrder>> {
        self.owned_sale(caller, performance).await?;
        let selling = &self.backend().orders.selling;
        let orders = selling.of_performance(performance, status, page).await?;
        let ids: Vec<OrderId> = orders.items.iter().map(|(order, _)| order.id).collect();
        let mut refunds = selling.refunds(&ids).await?;
        Ok(orders.map(|(order, tickets)| {
            let refunds = refunds.remove(&order.id).unwrap_or_default();
            OrganizerOrder { order, tickets, refunds }
        }))
    }

    /// What was sold, from the books and the seats as they are now.
    pub async fn sales(&self, caller: &Caller, performance: PerformanceId) -> Result<SalesReport> {
        let sale = self.owned_sale(caller, performance).await?;
        let seats = match sale.performance.details.closed_at {
            None => self.fresh_seats(&sale, self.now()).await?.counts(),
            Some(_) => unsold(&sale),
        };
        let Sales { orders, gross, refunded } =
            self.backend().orders.selling.sales(performance).await?;
        let currency = sale.performance.details.currency().unwrap_or_default();
        Ok(SalesReport {
            seats_total: sale.map.seats_total(),
            seats,
            orders,
            gross: Money::new(gross, currency),
            refunded: Money::new(refunded, currency),
        })
    }

    /// What the events of a performance add up to so far; follows the books.
    pub async fn sales_counters(
        &self,
        caller: &Caller,
        performance: PerformanceId,
    ) -> Result<SalesCounters> {
        self.owned_sale(caller, performance).await?;
        self.backend().inbox.counters(performance).await
    }

    /// The line as its organizer sees it.
    pub async fn line_report(
        &self,
        caller: &Caller,
        performance: PerformanceId,
    ) -> Result<LineReport> {
        let sale = self.owned_sale(caller, performance).await?;
        let report = self.backend().lines.report(performance).await?;
        Ok(LineReport { capacity: sale.policy().line_capacity, ..report })
    }

    /// How every running sale is now.
    pub async fn gauges(&self) -> Result<Vec<SaleGauges>> {
        let now = self.now();
        let mut gauges = Vec::new();
        for sale in self.sales_running().await? {
            gauges.extend(readable(self.gauges_of(&sale, now).await));
        }
        Ok(gauges)
    }

    async fn gauges_of(&self, sale: &Sale, now: Timestamp) -> Result<SaleGauges> {
        let performance = sale.id();
        Ok(SaleGauges {
            performance,
            line: self.backend().lines.report(performance).await?,
            seats: self.recent_seats(sale, now).await?.counts(),
            counters: self.backend().inbox.counters(performance).await?,
        })
    }
}

/// The seats of a performance whose live sale is gone: all money is back.
fn unsold(sale: &Sale) -> SeatCounts {
    let free = sale.seats_for_sale();
    let not_for_sale = sale.map.seats_total() - free;
    SeatCounts { free, not_for_sale, ..SeatCounts::default() }
}
