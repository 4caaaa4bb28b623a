use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use parking_lot::Mutex;

use super::{SoldOrder, SoldSeats, Uncounted};
use crate::error::Result;
use crate::id::{OrderId, PerformanceId};

/// Sold seats in memory.
#[derive(Default)]
pub(crate) struct MemorySoldSeats(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    orders: HashMap<OrderId, SoldOrder>,
    all: HashMap<PerformanceId, i64>,
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
        let counted = before.map_or(0, |before| i64::from(before.seats));
        let more = i64::from(sold.seats) - counted;
        *tables.all.entry(sold.performance).or_default() += more;
        let days = tables.days.entry(sold.performance).or_default();
        *days.entry(sold.day).or_default() += more;
        tables.orders.insert(sold.order, *sold);
        Ok(())
    }

    async fn sold(
        &self,
        performances: &[PerformanceId],
        from_day: Option<i32>,
    ) -> Result<HashMap<PerformanceId, u64>> {
        let tables = self.0.lock();
        let of = |id: &PerformanceId| {
            let seats: i64 = match from_day {
                None => *tables.all.get(id)?,
                Some(day) => tables.days.get(id)?.range(day..).map(|(_, seats)| seats).sum(),
            };
            (seats > 0).then(|| (*id, seats.cast_unsigned()))
        };
        Ok(performances.iter().filter_map(of).collect())
    }

    /// Books in memory have no orders from before this.
    async fn uncounted(&self, _behind: Option<OrderId>) -> Result<Uncounted> {
        Ok(Uncounted::default())
    }

    async fn remove(&self, performance: PerformanceId) -> Result<bool> {
        let mut tables = self.0.lock();
        tables.orders.retain(|_, sold| sold.performance != performance);
        tables.all.remove(&performance);
        tables.days.remove(&performance);
        Ok(false)
    }

    async fn forget(&self, before_day: i32) -> Result<usize> {
        for days in self.0.lock().days.values_mut() {
            *days = days.split_off(&before_day);
        }
        Ok(0)
    }
}
