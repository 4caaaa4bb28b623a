use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::Response;
use ticketing_core::catalog::{Section, SectionKind, Venue, VenueChange, VenueDetails};
use ticketing_core::{AccountId, VenueId};
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
        .routes(routes!(show, change, remove))
        .routes(routes!(sellers, let_sell))
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

/// Changes what a venue is called, and where it stands; its owner only.
#[utoipa::path(
    patch, path = "/v1/venues/{id}", operation_id = "change_venue", tag = "venues",
    request_body = wire::VenueChange,
    responses(
        (status = 200, description = "the venue", body = wire::Venue),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn change(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<VenueId>,
    Body(said): Body<wire::VenueChange>,
) -> Answer<Json<wire::Venue>> {
    let wire::VenueChange { name, address } = said;
    let changed = app.office.change_venue(&caller, id, VenueChange { name, address }).await?;
    Ok(Json(venue(&changed, Vec::new())))
}

/// Removes a venue in which there is no performance, also none that is over; its owner only.
#[utoipa::path(
    delete, path = "/v1/venues/{id}", operation_id = "delete_venue", tag = "venues",
    responses(
        (status = 204, description = "it is gone"),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: a performance is in it"),
    )
)]
async fn remove(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<VenueId>,
) -> Answer<StatusCode> {
    app.office.delete_venue(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn named(sellers: Vec<(AccountId, String)>) -> Json<wire::Sellers> {
    let seller =
        |(id, nickname): (AccountId, String)| wire::Seller { account_id: id.uuid(), nickname };
    Json(wire::Sellers { items: sellers.into_iter().map(seller).collect() })
}

/// Who sells in a venue besides its owner; its owner only.
#[utoipa::path(
    get, path = "/v1/venues/{id}/sellers", operation_id = "venue_sellers", tag = "venues",
    responses(
        (status = 200, description = "who does", body = wire::Sellers),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn sellers(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<VenueId>,
) -> Answer<Json<wire::Sellers>> {
    Ok(named(app.office.venue_sellers(&caller, id).await?))
}

/// Lets these sell in a venue besides its owner, and nobody else; its owner only. What was put on sale
/// stays.
#[utoipa::path(
    put, path = "/v1/venues/{id}/sellers", operation_id = "let_sell", tag = "venues",
    request_body = wire::NewSellers,
    responses(
        (status = 200, description = "who does", body = wire::Sellers),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn let_sell(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<VenueId>,
    Body(said): Body<wire::NewSellers>,
) -> Answer<Json<wire::Sellers>> {
    let accounts: Vec<AccountId> = said.accounts.into_iter().map(AccountId::from).collect();
    Ok(named(app.office.let_sell(&caller, id, &accounts).await?))
}
