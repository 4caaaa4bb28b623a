//! What of a payment goes back, and what then becomes of its order.

use crate::events::OrderEvent;
use crate::id::PaymentId;
use crate::money::Money;
use crate::orders::attempt::AttemptStatus;
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Draft, Seats, Tickets};
use crate::orders::order::{OrderStatus, refund_id};
use crate::orders::refund::Refund;

/// Everything that is left of a payment goes back, and an order that was paid by it ends.
pub(super) fn return_all(draft: &mut Draft<'_>, payment: PaymentId) {
    let is_paid_by_it = draft.after.is_paid_by(payment);
    if draft.after.order.payment == payment {
        draft.after.order.fees_kept.amount = 0;
    }
    let left = left(draft, payment, 0);
    refund(draft, payment, left);
    if is_paid_by_it {
        void(draft);
    } else {
        due_again(draft);
    }
}

/// A paid order gives all that it still has back, but for this fee.
pub(super) fn return_for(draft: &mut Draft<'_>, fee: i64) {
    let payment = draft.after.order.payment;
    keep(draft, fee, 0);
    let left = left(draft, payment, draft.after.order.fees_kept.amount);
    refund(draft, payment, left);
    void(draft);
}

/// A paid order gives these of its seats back, but for this fee, and goes on with the others. What
/// the others and the fees do not cost of what is left of its payment goes back: nothing, where
/// somebody else has given it back already.
pub(super) fn return_seats(draft: &mut Draft<'_>, seats: Vec<u32>, fee: i64) {
    let payment = draft.after.order.payment;
    let others = draft.after.order.price_without(&seats).amount;
    keep(draft, fee, others);
    let stays = others + draft.after.order.fees_kept.amount;
    let left = left(draft, payment, stays);
    request(draft, payment, left, seats.clone());
    draft.seats = Seats::GiveUp;
    draft.tickets = Tickets::Void;
    let returned = &mut draft.after.order.returned;
    returned.extend(&seats);
    returned.sort_unstable();
    draft.about = seats;
    draft.becomes(OrderEvent::Reduced);
}

/// What was kept of seats that were given back goes back too; the order stays as it is.
pub(super) fn return_fees(draft: &mut Draft<'_>) {
    let payment = draft.after.order.payment;
    draft.after.order.fees_kept.amount = 0;
    let left = left(draft, payment, draft.after.order.earned().amount);
    request(draft, payment, left, Vec::new());
    due_again(draft);
}

/// What an order that ended keeps of its payment is not sent back.
pub(super) fn keep_fees(draft: &mut Draft<'_>, payment: PaymentId, kept: Money) {
    fees_that_are_back(draft);
    let amount = kept.amount - draft.after.order.fees_kept.amount;
    refund(draft, payment, Money { amount, ..kept });
}

/// What an order that ended had kept, and somebody else gave back, is kept no more. Only what is
/// certainly back counts: of two refunds that are under way at once, ours may be refused.
pub(super) fn fees_that_are_back(draft: &mut Draft<'_>) {
    let payment = draft.after.order.payment;
    let captured = draft.after.attempt(payment).map_or(0, |attempt| attempt.captured);
    let certain = (captured - draft.after.back(payment)).max(0);
    let fees = &mut draft.after.order.fees_kept.amount;
    *fees = certain.min(*fees);
}

/// One more fee is kept; all of them are no more than is left of the payment beside what others cost.
fn keep(draft: &mut Draft<'_>, fee: i64, others: i64) {
    let left = (draft.after.left(draft.after.order.payment) - others).max(0);
    let fees = &mut draft.after.order.fees_kept.amount;
    *fees = left.min(*fees + fee);
}

/// What of a payment is left beyond what stays.
fn left(draft: &Draft<'_>, payment: PaymentId, stays: i64) -> Money {
    Money { amount: draft.after.left(payment) - stays, ..draft.after.order.total }
}

/// Money of an order that was refunded is on its way once more.
fn due_again(draft: &mut Draft<'_>) {
    if draft.after.order.status == OrderStatus::Refunded && !draft.after.all_back() {
        draft.becomes(OrderEvent::RefundDue);
    }
}

/// A paid order ends; it is refunded where nothing is on its way back any more.
fn void(draft: &mut Draft<'_>) {
    draft.seats = Seats::GiveUp;
    draft.tickets = Tickets::Void;
    draft.becomes(OrderEvent::Voided);
    if draft.after.all_back() {
        draft.after.order.status = OrderStatus::Refunded;
    }
}

/// What a payment still keeps goes back; the order stays as it is.
pub(super) fn refund(draft: &mut Draft<'_>, payment: PaymentId, kept: Money) {
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

pub(super) fn returned(draft: &mut Draft<'_>, payment: PaymentId) {
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
/// seats back for, nobody said which tickets it was for. Where more goes back than there is, a refund of
/// ours will be refused, and nobody knows yet what is left.
pub(super) fn taken_back(draft: &mut Draft<'_>, payment: PaymentId, kept: Money, elsewhere: bool) {
    let left = draft.after.left(payment);
    if elsewhere && left == 0 {
        returned(draft, payment);
        draft.after.order.fees_kept.amount = 0;
        void(draft);
    } else if elsewhere && kept != draft.after.order.earned() {
        let why = format!("{} of the payment is left", kept.amount);
        draft.attend(payment, AttentionReason::RefundedElsewhere, why);
    }
}
