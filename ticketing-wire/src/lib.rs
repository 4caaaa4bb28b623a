//! The HTTP contract as types: every request, answer, event frame and problem, once, by noun. The
//! server answers with them, the client reads them, and the OpenAPI document is made from them.
//!
//! Requests refuse fields that they do not know. Answers are read tolerantly: unknown fields are
//! passed over, and a word that this version does not know is kept as it is.

#[macro_use]
mod words;

pub mod accounts;
pub mod checkout;
pub mod door;
pub mod events;
pub mod given;
pub mod ledger;
pub mod line;
pub mod money;
pub mod orders;
pub mod page;
pub mod payments;
pub mod performances;
pub mod problem;
pub mod productions;
pub mod ranking;
pub mod reviews;
pub mod sales;
pub mod sandbox;
pub mod seats;
pub mod secrets;
pub mod text;
pub mod time;
pub mod venues;

pub use self::money::Money;
pub use self::page::Page;
pub use self::problem::Problem;
pub use self::time::Time;
