//! What may happen to an order, one activity per file. Pure: a rule reads the dossier and answers a
//! change or a refusal; the books decide whether it still holds.

mod attending;
mod cancelling;
mod capturing;
mod counting;
mod ending;
mod entering;
mod expiring;
mod paying;
mod placing;
mod quoting;
mod refunding;
mod returning;
mod settling;

pub(crate) use self::attending::{RefundPayment, redriven, refund_payment, seen};
pub(crate) use self::cancelling::{CancelOrder, cancel, used};
pub(crate) use self::ending::end;
pub(crate) use self::entering::{EntryRules, Judged, Known, annul, enter};
pub(crate) use self::expiring::expire;
pub(crate) use self::paying::{BeginPayment, begin_payment, let_charge, send_again};
pub(crate) use self::placing::{NewOrder, place};
pub use self::quoting::Quote;
pub(crate) use self::quoting::{Canceller, quote};
pub(crate) use self::refunding::{Reversed, reversed, send_refund};
pub(crate) use self::settling::{Heard, Terms, settle};

#[cfg(test)]
mod tests;
