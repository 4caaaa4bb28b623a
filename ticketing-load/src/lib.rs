//! The load engine: a crowd of virtual buyers against a real on-sale, and an independent verdict.
//!
//! [`stage::set`] makes a performance of its own, [`crowd::run`] lets the buyers arrive at it and
//! returns what each of them was told, [`aftermath::collect`] asks the organizer's lists and the
//! gateway's ledger what is true now, and [`verdict::judge`] compares the two.
//!
//! The gate is open (arrivals follow a schedule that no slow answer delays), what is behind it is
//! closed: whom the server admits, when it admits, is the server's decision alone.

pub mod aftermath;
pub mod arrivals;
pub mod clock;
pub mod crowd;
pub mod fleet;
pub mod lanes;
pub mod plan;
pub mod progress;
pub mod record;
pub mod stage;
pub mod steps;
pub mod verdict;

mod buyer;
mod layout;
