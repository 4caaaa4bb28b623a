//! Where the seats are. A layout never changes under its hash, so everybody loads it once.

use std::sync::{Arc, OnceLock};

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ticketing_core::catalog::{Row, Seat, SeatMap, Section, SectionKind};
use ticketing_core::{PerformanceId, fingerprint};
use ticketing_wire::seats as wire;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::Answer;
use crate::app::App;
use crate::body::{Body, JSON, REVALIDATED};
use crate::extract::{Asked, Id, MaybeSignedIn, Query};
use crate::problem::Problem;

/// Its address names what it says.
const IMMUTABLE: &str = "private, max-age=31536000, immutable";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(present)).routes(routes!(show))
}

/// A house's layout as it is answered.
pub(crate) struct LayoutBodies {
    hash: String,
    plain: Body,
    /// With coordinates: few ask for them.
    positioned: OnceLock<Body>,
}

impl LayoutBodies {
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }
}

/// The layout of a map, made once.
pub(super) fn of(map: &SeatMap) -> Arc<LayoutBodies> {
    map.layout.get_or_render(|| {
        let mut plain = layout(map, false);
        let unnamed = serde_json::to_vec(&layout(map, true)).expect("a layout serialises");
        let hash = fingerprint(&unnamed);
        plain.layout.clone_from(&hash);
        LayoutBodies { hash, plain: Body::json(&plain), positioned: OnceLock::new() }
    })
}

fn layout(map: &SeatMap, positions: bool) -> wire::Layout {
    wire::Layout {
        layout: String::new(),
        seats_total: map.seats_total(),
        categories: map.categories.clone(),
        sections: map.sections.iter().map(|part| section(part, positions)).collect(),
    }
}

fn section(section: &Section, positions: bool) -> wire::LayoutSection {
    let name = section.name.clone();
    match &section.kind {
        SectionKind::Area { category, first_index, places } => wire::LayoutSection {
            name,
            category: Some(*category),
            first_index: Some(*first_index),
            places: Some(*places),
            rows: Vec::new(),
        },
        SectionKind::Rows(rows) => {
            let mut seats = rows.iter().flat_map(|row| &row.seats).map(|seat| seat.category);
            let first = seats.next();
            let category = first.filter(|first| seats.all(|category| category == *first));
            let rows = rows.iter().filter(|row| !row.seats.is_empty());
            let rows = rows.map(|line| row(line, category.is_none(), positions)).collect();
            wire::LayoutSection { name, category, rows, first_index: None, places: None }
        }
    }
}

fn row(row: &Row, categories: bool, positions: bool) -> wire::LayoutRow {
    let mut said = wire::LayoutRow {
        label: row.label.clone(),
        first_index: row.seats.first().map_or(0, |seat| seat.index),
        seats: wire::RowSeats::write(
            row.seats.iter().map(|seat| (seat.label.as_str(), seat.gap_before)),
        ),
        ..wire::LayoutRow::default()
    };
    for seat in &row.seats {
        if categories {
            match said.categories.last_mut() {
                Some((category, count)) if *category == seat.category => *count += 1,
                _ => said.categories.push((seat.category, 1)),
            }
        }
        if seat.accessible {
            match said.accessible.last_mut() {
                Some((first, count)) if *first + *count == seat.index => *count += 1,
                _ => said.accessible.push((seat.index, 1)),
            }
        }
    }
    let placed: Option<Vec<(f64, f64)>> = row.seats.iter().map(position).collect();
    said.positions = placed.filter(|_| positions).unwrap_or_default();
    said
}

#[expect(clippy::cast_precision_loss, reason = "no plan has coordinates beyond 2^53")]
fn position(seat: &Seat) -> Option<(f64, f64)> {
    let at = seat.position?;
    Some((at.x_thousandths as f64 / 1000.0, at.y_thousandths as f64 / 1000.0))
}

/// Leads to the present layout of a performance.
#[utoipa::path(
    get, path = "/v1/performances/{id}/layout", operation_id = "present_layout", tag = "seats",
    security((), ("bearer" = [])), params(wire::LayoutQuery),
    responses((status = 307, description = "where it is",
        headers(("Location" = String, description = "the present layout"))))
)]
async fn present(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    Id(id): Id<PerformanceId>,
    Query(wire::LayoutQuery { positions }): Query<wire::LayoutQuery>,
) -> Answer<Response> {
    let view = app.office.performance(caller.as_ref(), id).await?;
    let query = positions.map(|positions| format!("?positions={positions}")).unwrap_or_default();
    let there = format!("/v1/performances/{id}/layout/{}{query}", of(&view.map).hash);
    let there = HeaderValue::from_str(&there).expect("made of ASCII here");
    let caching = HeaderValue::from_static(REVALIDATED);
    let headers = [(LOCATION, there), (CACHE_CONTROL, caching)];
    Ok((StatusCode::TEMPORARY_REDIRECT, headers).into_response())
}

/// Shows a layout: sections, and rows as runs of seats. It never changes under its hash.
#[utoipa::path(
    get, path = "/v1/performances/{id}/layout/{hash}", operation_id = "layout", tag = "seats",
    security((), ("bearer" = [])),
    params(
        ("hash" = String, Path, description = "the hash, as the performance and the seats say it"),
        wire::LayoutQuery, Asked,
    ),
    responses(
        (status = 200, description = "the layout", body = wire::Layout),
        (status = 304, description = "unchanged"),
    )
)]
async fn show(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    path: Result<Path<(Uuid, String)>, axum::extract::rejection::PathRejection>,
    Query(wire::LayoutQuery { positions }): Query<wire::LayoutQuery>,
    asked: Asked,
) -> Answer<Response> {
    let Path((id, hash)) = path.map_err(|_| Problem::not_found("layout"))?;
    let view = app.office.performance(caller.as_ref(), id.into()).await?;
    let bodies = of(&view.map);
    if bodies.hash != hash {
        return Err(Problem::not_found("layout"));
    }
    let body = if positions == Some(true) {
        bodies
            .positioned
            .get_or_init(|| Body::json(&wire::Layout { layout: hash, ..layout(&view.map, true) }))
    } else {
        &bodies.plain
    };
    Ok(body.answer(&asked, JSON, IMMUTABLE))
}
