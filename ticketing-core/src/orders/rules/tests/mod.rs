//! The rules about money, one fact after another.

mod cancelling;
mod fixtures;
mod parts;
mod refunding;
mod settling;
