//! What buyers do: join the line, choose seats, order, check out, pay, give back.

mod booking;
mod cancelling;
mod checkout;
mod choosing;
mod joins;
mod paying;
mod queueing;
mod tickets;

pub use self::booking::PlacedOrder;
pub use self::cancelling::Cancelling;
pub use self::checkout::Checkout;
pub use self::choosing::SeatMapView;
pub(super) use self::joins::Joins;
pub use self::paying::{Payment, PaymentOutcome};
pub use self::queueing::{Eta, LineAnswer, PassGranted};
pub use self::tickets::IssuedTicket;
