//! What organizers and administrators do: venues, performances, lists, the door.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::BoxOffice;
use crate::accounts::{Account, Caller, Role};
use crate::admission::LineReport;
use crate::catalog::{
    LineControl, Listing, Performance, PerformanceChange, PerformanceDetails, Sale, Venue,
    VenueDetails, Visible,
};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::SalesCounters;
use crate::id::{AccountId, PerformanceId, VenueId};
use crate::money::Money;
use crate::orders::{CheckIn, Order, OrderStatus, Sales, Ticket};
use crate::page::{Page, Paged};
use crate::seats::SeatCounts;

/// The most synthetic buyers of one request.
const SYNTHETIC_BUYERS_MAX: u32 = 10_000;

/// A performance as readers see it.
#[derive(Clone, Debug, Serialize)]
pub struct PerformanceView {
    /// The performance.
    #[serde(flatten)]
    pub performance: Performance,
    /// How many seats there are.
    pub seats_total: u32,
    /// How many of them nobody has, as of a moment ago.
    pub seats_free: u32,
    /// `listed`, `on_sale`, `sold_out` or `over`.
    pub status: &'static str,
}

/// An order as its organizer sees it: no ticket codes.
#[derive(Clone, Debug)]
pub struct OrganizerOrder {
    /// The order.
    pub order: Order,
    /// Its tickets.
    pub tickets: Vec<Ticket>,
}

/// What an organizer sold.
#[derive(Clone, Debug, Serialize)]
pub struct SalesReport {
    /// How many seats there are.
    pub seats_total: u32,
    /// How many are in each status.
    #[serde(flatten)]
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

/// An account made for a load test, signed in.
#[derive(Clone, Debug, Serialize)]
pub struct SyntheticBuyer {
    /// Its id.
    pub account_id: AccountId,
    /// Its access token.
    pub access_token: String,
}

impl BoxOffice {
    /// Imports a venue; answers it and what the plan's reader had no use for.
    pub async fn add_venue(
        &self,
        caller: &Caller,
        details: VenueDetails,
    ) -> Result<(Arc<Venue>, Vec<String>)> {
        let organizer = self.organizer(caller).await?;
        let plan = details.import()?;
        let venue = Venue {
            id: self.0.randomness.id(self.now()),
            organizer_id: organizer.id,
            name: details.name.trim().to_owned(),
            address: details.address.trim().to_owned(),
            map: Arc::new(plan.map),
        };
        self.backend().catalog.add_venue(venue.clone()).await?;
        Ok((Arc::new(venue), plan.dropped))
    }

    /// A venue.
    pub async fn venue(&self, id: VenueId) -> Result<Arc<Venue>> {
        if let Some(known) = self.0.venues.get(&id) {
            return Ok(known.clone());
        }
        let venue = self.backend().catalog.venue(id).await?.ok_or(Error::NotFound("venue"))?;
        self.0.venues.insert(id, venue.clone());
        Ok(venue)
    }

    /// Venues by id.
    pub async fn venues(&self, page: Page) -> Result<Paged<Arc<Venue>>> {
        self.backend().catalog.venues(page).await
    }

    /// Puts a performance on sale.
    pub async fn add_performance(
        &self,
        caller: &Caller,
        details: PerformanceDetails,
    ) -> Result<PerformanceView> {
        let organizer = self.organizer(caller).await?;
        let now = self.now();
        let venue = self.venue(details.venue_id).await.map_err(|error| match error {
            Error::NotFound(_) => Error::field("venue_id", "there is no such venue"),
            error => error,
        })?;
        details.check_against(&venue.map)?;
        let id = self.0.randomness.id(now);
        let line = LineControl::default().at_pace(&details.policy, now);
        let performance = Performance { id, organizer_id: organizer.id, details, line };
        self.backend().catalog.add_performance(performance.clone()).await?;
        if performance.details.policy.pre_queue_seconds.is_some() {
            // The commitment is there before anybody can join.
            self.draw_of(&*self.sale(id, now).await?, now).await?;
        }
        self.performance_view(performance, now).await
    }

    /// Changes a performance. What is left out stays; a running sale follows within a second.
    pub async fn change_performance(
        &self,
        caller: &Caller,
        id: PerformanceId,
        change: PerformanceChange,
    ) -> Result<PerformanceView> {
        let sale = self.owned_sale(caller, id).await?;
        let detail = change.named();
        let (map, now) = (sale.map.clone(), self.now());
        let apply = move |performance| change.applied_to(&Sale::new(performance, map), now);
        let performance = self.revise(caller, id, "change", detail, apply).await?;
        self.performance_view(performance, self.now()).await
    }

    /// A performance: to everyone once it is listed, to its organizer before.
    pub async fn performance(
        &self,
        caller: Option<&Caller>,
        id: PerformanceId,
    ) -> Result<PerformanceView> {
        let now = self.now();
        let sale = self.visible_sale(caller, id, now).await?;
        self.performance_view(sale.performance.clone(), now).await
    }

    /// Performances that the caller may see.
    pub async fn performances(
        &self,
        caller: Option<&Caller>,
        listing: Listing,
        page: Page,
    ) -> Result<Paged<PerformanceView>> {
        let now = self.now();
        let visible = Visible { now, also_of: caller.map(Caller::account), listing };
        let found = self.backend().catalog.performances(visible, page).await?;
        let mut items = Vec::with_capacity(found.items.len());
        for performance in found.items {
            items.push(self.performance_view(performance, now).await?);
        }
        Ok(Paged { items, next_cursor: found.next_cursor })
    }

