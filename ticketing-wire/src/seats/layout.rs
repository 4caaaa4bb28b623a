//! Where the seats of a house are: sections of rows, each row written as runs of labels.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The layout of a house. It never changes under its hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "layout": "k1JxR0hY3mQ8vL2w", "seats_total": 31, "categories": ["I", "II"],
    "sections": [
        {"name": "Floor", "rows": [
            {"label": "1", "first_index": 0, "seats": "1-7 _ 8-21", "categories": [[0, 14], [1, 7]],
             "accessible": [[0, 2]]},
        ]},
        {"name": "Standing", "category": 1, "first_index": 21, "places": 10},
    ],
}))]
pub struct Layout {
    /// Its hash.
    pub layout: String,
    /// Seats and places; indices run from 0 to one less.
    pub seats_total: u32,
    /// What prices refer to.
    pub categories: Vec<String>,
    /// The parts of the house, in the plan's order; the stage is before the first.
    pub sections: Vec<LayoutSection>,
}

/// A part of the house: rows of seats, or (general admission) a run of places without labels.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LayoutSection {
    /// What it is called.
    pub name: String,
    /// The category of all its seats, as an index into `categories`; left out where rows differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub category: Option<u16>,
    /// Its rows, from the front; left out for general admission.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<LayoutRow>,
    /// General admission: the seat index of its first place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub first_index: Option<u32>,
    /// General admission: how many places there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub places: Option<u32>,
}

/// A row of seats, from left to right.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LayoutRow {
    /// What it is called.
    pub label: String,
    /// The seat index of its first seat; the others follow.
    pub first_index: u32,
    /// Its seats.
    pub seats: RowSeats,
    /// Category and how many seats have it, from the left; left out where the section has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Vec<u32>>)]
    pub categories: Vec<(u16, u32)>,
    /// Runs of seats for wheelchairs: the index of the first, and how many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Vec<u32>>)]
    pub accessible: Vec<(u32, u32)>,
    /// x and y of every seat in the plan's own units; only on request, and where the plan has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Vec<f64>>)]
    pub positions: Vec<(f64, f64)>,
}

/// The seats of a row: runs such as `1-7 _ 8-21`, where `_` is the width of one seat left empty, a
/// run may go down (`21-8`) and anything else is a label; or, where labels do not fit into that, a
/// list of labels in which null is an empty width.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum RowSeats {
    /// As runs.
    Runs(String),
    /// One by one.
    Labels(Vec<Option<String>>),
}

/// A seat as a layout describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutSeat {
    /// The seat index: what every request speaks of.
    pub index: u32,
    /// What is printed on it.
    pub label: String,
    /// Index into the layout's categories.
    pub category: u16,
    /// Seat widths left empty before it: an aisle, a pillar.
    pub gap_before: u32,
    /// For a wheelchair.
    pub accessible: bool,
}

impl Default for RowSeats {
    fn default() -> Self {
        Self::Runs(String::new())
    }
}

impl RowSeats {
    /// Writes labels, each with the gap before it, as short as they can be.
    pub fn write<'a>(seats: impl Iterator<Item = (&'a str, u32)> + Clone) -> Self {
        if !seats.clone().all(|(label, _)| is_plain(label)) {
            let widths = |(label, gap): (&str, u32)| {
                (0..gap).map(|_| None).chain([Some(label.to_owned())]).collect::<Vec<_>>()
            };
            return Self::Labels(seats.flat_map(widths).collect());
        }
        let mut items: Vec<String> = Vec::new();
        let mut run: Option<Run> = None;
        for (label, gap) in seats {
            let number = number(label);
            if gap == 0 && run.as_mut().is_some_and(|run| number.is_some_and(|n| run.takes(n))) {
                continue;
            }
            items.extend(run.take().map(Run::written));
            items.extend((0..gap).map(|_| "_".to_owned()));
            match number {
                Some(number) => run = Some(Run { first: number, last: number, step: 0 }),
                None => items.push(label.to_owned()),
            }
        }
        items.extend(run.map(Run::written));
        Self::Runs(items.join(" "))
    }

    /// The labels, each with the gap before it.
    pub fn read(&self) -> Vec<(String, u32)> {
        let (mut seats, mut gap) = (Vec::new(), 0);
        let mut seat = |label: Option<String>| match label {
            Some(label) => seats.push((label, std::mem::take(&mut gap))),
            None => gap += 1,
        };
        match self {
            Self::Labels(labels) => labels.iter().cloned().for_each(seat),
            Self::Runs(runs) => {
                for item in runs.split(' ').filter(|item| !item.is_empty()) {
                    match ends(item) {
                        _ if item == "_" => seat(None),
                        Some((first, last)) => {
                            Run::between(first, last).for_each(|label| seat(Some(label)));
                        }
                        None => seat(Some(item.to_owned())),
                    }
                }
            }
        }
        seats
    }
}

