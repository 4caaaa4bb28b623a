//! The gateway as its callers see it, over HTTP.

mod cancels;
mod charges;
mod control;
mod faults;
mod idempotency;
mod input;
mod listings;
mod process;
mod restart;
mod shop;
mod webhooks;
