use super::cancelling::{give_up, give_whole_back};
use super::returning::return_fees;
use crate::clock::Timestamp;
use crate::orders::OrderStatus;
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Change, Draft};
use crate::orders::dossier::Dossier;
use crate::text::OneLine;

/// Its performance does not take place: what was paid goes back whole, and nothing is sold any more.
/// What a bank decides about stays until a person has seen to it: else it might go back twice.
pub(crate) fn end(dossier: &Dossier, reason: &OneLine, now: Timestamp) -> Option<Change> {
    let order = &dossier.order;
    let is_disputed = dossier.attended.contains(&(order.payment, AttentionReason::Disputed));
    let mut draft = Draft::of(dossier, now);
    match order.status {
        OrderStatus::PendingPayment => give_up(&mut draft, true),
        OrderStatus::Confirming => draft.after.order.cancel_wanted = true,
        OrderStatus::Paid if !is_disputed => give_whole_back(&mut draft),
        // Also what was kept of an order that was given back before.
        OrderStatus::RefundDue | OrderStatus::Refunded if order.fees_kept.amount > 0 => {
            return_fees(&mut draft);
        }
        _ => return None,
    }
    draft.after.order.cancel_reason = Some(reason.clone());
    draft.finish()
}
