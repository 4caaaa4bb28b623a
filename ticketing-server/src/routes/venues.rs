use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::Response;
use ticketing_core::VenueId;
use ticketing_core::catalog::{Section, SectionKind, Venue, VenueDetails};
use ticketing_wire::page::PageQuery;
use ticketing_wire::{Page, venues as wire};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::body::revalidated;
use crate::convert;
use crate::extract::{Asked, Body, Id, MaybeKey, Query, SignedIn};

/// The largest seating plan.
const PLAN_MAX_BYTES: usize = 32 * 1024 * 1024;
const LIST: &str = "venues";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(add, list).layer(DefaultBodyLimit::max(PLAN_MAX_BYTES)))
        .routes(routes!(show))
}

fn venue(venue: &Venue, dropped: Vec<String>) -> wire::Venue {
    wire::Venue {
        id: venue.id.uuid(),
        name: venue.name.as_str().to_owned(),
        address: venue.address.as_str().to_owned(),
        time_zone: venue.time_zone.clone(),
        seats_total: venue.map.seats_total(),
        categories: venue.map.categories.clone(),
        sections: venue.map.sections.iter().map(section).collect(),
        dropped,
    }
}

fn section(section: &Section) -> wire::VenueSection {
    let accessible = match &section.kind {
        SectionKind::Rows(rows) => {
            rows.iter().flat_map(|row| &row.seats).filter(|seat| seat.accessible).count()
        }
        SectionKind::Area { .. } => 0,
    };
    wire::VenueSection {
        name: section.name.clone(),
        seats: section.seats_total(),
        accessible: u32::try_from(accessible).unwrap_or(u32::MAX),
        general_admission: matches!(section.kind, SectionKind::Area { .. }),
    }
}

/// Imports a house with its seating plan; organizers only.
#[utoipa::path(
    post, path = "/v1/venues", operation_id = "add_venue", tag = "venues",
    params(MaybeKey), request_body = wire::NewVenue,
    responses(
        (status = 201, description = "the venue, and what its plan said to no use",
            body = wire::Venue),
        (status = 403, description = "forbidden: the caller is no organizer"),
        (status = 422, description = "idempotency-reused"),
    )
)]
async fn add(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    MaybeKey(key): MaybeKey,
    Body(said): Body<wire::NewVenue>,
) -> Answer<(StatusCode, Json<wire::Venue>)> {
    let details = VenueDetails {
        name: said.name,
        address: said.address,
        time_zone: said.time_zone,
        seat_map: said.seat_map.0,
    };
    let (added, dropped) = app.office.add_venue(&caller, details, key).await?;
    Ok((StatusCode::CREATED, Json(venue(&added, dropped))))
}

/// Lists venues, without their plans.
#[utoipa::path(
    get, path = "/v1/venues", operation_id = "venues", tag = "venues", params(PageQuery, Asked),
    responses(
        (status = 200, description = "a page of venues", body = Page<wire::Venue>),
        (status = 304, description = "unchanged"),
    )
)]
async fn list(
    State(app): State<App>,
    SignedIn(_): SignedIn,
    Query(query): Query<PageQuery>,
    asked: Asked,
) -> Answer<Response> {
    let page = app.office.page(LIST, query.limit, query.cursor.as_deref())?;
    let venues = app.office.venues(page).await?;
    let page = convert::page(&app.office, LIST, venues, |found| venue(&found, Vec::new()));
    Ok(revalidated(&asked, &page))
}

/// Shows a venue.
#[utoipa::path(
    get, path = "/v1/venues/{id}", operation_id = "venue", tag = "venues", params(Asked),
    responses(
        (status = 200, description = "the venue", body = wire::Venue),
        (status = 304, description = "unchanged"),
    )
)]
async fn show(
    State(app): State<App>,
    SignedIn(_): SignedIn,
    Id(id): Id<VenueId>,
    asked: Asked,
) -> Answer<Response> {
    Ok(revalidated(&asked, &venue(&*app.office.venue(id).await?, Vec::new())))
}
