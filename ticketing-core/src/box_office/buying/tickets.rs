//! Tickets as their buyer gets them.

use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::catalog::Sale;
use crate::error::{Error, Result};
use crate::id::{OrderId, TicketId};
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::orders::{REISSUES_MAX, Reissue, Reissued, Ticket, read_ticket, write_ticket};
use crate::page::{Page, Paged, Position};

/// How often a ticket is read again because it was replaced meanwhile.
const TRIES_MAX: u8 = REISSUES_MAX + 1;

/// A ticket as its buyer gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedTicket {
    /// The ticket.
    pub ticket: Ticket,
    /// What people call its seat.
    pub label: String,
    /// What the scanner reads.
    pub code: String,
    /// Somebody came in with it.
    pub is_used: bool,
}

impl BoxOffice {
    /// The tickets of a paid order, with their codes, by seat.
    pub async fn tickets(
        &self,
        caller: &Caller,
        id: OrderId,
        page: Page,
    ) -> Result<Paged<IssuedTicket>> {
        let order = self.order(caller, id).await?.order;
        let sale = self.sale(order.performance, self.now()).await?;
        let tickets = self.issued_tickets(id, &sale).await?;
        let position = |IssuedTicket { ticket, .. }: &IssuedTicket| Position {
            key: ticket.seat.into(),
            id: ticket.id.uuid(),
        };
        Ok(page.cut(tickets.into_iter(), position, Some))
    }

    /// A ticket, to its buyer.
    pub async fn ticket(&self, caller: &Caller, id: TicketId) -> Result<IssuedTicket> {
        let known = self.backend().orders.door.ticket(id).await?;
        let known = known.filter(|(_, of, _)| *of == caller.account());
        let (ticket, _, is_used) = known.ok_or(Error::NotFound("ticket"))?;
        self.issued(ticket, is_used).await
    }

    /// The tickets of an order of this sale, by seat.
    pub(super) async fn issued_tickets(
        &self,
        order: OrderId,
        sale: &Sale,
    ) -> Result<Vec<IssuedTicket>> {
        let door = &self.backend().orders.door;
        let mut tickets = door.tickets(order).await?;
        tickets.sort_by_key(|ticket| ticket.seat);
        let used = door.used(order).await?;
        let issued = |ticket: Ticket| {
            let is_used = used.contains(&ticket.seat);
            self.issued_in(sale, ticket, is_used)
        };
        Ok(tickets.into_iter().map(issued).collect())
    }

    /// Replaces the code of a ticket, to its buyer: the one of before is void. At most three times, and
    /// never once somebody came in with it.
    pub async fn reissue_ticket(
        &self,
        caller: &Caller,
        id: TicketId,
        key: IdempotencyKey,
    ) -> Result<IssuedTicket> {
        let account = caller.account();
        let request = RequestHash::of("reissue", id, &());
        let orders = &self.backend().orders;
        if let Some(kept) = orders.changing.kept(account, &key, request).await? {
            return self.issued(read_ticket(&kept.facts()?)?, false).await;
        }
        for _ in 0..TRIES_MAX {
            let known = orders.door.ticket(id).await?;
            let known = known.filter(|(_, of, _)| *of == account);
            let (ticket, _, is_used) = known.ok_or(Error::NotFound("ticket"))?;
            if is_used {
                return Err(Error::conflict("somebody came in with this ticket"));
            }
            if ticket.issue >= REISSUES_MAX {
                let why = format!("a ticket's code is replaced at most {REISSUES_MAX} times");
                return Err(Error::conflict(why));
            }
            let ticket = Ticket { issue: ticket.issue + 1, ..ticket };
            let (key, facts) = (key.clone(), write_ticket(&ticket));
            let reissue = Reissue { ticket, account, key, request, facts };
            match orders.door.reissue(&reissue, self.now()).await? {
                Reissued::Now => return self.issued(reissue.ticket, false).await,
                Reissued::Before(facts) => return self.issued(read_ticket(&facts)?, false).await,
                Reissued::Otherwise => {}
            }
        }
        Err(Error::Unavailable("too much happens to this ticket at once".into()))
    }

    async fn issued(&self, ticket: Ticket, is_used: bool) -> Result<IssuedTicket> {
        let sale = self.sale(ticket.performance, self.now()).await?;
        Ok(self.issued_in(&sale, ticket, is_used))
    }

    fn issued_in(&self, sale: &Sale, ticket: Ticket, is_used: bool) -> IssuedTicket {
        let label = sale.map.label(ticket.seat).unwrap_or_default();
        let code = self.0.ticket_signer.code(&ticket);
        IssuedTicket { ticket, label, code, is_used }
    }
}
