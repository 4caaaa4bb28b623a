//! Performances: put on sale, changed, shown, cancelled.

mod policy;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ticketing_core::catalog::{
    CategoryPrice, Listing, NewPerformance, PerformanceChange, Policy, Sort,
};
use ticketing_core::orders::AttentionReason;
use ticketing_core::{CancellationProgress, OrderId, PerformanceId, PerformanceView};
use ticketing_wire::{Page, performances as wire};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use super::productions::production;
use super::{layouts, posters};
use crate::app::App;
use crate::body::revalidated;
use crate::convert::{self, amount, money, time, timestamp, word};
use crate::extract::{Asked, Body, Id, MaybeKey, MaybeSignedIn, Query, SignedIn};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(add, list))
        .routes(routes!(show, change, cancel))
        .routes(routes!(cancellation))
        .routes(routes!(redrive))
}

pub(super) fn performance(view: &PerformanceView) -> wire::Performance {
    let details = &view.performance.details;
    let price = |price: &CategoryPrice| wire::Price {
        category: price.category.clone(),
        price: price.price.map(money),
    };
    wire::Performance {
        id: view.performance.id.uuid(),
        organizer_id: view.performance.organizer_id.uuid(),
        venue_id: details.venue_id.uuid(),
        production: Some(production(&view.production)),
        title: details.title.as_str().to_owned(),
        description: details.description.as_str().to_owned(),
        genre: details.genre.as_str().to_owned(),
        age_limit: details.age_limit,
        running_minutes: details.running_minutes,
        listed_at: time(details.listed_at),
        on_sale_at: time(details.on_sale_at),
        starts_at: time(details.starts_at),
        moved_at: details.moved_at.map(time),
        cancelled_at: details.cancelled_at.map(time),
        time_zone: Some(view.time_zone.clone()),
        prices: details.prices.iter().map(price).collect(),
        policy: policy::shown(&details.policy),
        layout: Some(layouts::of(&view.map).hash().to_owned()),
        seats_total: view.map.seats_total(),
        seats_free: view.seats_free,
        status: wire::SaleStatus::from(view.status.name()),
        rating: view.rating.map(convert::rating),
        poster: view.production.poster.as_ref().map(posters::shown),
    }
}

fn prices(said: Vec<wire::Price>) -> Answer<Vec<CategoryPrice>> {
    let price = |(place, price): (usize, wire::Price)| {
        let field = format!("prices[{place}].price");
        let amount = price.price.map(|money| amount(&field, &money)).transpose()?;
        Ok(CategoryPrice { category: price.category, price: amount })
    };
    said.into_iter().enumerate().map(price).collect()
}

/// Puts a performance on sale; organizers only.
#[utoipa::path(
    post, path = "/v1/performances", operation_id = "add_performance", tag = "performances",
    params(MaybeKey), request_body = wire::NewPerformance,
    responses(
        (status = 201, description = "the performance", body = wire::Performance),
        (status = 403, description = "forbidden: the caller is no organizer"),
        (status = 422, description = "idempotency-reused"),
    )
)]
async fn add(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    MaybeKey(key): MaybeKey,
    Body(said): Body<wire::NewPerformance>,
) -> Answer<(StatusCode, Json<wire::Performance>)> {
    let new = NewPerformance {
        production_id: said.production_id.map(Into::into),
        venue_id: said.venue_id.into(),
        title: said.title,
        description: said.description,
        genre: said.genre,
        age_limit: said.age_limit,
        running_minutes: said.running_minutes,
        listed_at: timestamp(said.listed_at),
        on_sale_at: timestamp(said.on_sale_at),
        starts_at: timestamp(said.starts_at),
        prices: prices(said.prices)?,
        policy: policy::terms(said.policy)?.applied_to(Policy::default())?,
    };
    let added = app.office.add_performance(&caller, new, key).await?;
    Ok((StatusCode::CREATED, Json(performance(&added))))
}

