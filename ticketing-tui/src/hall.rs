//! A seat map to walk in: the layout of the sections, the present statuses, and a cursor.

use ticketing_client::seats::{Row, Seat, SeatMap, Section, Status, Version};

use crate::plain;

/// A performance's seats.
#[derive(Clone, Debug)]
pub(crate) struct Hall {
    pub(crate) sections: Vec<Section>,
    statuses: Vec<Status>,
    pub(crate) version: Version,
}

/// What a person sees of a status: whose hold or order it is makes no difference to others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shown {
    Free,
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

/// The statuses are of another layout: it has to be fetched again.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct OtherLayout;

impl Hall {
    /// The map with its layout, its texts made safe.
    pub(crate) fn new(map: SeatMap) -> Self {
        let SeatMap { version, mut sections, status } = map;
        sections.iter_mut().for_each(clean);
        Self { sections, statuses: status, version }
    }

    /// Takes a newer map without layout. `Ok(true)` when anything is different now.
    pub(crate) fn refresh(&mut self, map: SeatMap) -> Result<bool, OtherLayout> {
        if map.status.len() != self.statuses.len() {
            return Err(OtherLayout);
        }
        // Unequal, not greater: a server that lost its memory may count from the beginning.
        let changed = map.version != self.version;
        self.version = map.version;
        self.statuses = map.status;
        Ok(changed)
    }

    pub(crate) fn shown(&self, index: u32) -> Shown {
        match usize::try_from(index).ok().and_then(|index| self.statuses.get(index)) {
            Some(Status::Free) => Shown::Free,
            Some(Status::Held | Status::Reserved) => Shown::Held,
            Some(Status::Sold) => Shown::Sold,
            Some(Status::NotForSale) => Shown::NotForSale,
            Some(Status::Other(_)) | None => Shown::Unknown,
        }
    }

    /// Counts the whole house.
    pub(crate) fn counts(&self) -> Counts {
        self.count(0..u32::try_from(self.statuses.len()).unwrap_or(u32::MAX))
    }

    /// Counts these seats.
    pub(crate) fn count(&self, indices: impl Iterator<Item = u32>) -> Counts {
        let mut counts = Counts::default();
        for index in indices {
            *match self.shown(index) {
                Shown::Free => &mut counts.free,
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
        match self.sections.get(cursor.section) {
            Some(Section::Seated { rows, .. }) => rows,
            Some(Section::Standing { .. }) | None => &[],
        }
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
        let place = (longest(rows) - row.seats.len()) + 2 * from.seat;
        let margin = longest(rows) - rows[to].seats.len();
        let seat = place.saturating_sub(margin) / 2;
        Cursor { row: to, seat: seat.min(rows[to].seats.len().saturating_sub(1)), ..from }
    }
}

/// Seats of the longest row.
pub(crate) fn longest(rows: &[Row]) -> usize {
    rows.iter().map(|row| row.seats.len()).max().unwrap_or(0)
}

/// The name of a section.
pub(crate) fn name(section: &Section) -> &str {
    match section {
        Section::Seated { name, .. } | Section::Standing { name, .. } => name,
    }
}

fn clean(section: &mut Section) {
    match section {
        Section::Standing { name, category, .. } => {
            *name = plain::text(name);
            *category = plain::text(category);
        }
        Section::Seated { name, rows } => {
            *name = plain::text(name);
            for row in rows {
                row.label = plain::text(&row.label);
                for seat in &mut row.seats {
                    seat.label = plain::text(&seat.label);
                    seat.category = plain::text(&seat.category);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn hall() -> Hall {
        Hall::new(fixture::hall_map())
    }

    #[test]
    fn up_and_down_keep_the_place_on_the_screen() {
        let hall = hall();
        // Rows of 8, 9, 12: the first seat of the shorter rows is drawn further to the right.
        let first = Cursor { section: 0, row: 0, seat: 0 };
        let third = hall.step(hall.step(first, Direction::Down), Direction::Down);
        assert_eq!(third, Cursor { section: 0, row: 2, seat: 1 });
        let last = Cursor { section: 0, row: 2, seat: 11 };
        assert_eq!(hall.step(last, Direction::Up).seat, 8, "the end of the row of 9");
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
        let counts = hall.counts();
        let all = counts.free + counts.held + counts.sold + counts.not_for_sale + counts.unknown;
        assert_eq!(all, hall.statuses.len() as u64);
        assert_eq!(
            hall.count(0..7),
            Counts { free: 3, held: 2, sold: 1, not_for_sale: 1, unknown: 0 }
        );
        assert_eq!(hall.count(9_000..9_001).unknown, 1);
    }

    #[test]
    fn a_hall_without_seats_is_walked_in_without_harm() {
        let hall = Hall::new(fixture::map([&[], &[0, 3]]));
        let nowhere = hall.enter(0).unwrap();
        assert_eq!(hall.step(nowhere, Direction::Down), nowhere);
        let empty_row = hall.enter(1).unwrap();
        let below = hall.step(empty_row, Direction::Down);
        assert!(hall.seat(below).is_some());
        assert_eq!(hall.step(below, Direction::Up), Cursor { row: 0, seat: 0, ..below });
    }
}
