use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ticketing_core::{ProductionId, ProductionView, catalog};
use ticketing_wire::page::PageQuery;
use ticketing_wire::{Page, productions as wire};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, posters};
use crate::app::App;
use crate::body::revalidated;
use crate::convert;
use crate::extract::{Asked, Body, Id, Query, SignedIn};

const LIST: &str = "productions";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add, list)).routes(routes!(show, change))
}

pub(super) fn production(view: &ProductionView) -> wire::Production {
    let ProductionView { production, poster } = view;
    wire::Production {
        id: production.id.uuid(),
        organizer_id: production.organizer_id.uuid(),
        title: production.title.as_str().to_owned(),
        description: production.description.as_str().to_owned(),
        genre: production.genre.as_str().to_owned(),
        age_limit: production.age_limit,
        poster: poster.as_ref().map(posters::shown),
    }
}

/// Makes a production, which performances may share; organizers only.
#[utoipa::path(
    post, path = "/v1/productions", operation_id = "add_production", tag = "productions",
    request_body = wire::NewProduction,
    responses(
        (status = 201, description = "the production", body = wire::Production),
        (status = 403, description = "forbidden: the caller is no organizer"),
    )
)]
async fn add(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(said): Body<wire::NewProduction>,
) -> Answer<(StatusCode, Json<wire::Production>)> {
    let wire::NewProduction { title, description, genre, age_limit } = said;
    let new = catalog::NewProduction { title, description, genre, age_limit };
    let added = app.office.add_production(&caller, new).await?;
    Ok((StatusCode::CREATED, Json(production(&added))))
}

/// Lists productions.
#[utoipa::path(
    get, path = "/v1/productions", operation_id = "productions", tag = "productions", security(()),
    params(PageQuery, Asked),
    responses(
        (status = 200, description = "a page of productions", body = Page<wire::Production>),
        (status = 304, description = "unchanged"),
    )
)]
async fn list(
    State(app): State<App>,
    Query(query): Query<PageQuery>,
    asked: Asked,
) -> Answer<Response> {
    let page = app.office.page(LIST, query.limit, query.cursor.as_deref())?;
    let productions = app.office.productions(page).await?;
    let page = convert::page(&app.office, LIST, productions, |found| production(&found));
    Ok(revalidated(&asked, &page))
}

/// Shows a production.
#[utoipa::path(
    get, path = "/v1/productions/{id}", operation_id = "production", tag = "productions",
    security(()), params(Asked),
    responses(
        (status = 200, description = "the production", body = wire::Production),
        (status = 304, description = "unchanged"),
    )
)]
async fn show(State(app): State<App>, Id(id): Id<ProductionId>, asked: Asked) -> Answer<Response> {
    Ok(revalidated(&asked, &production(&app.office.production(id).await?)))
}

/// Changes what is named of a production; its organizer only.
#[utoipa::path(
    patch, path = "/v1/productions/{id}", operation_id = "change_production", tag = "productions",
    request_body = wire::ProductionChange,
    responses(
        (status = 200, description = "the production", body = wire::Production),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn change(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ProductionId>,
    Body(said): Body<wire::ProductionChange>,
) -> Answer<Json<wire::Production>> {
    let wire::ProductionChange { title, description, genre, age_limit } = said;
    let change = catalog::ProductionChange { title, description, genre, age_limit };
    Ok(Json(production(&app.office.change_production(&caller, id, change).await?)))
}
