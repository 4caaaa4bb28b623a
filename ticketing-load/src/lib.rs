//! The load engine: a crowd of virtual buyers against a real on-sale, and an independent verdict.
//!
//! [`stage::set`] makes a performance of its own, [`buyers::crowd::run`] lets the buyers arrive at
//! it and returns what each of them was told, [`aftermath::collect`] asks the organizer's lists and
//! the gateway's ledger what is true now, and [`verdict::judge`] compares the two.
//!
//! The gate is open ([`arrivals`] follow a schedule that no slow answer delays, kept by a
//! [`pacer`]), what is behind it is closed: whom the server admits, when it admits, is the server's
//! decision alone. What went over the [`wire`] is in its [`record`], by three clocks.

pub mod aftermath;
pub mod arrivals;
pub mod buyers;
pub mod clock;
pub mod fleet;
pub mod health;
pub mod http;
pub mod monitor;
pub mod pacer;
pub mod play;
pub mod quick;
pub mod record;
pub mod report;
pub mod scenario;
pub mod schema;
pub mod search;
pub mod slo;
pub mod span;
pub mod stage;
pub mod verdict;
pub mod wire;
