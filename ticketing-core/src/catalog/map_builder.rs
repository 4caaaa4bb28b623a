//! How a plan's reader makes a seat map.

use std::collections::HashSet;
use std::ops::Deref;

use serde::Deserialize;

use super::seat_map::{Position, Row, SEATS_MAX, Seat, SeatMap, Section, SectionKind};
use crate::error::{Error, FieldError, Result};
use crate::text::{OneLine, label};

/// The longest label of a section, row, seat or category.
const LABEL_MAX: usize = 50;

/// What a plan calls something, so that names which look the same are the same.
#[derive(Deserialize, Debug, Default, PartialEq, Eq, Hash)]
#[serde(from = "String")]
pub(super) struct Label(String);

impl From<String> for Label {
    fn from(written: String) -> Self {
        Self(label(&written))
    }
}

impl Deref for Label {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
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
    pub(super) position: Option<Position>,
}

impl Builder {
    pub(super) fn new(name: &str, categories: Vec<String>) -> Self {
        let mut builder = Self {
            map: SeatMap::new(name.to_owned(), categories, Vec::new()),
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
        if !self.errors.is_empty() {
            return Err(Error::Validation(self.errors));
        }
        let SeatMap { name, categories, sections, .. } = self.map;
        Ok(SeatMap::new(name, categories, sections))
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
            position: seat.position,
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
        if let Err(flaw) = OneLine::new(label, 1..=LABEL_MAX) {
            self.refuse(at, flaw.to_string());
        }
    }
}
