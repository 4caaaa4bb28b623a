//! The rules about money, one fact after another.

mod fixtures;
mod refunding;
mod settling;
