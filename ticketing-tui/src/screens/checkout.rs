//! From the held seats to the paid order.

pub(crate) mod keys;
pub(crate) mod update;
pub(crate) mod view;

use ticketing_client::IdempotencyKey;
use ticketing_wire::Time;
use ticketing_wire::orders::{Order, OrderStatus, Payment};
use ticketing_wire::seats::Hold;

use super::Link;
use super::events::Show;
use super::seats::Pass;

/// Buying what is held, or paying what was ordered.
#[derive(Debug)]
pub(crate) struct Checkout {
    pub(crate) number: u64,
    /// What is sold, for people.
    pub(crate) title: String,
    /// What people call the seats.
    pub(crate) labels: Vec<String>,
    /// The hold and where it is from; `None` for an order that was opened by itself.
    pub(crate) place: Option<Place>,
    /// `None` until it is placed.
    pub(crate) order: Option<Order>,
    pub(crate) doing: Doing,
    /// What became of the last payment.
    pub(crate) said: Option<String>,
    /// The server has said that the hold is over.
    pub(crate) is_over: bool,
    /// Whether looks at the order are answered.
    pub(crate) link: Link,
    keys: Keys,
}

/// Seats that are held, and what they were held with.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) show: Show,
    pub(crate) pass: Pass,
    pub(crate) hold: Hold,
}

/// What the server was asked to do and has not answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Doing {
    Nothing,
    Holding,
    Ordering,
    Paying,
    GivingUp,
    /// Finding out what came of a payment.
    Looking,
}

/// What makes a repeated try change nothing.
#[derive(Debug, Default)]
struct Keys {
    order: Option<IdempotencyKey>,
    hold: Option<IdempotencyKey>,
    /// And of which payment it is: another payment is another try.
    payment: Option<(String, IdempotencyKey)>,
}

impl Doing {
    /// Whether something may come of it that somebody has to hear.
    pub(crate) fn matters(self) -> bool {
        !matches!(self, Self::Nothing | Self::Looking)
    }
}

impl Checkout {
    /// Until when something has to be done; `None` where nothing has to be.
    pub(crate) fn deadline(&self) -> Option<Time> {
        match (&self.order, &self.place) {
            (Some(order), _) => {
                (order.status == OrderStatus::PendingPayment).then_some(order.expires_at)
            }
            (None, Some(place)) => Some(place.hold.expires_at),
            (None, None) => None,
        }
    }

    /// Whether the hold has ended, as it looks here, before it became an order: the server decides it.
    pub(crate) fn is_too_late(&self, now: Time) -> bool {
        let has_ended = self.is_over || self.deadline().is_some_and(|deadline| deadline <= now);
        self.order.is_none() && has_ended
    }

    /// The payment that the order waits for.
    pub(crate) fn payment(&self) -> Option<&Payment> {
        let order = self.order.as_ref()?;
        order.payment.as_ref().filter(|_| order.status == OrderStatus::PendingPayment)
    }
}
