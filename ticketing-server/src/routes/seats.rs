use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use ticketing_core::catalog::{Sale, Section, SectionKind};
use ticketing_core::seats::{Best, Hold, Wish};
use ticketing_core::{HoldId, Money, PerformanceId, SeatMapView, Timestamp};

use super::Answer;
use crate::app::App;
use crate::extract::{Body, Id, Key, PassToken, Query, SignedIn};
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapQuery {
    #[serde(default)]
    status_only: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WishBody {
    seats: Option<Vec<u32>>,
    best: Option<Best>,
}

impl WishBody {
    fn wish(self) -> Answer<Wish> {
        match (self.seats, self.best) {
            (Some(seats), None) => Ok(Wish::Seats(seats)),
            (None, Some(best)) => Ok(Wish::Best(best)),
            _ => Err(Problem::field("body", "either seats or best")),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct HoldAnswer {
    id: HoldId,
    seats: Vec<u32>,
    total: Money,
    expires_at: Timestamp,
}

impl From<Hold> for HoldAnswer {
    fn from(hold: Hold) -> Self {
        let Hold { id, seats, total, expires_at, .. } = hold;
        Self { id, seats, total, expires_at }
    }
}

#[derive(Serialize)]
struct Version {
    epoch: u32,
    sequence: u64,
}

#[derive(Serialize)]
struct MapAnswer<'a> {
    version: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    sections: Option<Vec<SectionAnswer<'a>>>,
    status: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SectionAnswer<'a> {
    Rows { name: &'a str, rows: Vec<RowAnswer<'a>> },
    Area { name: &'a str, category: &'a str, price: Option<Money>, first_index: u32, places: u32 },
}

#[derive(Serialize)]
struct RowAnswer<'a> {
    label: &'a str,
    seats: Vec<SeatAnswer<'a>>,
}

#[derive(Serialize)]
struct SeatAnswer<'a> {
    index: u32,
    label: &'a str,
    category: &'a str,
    price: Option<Money>,
    #[serde(skip_serializing_if = "is_zero")]
    gap_before: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    accessible: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(gap: &u32) -> bool {
    *gap == 0
}

/// The seats of a performance: one byte each, and the layout unless it is left out.
pub(crate) async fn map(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Query(MapQuery { status_only }): Query<MapQuery>,
    headers: HeaderMap,
) -> Answer<Response> {
    let SeatMapView { sale, seats } = app.office.seat_map(&caller, performance).await?;
    let kind = if status_only { "status" } else { "map" };
    let etag = format!("\"{kind}-{}-{}\"", seats.epoch, seats.sequence);
    let caching = [(ETAG, etag.clone()), (CACHE_CONTROL, "private, max-age=0".to_owned())];
    let known = headers.get(IF_NONE_MATCH).and_then(|header| header.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|tag| tag.trim() == etag)) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let sections = (!status_only).then(|| sections(&sale));
    let version = Version { epoch: seats.epoch, sequence: seats.sequence };
    let answer = MapAnswer { version, sections, status: STANDARD.encode(&seats.status) };
    Ok((caching, Json(answer)).into_response())
}

pub(crate) async fn hold(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    PassToken(pass): PassToken,
    Key(key): Key,
    Body(body): Body<WishBody>,
) -> Answer<(StatusCode, Json<HoldAnswer>)> {
    let wish = body.wish()?;
    let hold = app.office.hold(&caller, performance, pass.as_deref(), key, wish).await?;
    Ok((StatusCode::CREATED, Json(hold.into())))
}

pub(crate) async fn release(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(hold): Id<HoldId>,
    PassToken(pass): PassToken,
) -> Answer<StatusCode> {
    app.office.release(&caller, pass.as_deref(), hold).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn sections(sale: &Sale) -> Vec<SectionAnswer<'_>> {
    sale.map.sections.iter().map(|section| section_answer(sale, section)).collect()
}

fn section_answer<'a>(sale: &'a Sale, section: &'a Section) -> SectionAnswer<'a> {
    let category = |category: u16| sale.map.categories[usize::from(category)].as_str();
    let price = |seat: u32| sale.price_by_index[seat as usize];
    match &section.kind {
        SectionKind::Area { category: of, first_index, places } => SectionAnswer::Area {
            name: &section.name,
            category: category(*of),
            price: price(*first_index),
            first_index: *first_index,
            places: *places,
        },
        SectionKind::Rows(rows) => SectionAnswer::Rows {
            name: &section.name,
            rows: rows
                .iter()
                .map(|row| RowAnswer {
                    label: &row.label,
                    seats: row
                        .seats
                        .iter()
                        .map(|seat| SeatAnswer {
                            index: seat.index,
                            label: &seat.label,
                            category: category(seat.category),
                            price: price(seat.index),
                            gap_before: seat.gap_before,
                            accessible: seat.accessible,
                        })
                        .collect(),
                })
                .collect(),
        },
    }
}
