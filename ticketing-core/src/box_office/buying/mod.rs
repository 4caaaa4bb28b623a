//! What buyers do: join the line, choose seats, order, pay.

mod booking;
mod choosing;
mod joins;
mod paying;
mod queueing;

pub use self::booking::{IssuedTicket, PlacedOrder};
pub use self::choosing::SeatMapView;
pub(super) use self::joins::Joins;
pub use self::paying::{Payment, PaymentOutcome};
pub use self::queueing::{Eta, LineAnswer, PassGranted};