impl LayoutRow {
    /// Its seats; those without a category of their own have `category`.
    pub fn seats(&self, category: Option<u16>) -> Vec<LayoutSeat> {
        let runs = self.categories.iter();
        let mut categories =
            runs.flat_map(|(category, count)| std::iter::repeat_n(*category, *count as usize));
        let accessible = |index| {
            self.accessible.iter().any(|(first, count)| (*first..first + count).contains(&index))
        };
        (self.first_index..)
            .zip(self.seats.read())
            .map(|(index, (label, gap_before))| LayoutSeat {
                index,
                label,
                category: categories.next().or(category).unwrap_or(0),
                gap_before,
                accessible: accessible(index),
            })
            .collect()
    }
}

/// Numbers in a row of seats, one apart.
#[derive(Clone, Copy)]
struct Run {
    first: u32,
    last: u32,
    step: i64,
}

/// The longest run that is read: no house has more seats.
const RUN_MAX: u32 = 100_000;

impl Run {
    fn takes(&mut self, number: u32) -> bool {
        let step = i64::from(number) - i64::from(self.last);
        let goes_on = step.abs() == 1 && (self.step == 0 || self.step == step);
        if goes_on {
            (self.last, self.step) = (number, step);
        }
        goes_on
    }

    fn written(self) -> String {
        if self.step == 0 {
            self.first.to_string()
        } else {
            format!("{}-{}", self.first, self.last)
        }
    }

    fn between(first: u32, last: u32) -> impl Iterator<Item = String> {
        let count = first.abs_diff(last).min(RUN_MAX);
        let at = move |step| if first <= last { first + step } else { first - step };
        (0..=count).map(move |step| at(step).to_string())
    }
}

/// A number as it would be written: `07` is a label, not a number.
fn number(label: &str) -> Option<u32> {
    label.parse().ok().filter(|number: &u32| number.to_string() == label)
}

fn ends(item: &str) -> Option<(u32, u32)> {
    let (first, last) = item.split_once('-')?;
    Some((number(first)?, number(last)?))
}

/// A label that means itself among runs.
fn is_plain(label: &str) -> bool {
    !label.is_empty() && label != "_" && !label.contains(' ') && ends(label).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(seats: &[(&str, u32)]) -> RowSeats {
        let row = RowSeats::write(seats.iter().copied());
        let read: Vec<(String, u32)> = row.read();
        let expected: Vec<(String, u32)> =
            seats.iter().map(|(label, gap)| ((*label).to_owned(), *gap)).collect();
        assert_eq!(read, expected, "{row:?}");
        row
    }

    #[test]
    fn a_row_is_written_as_runs_and_read_back() {
        let runs = |text: &str| RowSeats::Runs(text.to_owned());
        assert_eq!(written(&[("1", 0), ("2", 0), ("3", 2), ("4", 0)]), runs("1-2 _ _ 3-4"));
        assert_eq!(written(&[("9", 0), ("8", 0), ("7", 0), ("12", 0)]), runs("9-7 12"));
        assert_eq!(written(&[("1", 0), ("3", 0), ("5", 0)]), runs("1 3 5"));
        assert_eq!(written(&[("07", 0), ("08", 0), ("A-1", 0)]), runs("07 08 A-1"));
        assert_eq!(written(&[("1", 1), ("2", 0), ("1", 0)]), runs("_ 1-2 1"));
        assert_eq!(written(&[]), runs(""));
    }

    #[test]
    fn labels_that_runs_cannot_say_are_listed() {
        for odd in ["_", "a b", "3-4"] {
            let row = written(&[("1", 0), (odd, 1)]);
            let labels = vec![Some("1".to_owned()), None, Some(odd.to_owned())];
            assert_eq!(row, RowSeats::Labels(labels));
        }
    }

    #[test]
    fn a_rows_seats_have_their_index_category_and_mark() {
        let row = LayoutRow {
            label: "1".into(),
            first_index: 10,
            seats: RowSeats::Runs("1 _ 2-3".into()),
            categories: vec![(0, 1), (1, 2)],
            accessible: vec![(11, 2)],
            positions: Vec::new(),
        };
        let seats = row.seats(None);
        let seen: Vec<_> =
            seats.iter().map(|s| (s.index, s.category, s.gap_before, s.accessible)).collect();
        assert_eq!(seen, [(10, 0, 0, false), (11, 1, 1, true), (12, 1, 0, true)]);
    }
}
