//! One settlement: everything that learns what happened to a payment ends here, any number of times.

use super::capturing::captured;
use crate::clock::Timestamp;
use crate::events::OrderEvent;
use crate::guards::Guards;
use crate::id::PaymentId;
use crate::orders::OrderStatus;
use crate::orders::attempt::{Attempt, AttemptStatus};
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Change, Demand, Draft, Seats};
use crate::orders::dossier::Dossier;
use crate::payments::{Fact, FactStatus};

/// What was heard of a payment.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Heard<'a> {
    /// What the provider says.
    Fact(&'a Fact),
    /// The same, after it refused the charge that we had sent.
    Refused(&'a Fact),
    /// It does not answer.
    Silence(PaymentId),
}

/// What a settlement needs beside what was heard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// The id of the order's next attempt, where one is needed.
    pub(crate) next_payment: PaymentId,
    pub(crate) now: Timestamp,
    pub(crate) guards: Guards,
}

/// Nothing where nothing changes. `unmet` is what the books found otherwise the last time: seats or
/// quota that a late payment can no longer have make it go back.
pub(crate) fn settle(
    dossier: &Dossier,
    heard: Heard<'_>,
    unmet: Option<&Demand>,
    terms: &Terms,
) -> Option<Change> {
    let mut draft = Draft::of(dossier, terms.now);
    let (fact, is_refused) = match heard {
        Heard::Silence(payment) => {
            nothing_new(&mut draft, payment);
            return draft.finish();
        }
        Heard::Fact(fact) => (fact, false),
        Heard::Refused(fact) => (fact, true),
    };
    let attempt = draft.after.attempt_mut(fact.payment)?;
    if attempt.watched_until.is_some() && !terms.guards.watch() {
        return None;
    }
    if fact.changed_at.is_some() && fact.changed_at < attempt.changed_at {
        nothing_new(&mut draft, fact.payment);
        return draft.finish();
    }
    attempt.changed_at = fact.changed_at.or(attempt.changed_at);
    match fact.status {
        FactStatus::Paid | FactStatus::Cancelled => captured(&mut draft, fact, unmet, terms),
        FactStatus::Failed if attempt.status.is_open() => declined(&mut draft, fact, terms),
        FactStatus::Ready if is_over(attempt, is_refused, terms.now) => {
            declined(&mut draft, fact, terms);
        }
        FactStatus::Failed | FactStatus::Ready | FactStatus::Other => {
            nothing_new(&mut draft, fact.payment);
        }
    }
    draft.finish()
}

/// A payment that shows nothing has failed once no charge of ours can still be under way: the only
/// one was refused, or the last one is too long ago. A refusal of a second one proves nothing about
/// the first.
fn is_over(attempt: &Attempt, is_refused: bool, now: Timestamp) -> bool {
    let refused = is_refused && attempt.sends == 1;
    attempt.status.is_open() && (refused || !attempt.may_run(now))
}

/// Somebody looks again later. The seats do not wait for ever, and the looks have an end.
fn nothing_new(draft: &mut Draft<'_>, payment: PaymentId) {
    let now = draft.now;
    let Some(attempt) = draft.after.attempt_mut(payment) else { return };
    match attempt.status {
        AttemptStatus::Confirming | AttemptStatus::Unknown => {
            attempt.status = AttemptStatus::Unknown;
            attempt.look_later(now);
        }
        AttemptStatus::Failed | AttemptStatus::Returned => {
            attempt.look_later(now);
            return;
        }
        AttemptStatus::Created | AttemptStatus::Paid => return,
    }
    let is_given_up = attempt.look_at.is_none();
    let waited_enough = attempt.waited_enough(now);
    if draft.after.order.status == OrderStatus::Confirming && waited_enough {
        if let Some(attempt) = draft.after.attempt_mut(payment) {
            attempt.watch(now);
        }
        ended_unpaid(draft);
    } else if is_given_up {
        let why = "the provider has not said how the charge ended".to_owned();
        draft.attend(payment, AttentionReason::NoEnd, why);
    }
}

/// The charge did not happen.
fn declined(draft: &mut Draft<'_>, fact: &Fact, terms: &Terms) {
    let now = draft.now;
    if let Some(attempt) = draft.after.attempt_mut(fact.payment) {
        attempt.end(AttemptStatus::Failed, now);
    }
    reopened(draft, fact.payment, terms);
}

/// The order goes on without the payment it waited for, or ends.
pub(super) fn reopened(draft: &mut Draft<'_>, payment: PaymentId, terms: &Terms) {
    let order = &mut draft.after.order;
    if order.payment != payment || !order.is_open() {
        return;
    }
    if order.cancel_wanted || !draft.now.is_before(order.expires_at) {
        ended_unpaid(draft);
        return;
    }
    order.payment = terms.next_payment;
    draft.after.attempts.push(Attempt::created(terms.next_payment, draft.now));
    draft.becomes(OrderEvent::Reopened);
}

fn ended_unpaid(draft: &mut Draft<'_>) {
    draft.seats = Seats::GiveUp;
    draft.becomes(if draft.after.order.cancel_wanted {
        OrderEvent::Cancelled
    } else {
        OrderEvent::Expired
    });
}
