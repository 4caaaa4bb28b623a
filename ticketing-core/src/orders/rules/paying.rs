use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::OrderEvent;
use crate::guards::Guards;
use crate::id::{AccountId, OrderId, PaymentId};
use crate::idempotency::{IdempotencyKey, Kept, RequestHash};
use crate::orders::attempt::AttemptStatus;
use crate::orders::change::{Change, Draft, Remember};
use crate::orders::dossier::Dossier;
use crate::orders::{Order, OrderStatus};

/// How often a charge is sent, the first time included: each under the same key.
const SENDS_MAX: u32 = 3;

/// The way into a charge.
#[derive(Clone, Debug)]
pub(crate) struct BeginPayment {
    pub(crate) order: OrderId,
    pub(crate) account: AccountId,
    pub(crate) payment: PaymentId,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
}

/// The gate: only an order that waits for exactly this payment, in time, goes to confirming.
pub(crate) fn begin_payment(
    dossier: &Dossier,
    begin: &BeginPayment,
    now: Timestamp,
    guards: Guards,
) -> Result<Option<Change>> {
    may_begin(&dossier.order, begin.payment, now, guards)?;
    let mut draft = self::begin(dossier, begin.payment, now)?;
    let BeginPayment { account, ref key, request, payment, .. } = *begin;
    let kept = Kept::Attempt(payment);
    draft.remember = Some(Remember { account, key: key.clone(), request, kept });
    Ok(draft.finish())
}

fn begin(dossier: &Dossier, payment: PaymentId, now: Timestamp) -> Result<Draft<'_>> {
    let mut draft = Draft::of(dossier, now);
    let attempt = draft.after.attempt_mut(payment);
    let attempt = attempt.ok_or_else(|| Error::internal("an order waits for its attempt"))?;
    attempt.status = AttemptStatus::Confirming;
    attempt.send(now);
    // For us to look, should nobody hear of the charge any more; the first look counts from its end.
    attempt.look_later(now);
    attempt.looks = 0;
    draft.becomes(OrderEvent::Confirming);
    Ok(draft)
}

fn may_begin(order: &Order, payment: PaymentId, now: Timestamp, guards: Guards) -> Result<()> {
    if guards.gate() {
        is_to_be_paid(order, now)?;
    }
    if payment != order.payment && guards.live_attempt() {
        let why = format!("the order waits for payment {}", order.payment);
        return Err(Error::PaymentMismatch(why));
    }
    Ok(())
}

fn is_to_be_paid(order: &Order, now: Timestamp) -> Result<()> {
    match order.status {
        OrderStatus::PendingPayment => {}
        OrderStatus::Confirming => return Err(Error::conflict("a payment is under way")),
        OrderStatus::Paid => return Err(Error::conflict("the order is paid")),
        OrderStatus::Expired => return Err(Error::OrderExpired),
        OrderStatus::Cancelled => return Err(Error::conflict("the order was cancelled")),
        OrderStatus::RefundDue | OrderStatus::Refunded => {
            return Err(Error::conflict("the order's money goes back"));
        }
    }
    if now.is_before(order.expires_at) { Ok(()) } else { Err(Error::OrderExpired) }
}

/// The provider asks whether it may charge: the same gate, and the right amount.
pub(crate) fn let_charge(
    dossier: &Dossier,
    payment: PaymentId,
    amount: i64,
    now: Timestamp,
    guards: Guards,
) -> Result<Option<Change>> {
    may_begin(&dossier.order, payment, now, guards)?;
    if amount != dossier.order.total.amount {
        return Err(Error::PaymentMismatch("the order costs another amount".into()));
    }
    Ok(begin(dossier, payment, now)?.finish())
}

/// A charge whose server was not heard of again is sent once more, under its own key, while the
/// order's time lasts.
pub(crate) fn send_again(dossier: &Dossier, payment: PaymentId, now: Timestamp) -> Option<Change> {
    let order = &dossier.order;
    let in_time = order.status == OrderStatus::Confirming && now.is_before(order.expires_at);
    let attempt = dossier.attempt(payment)?;
    if !in_time || !attempt.status.is_open() || attempt.sends >= SENDS_MAX || order.cancel_wanted {
        return None;
    }
    let mut draft = Draft::of(dossier, now);
    draft.after.attempt_mut(payment)?.send(now);
    draft.finish()
}
