//! A seat map to walk in: the layout of the sections, the present statuses, and a cursor.

mod section;

use std::collections::BTreeSet;

use ticketing_client::seats::{OtherLayout, SeatMap};
use ticketing_wire::Money;
use ticketing_wire::performances::Price;
use ticketing_wire::seats::{SeatStatus, SeatsNow, Version};
use ticketing_wire::text::clean;

pub(crate) use self::section::{Row, Seat, Section, longest};

/// A performance's seats.
#[derive(Clone, Debug)]
pub(crate) struct Hall {
    pub(crate) sections: Vec<Section>,
    categories: Vec<Category>,
    /// The seats for wheelchairs.
    accessible: BTreeSet<u32>,
    map: SeatMap,
}

/// What some seats are sold as.
#[derive(Clone, Debug, Default)]
pub(crate) struct Category {
    pub(crate) name: String,
    /// `None` where it is not for sale.
    pub(crate) price: Option<Money>,
}

/// What a person sees of a status: whose hold or order it is makes no difference to others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shown {
    Free,
    /// Free, and for wheelchairs.
    Accessible,
    Held,
    Sold,
    NotForSale,
    /// A status that this program is too old for.
    Unknown,
}

/// How many seats are what.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counts {
    pub(crate) free: u64,
    pub(crate) accessible: u64,
    pub(crate) held: u64,
    pub(crate) sold: u64,
    pub(crate) not_for_sale: u64,
    pub(crate) unknown: u64,
}

/// Where the eye is: ordinals of section, row and seat.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Cursor {
    pub(crate) section: usize,
    pub(crate) row: usize,
    pub(crate) seat: usize,
}

/// One step of the cursor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Direction {
    Up,
    Down,
    Left,
    Right,
}

impl Hall {
    /// The map with what its categories cost, its texts made safe.
    pub(crate) fn new(map: SeatMap, prices: &[Price]) -> Self {
        let layout = map.layout();
        let category = |name: &String| {
            let price = prices.iter().find(|price| price.category == *name);
            let price = price.and_then(|price| price.price.clone());
            Category { name: clean(name).into_owned(), price }
        };
        let sections: Vec<_> = layout.sections.iter().map(Section::of).collect();
        let seats = sections.iter().flat_map(Section::rows).flat_map(|row| &row.seats);
        let accessible = seats.filter(|seat| seat.accessible).map(|seat| seat.index).collect();
        let categories = layout.categories.iter().map(category).collect();
        Self { sections, categories, accessible, map }
    }

    /// Takes the statuses of another moment. `Ok(true)` when anything is different now.
    pub(crate) fn refresh(&mut self, now: &SeatsNow) -> Result<bool, OtherLayout> {
        self.map.refresh(now)
    }

    pub(crate) fn version(&self) -> Version {
        self.map.version()
    }

    pub(crate) fn shown(&self, index: u32) -> Shown {
        match self.map.status(index) {
            Some(SeatStatus::Free) if self.accessible.contains(&index) => Shown::Accessible,
            Some(SeatStatus::Free) => Shown::Free,
            Some(SeatStatus::Held | SeatStatus::Reserved) => Shown::Held,
            Some(SeatStatus::Sold) => Shown::Sold,
            Some(SeatStatus::NotForSale) => Shown::NotForSale,
            Some(SeatStatus::Other(_)) | None => Shown::Unknown,
        }
    }

    /// What a seat is sold as.
    pub(crate) fn category(&self, ordinal: u16) -> Category {
        self.categories.get(usize::from(ordinal)).cloned().unwrap_or_default()
    }

    /// Counts the whole house.
    pub(crate) fn counts(&self) -> Counts {
        self.count(0..u32::try_from(self.map.statuses().len()).unwrap_or(u32::MAX))
    }

    /// Counts these seats.
    pub(crate) fn count(&self, indices: impl Iterator<Item = u32>) -> Counts {
        let mut counts = Counts::default();
        for index in indices {
            *match self.shown(index) {
                Shown::Free => &mut counts.free,
                Shown::Accessible => &mut counts.accessible,
                Shown::Held => &mut counts.held,
                Shown::Sold => &mut counts.sold,
                Shown::NotForSale => &mut counts.not_for_sale,
                Shown::Unknown => &mut counts.unknown,
            } += 1;
        }
        counts
    }

    /// The rows of the cursor's section; none in a standing area.
    pub(crate) fn rows(&self, cursor: Cursor) -> &[Row] {
        self.sections.get(cursor.section).map_or(&[], Section::rows)
    }

    /// The row and seat under the cursor.
    pub(crate) fn seat(&self, cursor: Cursor) -> Option<(&Row, &Seat)> {
        let row = self.rows(cursor).get(cursor.row)?;
        Some((row, row.seats.get(cursor.seat)?))
    }

