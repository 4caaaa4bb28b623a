use std::sync::Arc;

use super::{Performance, Policy, SeatMap};
use crate::error::{Error, Result};
use crate::id::PerformanceId;
use crate::money::Money;

/// A performance with the house it is sold from: what every rule of a sale looks at.
#[derive(Clone, Debug)]
pub struct Sale {
    /// The performance.
    pub performance: Performance,
    /// The house's map.
    pub map: Arc<SeatMap>,
    /// The price of each category of the map; none is not for sale.
    price_by_category: Vec<Option<Money>>,
}

impl Sale {
    pub(crate) fn new(performance: Performance, map: Arc<SeatMap>) -> Self {
        let prices = &performance.details.prices;
        let price = |category: &String| {
            prices.iter().find(|price| price.category == *category).and_then(|price| price.price)
        };
        let price_by_category = map.categories.iter().map(price).collect();
        Self { performance, map, price_by_category }
    }

    /// The performance's id.
    pub fn id(&self) -> PerformanceId {
        self.performance.id
    }

    /// The same, where there is or may be a live sale of it.
    pub(crate) fn live(&self) -> Result<&Self> {
        let is_closed = self.performance.details.closed_at.is_some();
        if is_closed { Err(Error::NotFound("sale")) } else { Ok(self) }
    }

    /// Its policy.
    pub fn policy(&self) -> &Policy {
        &self.performance.details.policy
    }

    /// The price of a seat; none where it is not for sale or does not exist.
    pub fn price(&self, seat: u32) -> Option<Money> {
        let category = self.map.category_of(seat)?;
        self.price_by_category.get(usize::from(category)).copied().flatten()
    }

    /// For each seat index, whether it is for sale.
    pub(crate) fn for_sale(&self) -> impl Iterator<Item = bool> {
        let is_sold = |category: u16| {
            self.price_by_category.get(usize::from(category)).copied().flatten().is_some()
        };
        self.map.category_by_index().iter().map(move |category| is_sold(*category))
    }

    /// How many seats cost something.
    pub(crate) fn seats_that_cost(&self) -> u32 {
        let prices = self.price_by_category.iter();
        let costs = prices.map(|price| price.is_some_and(|price| price.amount > 0));
        let counts = costs.zip(self.map.seats_by_category());
        counts.filter(|(costs, _)| *costs).map(|(_, seats)| *seats).sum()
    }

    /// How many seats are for sale.
    pub(crate) fn seats_for_sale(&self) -> u32 {
        let count = self.for_sale().filter(|for_sale| *for_sale).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}
