//! The handlers, one file per noun: extract, call one verb, render.

pub(crate) mod accounts;
pub(crate) mod documents;
pub(crate) mod health;
pub(crate) mod line;
pub(crate) mod listening;
pub(crate) mod orders;
pub(crate) mod performances;
pub(crate) mod seats;
pub(crate) mod steering;
pub(crate) mod synthetic;
pub(crate) mod venues;

use serde::Serialize;
use ticketing_core::Paged;
use uuid::Uuid;

use crate::problem::Problem;

/// What handlers answer.
type Answer<T> = Result<T, Problem>;

/// A page of a list on the wire.
#[derive(Serialize)]
pub(crate) struct List<T> {
    items: Vec<T>,
    next_cursor: Option<Uuid>,
}

impl<T> From<Paged<T>> for List<T> {
    fn from(page: Paged<T>) -> Self {
        Self { items: page.items, next_cursor: page.next_cursor }
    }
}
