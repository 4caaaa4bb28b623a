//! The gateway as its callers see it, over HTTP.

mod cancels;
mod charges;
mod idempotency;
mod input;
mod process;
mod restart;
mod shop;
