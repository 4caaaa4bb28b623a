//! The rules about money, one fact after another.

mod fixtures;
mod parts;
mod refunding;
mod settling;
