//! The open seating-plan format (JSON) that pretix and its editor use.

use serde::Deserialize;
use serde_json::Value;

use super::map_builder::{Builder, Label, PlannedSeat};
use super::seat_map::{self, SeatMap};
use crate::error::{Error, Result};

#[derive(Deserialize)]
struct Plan {
    name: Label,
    categories: Vec<Category>,
    zones: Vec<Zone>,
}

#[derive(Deserialize)]
struct Category {
    name: Label,
}

#[derive(Deserialize)]
struct Zone {
    name: Label,
    #[serde(default)]
    position: Position,
    rows: Vec<PlanRow>,
}

#[derive(Deserialize)]
struct PlanRow {
    row_number: Label,
    #[serde(default)]
    position: Position,
    seats: Vec<PlanSeat>,
}

#[derive(Deserialize)]
struct PlanSeat {
    seat_guid: String,
    seat_number: Label,
    position: Position,
    category: Label,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct Position {
    x: f64,
    y: f64,
}

/// The map of a plan, and what of the plan it has no use for.
pub(super) fn parse(plan: &Value) -> Result<(SeatMap, Vec<String>)> {
    let parsed: Plan = serde_path_to_error::deserialize(plan).map_err(|error| {
        let path = error.path().to_string();
        Error::field(format!("seat_map.{path}"), error.into_inner().to_string())
    })?;
    let categories = parsed.categories.iter().map(|category| category.name.to_string()).collect();
    let mut builder = Builder::new(&parsed.name, categories);
    for (z, zone) in parsed.zones.iter().enumerate() {
        let at = format!("zones[{z}]");
        builder.section(&at, &zone.name);
        for (r, row) in zone.rows.iter().enumerate() {
            add_row(&mut builder, &format!("{at}.rows[{r}]"), zone.position, row);
        }
    }
    Ok((builder.finish()?, dropped(plan)))
}

fn add_row(builder: &mut Builder, at: &str, zone: Position, row: &PlanRow) {
    let pitch = pitch(&row.seats);
    let seats = row.seats.iter().enumerate().map(|(s, seat)| PlannedSeat {
        at: format!("{at}.seats[{s}]"),
        identity: seat.seat_guid.clone(),
        label: &seat.seat_number,
        category: &seat.category,
        gap_before: s
            .checked_sub(1)
            .map_or(0, |left| gap(row.seats[left].position, seat.position, pitch)),
        accessible: false,
        position: placed([zone, row.position, seat.position]),
    });
    builder.row(at, &row.row_number, seats);
}

/// Positions are relative: a seat's to its row's, a row's to its zone's.
#[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
fn placed(parts: [Position; 3]) -> Option<seat_map::Position> {
    const FARTHEST: f64 = 1e12;
    let thousandths = |sum: f64| {
        let thousandths = (sum * 1000.0).round();
        (thousandths.abs() <= FARTHEST).then_some(thousandths as i64)
    };
    Some(seat_map::Position {
        x_thousandths: thousandths(parts.iter().map(|part| part.x).sum())?,
        y_thousandths: thousandths(parts.iter().map(|part| part.y).sum())?,
    })
}

/// The distance of neighbours: the smallest in the row.
fn pitch(seats: &[PlanSeat]) -> f64 {
    seats
        .windows(2)
        .map(|pair| distance(pair[0].position, pair[1].position))
        .filter(|distance| *distance > 0.0)
        .fold(f64::INFINITY, f64::min)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
fn gap(left: Position, right: Position, pitch: f64) -> u32 {
    const WIDEST: f64 = 1000.0;
    let widths = (distance(left, right) / pitch).round() - 1.0;
    if widths.is_finite() { widths.clamp(0.0, WIDEST) as u32 } else { 0 }
}

fn distance(left: Position, right: Position) -> f64 {
    (right.x - left.x).hypot(right.y - left.y)
}

/// A reader keeps nothing silently: what it has no use for, by name.
fn dropped(plan: &Value) -> Vec<String> {
    const USED: [&str; 4] = ["name", "categories", "zones", "size"];
    let mut dropped: Vec<String> = plan
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !USED.contains(&key.as_str()))
        .map(|(key, _)| format!("{key:?} of the plan"))
        .collect();
    let zones = plan["zones"].as_array().map_or(&[][..], Vec::as_slice);
    let areas: usize = zones.iter().filter_map(|zone| zone["areas"].as_array()).map(Vec::len).sum();
    if areas > 0 {
        dropped.push(format!("{areas} drawn areas (the format gives them no places)"));
    }
    dropped.push("colours and sizes (kept: the order of seats, the gaps, the positions)".into());
    dropped
}
