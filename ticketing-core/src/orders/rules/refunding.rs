use super::returning::fees_that_are_back;
use crate::clock::Timestamp;
use crate::events::OrderEvent;
use crate::id::{PaymentId, RefundId};
use crate::orders::OrderStatus;
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Change, Draft};
use crate::orders::dossier::Dossier;
use crate::orders::refund::{Refund, RefundStatus};
use crate::payments::{CancellationStatus, Reversal};

/// A refund is about to be sent: from now on it may be through, whatever is heard of it. One of a
/// payment at a time, so that what the provider shows is known to be of this one.
pub(crate) fn send_refund(dossier: &Dossier, id: RefundId, now: Timestamp) -> Option<Change> {
    let mut draft = Draft::of(dossier, now);
    let is_under_way = |one: &Refund| one.id != id && one.is_under_way();
    if dossier.refunds_of(dossier.refund(id)?.payment).any(is_under_way) {
        return None;
    }
    let refund = draft.after.refund_mut(id)?;
    if matches!(refund.status, RefundStatus::Done | RefundStatus::Pending) {
        return None;
    }
    refund.status = RefundStatus::Sent;
    refund.sent_at.get_or_insert(now);
    draft.finish()
}

/// What became of one try of a refund.
#[derive(Clone, Debug)]
pub(crate) enum Reversed {
    /// The provider answered.
    Answered(Reversal),
    /// It does not do it, for this reason; the payment says nothing of it either.
    Refused(String),
    /// It does not do it, and will not the next time.
    Hopeless(String),
    /// No definite answer: it may be through.
    Silence,
}

/// Only the present try of a refund is heard: what is said of an earlier one comes too late.
pub(crate) fn reversed(
    dossier: &Dossier,
    (id, attempt): (RefundId, u32),
    what: &Reversed,
    now: Timestamp,
) -> Option<Change> {
    let mut draft = Draft::of(dossier, now);
    let refund = draft.after.refund_mut(id)?;
    if refund.attempt != attempt || refund.status == RefundStatus::Done {
        return None;
    }
    // What the provider has taken ends by its own word alone: else it would be given back twice.
    let refused = matches!(what, Reversed::Refused(_) | Reversed::Hopeless(_));
    if refused && refund.status == RefundStatus::Pending {
        return None;
    }
    match what {
        Reversed::Silence => {
            refund.wait(now);
            if refund.is_pending_too_long(now) {
                let payment = refund.payment;
                let why = "the provider took it a day ago and has not ended it".to_owned();
                draft.attend(payment, AttentionReason::RefundRefused, why);
            }
        }
        Reversed::Refused(why) => try_again(&mut draft, id, why, false),
        Reversed::Hopeless(why) => try_again(&mut draft, id, why, true),
        Reversed::Answered(reversal) => {
            refund.cancellation.clone_from(&reversal.id);
            match reversal.status {
                CancellationStatus::Succeeded => refund.done(),
                CancellationStatus::Requested => {
                    refund.status = RefundStatus::Pending;
                    refund.wait(now);
                }
                CancellationStatus::Failed => {
                    try_again(&mut draft, id, "the provider says that it failed", false);
                }
            }
        }
    }
    close(&mut draft);
    draft.finish()
}

/// A try that definitely was not done: the next one has a key of its own. After many, or where there
/// is no hope, a person is asked, and it is tried on, slowly.
pub(super) fn try_again(draft: &mut Draft<'_>, id: RefundId, why: &str, is_hopeless: bool) {
    let now = draft.now;
    let Some(refund) = draft.after.refund_mut(id) else { return };
    let (payment, tries) = (refund.payment, refund.attempt);
    if refund.again(now) || is_hopeless {
        refund.status = RefundStatus::NeedsAttention;
        let why = format!("after {tries} tries: {why}");
        draft.attend(payment, AttentionReason::RefundRefused, why);
    }
    fit(draft, payment);
}

/// No more goes back of a payment than was captured, less what its order has earned: what somebody else gave back meanwhile is taken off what was not sent.
pub(super) fn fit(draft: &mut Draft<'_>, payment: PaymentId) {
    let captured = draft.after.attempt(payment).map_or(0, |attempt| attempt.captured);
    let is_of_it = draft.after.order.payment == payment;
    let kept = if is_of_it { draft.after.order.earned().amount } else { 0 };
    let mut excess = draft.after.going_back(payment) - (captured - kept);
    for refund in &mut draft.after.refunds {
        if refund.payment == payment
            && !refund.is_under_way()
            && refund.status != RefundStatus::Done
        {
            let less = excess.clamp(0, refund.amount.amount);
            refund.amount.amount -= less;
            excess -= less;
            if refund.amount.amount == 0 {
                refund.done();
            }
        }
    }
}

/// An order whose money is all back is refunded.
pub(super) fn close(draft: &mut Draft<'_>) {
    if matches!(draft.after.order.status, OrderStatus::RefundDue | OrderStatus::Refunded) {
        fees_that_are_back(draft);
    }
    if draft.after.order.status == OrderStatus::RefundDue && draft.after.all_back() {
        draft.becomes(OrderEvent::Refunded);
    }
}
