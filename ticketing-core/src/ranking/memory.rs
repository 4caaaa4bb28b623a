use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use parking_lot::Mutex;

use super::{SoldOrder, SoldSeats};
use crate::error::Result;
use crate::id::{OrderId, PerformanceId};

/// Sold seats in memory.
#[derive(Default)]
pub(crate) struct MemorySoldSeats(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    orders: HashMap<OrderId, SoldOrder>,
    days: HashMap<PerformanceId, BTreeMap<i32, i64>>,
}

#[async_trait]
impl SoldSeats for MemorySoldSeats {
    async fn count(&self, sold: &SoldOrder) -> Result<()> {
        let mut tables = self.0.lock();
        let before = tables.orders.get(&sold.order).copied();
        if before.is_some_and(|before| before.version >= sold.version) {
            return Ok(());
        }
        let day = before.map_or(sold.day, |before| before.day);
        let counted = before.map_or(0, |before| i64::from(before.seats));
        let days = tables.days.entry(sold.performance).or_default();
        *days.entry(day).or_default() += i64::from(sold.seats) - counted;
        tables.orders.insert(sold.order, SoldOrder { day, ..*sold });
        Ok(())
    }

    async fn sold(
        &self,
        performances: &[PerformanceId],
        from_day: Option<i32>,
    ) -> Result<HashMap<PerformanceId, u64>> {
        let tables = self.0.lock();
        let of = |id: &PerformanceId| {
            let seats: i64 = tables
                .days
                .get(id)?
                .range(from_day.unwrap_or(i32::MIN)..)
                .map(|(_, seats)| seats)
                .sum();
            (seats > 0).then(|| (*id, seats.cast_unsigned()))
        };
        Ok(performances.iter().filter_map(of).collect())
    }
}
