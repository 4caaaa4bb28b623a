//! One file per command.

pub(crate) mod demo;
pub(crate) mod events;
pub(crate) mod load;
pub(crate) mod login;
pub(crate) mod order;
pub(crate) mod payment;
pub(crate) mod performance;
pub(crate) mod queue;
pub(crate) mod report;
pub(crate) mod review;
pub(crate) mod venue;
