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
    /// The day to count them on, where it was not counted before.
    pub(crate) day: i32,
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
}
