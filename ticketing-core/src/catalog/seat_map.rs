//! The seat map of a venue: sections of rows of seats, and general-admission areas.

use crate::rendered::Rendered;

/// The most seats of one plan; a larger one is refused.
pub const SEATS_MAX: usize = 100_000;

/// A seating plan, checked: dense seat indices in plan order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatMap {
    /// The venue's name as the plan has it.
    pub name: String,
    /// The categories that seats refer to.
    pub categories: Vec<String>,
    /// Sections and areas in plan order.
    pub sections: Vec<Section>,
    category_by_index: Vec<u16>,
    seats_by_category: Vec<u32>,
    /// The layout as an edge shows it.
    pub layout: Rendered,
}

/// A part of the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is called.
    pub name: String,
    /// Seats in rows, or places without labels.
    pub kind: SectionKind,
}

/// How the places of a section are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// Rows of labelled seats.
    Rows(Vec<Row>),
    /// General admission: a run of indices.
    Area {
        /// The category of every place.
        category: u16,
        /// The first place's seat index.
        first_index: u32,
        /// How many there are.
        places: u32,
    },
}

/// A row of seats, from left to right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is called.
    pub label: String,
    /// Its seats.
    pub seats: Vec<Seat>,
}

/// A seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Its index in the map.
    pub index: u32,
    /// What is printed on it; says nothing about who sits beside whom.
    pub label: String,
    /// Index into the map's categories.
    pub category: u16,
    /// Seat widths left empty before it: an aisle, a pillar.
    pub gap_before: u32,
    /// For a wheelchair.
    pub accessible: bool,
    /// Where it is, in the plan's own units; none where the plan does not say.
    pub position: Option<Position>,
}

/// A place in a plan: thousandths of its unit, so that it compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// To the right.
    pub x_thousandths: i64,
    /// To the back.
    pub y_thousandths: i64,
}

impl SeatMap {
    pub(super) fn new(name: String, categories: Vec<String>, sections: Vec<Section>) -> Self {
        let category_by_index = category_by_index(&sections);
        let mut seats_by_category = vec![0; categories.len()];
        for category in &category_by_index {
            if let Some(seats) = seats_by_category.get_mut(usize::from(*category)) {
                *seats += 1;
            }
        }
        let layout = Rendered::default();
        Self { name, categories, sections, category_by_index, seats_by_category, layout }
    }

    /// How many seats each of the categories has.
    pub(super) fn seats_by_category(&self) -> &[u32] {
        &self.seats_by_category
    }

    /// How many seats and places there are.
    pub fn seats_total(&self) -> u32 {
        self.sections.iter().map(Section::seats_total).sum()
    }

    /// The category of each seat index, as an index into the categories.
    pub fn category_by_index(&self) -> &[u16] {
        &self.category_by_index
    }

    /// The category of a seat.
    pub fn category_of(&self, seat: u32) -> Option<u16> {
        self.category_by_index.get(usize::try_from(seat).ok()?).copied()
    }

    /// What people call a seat: "Block B, row 7, seat 10" or "Standing, place 17".
    pub fn label(&self, index: u32) -> Option<String> {
        let section = self.sections.iter().find(|section| section.holds(index))?;
        match &section.kind {
            SectionKind::Area { first_index, .. } => {
                Some(format!("{}, place {}", section.name, index - first_index + 1))
            }
            SectionKind::Rows(rows) => rows.iter().find_map(|row| {
                let seat = row.seats.iter().find(|seat| seat.index == index)?;
                Some(format!("{}, row {}, seat {}", section.name, row.label, seat.label))
            }),
        }
    }
}

fn category_by_index(sections: &[Section]) -> Vec<u16> {
    let mut categories = Vec::new();
    for section in sections {
        match &section.kind {
            SectionKind::Rows(rows) => {
                categories.extend(rows.iter().flat_map(|row| &row.seats).map(|s| s.category));
            }
            SectionKind::Area { category, places, .. } => {
                categories.extend(std::iter::repeat_n(*category, *places as usize));
            }
        }
    }
    categories
}

impl Section {
    /// How many seats or places it has.
    pub fn seats_total(&self) -> u32 {
        match &self.kind {
            SectionKind::Area { places, .. } => *places,
            SectionKind::Rows(rows) => {
                let seats: usize = rows.iter().map(|row| row.seats.len()).sum();
                u32::try_from(seats).unwrap_or(u32::MAX)
            }
        }
    }

    /// The indices it covers, which are dense.
    pub fn indices(&self) -> std::ops::Range<u32> {
        let first = match &self.kind {
            SectionKind::Area { first_index, .. } => *first_index,
            SectionKind::Rows(rows) => {
                rows.first().and_then(|row| row.seats.first()).map_or(0, |seat| seat.index)
            }
        };
        first..first + self.seats_total()
    }

    fn holds(&self, index: u32) -> bool {
        self.indices().contains(&index)
    }
}
