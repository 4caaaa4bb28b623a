//! Orders, claims, payment attempts, refunds and tickets: every durable row of a sale. What may
//! happen to an order is decided by pure rules (`rules`), each of which answers a change; the books
//! apply it in one step or say what was otherwise.

mod attempt;
mod attention;
mod change;
mod contract;
mod deciding;
mod dossier;
mod link;
pub(crate) mod memory;
mod movement;
mod order;
#[cfg(feature = "services")]
pub(crate) mod postgres;
mod purchase;
mod refund;
mod rules;
mod scan;
mod stored;
mod ticket;

pub(crate) use self::attempt::Attempt;
pub use self::attempt::AttemptStatus;
pub(crate) use self::attention::tell;
pub use self::attention::{Attention, AttentionReason};
pub(crate) use self::change::{Change, Demand, Outcome};
pub use self::contract::ScanList;
#[cfg(feature = "services")]
pub(crate) use self::contract::Selling;
pub(crate) use self::contract::{
    DueAttempt, DueRefund, Ending, Listing, Orders, Reissue, Reissued, Sales,
};
pub(crate) use self::deciding::{Decided, Subject, decide};
pub(crate) use self::dossier::Dossier;
pub(crate) use self::link::OrderLinks;
pub use self::movement::{Movement, MovementKind, Period, Totals};
pub use self::order::{Order, OrderStatus};
pub(crate) use self::purchase::Purchase;
pub use self::refund::{RefundReport, RefundStatus};
pub use self::rules::Quote;
pub(crate) use self::rules::{
    BeginPayment, CancelOrder, Canceller, EntryRules, Heard, Judged, Known, NewOrder,
    RefundPayment, Reversed, Terms, annul, begin_payment, cancel, end, enter, expire, let_charge,
    place, quote, redriven, refund_payment, reversed, seen, send_again, send_refund, settle, used,
};
pub(crate) use self::scan::NewScan;
pub use self::scan::{Annulled, CheckIn, Conflict, Direction, Scan};
pub(crate) use self::stored::{read_order, read_ticket, write_ticket};
pub(crate) use self::ticket::{REISSUES_MAX, TicketSigner};
pub use self::ticket::{Scanned, Ticket, TicketCode, TicketVerifier};
