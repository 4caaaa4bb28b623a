//! How orders, attempts and refunds are written down: read with defaults for what an older server did
//! not know, and with what a newer one adds passed over.

#[cfg(feature = "services")]
mod money;
mod order;
mod ticket;

#[cfg(feature = "services")]
pub(super) use self::money::{
    StoredAttempt, StoredAttention, StoredEvent, StoredMovement, StoredRefund,
};
pub(crate) use self::order::read_order;
pub(super) use self::order::write_order;
pub(crate) use self::ticket::{read_ticket, write_ticket};
