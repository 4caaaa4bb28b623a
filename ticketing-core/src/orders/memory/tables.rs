//! What there is: one lock holds all of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use secrecy::SecretString;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::id::MovementId;
use crate::id::{AccountId, HoldId, OrderId, PaymentId, PerformanceId, RefundId, ScanId, TicketId};
use crate::orders::attention::{Attention, AttentionReason, matter_id};
use crate::orders::change::Change;
use crate::orders::contract::Listing;
use crate::orders::dossier::Dossier;
use crate::orders::order::ticket_id;
use crate::orders::refund::Refund;
use crate::orders::{Judged, Known, Order, OrderStatus, Scan, Ticket, TicketCode};
use crate::orders::{Movement, Period};

#[derive(Default)]
pub(super) struct Tables {
    pub(super) dossiers: BTreeMap<OrderId, Dossier>,
    pub(super) payments: HashMap<PaymentId, OrderId>,
    pub(super) tokens: HashMap<PaymentId, SecretString>,
    pub(super) claims: HashMap<(PerformanceId, u32), OrderId>,
    pub(super) quotas: HashMap<(PerformanceId, AccountId), Quota>,
    pub(super) ordered_holds: HashMap<HoldId, OrderId>,
    pub(super) by_account: HashMap<AccountId, BTreeSet<OrderId>>,
    pub(super) tickets: BTreeMap<TicketId, Issued>,
    /// By performance and time.
    pub(super) movements: BTreeMap<(PerformanceId, Timestamp, MovementId), Movement>,
    /// The ticket of each scan.
    pub(super) scanned: HashMap<ScanId, TicketId>,
    /// Whoever a device let in with what was no good ticket.
    pub(super) strays: BTreeMap<(PerformanceId, ScanId), Scan>,
    pub(super) attention: BTreeMap<(Timestamp, Uuid), Attention>,
    /// Since when somebody has been asked to look at each matter.
    matters: HashMap<Uuid, Timestamp>,
    pub(super) notices: HashMap<String, Timestamp>,
    /// How far the provider's listing was read, and when it is due.
    pub(super) listing: Option<(Listing, Timestamp)>,
    /// What is due when: orders that wait for their payment, attempts and refunds to look after.
    pub(super) pending: BTreeSet<(Timestamp, OrderId)>,
    pub(super) looks: BTreeSet<(Timestamp, PaymentId)>,
    pub(super) refunds: BTreeSet<(Timestamp, RefundId, OrderId)>,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Quota {
    pub(super) seats: u32,
    pub(super) limit: u32,
}

pub(super) struct Issued {
    pub(super) ticket: Ticket,
    pub(super) order: OrderId,
    pub(super) is_used: bool,
    pub(super) is_void: bool,
    /// What happened to it at the door.
    pub(super) scans: Vec<Scan>,
}

impl Issued {
    pub(super) fn known(&self, code: Option<TicketCode>) -> Known {
        let is_present = code.is_none_or(|code| TicketCode::from(&self.ticket) == code);
        Known {
            ticket: self.ticket.id,
            is_good: !self.is_void && is_present,
            scans: self.scans.clone(),
            is_used: self.is_used,
        }
    }

    pub(super) fn keep(&mut self, judged: &Judged) {
        self.is_used = judged.is_used.unwrap_or(self.is_used);
        for scan in &judged.written {
            self.scans.retain(|known| known.id != scan.id);
            self.scans.push(scan.clone());
        }
    }
}

impl Tables {
    pub(super) fn quota(&self, order: &Order) -> Quota {
        self.quotas.get(&(order.performance, order.account)).copied().unwrap_or_default()
    }

    /// The seats of a change that somebody else's order has claimed.
    pub(super) fn claimed(&self, Change { order, about, .. }: &Change) -> Vec<u32> {
        let taken = |seat: &&u32| {
            let owner = self.claims.get(&(order.performance, **seat));
            owner.is_some_and(|owner| *owner != order.id)
        };
        about.iter().filter(taken).copied().collect()
    }

    pub(super) fn claim(&mut self, Change { order, about, .. }: &Change, limit: Option<u32>) {
        for seat in about {
            self.claims.insert((order.performance, *seat), order.id);
        }
        let quota = self.quotas.entry((order.performance, order.account)).or_default();
        quota.seats += count(about);
        quota.limit = limit.unwrap_or(quota.limit);
    }

    pub(super) fn give_up(&mut self, Change { order, about, .. }: &Change) {
        for seat in about {
            if self.claims.get(&(order.performance, *seat)) == Some(&order.id) {
                self.claims.remove(&(order.performance, *seat));
            }
        }
        let quota = self.quotas.entry((order.performance, order.account)).or_default();
        quota.seats = quota.seats.saturating_sub(count(about));
    }

    pub(super) fn issue(&mut self, Change { order, about, .. }: &Change) {
        for seat in about {
            let id = ticket_id(order.id, *seat);
            let ticket = Ticket { id, performance: order.performance, seat: *seat, issue: 0 };
            let issued = Issued {
                ticket,
                order: order.id,
                is_used: false,
                is_void: false,
                scans: Vec::new(),
            };
            self.tickets.insert(id, issued);
        }
    }

