//! What the provider shows given back, against what we asked for.

use super::refunding::{fit, try_again};
use crate::money::Money;
use crate::orders::change::Draft;
use crate::orders::order::refund_id;
use crate::orders::refund::{Refund, RefundStatus};
use crate::payments::{Cancellation, CancellationStatus, Fact};

/// Books what the provider gave back: our own refunds that are through, and what somebody else gave
/// back. Answers whether there was any of the latter.
pub(super) fn count_back(draft: &mut Draft<'_>, fact: &Fact) -> bool {
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
