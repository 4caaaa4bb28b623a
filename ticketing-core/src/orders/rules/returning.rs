//! What of a payment goes back, and what then becomes of its order.

use crate::events::EventKind;
use crate::id::PaymentId;
use crate::money::Money;
use crate::orders::attempt::AttemptStatus;
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Draft, Seats, Tickets};
use crate::orders::order::{OrderStatus, refund_id};
use crate::orders::refund::Refund;

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
/// seats back for, nobody said which tickets it was for.
pub(super) fn taken_back(draft: &mut Draft<'_>, payment: PaymentId, kept: Money, elsewhere: bool) {
    if elsewhere && kept.amount == 0 {
        returned(draft, payment);
        void(draft);
    } else if elsewhere && kept != draft.after.order.kept_total() {
        let why = format!("{} of the payment is left", kept.amount);
        draft.attend(payment, AttentionReason::RefundedElsewhere, why);
    }
}
