//! What a decision comes to. A rule reads an order's dossier and answers a change: what must still be
//! so (its demands), and what is then so (its effects). The books apply it in one step or say which
//! demand is not met; that goes back into the rule.

use super::attempt::Attempt;
use super::attention::{Attention, AttentionReason};
use super::dossier::Dossier;
use super::movement::{Movement, moved};
use super::order::{Order, OrderStatus};
use super::refund::Refund;
use crate::clock::Timestamp;
use crate::events::OrderEvent;
use crate::id::{AccountId, PaymentId};
use crate::idempotency::{IdempotencyKey, Kept, RequestHash};

/// One step of an order. It says everything that durable books have to write; payment tokens are
/// never part of it.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Demanded: the version that the rule read. None for an order that is placed: then its hold must
    /// not be ordered.
    pub(crate) seen: Option<i64>,
    /// Demanded: this key is unused. Then it stands for this.
    pub(crate) remember: Option<Remember>,
    /// The order as it is now.
    pub(crate) order: Order,
    /// Which of its seats this is about: all that it still has, or some of them.
    pub(crate) about: Vec<u32>,
    pub(crate) seats: Seats,
    pub(crate) tickets: Tickets,
    /// The attempts and refunds that are new or other than before, as they are now.
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) refunds: Vec<Refund>,
    /// What of its money moved.
    pub(crate) movements: Vec<Movement>,
    /// What happened, with the version that it made.
    pub(crate) events: Vec<(OrderEvent, i64)>,
    pub(crate) attention: Vec<Attention>,
    /// What no person needs to look at any more.
    pub(crate) closed: Vec<(PaymentId, AttentionReason)>,
    pub(crate) at: Timestamp,
}

impl Change {
    /// The same as if it had been decided from this version: what a rule must never do.
    pub(super) fn onto(mut self, version: i64) -> Self {
        self.seen = Some(version);
        self.order.version = version + 1;
        for (_, made) in &mut self.events {
            *made = version + 1;
        }
        self
    }
}

/// What a request's key stands for from now on.
#[derive(Clone, Debug)]
pub(crate) struct Remember {
    pub(crate) account: AccountId,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
    pub(crate) kept: Kept,
}

/// What becomes of the claims on the seats, and of the buyer's quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seats {
    Keep,
    /// Demanded: nobody else has claimed them, and the buyer stays within the limit; without one,
    /// within the limit of the buyer's orders before.
    Claim {
        limit: Option<u32>,
    },
    GiveUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tickets {
    Keep,
    Make,
    /// They no longer let anybody in.
    Void,
    /// The same. Demanded: nobody came in with one.
    VoidUnused,
}

/// What the books found otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// Something happened to the order meanwhile.
    Version,
    /// The key stands for this already.
    Key(Kept),
    /// The hold has its order.
    Hold,
    Quota {
        limit: u32,
    },
    Seats(Vec<u32>),
    /// Somebody came in with the tickets of these seats.
    Used(Vec<u32>),
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Applied,
    /// Nothing was done.
    Unmet(Demand),
}

/// A change while a rule makes it.
pub(super) struct Draft<'a> {
    before: &'a Dossier,
    pub(super) after: Dossier,
    pub(super) now: Timestamp,
    pub(super) about: Vec<u32>,
    pub(super) seats: Seats,
    pub(super) tickets: Tickets,
    pub(super) remember: Option<Remember>,
    event: Option<OrderEvent>,
    attention: Vec<Attention>,
}

impl<'a> Draft<'a> {
    pub(super) fn of(before: &'a Dossier, now: Timestamp) -> Self {
        Self {
            before,
            after: before.clone(),
            now,
            about: before.order.kept_seats(),
            seats: Seats::Keep,
            tickets: Tickets::Keep,
            remember: None,
            event: None,
            attention: Vec::new(),
        }
    }

    /// The order becomes what the event says.
    pub(super) fn becomes(&mut self, event: OrderEvent) {
        self.after.order.status = OrderStatus::after(event);
        self.event = Some(event);
    }

    /// A person has to look at a payment of the order; asked once.
    pub(super) fn attend(&mut self, payment: PaymentId, reason: AttentionReason, detail: String) {
        if !self.after.attended.contains(&(payment, reason)) {
            self.after.attended.push((payment, reason));
            let (order, since) = (Some(self.after.order.id), self.now);
            self.attention.push(Attention { payment, order, reason, detail, since });
        }
    }

    /// The change, where there is one.
    pub(super) fn finish(self) -> Option<Change> {
        let Self { before, mut after, now, about, seats, tickets, remember, event, mut attention } =
            self;
        let mut attended = std::mem::take(&mut after.attended);
        attended.retain(|matter| !after.is_over(*matter));
        after.attended = attended;
        // What was over at once needs nobody.
        attention.retain(|one| after.attended.contains(&(one.payment, one.reason)));
        if after == *before && remember.is_none() && event.is_none() {
            return None;
        }
        after.order.version = before.order.version + 1;
        let movements = moved(before, &after, now);
        let is_closed = |matter: &&(PaymentId, AttentionReason)| !after.attended.contains(matter);
        let closed = before.attended.iter().filter(is_closed).copied().collect();
        let attempts = after.attempts.into_iter().filter(|new| !before.attempts.contains(new));
        let refunds = after.refunds.into_iter().filter(|new| !before.refunds.contains(new));
        Some(Change {
            seen: Some(before.order.version),
            remember,
            about,
            seats,
            tickets,
            attempts: attempts.collect(),
            refunds: refunds.collect(),
            movements,
            events: event.map(|event| (event, after.order.version)).into_iter().collect(),
            order: after.order,
            attention,
            closed,
            at: now,
        })
    }
}

impl Dossier {
    /// As it is once the change is applied.
    pub(crate) fn with(mut self, change: &Change) -> Self {
        self.order = change.order.clone();
        self.attended.retain(|matter| !change.closed.contains(matter));
        self.attended.extend(change.attention.iter().map(|one| (one.payment, one.reason)));
        for attempt in &change.attempts {
            match self.attempt_mut(attempt.payment) {
                Some(known) => known.clone_from(attempt),
                None => self.attempts.push(attempt.clone()),
            }
        }
        for refund in &change.refunds {
            match self.refund_mut(refund.id) {
                Some(known) => known.clone_from(refund),
                None => self.refunds.push(refund.clone()),
            }
        }
        self.refunds.sort_by_key(|refund| refund.id);
        self
    }
}
