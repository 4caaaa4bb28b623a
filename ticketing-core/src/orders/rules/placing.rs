use crate::clock::Timestamp;
use crate::events::OrderEvent;
use crate::idempotency::{IdempotencyKey, Kept, RequestHash};
use crate::orders::attempt::Attempt;
use crate::orders::change::{Change, Remember, Seats, Tickets};
use crate::orders::stored::write_order;
use crate::orders::{Order, OrderStatus};

/// How long telling the provider of a payment is left to the server that placed the order.
const ANNOUNCED_WITHIN_MS: i64 = 5_000;

/// An order to be placed.
#[derive(Clone, Debug)]
pub(crate) struct NewOrder {
    pub(crate) order: Order,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
    pub(crate) seats_per_buyer: u32,
}

/// Everything at once, and nothing is read before. An order that is paid already, because there is
/// nothing to pay, was placed and paid: it has its tickets and no attempt.
pub(crate) fn place(new: NewOrder) -> Change {
    let NewOrder { order, key, request, seats_per_buyer } = new;
    let now: Timestamp = order.created_at;
    let is_paid = order.status == OrderStatus::Paid;
    let mut events = vec![(OrderEvent::Placed, 1)];
    events.extend(is_paid.then_some((OrderEvent::Paid, 2)));
    let announced_by = now.plus_millis(ANNOUNCED_WITHIN_MS);
    let attempt = (!is_paid).then(|| Attempt::created(order.payment, announced_by));
    let kept = Kept::Facts(write_order(&order));
    Change {
        seen: None,
        remember: Some(Remember { account: order.account, key, request, kept }),
        about: order.seats.clone(),
        seats: Seats::Claim { limit: Some(seats_per_buyer) },
        tickets: if is_paid { Tickets::Make } else { Tickets::Keep },
        attempts: attempt.into_iter().collect(),
        refunds: Vec::new(),
        movements: Vec::new(),
        events,
        order,
        attention: Vec::new(),
        closed: Vec::new(),
        at: now,
    }
}
