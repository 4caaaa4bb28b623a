use crate::clock::Timestamp;
use crate::events::OrderEvent;
use crate::orders::OrderStatus;
use crate::orders::attempt::AttemptStatus;
use crate::orders::change::{Change, Draft, Seats};
use crate::orders::dossier::Dossier;

/// Ends an order past its deadline and grace; never one whose payment is under way. Its attempt is
/// watched: money may come all the same.
pub(crate) fn expire(dossier: &Dossier, now: Timestamp) -> Option<Change> {
    let order = &dossier.order;
    if order.status != OrderStatus::PendingPayment || !now.is_past_grace(order.expires_at) {
        return None;
    }
    let mut draft = Draft::of(dossier, now);
    if let Some(attempt) = draft.after.attempt_mut(order.payment) {
        attempt.end(AttemptStatus::Failed, now);
    }
    draft.seats = Seats::GiveUp;
    draft.becomes(OrderEvent::Expired);
    draft.finish()
}
