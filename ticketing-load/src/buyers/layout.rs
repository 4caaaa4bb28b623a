//! The hall, as a buyer sees it who chooses from the map.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use ticketing_wire::performances::Price;
use ticketing_wire::seats::{Layout as HallLayout, SeatStatus};

/// Seats at the head of the first row that everybody in a pushy crowd wants.
const HOTTEST_SEATS: usize = 8;

/// The seats for sale, row by row. Standing places are not here: nobody picks them by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    rows: Vec<Vec<u32>>,
    /// The places for wheelchairs in their rows, as positions in `rows`.
    accessible: Vec<(usize, usize)>,
    pub(super) categories: Vec<String>,
    pub(super) sections: Vec<String>,
}

impl Layout {
    pub(crate) fn of(hall: &HallLayout, prices: &[Price]) -> Self {
        let sold = |category: &u16| {
            let name = hall.categories.get(usize::from(*category))?;
            let price = prices.iter().find(|price| price.category == *name)?;
            price.price.as_ref().map(|_| name)
        };
        let mut layout = Self::default();
        for section in &hall.sections {
            let mut is_sold = false;
            for row in &section.rows {
                let mut seats = Vec::new();
                for seat in row.seats(section.category) {
                    if let Some(category) = sold(&seat.category) {
                        if seat.accessible {
                            layout.accessible.push((layout.rows.len(), seats.len()));
                        }
                        seats.push(seat.index);
                        layout.add_category(category);
                        is_sold = true;
                    }
                }
                layout.rows.push(seats);
            }
            if let Some(category) = section.category.as_ref().and_then(sold) {
                layout.add_category(category);
                is_sold = true;
            }
            if is_sold {
                layout.sections.push(section.name.clone());
            }
        }
        layout
    }

    fn add_category(&mut self, category: &str) {
        if self.categories.iter().all(|known| known != category) {
            self.categories.push(category.to_owned());
        }
    }

    /// Free neighbours in some row, found from a random row on.
    pub(super) fn pick(
        &self,
        statuses: &[SeatStatus],
        count: usize,
        rng: &mut ChaCha8Rng,
    ) -> Option<Vec<u32>> {
        let first = rng.random_range(0..self.rows.len().max(1));
        let (before, from) = self.rows.split_at(first.min(self.rows.len()));
        let free = |seat: &u32| statuses.get(*seat as usize) == Some(&SeatStatus::Free);
        from.iter()
            .chain(before)
            .flat_map(|row| row.windows(count))
            .find(|seats| seats.iter().all(free))
            .map(<[u32]>::to_vec)
    }

    /// A free place for a wheelchair, from a random one on, with free neighbours for those who come
    /// along.
    pub(super) fn accessible(
        &self,
        statuses: &[SeatStatus],
        count: usize,
        rng: &mut ChaCha8Rng,
    ) -> Option<Vec<u32>> {
        let first = rng.random_range(0..self.accessible.len().max(1));
        let (before, from) = self.accessible.split_at(first.min(self.accessible.len()));
        let free = |seat: &u32| statuses.get(*seat as usize) == Some(&SeatStatus::Free);
        from.iter().chain(before).find_map(|(row, at)| {
            let row = &self.rows[*row];
            let begins = (at + 1).saturating_sub(count)..=*at;
            let mut around = begins.filter_map(|begin| row.get(begin..begin + count));
            around.find(|seats| seats.iter().all(free)).map(<[u32]>::to_vec)
        })
    }

    /// Some of the hottest seats, whatever their status.
    pub(super) fn hottest(&self, count: usize, rng: &mut ChaCha8Rng) -> Option<Vec<u32>> {
        let row = self.rows.first()?;
        let hot = &row[..row.len().min(HOTTEST_SEATS)];
        let first = rng.random_range(0..=hot.len().checked_sub(count)?);
        Some(hot[first..first + count].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn layout() -> Layout {
        Layout {
            rows: vec![vec![0, 1, 2], vec![3, 4]],
            accessible: vec![(0, 2), (1, 0)],
            ..Layout::default()
        }
    }

    #[test]
    fn only_what_has_a_price_is_for_sale() {
        let hall: HallLayout = serde_json::from_str(
            r#"{"layout": "h", "seats_total": 9, "categories": ["I", "II", "III"], "sections": [
                {"name": "A", "rows": [
                    {"label": "1", "first_index": 0, "seats": "1-3", "categories": [[0, 2], [1, 1]]}
                ]},
                {"name": "S", "category": 2, "first_index": 3, "places": 6},
                {"name": "Pit", "category": 1, "first_index": 9, "places": 2}
            ]}"#,
        )
        .unwrap();
        let prices: Vec<Price> = serde_json::from_str(
            r#"[{"category": "I", "price": {"amount": 1, "currency": "EUR"}},
                {"category": "II", "price": null},
                {"category": "III", "price": {"amount": 1, "currency": "EUR"}}]"#,
        )
        .unwrap();
        let layout = Layout::of(&hall, &prices);
        assert_eq!(layout.rows, [[0, 1]]);
        assert_eq!(layout.categories, ["I", "III"]);
        assert_eq!(layout.sections, ["A", "S"]);
    }

    #[test]
    fn neighbours_are_picked_within_one_row() {
        use SeatStatus::{Free, Sold};
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let statuses = [Free, Sold, Free, Free, Free];
        assert_eq!(layout().pick(&statuses, 2, &mut rng), Some(vec![3, 4]));
        assert_eq!(layout().pick(&statuses, 3, &mut rng), None);
    }

    #[test]
    fn who_comes_with_a_wheelchair_gets_a_place_for_it_and_company_beside_it() {
        use SeatStatus::{Free, Sold};
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let statuses = [Free, Free, Free, Sold, Free];
        assert_eq!(layout().accessible(&statuses, 1, &mut rng), Some(vec![2]));
        assert_eq!(layout().accessible(&statuses, 2, &mut rng), Some(vec![1, 2]));
        assert_eq!(layout().accessible(&[Free, Free, Sold, Sold, Free], 1, &mut rng), None);
    }

    #[test]
    fn an_empty_layout_offers_nothing() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let layout = Layout::default();
        assert_eq!(layout.accessible(&[], 1, &mut rng), None);
        assert_eq!(layout.pick(&[], 1, &mut rng), None);
        assert_eq!(layout.hottest(1, &mut rng), None);
    }

    #[test]
    fn the_hottest_seats_are_wanted_even_when_sold() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(layout().hottest(3, &mut rng), Some(vec![0, 1, 2]));
    }
}
