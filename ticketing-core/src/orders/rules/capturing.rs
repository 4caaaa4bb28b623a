//! What was captured: tickets, or money back. Never both, and never neither.

use super::counting::count_back;
use super::refunding::close;
use super::returning::{keep_fees, refund, returned, taken_back};
use super::settling::{Terms, reopened};
use crate::events::OrderEvent;
use crate::id::PaymentId;
use crate::money::Money;
use crate::orders::attempt::AttemptStatus;
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Demand, Draft, Seats, Tickets};
use crate::orders::order::OrderStatus;
use crate::payments::Fact;

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
        OrderStatus::RefundDue | OrderStatus::Refunded if order.payment == payment => {
            keep_fees(draft, payment, kept);
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
    draft.becomes(OrderEvent::Paid);
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
    draft.becomes(OrderEvent::RefundDue);
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
