//! A seat map to walk in: the layout of the sections, the present statuses, and a cursor.

mod naming;
mod section;

use std::collections::BTreeSet;
use std::iter::repeat_n;

use ticketing_client::seats::{Applied, SeatMap};
use ticketing_wire::Money;
use ticketing_wire::performances::Price;
use ticketing_wire::seats::{SeatStatus, SeatsDelta};
use ticketing_wire::text::clean;

pub(crate) use self::section::{Row, Seat, Section, longest};

/// How many seats to the side are as far away as one row.
const ROW_APART: usize = 2;
/// How many sections a digit can name.
const DIGITS: usize = 9;

/// A performance's seats. How many are what is counted as it changes: a large house is drawn as fast as
/// a small one.
#[derive(Clone, Debug)]
pub(crate) struct Hall {
    pub(crate) sections: Vec<Section>,
    categories: Vec<Category>,
    /// Whether each seat is for a wheelchair.
    accessible: Vec<bool>,
    /// What each section's seats are sold as, each once.
    sold_as: Vec<BTreeSet<u16>>,
    /// The ordinal of each seat's section.
    section_of: Vec<usize>,
    /// Of each section; the last is of seats that no section has.
    counts: Vec<Counts>,
    map: SeatMap,
}

/// What some seats are sold as.
#[derive(Clone, Debug, Default)]
pub(crate) struct Category {
    pub(crate) name: String,
    /// `None` where it is not for sale.
    pub(crate) price: Option<Money>,
}

