//! The seat map of a venue: sections of rows of seats, and general-admission areas.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::error::{Error, FieldError, Result};

/// The most seats of one plan; a larger one is refused.
pub const SEATS_MAX: usize = 100_000;
/// The longest label of a section, row, seat or category.
const LABEL_MAX: usize = 50;

/// A seating plan, checked: dense seat indices in plan order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatMap {
    /// The venue's name as the plan has it.
    pub name: String,
    /// The categories that seats refer to.
    pub categories: Vec<String>,
    /// Sections and areas in plan order.
    pub sections: Vec<Section>,
}

/// A part of the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// What it is called.
    pub name: String,
    /// Seats in rows, or places without labels.
    pub kind: SectionKind,
}

/// How the places of a section are told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What it is called.
    pub label: String,
    /// Its seats.
    pub seats: Vec<Seat>,
}

/// A seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl SeatMap {
    /// How many seats and places there are.
    pub fn seats_total(&self) -> u32 {
        self.sections.iter().map(Section::seats_total).sum()
    }

    /// The category of each seat index.
    pub fn category_by_index(&self) -> Vec<u16> {
        let mut categories = Vec::with_capacity(self.seats_total() as usize);
        for section in &self.sections {
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

/// Builds a map in plan order and refuses, with the place in the file, what no map may contain.
pub(super) struct Builder {
    map: SeatMap,
    identities: HashSet<String>,
    next_index: u32,
    errors: Vec<FieldError>,
}

/// A seat as a plan names it.
pub(super) struct PlannedSeat<'a> {
    /// Its place in the file.
    pub(super) at: String,
    /// Unique over the whole plan.
    pub(super) identity: String,
    pub(super) label: &'a str,
    pub(super) category: &'a str,
    pub(super) gap_before: u32,
    pub(super) accessible: bool,
}

impl Builder {
    pub(super) fn new(name: &str, categories: Vec<String>) -> Self {
        let mut builder = Self {
            map: SeatMap { name: name.to_owned(), categories, sections: Vec::new() },
            identities: HashSet::new(),
            next_index: 0,
            errors: Vec::new(),
        };
        builder.check_label("name", name);
        for place in 0..builder.map.categories.len() {
            let category = builder.map.categories[place].clone();
            builder.check_label(&format!("categories[{place}].name"), &category);
            if builder.map.categories[..place].contains(&category) {
                builder.refuse(format!("categories[{place}].name"), "the category stands twice");
            }
        }
        builder
    }

    pub(super) fn section(&mut self, at: &str, name: &str) {
        self.check_label(&format!("{at}.name"), name);
        if self.map.sections.iter().any(|section| section.name == name) {
            self.refuse(format!("{at}.name"), format!("the section {name:?} stands twice"));
        }
        let section = Section { name: name.to_owned(), kind: SectionKind::Rows(Vec::new()) };
        self.map.sections.push(section);
    }

    pub(super) fn row<'a>(
        &mut self,
        at: &str,
        label: &str,
        seats: impl Iterator<Item = PlannedSeat<'a>>,
    ) {
        self.check_label(&format!("{at}.label"), label);
        let seats: Vec<Seat> = seats.map(|seat| self.seat(&seat)).collect();
        if seats.is_empty() {
            self.refuse(at, "a row needs at least one seat");
        }
        let section = self.map.sections.last_mut().expect("a row follows its section");
        if let SectionKind::Rows(rows) = &mut section.kind {
            rows.push(Row { label: label.to_owned(), seats });
        }
    }

    pub(super) fn area(&mut self, at: &str, name: &str, category: &str, places: u32) {
        self.section(at, name);
        if places == 0 {
            self.refuse(format!("{at}.places"), "an area needs at least one place");
        }
        let category = self.category(&format!("{at}.category"), category);
        let first_index = self.next_index;
        self.next_index = self.next_index.saturating_add(places);
        let section = self.map.sections.last_mut().expect("just added");
        section.kind = SectionKind::Area { category, first_index, places };
    }

    pub(super) fn refuse(&mut self, at: impl Into<String>, why: impl Into<String>) {
        const NAMED_MAX: usize = 20;
        if self.errors.len() < NAMED_MAX {
            self.errors.push(FieldError::new(at, why));
        }
    }

    pub(super) fn finish(mut self) -> Result<SeatMap> {
        for place in 0..self.map.sections.len() {
            if self.map.sections[place].seats_total() == 0 {
                self.refuse(format!("sections[{place}]"), "a section needs at least one seat");
            }
        }
        if self.next_index == 0 {
            self.refuse("sections", "a plan needs at least one seat");
        }
        if self.next_index as usize > SEATS_MAX {
            let why = format!("{} seats; at most {SEATS_MAX}", self.next_index);
            self.refuse("sections", why);
        }
        if self.errors.is_empty() { Ok(self.map) } else { Err(Error::Validation(self.errors)) }
    }

    fn seat(&mut self, seat: &PlannedSeat<'_>) -> Seat {
        self.check_label(&seat.at, seat.label);
        let category = self.category(&seat.at, seat.category);
        if !self.identities.insert(seat.identity.clone()) {
            self.refuse(&seat.at, format!("the seat {} stands twice", seat.identity));
        }
        let index = self.next_index;
        self.next_index += 1;
        Seat {
            index,
            label: seat.label.to_owned(),
            category,
            gap_before: seat.gap_before,
            accessible: seat.accessible,
        }
    }

    fn category(&mut self, at: &str, name: &str) -> u16 {
        let found = self.map.categories.iter().position(|category| category == name);
        if found.is_none() {
            self.refuse(at, format!("unknown category {name:?}"));
        }
        u16::try_from(found.unwrap_or(0)).unwrap_or(u16::MAX)
    }

    fn check_label(&mut self, at: &str, label: &str) {
        let length = label.chars().count();
        if length == 0 || length > LABEL_MAX || label.chars().any(char::is_control) {
            self.refuse(at, format!("1 to {LABEL_MAX} characters, no control characters"));
        }
    }
}
