//! What was captured: tickets, or money back. Never both, and never neither.

use super::refunding::{close, fit, try_again};
use super::settling::{Terms, reopened};
use crate::events::EventKind;
use crate::id::PaymentId;
use crate::money::Money;
use crate::orders::attempt::AttemptStatus;
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Demand, Draft, Seats, Tickets};
use crate::orders::order::{OrderStatus, refund_id};
use crate::orders::refund::{Refund, RefundStatus};
use crate::payments::{Cancellation, CancellationStatus, Fact};

pub(super) fn captured(draft: &mut Draft<'_>, fact: &Fact, unmet: Option<&Demand>, terms: &Terms) {
    let payment = fact.payment;
    if let Some(attempt) = draft.after.attempt_mut(payment) {
        attempt.captured = attempt.captured.max(fact.captured.amount);
    }
    let elsewhere = count_back(draft, fact);
    if fact.disputed {
        let why = "the buyer disputes the payment with the bank".to_owned();
        draft.attend(payment, AttentionReason::Disputed, why);
    }
    let kept = fact.captured.amount.saturating_sub(draft.after.going_back(payment)).max(0);
    let kept = Money::new(kept, fact.captured.currency);
    let total = draft.after.order.total;
    let fits = fact.is_ours && fact.captured == total && kept == total;
    let fits = fits || !terms.guards.amount();
    let order = &draft.after.order;
    match order.status {
        OrderStatus::PendingPayment | OrderStatus::Confirming if order.cancel_wanted => {
            money_back(draft, payment, kept);
        }
        OrderStatus::PendingPayment | OrderStatus::Confirming if fits => pay(draft, payment),
        OrderStatus::PendingPayment | OrderStatus::Confirming if kept.amount == 0 => {
            returned(draft, payment);
            reopened(draft, payment, terms);
        }
        OrderStatus::PendingPayment | OrderStatus::Confirming => {
            misfit(draft, fact);
            if order_waits_for(draft, payment) {
                money_back(draft, payment, kept);
            } else {
                refund(draft, payment, kept);
            }
        }
        OrderStatus::Expired | OrderStatus::Cancelled if fits && !order.cancel_wanted => {
            if matches!(unmet, Some(Demand::Seats(_) | Demand::Quota { .. })) {
                money_back(draft, payment, kept);
            } else {
                draft.seats = Seats::Claim { limit: None };
                pay(draft, payment);
            }
        }
        OrderStatus::Expired | OrderStatus::Cancelled => {
            if !fits {
                misfit(draft, fact);
            }
            refund(draft, payment, kept);
        }
        OrderStatus::Paid if order.payment == payment => {
            taken_back(draft, payment, kept, elsewhere);
        }
        OrderStatus::Paid | OrderStatus::RefundDue | OrderStatus::Refunded => {
            refund(draft, payment, kept);
        }
    }
    close(draft);
}

fn order_waits_for(draft: &Draft<'_>, payment: PaymentId) -> bool {
    draft.after.order.payment == payment
}

/// Tickets. An attempt that nobody began is over; one that is under way is looked after, and what it
/// captures goes back alone.
fn pay(draft: &mut Draft<'_>, payment: PaymentId) {
    let now = draft.now;
    for attempt in &mut draft.after.attempts {
        if attempt.payment == payment {
            attempt.status = AttemptStatus::Paid;
            attempt.look_at = None;
            attempt.watched_until = None;
        } else if attempt.status == AttemptStatus::Created {
            attempt.end(AttemptStatus::Failed, now);
        }
    }
    draft.after.order.payment = payment;
    draft.tickets = Tickets::Make;
    draft.becomes(EventKind::OrderPaid);
}

/// What is left of a payment goes back, and an order that was paid by it ends.
pub(super) fn return_all(draft: &mut Draft<'_>, payment: PaymentId, left: Money) {
    let is_paid_by_it = draft.after.is_paid_by(payment);
    refund(draft, payment, left);
    if is_paid_by_it {
        void(draft);
    }
}

/// A paid order gives these of its seats back and goes on with the others. What the others do not cost
/// of what is left of the payment goes back: nothing, where somebody else has given it back already.
pub(super) fn return_seats(
    draft: &mut Draft<'_>,
    payment: PaymentId,
    seats: Vec<u32>,
    left: Money,
) {
    let others = draft.after.order.price_without(&seats);
    request(draft, payment, Money { amount: left.amount - others.amount, ..left }, seats.clone());
    draft.seats = Seats::GiveUp;
    draft.tickets = Tickets::Void;
    let returned = &mut draft.after.order.returned;
    returned.extend(&seats);
    returned.sort_unstable();
    draft.about = seats;
    draft.becomes(EventKind::OrderReduced);
}

/// A paid order ends; it is refunded where nothing is on its way back any more.
fn void(draft: &mut Draft<'_>) {
    draft.seats = Seats::GiveUp;
    draft.tickets = Tickets::Void;
    draft.becomes(EventKind::OrderVoided);
    if draft.after.all_back() {
        draft.after.order.status = OrderStatus::Refunded;
    }
}

/// An order that is not paid ends, and the money goes back.
fn money_back(draft: &mut Draft<'_>, payment: PaymentId, kept: Money) {
    if draft.after.order.is_open() {
        draft.seats = Seats::GiveUp;
    }
    let now = draft.now;
    for attempt in &mut draft.after.attempts {
        if attempt.payment != payment && attempt.status == AttemptStatus::Created {
            attempt.end(AttemptStatus::Failed, now);
        }
    }
    refund(draft, payment, kept);
    draft.becomes(EventKind::OrderRefundDue);
}

