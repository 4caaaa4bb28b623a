//! How a seat map is written down.

use serde::{Deserialize, Serialize};

use super::seat_map::{Position, Row, Seat, SeatMap, Section, SectionKind};
use crate::text::label;

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredMap {
    name: String,
    categories: Vec<String>,
    sections: Vec<StoredSection>,
}

#[derive(Serialize, Deserialize)]
struct StoredSection {
    name: String,
    kind: StoredKind,
}

#[derive(Serialize, Deserialize)]
enum StoredKind {
    Rows(Vec<StoredRow>),
    Area { category: u16, first_index: u32, places: u32 },
}

#[derive(Serialize, Deserialize)]
struct StoredRow {
    label: String,
    seats: Vec<StoredSeat>,
}

#[derive(Serialize, Deserialize)]
struct StoredSeat {
    index: u32,
    label: String,
    category: u16,
    #[serde(default)]
    gap_before: u32,
    #[serde(default)]
    accessible: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<(i64, i64)>,
}

impl From<&SeatMap> for StoredMap {
    fn from(map: &SeatMap) -> Self {
        let sections = map.sections.iter().map(StoredSection::from).collect();
        Self { name: map.name.clone(), categories: map.categories.clone(), sections }
    }
}

impl From<&Section> for StoredSection {
    fn from(section: &Section) -> Self {
        let kind = match &section.kind {
            SectionKind::Rows(rows) => StoredKind::Rows(rows.iter().map(StoredRow::from).collect()),
            SectionKind::Area { category, first_index, places } => {
                StoredKind::Area { category: *category, first_index: *first_index, places: *places }
            }
        };
        Self { name: section.name.clone(), kind }
    }
}

impl From<&Row> for StoredRow {
    fn from(row: &Row) -> Self {
        let seat = |seat: &Seat| StoredSeat {
            index: seat.index,
            label: seat.label.clone(),
            category: seat.category,
            gap_before: seat.gap_before,
            accessible: seat.accessible,
            position: seat.position.map(|at| (at.x_thousandths, at.y_thousandths)),
        };
        Self { label: row.label.clone(), seats: row.seats.iter().map(seat).collect() }
    }
}

impl From<StoredMap> for SeatMap {
    fn from(stored: StoredMap) -> Self {
        let sections = stored.sections.into_iter().map(Section::from).collect();
        let categories = stored.categories.iter().map(|name| label(name)).collect();
        Self::new(label(&stored.name), categories, sections)
    }
}

impl From<StoredSection> for Section {
    fn from(stored: StoredSection) -> Self {
        let kind = match stored.kind {
            StoredKind::Rows(rows) => SectionKind::Rows(rows.into_iter().map(Row::from).collect()),
            StoredKind::Area { category, first_index, places } => {
                SectionKind::Area { category, first_index, places }
            }
        };
        Self { name: label(&stored.name), kind }
    }
}

impl From<StoredRow> for Row {
    fn from(stored: StoredRow) -> Self {
        let seat = |seat: StoredSeat| Seat {
            index: seat.index,
            label: seat.label,
            category: seat.category,
            gap_before: seat.gap_before,
            accessible: seat.accessible,
            position: seat
                .position
                .map(|(x_thousandths, y_thousandths)| Position { x_thousandths, y_thousandths }),
        };
        Self { label: stored.label, seats: stored.seats.into_iter().map(seat).collect() }
    }
}
