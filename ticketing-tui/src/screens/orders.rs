//! One's own orders.

pub(crate) mod keys;
pub(crate) mod update;
pub(crate) mod view;

use ticketing_wire::orders::Order;

use super::Link;

/// The orders, the newest first.
#[derive(Debug)]
pub(crate) struct Orders {
    pub(crate) number: u64,
    /// `None` until the first answer.
    pub(crate) list: Option<Vec<Order>>,
    pub(crate) selected: usize,
    pub(crate) link: Link,
}