    /// The beginning of a section, if there is such a section.
    pub(crate) fn enter(&self, section: usize) -> Option<Cursor> {
        (section < self.sections.len()).then_some(Cursor { section, row: 0, seat: 0 })
    }

    /// One step, as far as the section goes. Rows are drawn centred, so up and down keep the place
    /// on the screen, not the ordinal.
    pub(crate) fn step(&self, from: Cursor, direction: Direction) -> Cursor {
        let rows = self.rows(from);
        let Some(row) = rows.get(from.row) else { return from };
        let last = row.seats.len().saturating_sub(1);
        let to = match direction {
            Direction::Left => return Cursor { seat: from.seat.saturating_sub(1), ..from },
            Direction::Right => return Cursor { seat: (from.seat + 1).min(last), ..from },
            Direction::Up => from.row.saturating_sub(1),
            Direction::Down => (from.row + 1).min(rows.len() - 1),
        };
        // In half widths, rows are exactly centred.
        let place = |row: &Row, seat: &Seat| longest(rows) - row.width + 2 * seat.place;
        let here = row.seats.get(from.seat).map_or(0, |seat| place(row, seat));
        let seats = rows[to].seats.iter().enumerate();
        let nearest = seats.min_by_key(|(_, seat)| place(&rows[to], seat).abs_diff(here));
        Cursor { row: to, seat: nearest.map_or(0, |(ordinal, _)| ordinal), ..from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn hall() -> Hall {
        Hall::new(fixture::hall_map(), &fixture::prices())
    }

    #[test]
    fn up_and_down_keep_the_place_on_the_screen() {
        let hall = hall();
        // Rows of 8, 9 and 12 with an aisle: the shorter ones begin further to the right.
        let first = Cursor { section: 0, row: 0, seat: 0 };
        let third = hall.step(hall.step(first, Direction::Down), Direction::Down);
        assert_eq!(third, Cursor { section: 0, row: 2, seat: 2 });
        let last = Cursor { section: 0, row: 2, seat: 11 };
        assert_eq!(hall.step(last, Direction::Up).seat, 8, "the end of the row of 9");
    }

    #[test]
    fn an_aisle_has_no_seat_and_takes_its_width() {
        let hall = hall();
        let row = &hall.rows(Cursor::default())[2];
        assert_eq!((row.seats.len(), row.width), (12, 13));
        let beside = Cursor { section: 0, row: 2, seat: 5 };
        assert_eq!(hall.step(beside, Direction::Right).seat, 6);
        assert_eq!((row.seats[5].place, row.seats[6].place), (5, 7));
    }

    #[test]
    fn the_cursor_is_always_on_a_seat() {
        use Direction::{Down, Left, Right, Up};
        let hall = hall();
        for section in 0..2 {
            let mut cursor = hall.enter(section).unwrap();
            let mut dice: u32 = 7;
            for _ in 0..2_000 {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let way = [Up, Down, Left, Right][(dice >> 30) as usize];
                cursor = hall.step(cursor, way);
                assert!(hall.seat(cursor).is_some(), "{cursor:?} after {way:?}");
            }
        }
    }

    #[test]
    fn counts_add_up_to_the_house_and_reserved_counts_as_held() {
        let hall = hall();
        let Counts { free, accessible, held, sold, not_for_sale, unknown } = hall.counts();
        let all = free + accessible + held + sold + not_for_sale + unknown;
        assert_eq!(all, hall.map.statuses().len() as u64);
        let first = Counts { free: 3, held: 2, sold: 1, not_for_sale: 1, ..Counts::default() };
        assert_eq!(hall.count(0..7), first);
        assert_eq!(hall.count(9_000..9_001).unknown, 1);
    }

    #[test]
    fn a_free_place_for_wheelchairs_is_shown_as_one() {
        let hall = hall();
        let (_, seat) = hall.seat(Cursor { section: 0, row: 5, seat: 3 }).unwrap();
        assert!(seat.accessible);
        assert_eq!(hall.shown(seat.index), Shown::Accessible);
    }

    #[test]
    fn a_hall_without_seats_is_walked_in_without_harm() {
        let hall = Hall::new(fixture::map([&[], &[0, 3]]), &[]);
        let nowhere = hall.enter(0).unwrap();
        assert_eq!(hall.step(nowhere, Direction::Down), nowhere);
        let empty_row = hall.enter(1).unwrap();
        let below = hall.step(empty_row, Direction::Down);
        assert!(hall.seat(below).is_some());
        assert_eq!(hall.step(below, Direction::Up), Cursor { row: 0, seat: 0, ..below });
    }
}
