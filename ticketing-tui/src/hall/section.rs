//! The parts of a hall as they are drawn: every seat with its place in the row, its texts made
//! safe.

use std::collections::BTreeSet;

use ticketing_wire::seats::{LayoutRow, LayoutSection};
use ticketing_wire::text::clean;

/// A part of the house.
#[derive(Clone, Debug)]
pub(crate) enum Section {
    /// Rows of numbered seats, from the stage on.
    Seated { name: String, rows: Vec<Row> },
    /// General admission: a run of places without labels.
    Standing { name: String, category: u16, first_index: u32, places: u32 },
}

/// A row of seats, from left to right.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) seats: Vec<Seat>,
    /// Seat widths that it takes, aisles included.
    pub(crate) width: usize,
}

/// A seat and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) index: u32,
    pub(crate) label: String,
    pub(crate) category: u16,
    /// For a wheelchair.
    pub(crate) accessible: bool,
    /// Seat widths from the row's left end.
    pub(crate) place: usize,
}

impl Section {
    pub(super) fn of(section: &LayoutSection) -> Self {
        let name = clean(&section.name).into_owned();
        if let (Some(first_index), Some(places)) = (section.first_index, section.places) {
            let category = section.category.unwrap_or_default();
            return Self::Standing { name, category, first_index, places };
        }
        let rows = section.rows.iter().map(|row| Row::of(row, section.category));
        Self::Seated { name, rows: rows.collect() }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Seated { name, .. } | Self::Standing { name, .. } => name,
        }
    }

    /// What its seats are sold as, each once.
    pub(super) fn sold_as(&self) -> BTreeSet<u16> {
        match self {
            Self::Seated { rows, .. } => {
                rows.iter().flat_map(|row| &row.seats).map(|seat| seat.category).collect()
            }
            Self::Standing { category, .. } => BTreeSet::from([*category]),
        }
    }

    /// Its rows; none in a standing area.
    pub(crate) fn rows(&self) -> &[Row] {
        match self {
            Self::Seated { rows, .. } => rows,
            Self::Standing { .. } => &[],
        }
    }
}

impl Row {
    fn of(row: &LayoutRow, category: Option<u16>) -> Self {
        let mut width = 0;
        let mut seats = Vec::new();
        for seat in row.seats(category) {
            let place = width + usize::try_from(seat.gap_before).unwrap_or(0);
            width = place + 1;
            seats.push(Seat {
                index: seat.index,
                label: clean(&seat.label).into_owned(),
                category: seat.category,
                accessible: seat.accessible,
                place,
            });
        }
        Self { label: clean(&row.label).into_owned(), seats, width }
    }
}

/// Seat widths of the longest row.
pub(crate) fn longest(rows: &[Row]) -> usize {
    rows.iter().map(|row| row.width).max().unwrap_or(0)
}
