//! Events that a consumer could not react to.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use ticketing_core::ParkedId;
use ticketing_core::PerformanceId;
use ticketing_core::events::ParkedEvent;
use ticketing_wire::page::PageQuery;
use ticketing_wire::{Page, events as wire};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::convert::{self, time};
use crate::extract::{Id, Query, SignedIn};

const LIST: &str = "parked";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(parked))
        .routes(routes!(show, give_up))
        .routes(routes!(redrive))
        .routes(routes!(rebuild))
}

fn shown(parked: ParkedEvent) -> wire::ParkedEvent {
    wire::ParkedEvent {
        id: parked.id.uuid(),
        consumer: parked.consumer,
        kind: parked.event.kind.name().into(),
        aggregate_id: parked.event.aggregate,
        version: parked.event.version,
        performance_id: parked.event.performance.map(PerformanceId::uuid),
        seats: parked.event.seats,
        at: time(parked.event.at),
        reason: parked.reason,
        tries: parked.tries,
        since: time(parked.since),
        next_at: parked.next_at.map(time),
    }
}

/// Lists events that a consumer could not react to, the oldest first; administrators only.
#[utoipa::path(
    get, path = "/v1/events/parked", operation_id = "parked_events", tag = "events",
    params(PageQuery),
    responses(
        (status = 200, description = "a page of events", body = Page<wire::ParkedEvent>),
        (status = 403, description = "forbidden: the caller is no administrator"),
    )
)]
async fn parked(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<wire::ParkedEvent>>> {
    let page = app.office.page(LIST, query.limit, query.cursor.as_deref())?;
    let found = app.office.parked_events(&caller, page).await?;
    Ok(Json(convert::page(&app.office, LIST, found, shown)))
}

/// Shows one of them; administrators only.
#[utoipa::path(
    get, path = "/v1/events/parked/{id}", operation_id = "parked_event", tag = "events",
    responses(
        (status = 200, description = "the event", body = wire::ParkedEvent),
        (status = 403, description = "forbidden: the caller is no administrator"),
    )
)]
async fn show(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ParkedId>,
) -> Answer<Json<wire::ParkedEvent>> {
    Ok(Json(shown(app.office.parked_event(&caller, id).await?)))
}

/// Has one of them tried again at once, where nothing older of its aggregate waits; administrators
/// only.
#[utoipa::path(
    post, path = "/v1/events/parked/{id}/redrive", operation_id = "redrive_event", tag = "events",
    responses(
        (status = 200, description = "the event, due now", body = wire::ParkedEvent),
        (status = 403, description = "forbidden: the caller is no administrator"),
    )
)]
async fn redrive(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ParkedId>,
) -> Answer<Json<wire::ParkedEvent>> {
    Ok(Json(shown(app.office.redrive_event(&caller, id).await?)))
}

/// Gives one of them up: its consumer never reacts to it, and goes on with what waits behind it.
/// Administrators only.
#[utoipa::path(
    delete, path = "/v1/events/parked/{id}", operation_id = "drop_event", tag = "events",
    responses(
        (status = 204, description = "it is gone"),
        (status = 403, description = "forbidden: the caller is no administrator"),
    )
)]
async fn give_up(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ParkedId>,
) -> Answer<StatusCode> {
    app.office.drop_event(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes what a consumer keeps anew from the books, while events go on; administrators only. `sales`
/// keeps what the events of each performance add up to; no other keeps anything that is not counted again by itself.
#[utoipa::path(
    post, path = "/v1/events/consumers/{name}/rebuild", operation_id = "rebuild_consumer",
    tag = "events", params(("name" = String, Path, description = "`sales`")),
    responses(
        (status = 200, description = "of how many performances", body = wire::Rebuilt),
        (status = 403, description = "forbidden: the caller is no administrator"),
    )
)]
async fn rebuild(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    name: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Answer<Json<wire::Rebuilt>> {
    let name = name.map(|Path(name)| name).unwrap_or_default();
    let performances = app.office.rebuild_consumer(&caller, &name).await?;
    Ok(Json(wire::Rebuilt { performances }))
}
