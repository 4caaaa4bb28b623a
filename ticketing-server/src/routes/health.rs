use axum::extract::State;
use axum::http::StatusCode;
use ticketing_wire::problem::ProblemType;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::problem::Problem;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready))
}

/// Says that the process lives.
#[utoipa::path(
    get, path = "/livez", operation_id = "alive", tag = "health", security(()),
    responses((status = 200, description = "it lives", body = String, content_type = "text/plain",
        example = "alive\n"))
)]
async fn alive() -> &'static str {
    "alive\n"
}

/// Says whether requests can be served.
#[utoipa::path(
    get, path = "/readyz", operation_id = "ready", tag = "health", security(()),
    responses(
        (status = 200, description = "requests can be served", body = String,
            content_type = "text/plain", example = "ready\n"),
        (status = 503, description = "unavailable: draining, or a service does not answer"),
    )
)]
async fn ready(State(app): State<App>) -> Answer<&'static str> {
    let not_ready =
        |why: String| Problem::new(ProblemType::Unavailable, StatusCode::SERVICE_UNAVAILABLE, why);
    if app.is_draining() {
        return Err(not_ready("draining".into()));
    }
    app.office.ready().await.map_err(|error| not_ready(error.to_string()))?;
    Ok("ready\n")
}
