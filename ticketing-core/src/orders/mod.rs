//! Orders, claims, payment attempts, refunds and tickets: every durable row of a sale.

mod contract;
pub(crate) mod memory;
mod order;
#[cfg(feature = "services")]
pub(crate) mod postgres;
mod stored;
mod ticket;

pub use self::contract::AttemptStatus;
pub(crate) use self::contract::{
    BATCH, BeginPayment, BegunPayment, CancelOrder, DueAttempt, DueRefund, LOOK_AFTER_MS, NewOrder,
    Orders, REFUND_LEASE_MS, Sales, Settled,
};
pub use self::order::{Order, OrderStatus};
pub(crate) use self::ticket::TicketSigner;
pub use self::ticket::{CheckIn, Ticket, TicketVerifier};
