use super::quoting::{Asked, Canceller, Quote, quote};
use super::returning::{return_fees, return_for, return_seats};
use crate::catalog::Show;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::OrderEvent;
use crate::id::AccountId;
use crate::idempotency::{IdempotencyKey, Kept, RequestHash};
use crate::money::Money;
use crate::orders::OrderStatus;
use crate::orders::attempt::AttemptStatus;
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Change, Demand, Draft, Remember, Seats, Tickets};
use crate::orders::dossier::Dossier;
use crate::orders::stored::write_order;
use crate::text::OneLine;

/// An order to be given up, whole or in part.
#[derive(Clone, Debug)]
pub(crate) struct CancelOrder {
    pub(crate) account: AccountId,
    pub(crate) by: Canceller,
    pub(crate) seats: Option<Vec<u32>>,
    /// What the caller was told that comes back; an order that is not paid needs none.
    pub(crate) refund: Option<Money>,
    pub(crate) reason: Option<OneLine>,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
}

/// Before payment all of it; while one is under way the wish is kept: what is captured goes back, and
/// what is declined ends the order. Afterwards what was quoted comes back, and nothing else.
pub(crate) fn cancel(
    dossier: &Dossier,
    cancel: &CancelOrder,
    unmet: Option<&Demand>,
    show: &Show,
    now: Timestamp,
) -> Result<Option<Change>> {
    if let Some(Demand::Used(seats)) = unmet {
        return Err(used(seats));
    }
    let asked: Asked<'_> = cancel.seats.as_deref();
    let quoted = quote(dossier, asked, (cancel.by, show), now)?;
    let mut draft = Draft::of(dossier, now);
    match dossier.order.status {
        OrderStatus::PendingPayment => {
            give_up(&mut draft, cancel.by == Canceller::Organizer);
        }
        OrderStatus::Confirming => draft.after.order.cancel_wanted = true,
        _ => {
            check_named(cancel.refund, &quoted)?;
            give_back(&mut draft, quoted, cancel.by);
        }
    }
    if cancel.reason.is_some() {
        draft.after.order.cancel_reason.clone_from(&cancel.reason);
    }
    let CancelOrder { account, ref key, request, .. } = *cancel;
    let mut answered = draft.after.order.clone();
    answered.version += 1;
    let kept = Kept::Facts(write_order(&answered));
    draft.remember = Some(Remember { account, key: key.clone(), request, kept });
    Ok(draft.finish())
}

/// Only what the caller knows about is done.
fn check_named(named: Option<Money>, quoted: &Quote) -> Result<()> {
    match named {
        None => Err(Error::field("refund", "what the order's cancellation says comes back")),
        Some(named) if named != quoted.refund => {
            Err(Error::conflict(format!("the quote has changed: {} comes back now", quoted.refund)))
        }
        Some(_) => Ok(()),
    }
}

/// Nothing was paid. Who gives it up may still pay in another window and get the seats, where they are
/// free; what its organizer gave up for good is not sold by a late payment.
pub(super) fn give_up(draft: &mut Draft<'_>, is_for_good: bool) {
    let (payment, now) = (draft.after.order.payment, draft.now);
    if let Some(attempt) = draft.after.attempt_mut(payment) {
        attempt.end(AttemptStatus::Failed, now);
    }
    draft.after.order.cancel_wanted = is_for_good;
    draft.seats = Seats::GiveUp;
    draft.becomes(OrderEvent::Cancelled);
}

/// By its organizer: everything, what was kept of other seats too.
pub(super) fn give_whole_back(draft: &mut Draft<'_>) {
    draft.after.order.fees_kept.amount = 0;
    return_for(draft, 0);
    is_decided(draft);
}

/// What somebody else gave back is part of what was decided.
fn is_decided(draft: &mut Draft<'_>) {
    let seen = (draft.after.order.payment, AttentionReason::RefundedElsewhere);
    draft.after.attended.retain(|matter| *matter != seen);
}

fn give_back(draft: &mut Draft<'_>, quoted: Quote, by: Canceller) {
    let is_whole = quoted.seats == draft.after.order.kept_seats();
    match by {
        Canceller::Organizer if quoted.seats.is_empty() => return_fees(draft),
        Canceller::Organizer if is_whole => give_whole_back(draft),
        Canceller::Organizer => return_seats(draft, quoted.seats, 0),
        Canceller::Buyer if is_whole => return_for(draft, quoted.fee.amount),
        Canceller::Buyer => return_seats(draft, quoted.seats, quoted.fee.amount),
    }
    match by {
        Canceller::Organizer => is_decided(draft),
        Canceller::Buyer => draft.tickets = Tickets::VoidUnused,
    }
}

/// Somebody came in with these tickets.
pub(crate) fn used(seats: &[u32]) -> Error {
    let seats: Vec<String> = seats.iter().map(ToString::to_string).collect();
    Error::NotRefundable(format!("the ticket of seat {} was used", seats.join(", ")))
}
