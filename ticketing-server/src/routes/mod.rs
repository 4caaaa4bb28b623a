//! The handlers, one file per noun: path, schema and handler stand together. Each extracts, calls
//! one verb and says the answer in the words of the wire.

pub(crate) mod accounts;
pub(crate) mod checkout;
pub(crate) mod documents;
pub(crate) mod door;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod layouts;
pub(crate) mod ledger;
pub(crate) mod line;
pub(crate) mod listening;
pub(crate) mod orders;
pub(crate) mod payments;
pub(crate) mod performances;
pub(crate) mod posters;
pub(crate) mod productions;
pub(crate) mod ranking;
pub(crate) mod reviews;
pub(crate) mod sales;
pub(crate) mod seats;
pub(crate) mod steering;
pub(crate) mod synthetic;
pub(crate) mod tickets;
pub(crate) mod venues;

use crate::problem::Problem;

/// What handlers answer.
type Answer<T> = Result<T, Problem>;
