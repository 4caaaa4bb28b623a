//! HTTP/1.1 over connections that a buyer owns.
//!
//! A shared client hides what is measured here: which connection a request went over, whether it
//! was a new one, and how it failed. What the typed client knows is in its calls.

mod connection;
mod failure;
mod lanes;
mod target;

pub use connection::{Answer, Connection, Request};
pub use failure::Failure;
pub use lanes::{Lane, Lanes};
pub use target::Target;
