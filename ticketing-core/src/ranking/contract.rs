use std::collections::HashMap;

use async_trait::async_trait;

use crate::error::Result;
use crate::id::{OrderId, PerformanceId};

/// What an order counts for, at one version of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SoldOrder {
    pub(crate) order: OrderId,
    pub(crate) performance: PerformanceId,
    pub(crate) version: i64,
    /// Seats that are its own, paid, and cost something.
    pub(crate) seats: u32,
    /// The day when it was placed, and they count: always the same.
    pub(crate) day: i32,
}

/// What was looked at for orders that are not counted as they are now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uncounted {
    pub(crate) orders: Vec<OrderId>,
    /// Behind which to go on; none where there is nothing more.
    pub(crate) last: Option<OrderId>,
}

/// How many seats were sold, in the books. Each verb is atomic.
#[async_trait]
pub(crate) trait SoldSeats: Send + Sync {
    /// Counts what an order counts for instead of what it counted for before; nothing where a version
    /// as new was counted.
    async fn count(&self, sold: &SoldOrder) -> Result<()>;
    /// How many seats of these performances were sold, in all or from a day on, less those that were given
    /// back; those without any are left out.
    async fn sold(
        &self,
        performances: &[PerformanceId],
        from_day: Option<i32>,
    ) -> Result<HashMap<PerformanceId, u64>>;
    /// Which of the next orders in the books, by id, are newer than what was counted of them. There are
    /// some where events were missed: those from before there was a ranking, for one.
    async fn uncounted(&self, behind: Option<OrderId>) -> Result<Uncounted>;
    /// A performance goes, with all that counts for it; at most a batch at a time. Answers whether there may
    /// be more.
    async fn remove(&self, performance: PerformanceId) -> Result<bool>;
    /// Forgets days before that one, at most a batch; answers how many.
    async fn forget(&self, before_day: i32) -> Result<usize>;
}
