//! What a person decides about a payment.

use super::capturing::return_money;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{AccountId, PaymentId};
use crate::idempotency::{IdempotencyKey, Kept, RequestHash};
use crate::money::Money;
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Change, Draft, Remember};
use crate::orders::dossier::Dossier;

/// A payment to be given back by a person's decision.
#[derive(Clone, Debug)]
pub(crate) struct RefundPayment {
    /// Who decided it.
    pub(crate) account: AccountId,
    pub(crate) payment: PaymentId,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
}

/// All that is left of a payment goes back. An order that was paid by it ends: its tickets are void
/// and its seats are free.
pub(crate) fn refund_payment(
    dossier: &Dossier,
    refund: &RefundPayment,
    now: Timestamp,
) -> Result<Option<Change>> {
    let payment = refund.payment;
    let attempt = dossier.attempt(payment).ok_or(Error::NotFound("payment"))?;
    let left = attempt.captured.saturating_sub(dossier.going_back(payment));
    if left <= 0 {
        return Err(Error::conflict("nothing of the payment is left to give back"));
    }
    let mut draft = Draft::of(dossier, now);
    return_money(&mut draft, payment, Money::new(left, dossier.order.total.currency));
    let RefundPayment { account, ref key, request, .. } = *refund;
    let kept = Kept::Attempt(payment);
    draft.remember = Some(Remember { account, key: key.clone(), request, kept });
    Ok(draft.finish())
}

/// A person has seen what somebody else did to a payment.
pub(crate) fn seen(dossier: &Dossier, payment: PaymentId, now: Timestamp) -> Option<Change> {
    let by_a_person = [AttentionReason::RefundedElsewhere, AttentionReason::Disputed];
    let mut draft = Draft::of(dossier, now);
    draft.after.attended.retain(|(of, why)| *of != payment || !by_a_person.contains(why));
    draft.finish()
}