/// What a person sees of a status.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shown {
    Free,
    /// Free, and for wheelchairs.
    Accessible,
    /// Chosen by whoever is looking, or held by them.
    Mine,
    /// Somebody else's for a while.
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
        let seats = map.statuses().len();
        let (mut accessible, mut section_of) = (vec![false; seats], vec![sections.len(); seats]);
        for (ordinal, section) in sections.iter().enumerate() {
            for seat in section.rows().iter().flat_map(|row| &row.seats) {
                if let Some(place) = place(seat.index).filter(|place| *place < seats) {
                    accessible[place] = seat.accessible;
                    section_of[place] = ordinal;
                }
            }
            if let Section::Standing { first_index, places, .. } = section {
                let first = place(*first_index).unwrap_or(seats).min(seats);
                let end = first.saturating_add(place(*places).unwrap_or(seats)).min(seats);
                section_of[first..end].fill(ordinal);
            }
        }
        let categories = layout.categories.iter().map(category).collect();
        let sold_as = sections.iter().map(Section::sold_as).collect();
        let counts = repeat_n(Counts::default(), sections.len() + 1).collect();
        let mut hall = Self { sections, categories, accessible, sold_as, section_of, counts, map };
        for index in 0..u32::try_from(seats).unwrap_or(u32::MAX) {
            hall.count_in(index, 1);
        }
        hall
    }

    /// Takes changes that follow what is known.
    pub(crate) fn apply(&mut self, delta: &SeatsDelta) -> Applied {
        let mut seats: Vec<u32> = delta.changes.iter().map(|(seat, _)| *seat).collect();
        seats.sort_unstable();
        seats.dedup();
        for seat in &seats {
            self.count_in(*seat, -1);
        }
        let applied = self.map.apply(delta);
        for seat in &seats {
            self.count_in(*seat, 1);
        }
        applied
    }

    fn count_in(&mut self, index: u32, by: i64) {
        let shown = self.shown(index);
        let section = place(index).and_then(|place| self.section_of.get(place));
        let Some(counts) = section.and_then(|section| self.counts.get_mut(*section)) else {
            return;
        };
        let count = match shown {
            Shown::Free => &mut counts.free,
            Shown::Accessible => &mut counts.accessible,
            Shown::Held | Shown::Mine => &mut counts.held,
            Shown::Sold => &mut counts.sold,
            Shown::NotForSale => &mut counts.not_for_sale,
            Shown::Unknown => &mut counts.unknown,
        };
        *count = count.saturating_add_signed(by);
    }

    pub(crate) fn shown(&self, index: u32) -> Shown {
        match self.map.status(index) {
            Some(SeatStatus::Free) if self.is_accessible(index) => Shown::Accessible,
            Some(SeatStatus::Free) => Shown::Free,
            Some(SeatStatus::Held | SeatStatus::Reserved) => Shown::Held,
            Some(SeatStatus::Sold) => Shown::Sold,
            Some(SeatStatus::NotForSale) => Shown::NotForSale,
            Some(SeatStatus::Other(_)) | None => Shown::Unknown,
        }
    }

    /// What seats are sold as, in the order of their letters.
    pub(crate) fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// What a seat is sold as.
    pub(crate) fn category(&self, ordinal: u16) -> Category {
        self.categories.get(usize::from(ordinal)).cloned().unwrap_or_default()
    }

    fn is_accessible(&self, index: u32) -> bool {
        place(index).and_then(|place| self.accessible.get(place)).copied().unwrap_or(false)
    }

    /// How many of the whole house are what.
    pub(crate) fn counts(&self) -> Counts {
        self.counts.iter().fold(Counts::default(), |sum, counts| sum.plus(*counts))
    }

    /// How many seats or places a section has.
    pub(crate) fn seats_of(&self, section: usize) -> u64 {
        self.counts_of(section).all()
    }

    /// The least that a seat of a section costs; `None` where none is for sale.
    pub(crate) fn lowest_price(&self, section: usize) -> Option<&Money> {
        let sold_as = self.sold_as.get(section)?.iter();
        let priced = sold_as.filter_map(|category| self.categories.get(usize::from(*category)));
        priced.filter_map(|category| category.price.as_ref()).min_by_key(|price| price.amount)
    }

    /// How many of one section are what.
    pub(crate) fn counts_of(&self, section: usize) -> Counts {
        self.counts.get(section).copied().unwrap_or_default()
    }

    /// The free seat nearest to this one in its section, without those that `taken` says; a row away
    /// counts as much as [`ROW_APART`] seats. Seats for wheelchairs are not offered to others.
    pub(crate) fn nearest_free(&self, from: Cursor, taken: impl Fn(u32) -> bool) -> Option<Cursor> {
        let rows = self.rows(from);
        let here = rows.get(from.row).and_then(|row| row.seats.get(from.seat));
        let here = here.map_or(0, |seat| across(rows, from.row, seat));
        let free = |seat: &Seat| self.shown(seat.index) == Shown::Free && !taken(seat.index);
        let away = |row: usize, seat: &Seat| {
            across(rows, row, seat).abs_diff(here) + row.abs_diff(from.row) * 2 * ROW_APART
        };
        let all = rows.iter().enumerate().flat_map(|(row, seats)| {
            seats.seats.iter().enumerate().map(move |(ordinal, seat)| (row, ordinal, seat))
        });
        all.filter(|(.., seat)| free(seat))
            .min_by_key(|(row, _, seat)| away(*row, seat))
            .map(|(row, seat, _)| Cursor { row, seat, ..from })
    }

    /// Whether there are more sections than digits.
    pub(crate) fn is_large(&self) -> bool {
        self.sections.len() > DIGITS
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
        let here = row.seats.get(from.seat).map_or(0, |seat| across(rows, from.row, seat));
        let seats = rows[to].seats.iter().enumerate();
        let nearest = seats.min_by_key(|(_, seat)| across(rows, to, seat).abs_diff(here));
        Cursor { row: to, seat: nearest.map_or(0, |(ordinal, _)| ordinal), ..from }
    }
}

impl Counts {
    /// Those that anybody can have.
    pub(crate) fn can_be_had(self) -> u64 {
        self.free + self.accessible
    }

    fn all(self) -> u64 {
        self.can_be_had() + self.held + self.sold + self.not_for_sale + self.unknown
    }

    fn plus(self, other: Self) -> Self {
        Self {
            free: self.free + other.free,
            accessible: self.accessible + other.accessible,
            held: self.held + other.held,
            sold: self.sold + other.sold,
            not_for_sale: self.not_for_sale + other.not_for_sale,
            unknown: self.unknown + other.unknown,
        }
    }
}

/// Where a seat is on the screen, in half widths: rows are exactly centred.
fn across(rows: &[Row], row: usize, seat: &Seat) -> usize {
    longest(rows) - rows[row].width + 2 * seat.place
}

fn place(index: u32) -> Option<usize> {
    usize::try_from(index).ok()
}

#[cfg(test)]
mod tests;