    pub(super) fn void(&mut self, Change { order, about, .. }: &Change) {
        for seat in about {
            if let Some(issued) = self.tickets.get_mut(&ticket_id(order.id, *seat)) {
                issued.is_void = true;
            }
        }
    }

    pub(super) fn tickets_of(&self, order: &Order) -> Vec<Ticket> {
        let issued = |seat: &u32| self.tickets.get(&ticket_id(order.id, *seat));
        let good = order.seats.iter().filter_map(issued).filter(|issued| !issued.is_void);
        good.map(|issued| issued.ticket.clone()).collect()
    }

    /// The seats of a change whose tickets somebody came in with.
    pub(super) fn used(&self, Change { order, about, .. }: &Change) -> Vec<u32> {
        let used = self.used_of(order);
        about.iter().filter(|seat| used.contains(seat)).copied().collect()
    }

    /// The seats of an order whose tickets somebody came in with.
    pub(super) fn used_of(&self, order: &Order) -> Vec<u32> {
        let issued = |seat: &u32| self.tickets.get(&ticket_id(order.id, *seat));
        let used = order.seats.iter().filter(|seat| issued(seat).is_some_and(|one| one.is_used));
        used.copied().collect()
    }

    /// The ticket of a code: of the order that has claimed its seat.
    pub(super) fn coded(&self, performance: PerformanceId, code: TicketCode) -> Option<&Issued> {
        let order = self.claims.get(&(performance, code.seat))?;
        let issued = self.tickets.get(&ticket_id(*order, code.seat))?;
        (!issued.is_void && TicketCode::from(&issued.ticket) == code).then_some(issued)
    }

    /// Money that moved in a period.
    pub(super) fn moved(
        &self,
        performance: PerformanceId,
        period: Period,
    ) -> impl Iterator<Item = &Movement> {
        let (from, to) = period.bounds();
        let first = (performance, Timestamp::from_millis(from), Uuid::nil().into());
        let behind = self.movements.range(first..).map(|(_, movement)| movement);
        behind.take_while(move |one| one.performance == performance && one.at.as_millis() < to)
    }

    /// The ticket that a code names, good or not.
    pub(super) fn named(&self, performance: PerformanceId, code: TicketCode) -> Option<TicketId> {
        let mut tickets = self.tickets.values().map(|issued| &issued.ticket);
        let named = tickets.find(|ticket| ticket.performance == performance && code.names(ticket));
        named.map(|ticket| ticket.id)
    }

    /// The dossier, and what of it is due, as the change leaves them.
    pub(super) fn write(&mut self, change: &Change) {
        let order = &change.order;
        let moved = change.movements.iter().cloned();
        self.movements.extend(moved.map(|one| ((one.performance, one.at, one.id), one)));
        let before = self.dossiers.remove(&order.id);
        if let Some(before) = &before {
            self.due_no_more(before);
        }
        let before = before.unwrap_or_else(|| Dossier {
            order: order.clone(),
            attempts: Vec::new(),
            refunds: Vec::new(),
            attended: Vec::new(),
        });
        let after = before.with(change);
        for attempt in &after.attempts {
            self.payments.insert(attempt.payment, order.id);
            self.looks.extend(attempt.look_at.map(|at| (at, attempt.payment)));
            if !attempt.status.is_open() {
                self.tokens.remove(&attempt.payment);
            }
        }
        let next = |refund: &Refund| Some((refund.next_at?, refund.id, order.id));
        self.refunds.extend(after.refunds.iter().filter_map(next));
        if order.status == OrderStatus::PendingPayment {
            self.pending.insert((order.expires_at, order.id));
        }
        self.dossiers.insert(order.id, after);
    }

    fn due_no_more(&mut self, dossier: &Dossier) {
        let order = &dossier.order;
        self.pending.remove(&(order.expires_at, order.id));
        for attempt in &dossier.attempts {
            if let Some(at) = attempt.look_at {
                self.looks.remove(&(at, attempt.payment));
            }
        }
        for refund in &dossier.refunds {
            if let Some(at) = refund.next_at {
                self.refunds.remove(&(at, refund.id, order.id));
            }
        }
    }

    /// Answers whether nobody was asked yet.
    pub(super) fn attend(&mut self, attention: &Attention) -> bool {
        let id = attention.id();
        if self.matters.contains_key(&id) {
            return false;
        }
        self.matters.insert(id, attention.since);
        self.attention.insert((attention.since, id), attention.clone());
        true
    }

    /// Nobody needs to look any more.
    pub(super) fn close(&mut self, matter: (PaymentId, AttentionReason)) {
        let id = matter_id(matter);
        if let Some(since) = self.matters.remove(&id) {
            self.attention.remove(&(since, id));
        }
    }
}

pub(super) fn count(seats: &[u32]) -> u32 {
    u32::try_from(seats.len()).unwrap_or(u32::MAX)
}
