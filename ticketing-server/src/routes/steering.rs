//! How an organizer steers the line of its performance.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ticketing_core::accounts::Caller;
use ticketing_core::{PerformanceId, Steer};
use ticketing_wire::line as wire;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use super::line::{line_status, public_draw};
use crate::app::App;
use crate::convert::time;
use crate::extract::{Body, Id, SignedIn};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(drain))
        .routes(routes!(rate))
        .routes(routes!(capacity))
        .routes(routes!(revoke))
        .routes(routes!(entropy))
        .routes(routes!(audit))
}

type Steered = Answer<Json<wire::LineStatus>>;

async fn steered(app: &App, caller: &Caller, performance: PerformanceId, steer: Steer) -> Steered {
    app.office.steer(caller, performance, steer).await?;
    Ok(Json(line_status(&app.office.line_status_for(caller, performance).await?)))
}

/// Lets people join and nobody in; its organizer only.
#[utoipa::path(
    post, path = "/v1/performances/{id}/line/pause", operation_id = "pause_line", tag = "steering",
    request_body = wire::Said,
    responses(
        (status = 200, description = "the line as it is now", body = wire::LineStatus),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: the line is not in a state for it"),
    )
)]
async fn pause(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(wire::Said { message }): Body<wire::Said>,
) -> Steered {
    steered(&app, &caller, performance, Steer::Pause(message)).await
}

/// Lets people in again; its organizer only.
#[utoipa::path(
    post, path = "/v1/performances/{id}/line/resume", operation_id = "resume_line", tag = "steering",
    request_body = wire::Nothing,
    responses(
        (status = 200, description = "the line as it is now", body = wire::LineStatus),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: the line is not in a state for it"),
    )
)]
async fn resume(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(wire::Nothing {}): Body<wire::Nothing>,
) -> Steered {
    steered(&app, &caller, performance, Steer::Resume).await
}

/// Takes nobody new, and lets in those who wait; its organizer only.
#[utoipa::path(
    post, path = "/v1/performances/{id}/line/drain", operation_id = "drain_line", tag = "steering",
    request_body = wire::Said,
    responses(
        (status = 200, description = "the line as it is now", body = wire::LineStatus),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: the line is not in a state for it"),
    )
)]
async fn drain(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(wire::Said { message }): Body<wire::Said>,
) -> Steered {
    steered(&app, &caller, performance, Steer::Drain(message)).await
}

/// Sets how many come in per minute; its organizer only.
#[utoipa::path(
    post, path = "/v1/performances/{id}/line/rate", operation_id = "set_rate", tag = "steering",
    request_body = wire::Rate,
    responses(
        (status = 200, description = "the line as it is now", body = wire::LineStatus),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: the line is not in a state for it"),
    )
)]
async fn rate(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(wire::Rate { admit_per_minute }): Body<wire::Rate>,
) -> Steered {
    steered(&app, &caller, performance, Steer::Rate(admit_per_minute)).await
}

/// Sets how many may be inside at once; its organizer only.
#[utoipa::path(
    post, path = "/v1/performances/{id}/line/capacity", operation_id = "set_capacity", tag = "steering",
    request_body = wire::Capacity,
    responses(
        (status = 200, description = "the line as it is now", body = wire::LineStatus),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: the line is not in a state for it"),
    )
)]
async fn capacity(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(wire::Capacity { line_capacity }): Body<wire::Capacity>,
) -> Steered {
    steered(&app, &caller, performance, Steer::Capacity(line_capacity)).await
}

/// Takes one place or pass away; its organizer only. Repeating it changes nothing.
#[utoipa::path(
    post, path = "/v1/performances/{id}/line/revoke", operation_id = "revoke", tag = "steering",
    request_body = wire::Revocation,
    responses(
        (status = 204, description = "taken away"),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn revoke(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(wire::Revocation { account_id }): Body<wire::Revocation>,
) -> Answer<StatusCode> {
    app.office.revoke(&caller, performance, account_id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enters what the draw's source of public entropy said; its organizer only, once.
#[utoipa::path(
    post, path = "/v1/performances/{id}/line/entropy", operation_id = "enter_entropy",
    tag = "steering", request_body = wire::Entropy,
    responses(
        (status = 200, description = "the draw", body = wire::Draw),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: the draw has no source, or other entropy already"),
    )
)]
async fn entropy(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(wire::Entropy { entropy }): Body<wire::Entropy>,
) -> Answer<Json<wire::Draw>> {
    Ok(Json(public_draw(app.office.enter_entropy(&caller, performance, &entropy).await?)))
}

/// Lists who changed what about a performance, newest first; its organizer only.
#[utoipa::path(
    get, path = "/v1/performances/{id}/audit", operation_id = "audit", tag = "steering",
    responses(
        (status = 200, description = "the newest 200", body = wire::Audit),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn audit(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
) -> Answer<Json<wire::Audit>> {
    let entries = app.office.audit(&caller, performance).await?.into_iter();
    let items = entries.map(|entry| wire::AuditEntry {
        at: time(entry.at),
        account_id: entry.account_id.uuid(),
        action: entry.action,
        detail: entry.detail,
    });
    Ok(Json(wire::Audit { items: items.collect() }))
}
