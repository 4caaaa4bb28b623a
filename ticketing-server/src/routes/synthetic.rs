use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ticketing_core::SyntheticBuyer;
use ticketing_wire::accounts as wire;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::extract::{Body, SignedIn};
use crate::problem::Problem;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add, remove))
}

/// Makes buyers for a load test: they have no password; administrators only. The route is there
/// only where the server was started with `--allow-synthetic-buyers`.
#[utoipa::path(
    post, path = "/v1/synthetic-buyers", operation_id = "add_synthetic_buyers",
    tag = "synthetic buyers", request_body = wire::NewSyntheticBuyers,
    responses(
        (status = 201, description = "the buyers", body = wire::SyntheticBuyers),
        (status = 403, description = "forbidden: administrators only"),
        (status = 404, description = "not-found: this server does not allow it"),
    )
)]
async fn add(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(wire::NewSyntheticBuyers { count }): Body<wire::NewSyntheticBuyers>,
) -> Answer<(StatusCode, Json<wire::SyntheticBuyers>)> {
    allowed(&app)?;
    let buyer = |buyer: SyntheticBuyer| wire::SyntheticBuyer {
        account_id: buyer.account_id.uuid(),
        access_token: buyer.access_token.into(),
    };
    let items = app.office.add_synthetic_buyers(&caller, count).await?;
    let items = items.into_iter().map(buyer).collect();
    Ok((StatusCode::CREATED, Json(wire::SyntheticBuyers { items })))
}

/// Removes the synthetic buyers that have no orders; administrators only.
#[utoipa::path(
    delete, path = "/v1/synthetic-buyers", operation_id = "remove_synthetic_buyers",
    tag = "synthetic buyers",
    responses(
        (status = 204, description = "removed"),
        (status = 403, description = "forbidden: administrators only"),
        (status = 404, description = "not-found: this server does not allow it"),
    )
)]
async fn remove(State(app): State<App>, SignedIn(caller): SignedIn) -> Answer<StatusCode> {
    allowed(&app)?;
    app.office.remove_synthetic_buyers(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Without `--allow-synthetic-buyers` the route does not exist.
fn allowed(app: &App) -> Answer<()> {
    if app.synthetic_buyers { Ok(()) } else { Err(Problem::not_found("route")) }
}