/// What a payment still keeps goes back; the order stays as it is.
fn refund(draft: &mut Draft<'_>, payment: PaymentId, kept: Money) {
    returned(draft, payment);
    request(draft, payment, kept, Vec::new());
}

fn request(draft: &mut Draft<'_>, payment: PaymentId, amount: Money, seats: Vec<u32>) {
    if amount.amount > 0 {
        let id = refund_id(payment, draft.after.refunds_of(payment).count());
        let refund = Refund { seats, ..Refund::requested(id, payment, amount, draft.now) };
        draft.after.refunds.push(refund);
    }
}

fn returned(draft: &mut Draft<'_>, payment: PaymentId) {
    let now = draft.now;
    if let Some(attempt) = draft.after.attempt_mut(payment) {
        if attempt.status == AttemptStatus::Returned {
            attempt.look_later(now);
        } else {
            attempt.end(AttemptStatus::Returned, now);
        }
    }
}

/// A paid order whose money somebody else gave back: all of it ends the order; of more than it gave
/// seats back for, nobody said which tickets it was for.
fn taken_back(draft: &mut Draft<'_>, payment: PaymentId, kept: Money, elsewhere: bool) {
    if elsewhere && kept.amount == 0 {
        returned(draft, payment);
        void(draft);
    } else if elsewhere && kept != draft.after.order.kept_total() {
        let why = format!("{} of the payment is left", kept.amount);
        draft.attend(payment, AttentionReason::RefundedElsewhere, why);
    }
}

/// Books what the provider gave back: our own refunds that are through, and what somebody else gave
/// back. Answers whether there was any of the latter.
fn count_back(draft: &mut Draft<'_>, fact: &Fact) -> bool {
    let now = draft.now;
    take_note(draft, fact);
    let said = |refund: &Refund| {
        let same = |one: &&Cancellation| refund.cancellation.as_ref() == Some(&one.id);
        fact.cancellations.iter().find(same).map(|one| one.status)
    };
    let mut failed = Vec::new();
    for refund in &mut draft.after.refunds {
        match said(refund) {
            Some(CancellationStatus::Succeeded) => refund.done(),
            Some(CancellationStatus::Failed) if refund.status != RefundStatus::Done => {
                failed.push(refund.id);
            }
            Some(CancellationStatus::Failed | CancellationStatus::Requested) | None => {}
        }
    }
    for id in failed {
        try_again(draft, id, "the provider says that it failed", false);
    }
    let mut unbooked = fact.cancelled.saturating_sub(draft.after.back(fact.payment));
    let is_done = |refund: &&mut Refund, unbooked: i64| {
        let is_pending = said(refund) == Some(CancellationStatus::Requested);
        let is_waiting = refund.status != RefundStatus::Done && !is_pending;
        refund.payment == fact.payment && is_waiting && refund.amount.amount <= unbooked
    };
    // What was sent, of which there is one; then what somebody else did in our place.
    while let Some(refund) = (draft.after.refunds.iter_mut())
        .filter(|refund| is_done(refund, unbooked))
        .min_by_key(|refund| (!refund.is_under_way(), refund.amount.amount != unbooked))
    {
        unbooked -= refund.amount.amount;
        refund.done();
    }
    if unbooked <= 0 {
        return false;
    }
    let id = refund_id(fact.payment, draft.after.refunds_of(fact.payment).count());
    let amount = Money::new(unbooked, fact.captured.currency);
    let mut given = Refund::requested(id, fact.payment, amount, now);
    given.elsewhere = true;
    given.done();
    draft.after.refunds.push(given);
    fit(draft, fact.payment);
    true
}

/// One that was sent, and of which nobody heard, is what the provider shows as taken in that amount.
fn take_note(draft: &mut Draft<'_>, fact: &Fact) {
    let known: Vec<String> =
        draft.after.refunds.iter().filter_map(|refund| refund.cancellation.clone()).collect();
    let taken = |amount: i64| {
        let mut taken =
            fact.cancellations.iter().filter(|one| one.status == CancellationStatus::Requested);
        taken.find(|one| one.amount == amount && !known.contains(&one.id))
    };
    for refund in &mut draft.after.refunds {
        let is_unheard = refund.status == RefundStatus::Sent && refund.cancellation.is_none();
        if refund.payment == fact.payment
            && is_unheard
            && let Some(taken) = taken(refund.amount.amount)
        {
            refund.cancellation = Some(taken.id.clone());
            refund.status = RefundStatus::Pending;
        }
    }
}

/// A capture that is not what the order costs: a person is told, and the money goes back.
fn misfit(draft: &mut Draft<'_>, fact: &Fact) {
    let (reason, why) = if fact.is_ours {
        let total = draft.after.order.total;
        let (taken, due) = (fact.captured, total);
        let why = format!(
            "{} {} was captured for an order of {} {}",
            taken.amount,
            taken.currency.code(),
            due.amount,
            due.currency.code()
        );
        (AttentionReason::WrongAmount, why)
    } else {
        let why = "the payment came through another channel or shop".to_owned();
        (AttentionReason::ForeignChannel, why)
    };
    draft.attend(fact.payment, reason, why);
}
