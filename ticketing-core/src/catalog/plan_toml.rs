//! The compact plan format (TOML): sections, rows written as runs of seats, gaps, wheelchair
//! places and general-admission areas. `venues/arena.toml` explains it at its head.

use std::collections::HashSet;

use serde::Deserialize;

use super::map_builder::{Builder, Label, PlannedSeat};
use super::seat_map::{SEATS_MAX, SeatMap};
use crate::error::{Error, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    name: Label,
    categories: Vec<Category>,
    #[serde(default)]
    sections: Vec<PlanSection>,
    #[serde(default)]
    areas: Vec<Area>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Category {
    name: Label,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanSection {
    name: Label,
    category: Option<Label>,
    rows: Vec<PlanRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanRow {
    label: Label,
    seats: Label,
    category: Option<Label>,
    #[serde(default)]
    accessible: Label,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Area {
    name: Label,
    category: Label,
    places: u32,
}

/// The map of a plan.
pub(super) fn parse(text: &str) -> Result<SeatMap> {
    let plan: Plan = toml::from_str(text)
        .map_err(|error| Error::field("seat_map", error.to_string().trim_end()))?;
    let categories =
        plan.categories.into_iter().map(|category| category.name.to_string()).collect();
    let mut builder = Builder::new(&plan.name, categories);
    for (s, section) in plan.sections.iter().enumerate() {
        let at = format!("sections[{s}]");
        builder.section(&at, &section.name);
        let mut labels = HashSet::new();
        for (r, row) in section.rows.iter().enumerate() {
            let at = format!("{at}.rows[{r}]");
            if !labels.insert(&row.label) {
                builder.refuse(&at, format!("the row {:?} stands twice", row.label));
            }
            add_row(&mut builder, &at, section, row);
        }
    }
    for (a, area) in plan.areas.iter().enumerate() {
        builder.area(&format!("areas[{a}]"), &area.name, &area.category, area.places);
    }
    builder.finish()
}

fn add_row(builder: &mut Builder, at: &str, section: &PlanSection, row: &PlanRow) {
    let category = row.category.as_deref().or(section.category.as_deref()).unwrap_or_default();
    let Some(seats) = expanded(builder, &format!("{at}.seats"), &row.seats) else { return };
    let Some(accessible) = expanded(builder, &format!("{at}.accessible"), &row.accessible) else {
        return;
    };
    let accessible: HashSet<String> = accessible.into_iter().map(|(label, _)| label).collect();
    for unknown in accessible.iter().filter(|label| !seats.iter().any(|(seat, _)| seat == *label)) {
        builder.refuse(format!("{at}.accessible"), format!("no seat {unknown:?} in this row"));
    }
    builder.row(
        at,
        &row.label,
        seats.iter().map(|(label, gap_before)| PlannedSeat {
            at: format!("{at}, seat {label}"),
            identity: format!("{:?} row {:?} seat {label:?}", section.name, row.label),
            label,
            category,
            gap_before: *gap_before,
            accessible: accessible.contains(label),
            position: None,
        }),
    );
}

/// The seats of "1-7 _ 8-21": each label with the gap before it.
fn expanded(builder: &mut Builder, at: &str, notation: &str) -> Option<Vec<(String, u32)>> {
    let mut seats = Vec::new();
    let mut gap = 0;
    for item in notation.split([' ', ',', '\t', '\n']).filter(|item| !item.is_empty()) {
        if item == "_" {
            gap += 1;
            continue;
        }
        let Some(labels) = run(item) else {
            builder.refuse(at, format!("{item:?} is neither a seat, a run such as 1-7, nor _"));
            return None;
        };
        for label in labels {
            seats.push((label, std::mem::take(&mut gap)));
        }
        if seats.len() > SEATS_MAX {
            builder.refuse(at, format!("more than {SEATS_MAX} seats"));
            return None;
        }
    }
    Some(seats)
}

fn run(item: &str) -> Option<Vec<String>> {
    let Some((first, last)) = item.split_once('-') else { return Some(vec![item.to_owned()]) };
    let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
    if first.abs_diff(last) as usize >= SEATS_MAX {
        return None;
    }
    let labels = |run: &mut dyn Iterator<Item = u32>| run.map(|seat| seat.to_string()).collect();
    Some(if first <= last {
        labels(&mut (first..=last))
    } else {
        labels(&mut (last..=first).rev())
    })
}
