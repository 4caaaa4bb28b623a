//! The open seating-plan format (JSON) that pretix and its editor use.

use serde::Deserialize;
use serde_json::Value;

use super::seat_map::{Builder, PlannedSeat, SeatMap};
use crate::error::{Error, Result};

#[derive(Deserialize)]
struct Plan {
    name: String,
    categories: Vec<Category>,
    zones: Vec<Zone>,
}

#[derive(Deserialize)]
struct Category {
    name: String,
}

#[derive(Deserialize)]
struct Zone {
    name: String,
    rows: Vec<PlanRow>,
}

#[derive(Deserialize)]
struct PlanRow {
    row_number: String,
    seats: Vec<PlanSeat>,
}

#[derive(Deserialize)]
struct PlanSeat {
    seat_guid: String,
    seat_number: String,
    position: Position,
    category: String,
}

#[derive(Clone, Copy, Deserialize)]
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
    let categories = parsed.categories.iter().map(|category| category.name.clone()).collect();
    let mut builder = Builder::new(&parsed.name, categories);
    for (z, zone) in parsed.zones.iter().enumerate() {
        let at = format!("zones[{z}]");
        builder.section(&at, &zone.name);
        for (r, row) in zone.rows.iter().enumerate() {
            add_row(&mut builder, &format!("{at}.rows[{r}]"), row);
        }
    }
    Ok((builder.finish()?, dropped(plan)))
}

fn add_row(builder: &mut Builder, at: &str, row: &PlanRow) {
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
    });
    builder.row(at, &row.row_number, seats);
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
    dropped.push("colours, sizes and positions (kept: the order of seats and the gaps)".into());
    dropped
}
