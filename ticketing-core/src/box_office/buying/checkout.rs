//! Everything that a page about one order shows.

use std::sync::Arc;

use crate::accounts::Caller;
use crate::box_office::{BoxOffice, IssuedTicket, PlacedOrder};
use crate::catalog::{Performance, Venue};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::OrderId;
use crate::orders::{Attempt, AttemptStatus, OrderStatus};

/// Everything that a page about one order shows.
#[derive(Clone, Debug)]
pub struct Checkout {
    /// The order, and how it is paid for.
    pub placed: PlacedOrder,
    /// A payment of it was declined, and it waits for another.
    pub declined: bool,
    /// The public name of who sells.
    pub seller: String,
    /// What is sold.
    pub performance: Performance,
    /// Where it is.
    pub venue: Arc<Venue>,
    /// What people call each seat of the order, in its order.
    pub labels: Vec<String>,
    /// Its tickets, by seat; none until it is paid.
    pub tickets: Vec<IssuedTicket>,
    /// The time here, which deadlines are measured from.
    pub now: Timestamp,
}

impl BoxOffice {
    /// The buyer of an order, by its link, for what is asked about that order and nothing else.
    pub fn authenticate_link(&self, order: OrderId, link: &str) -> Result<Caller> {
        let account = self.0.order_links.open(order, link).ok_or(Error::Unauthenticated)?;
        Ok(Caller::by_link(account))
    }

    /// Everything that a page about an order shows, to its buyer.
    pub async fn checkout(&self, caller: &Caller, id: OrderId) -> Result<Checkout> {
        let placed = self.order(caller, id).await?;
        let now = self.now();
        let sale = self.sale(placed.order.performance, now).await?;
        let venue = self.venue(sale.performance.details.venue_id).await?;
        let seller = self.backend().accounts.account(sale.performance.organizer_id).await?;
        let tickets = match placed.order.status {
            OrderStatus::Paid => self.issued_tickets(id, &sale).await?,
            _ => Vec::new(),
        };
        let dossier = match placed.order.status {
            OrderStatus::PendingPayment => self.backend().orders.changing.dossier(id).await?,
            _ => None,
        };
        let failed = |attempt: &Attempt| attempt.status == AttemptStatus::Failed;
        let label = |seat: &u32| sale.map.label(*seat).unwrap_or_default();
        Ok(Checkout {
            labels: placed.order.seats.iter().map(label).collect(),
            placed,
            declined: dossier.is_some_and(|known| known.attempts.iter().any(failed)),
            seller: seller.map(|account| account.nickname).unwrap_or_default(),
            performance: sale.performance.clone(),
            venue,
            tickets,
            now,
        })
    }
}
