//! What a person decides about a payment.

use super::quoting::named;
use super::returning::{return_all, return_seats};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{AccountId, PaymentId};
use crate::idempotency::{IdempotencyKey, Kept, RequestHash};
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Change, Draft, Remember};
use crate::orders::dossier::Dossier;
use crate::orders::refund::RefundStatus;

/// A payment to be given back by a person's decision.
#[derive(Clone, Debug)]
pub(crate) struct RefundPayment {
    /// Who decided it.
    pub(crate) account: AccountId,
    pub(crate) payment: PaymentId,
    /// What these seats cost; all that is left where none are named.
    pub(crate) seats: Option<Vec<u32>>,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
}

/// What is left of a payment goes back, what was kept of other seats too, and an order that was paid
/// by it ends: its tickets are void and its seats are free. Where seats are named, the order goes on with the others.
pub(crate) fn refund_payment(
    dossier: &Dossier,
    refund: &RefundPayment,
    now: Timestamp,
) -> Result<Option<Change>> {
    let payment = refund.payment;
    dossier.attempt(payment).ok_or(Error::NotFound("payment"))?;
    let some = refund.seats.as_deref().map(|seats| some_of(dossier, payment, seats)).transpose()?;
    let left = dossier.left(payment);
    if left <= 0 && !dossier.is_paid_by(payment) {
        return Err(Error::conflict("nothing of the payment is left to give back"));
    }
    let mut draft = Draft::of(dossier, now);
    match some.flatten() {
        Some(seats) => return_seats(&mut draft, seats, 0),
        None => return_all(&mut draft, payment),
    }
    // What somebody else gave back is part of what was decided.
    draft.after.attended.retain(|matter| *matter != (payment, AttentionReason::RefundedElsewhere));
    let RefundPayment { account, ref key, request, .. } = *refund;
    let kept = Kept::Attempt(payment);
    draft.remember = Some(Remember { account, key: key.clone(), request, kept });
    Ok(draft.finish())
}

/// The named seats, ascending; nothing where they are all that the order still has.
fn some_of(dossier: &Dossier, payment: PaymentId, seats: &[u32]) -> Result<Option<Vec<u32>>> {
    if !dossier.is_paid_by(payment) {
        return Err(Error::conflict("no order is paid by this payment"));
    }
    let seats = named(&dossier.order, Some(seats))?;
    Ok((seats != dossier.order.kept_seats()).then_some(seats))
}

/// A person has seen what somebody else did to a payment; what the provider refused is tried at once.
pub(crate) fn seen(dossier: &Dossier, payment: PaymentId, now: Timestamp) -> Option<Change> {
    let mut draft = Draft::of(dossier, now);
    draft.after.attended.retain(|(of, why)| *of != payment || !why.by_a_person());
    for refund in &mut draft.after.refunds {
        if refund.payment == payment && refund.status == RefundStatus::NeedsAttention {
            refund.next_at = Some(now);
        }
    }
    draft.finish()
}

/// What the provider refused to give back is tried again now, but for payments that a person has to decide
/// about first.
pub(crate) fn redriven(dossier: &Dossier, now: Timestamp) -> Option<Change> {
    let mut draft = Draft::of(dossier, now);
    for refund in &mut draft.after.refunds {
        let undecided =
            |(of, why): &(PaymentId, AttentionReason)| *of == refund.payment && why.by_a_person();
        let is_stuck = refund.status == RefundStatus::NeedsAttention;
        if is_stuck && !dossier.attended.iter().any(undecided) {
            refund.next_at = Some(now);
        }
    }
    draft.finish()
}