/// Changes what is named of a performance, at any depth; its organizer only. It reaches a running
/// sale; docs/API.md says which terms cannot change any more, and when.
#[utoipa::path(
    patch, path = "/v1/performances/{id}", operation_id = "change_performance",
    tag = "performances", request_body = wire::PerformanceChange,
    responses(
        (status = 200, description = "the performance", body = wire::Performance),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: terms that cannot change any more; each is named"),
    )
)]
async fn change(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Body(said): Body<wire::PerformanceChange>,
) -> Answer<Json<wire::Performance>> {
    let change = PerformanceChange {
        title: said.title,
        description: said.description,
        genre: said.genre,
        age_limit: said.age_limit,
        running_minutes: said.running_minutes,
        listed_at: said.listed_at.map(timestamp),
        on_sale_at: said.on_sale_at.map(timestamp),
        starts_at: said.starts_at.map(timestamp),
        prices: said.prices.map(prices).transpose()?,
        policy: said.policy.map(policy::terms).transpose()?,
    };
    Ok(Json(performance(&app.office.change_performance(&caller, id, change).await?)))
}

/// Lists performances. Those that are not listed yet are shown to their organizer alone.
#[utoipa::path(
    get, path = "/v1/performances", operation_id = "performances", tag = "performances",
    security((), ("bearer" = [])), params(wire::PerformancesQuery, Asked),
    responses(
        (status = 200, description = "a page of performances", body = Page<wire::Performance>),
        (status = 304, description = "unchanged"),
    )
)]
async fn list(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    Query(query): Query<wire::PerformancesQuery>,
    asked: Asked,
) -> Answer<Response> {
    let sort = query.sort.unwrap_or(wire::Sort::Created);
    let sort = word("sort", Sort::from_name(sort.as_str()), wire::Sort::WORDS)?;
    let list = format!("performances by {}", sort.name());
    let page = app.office.page(&list, query.limit, query.cursor.as_deref())?;
    let listing = Listing { text: query.q, genre: query.genre, sort };
    let found = app.office.performances(caller.as_ref(), listing, page).await?;
    let page = convert::page(&app.office, &list, found, |found| performance(&found));
    Ok(revalidated(&asked, &page))
}

/// Shows a performance.
#[utoipa::path(
    get, path = "/v1/performances/{id}", operation_id = "performance", tag = "performances",
    security((), ("bearer" = [])), params(Asked),
    responses(
        (status = 200, description = "the performance", body = wire::Performance),
        (status = 304, description = "unchanged"),
    )
)]
async fn show(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    Id(id): Id<PerformanceId>,
    asked: Asked,
) -> Answer<Response> {
    let view = app.office.performance(caller.as_ref(), id).await?;
    Ok(revalidated(&asked, &performance(&view)))
}

fn progress(progress: CancellationProgress) -> wire::PerformanceCancellation {
    let CancellationProgress { state, orders_total, refunded, parked, remains } = progress;
    let order = |(order, reason): (OrderId, AttentionReason)| wire::ParkedOrder {
        order_id: order.uuid(),
        reason: reason.name().into(),
    };
    wire::PerformanceCancellation {
        state: state.name().into(),
        orders_total,
        refunded,
        parked: parked.into_iter().map(order).collect(),
        remains: Some(remains.name().into()),
    }
}

/// Cancels a performance: its sale ends, and what was paid goes back; its organizer only. Asked again,
/// it says how far that is. One of which nothing was ordered disappears.
#[utoipa::path(
    delete, path = "/v1/performances/{id}", operation_id = "cancel_performance",
    tag = "performances",
    responses(
        (status = 202, description = "how far it is", body = wire::PerformanceCancellation),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn cancel(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
) -> Answer<(StatusCode, Json<wire::PerformanceCancellation>)> {
    let cancelled = app.office.cancel_performance(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, Json(progress(cancelled))))
}

/// Says how far the end of a cancelled performance is; its organizer only.
#[utoipa::path(
    get, path = "/v1/performances/{id}/cancellation", operation_id = "performance_cancellation",
    tag = "performances",
    responses(
        (status = 200, description = "how far it is", body = wire::PerformanceCancellation),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn cancellation(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
) -> Answer<Json<wire::PerformanceCancellation>> {
    Ok(Json(progress(app.office.performance_cancellation(&caller, id).await?)))
}

/// Has refunds of a cancelled performance tried again at once that the provider refused, of the first 1,000
/// orders that are parked, and not of disputed payments; administrators only.
#[utoipa::path(
    post, path = "/v1/performances/{id}/cancellation/redrive",
    operation_id = "redrive_performance_cancellation", tag = "performances",
    responses(
        (status = 200, description = "how far it is", body = wire::PerformanceCancellation),
        (status = 403, description = "forbidden: for administrators"),
    )
)]
async fn redrive(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
) -> Answer<Json<wire::PerformanceCancellation>> {
    Ok(Json(progress(app.office.redrive_cancellation(&caller, id).await?)))
}
