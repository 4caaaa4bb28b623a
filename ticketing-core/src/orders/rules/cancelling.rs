use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::EventKind;
use crate::id::AccountId;
use crate::idempotency::{IdempotencyKey, Kept, RequestHash};
use crate::orders::OrderStatus;
use crate::orders::attempt::AttemptStatus;
use crate::orders::change::{Change, Draft, Remember, Seats};
use crate::orders::dossier::Dossier;
use crate::orders::stored::write_order;

/// An order to be given up before it is paid.
#[derive(Clone, Debug)]
pub(crate) struct CancelOrder {
    pub(crate) account: AccountId,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
}

/// Before payment only. While one is under way the wish is kept: what is captured goes back, and
/// what is declined ends the order.
pub(crate) fn cancel(
    dossier: &Dossier,
    cancel: &CancelOrder,
    now: Timestamp,
) -> Result<Option<Change>> {
    let mut draft = Draft::of(dossier, now);
    let payment = dossier.order.payment;
    match dossier.order.status {
        OrderStatus::PendingPayment => {
            if let Some(attempt) = draft.after.attempt_mut(payment) {
                attempt.end(AttemptStatus::Failed, now);
            }
            draft.seats = Seats::GiveUp;
            draft.becomes(EventKind::OrderCancelled);
        }
        OrderStatus::Confirming => draft.after.order.cancel_wanted = true,
        OrderStatus::Paid => {
            return Err(Error::conflict("a paid order cannot be cancelled here yet"));
        }
        OrderStatus::Expired => return Err(Error::OrderExpired),
        OrderStatus::Cancelled => return Err(Error::conflict("the order was cancelled")),
        OrderStatus::RefundDue | OrderStatus::Refunded => {
            return Err(Error::conflict("the order's money goes back"));
        }
    }
    let CancelOrder { account, ref key, request, .. } = *cancel;
    let mut answered = draft.after.order.clone();
    answered.version += 1;
    let kept = Kept::Facts(write_order(&answered));
    draft.remember = Some(Remember { account, key: key.clone(), request, kept });
    Ok(draft.finish())
}