    /// An organizer's orders of a performance, by id.
    pub async fn orders_of(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        status: Option<OrderStatus>,
        page: Page,
    ) -> Result<Paged<OrganizerOrder>> {
        self.owned_sale(caller, performance).await?;
        let orders = self.backend().orders.of_performance(performance, status, page).await?;
        Ok(orders.map(|(order, tickets)| OrganizerOrder { order, tickets }))
    }

    /// What was sold, from the books and the seats as they are now.
    pub async fn sales(&self, caller: &Caller, performance: PerformanceId) -> Result<SalesReport> {
        let sale = self.owned_sale(caller, performance).await?;
        let seats = self.fresh_seats(&sale, self.now()).await?.counts();
        let Sales { orders, gross, refunded } = self.backend().orders.sales(performance).await?;
        let mut currencies = sale.price_by_index.iter().flatten().map(|price| price.currency);
        let currency = currencies.next().unwrap_or_default();
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
            let performance = sale.id();
            gauges.push(SaleGauges {
                performance,
                line: self.backend().lines.report(performance).await?,
                seats: self.recent_seats(&sale, now).await?.counts(),
                counters: self.backend().inbox.counters(performance).await?,
            });
        }
        Ok(gauges)
    }

    /// Lets the holder of a ticket in, once.
    pub async fn check_in(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        code: &str,
    ) -> Result<CheckIn> {
        self.owned_sale(caller, performance).await?;
        let Some(ticket) = self.ticket_verifier().verify(code.trim()) else {
            return Ok(CheckIn::Forged);
        };
        if ticket.performance != performance {
            return Ok(CheckIn::WrongPerformance);
        }
        self.backend().orders.check_in(ticket.id, self.now()).await
    }

    /// Accounts without a password, signed in, for load tests; for administrators.
    pub async fn add_synthetic_buyers(
        &self,
        caller: &Caller,
        count: u32,
    ) -> Result<Vec<SyntheticBuyer>> {
        self.administrator(caller).await?;
        if !(1..=SYNTHETIC_BUYERS_MAX).contains(&count) {
            return Err(Error::field("count", "from 1 to 10,000"));
        }
        let now = self.now();
        let accounts: Vec<Account> = (0..count).map(|_| self.synthetic_account(now)).collect();
        let buyers = accounts
            .iter()
            .map(|account| {
                let access_token = self.synthetic_token(account.id, now)?;
                Ok(SyntheticBuyer { account_id: account.id, access_token })
            })
            .collect::<Result<_>>()?;
        self.backend().accounts.add_synthetic(accounts).await?;
        Ok(buyers)
    }

    /// Removes the synthetic buyers that have no orders; for administrators.
    pub async fn remove_synthetic_buyers(&self, caller: &Caller) -> Result<u64> {
        self.administrator(caller).await?;
        let keep = self.backend().orders.accounts_with_orders().await?;
        self.backend().accounts.remove_synthetic(keep).await
    }

    /// A sale that the caller may see.
    pub(super) async fn visible_sale(
        &self,
        caller: Option<&Caller>,
        performance: PerformanceId,
        now: Timestamp,
    ) -> Result<Arc<Sale>> {
        let sale = self.sale(performance, now).await?;
        let owner = Some(sale.performance.organizer_id);
        if sale.performance.details.listed_at <= now || caller.map(Caller::account) == owner {
            return Ok(sale);
        }
        let administrator = match caller {
            Some(caller) => self.me(caller).await?.role == Role::Administrator,
            None => false,
        };
        if administrator { Ok(sale) } else { Err(Error::NotFound("performance")) }
    }

    /// A sale that is the caller's to manage.
    pub(super) async fn owned_sale(
        &self,
        caller: &Caller,
        performance: PerformanceId,
    ) -> Result<Arc<Sale>> {
        let sale = self.visible_sale(Some(caller), performance, self.now()).await?;
        let account = self.organizer(caller).await?;
        let owns = sale.performance.organizer_id == account.id;
        if owns || account.role == Role::Administrator {
            Ok(sale)
        } else {
            Err(Error::Forbidden("another organizer's performance"))
        }
    }

    async fn performance_view(
        &self,
        performance: Performance,
        now: Timestamp,
    ) -> Result<PerformanceView> {
        let sale = self.sale(performance.id, now).await?;
        let details = &performance.details;
        let counts = if details.on_sale_at <= now {
            self.recent_seats(&sale, now).await?.counts()
        } else {
            let for_sale = sale.price_by_index.iter().flatten().count();
            let free = u32::try_from(for_sale).unwrap_or(u32::MAX);
            SeatCounts { free, ..SeatCounts::default() }
        };
        let status = match () {
            () if details.starts_at <= now => "over",
            () if counts.sold_out() => "sold_out",
            () if details.on_sale_at <= now => "on_sale",
            () => "listed",
        };
        let seats_total = sale.map.seats_total();
        Ok(PerformanceView { performance, seats_total, seats_free: counts.free, status })
    }

    fn synthetic_account(&self, now: Timestamp) -> Account {
        let id: AccountId = self.0.randomness.id(now);
        Account {
            id,
            email: format!("{id}@synthetic.invalid"),
            name: "Synthetic buyer".into(),
            nickname: format!("synthetic-{id}"),
            birthdate: None,
            role: Role::Buyer,
            synthetic: true,
            created_at: now,
        }
    }
}
