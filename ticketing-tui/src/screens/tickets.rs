//! The tickets of an order: what the door reads.

pub(crate) mod keys;
pub(crate) mod update;
pub(crate) mod view;

use ticketing_wire::Time;
use ticketing_wire::orders::Ticket;
use uuid::Uuid;

use super::Link;

/// The tickets of one order, one at a time.
#[derive(Debug)]
pub(crate) struct Tickets {
    pub(crate) number: u64,
    pub(crate) order: Uuid,
    /// What they are for, as far as it is known here.
    pub(crate) title: String,
    pub(crate) starts_at: Option<(Time, Option<String>)>,
    /// `None` until the first answer.
    pub(crate) list: Option<Vec<Ticket>>,
    pub(crate) at: usize,
    pub(crate) link: Link,
}
