use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use ticketing_core::admission::draw::PublicDraw;
use ticketing_core::{LineAnswer, LineStatus, PerformanceId, StatusFrame};
use ticketing_wire::line as wire;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::convert::time;
use crate::extract::{Id, PlaceToken, SignedIn};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(join, ask, leave))
        .routes(routes!(status))
        .routes(routes!(report))
        .routes(routes!(draw))
}

pub(super) fn place(answer: LineAnswer) -> wire::Place {
    let (pass_token, pass_expires_at) =
        answer.pass.map(|pass| (pass.token.into(), time(pass.expires_at))).unzip();
    wire::Place {
        state: wire::PlaceState::from(answer.state.name()),
        number: answer.place.number(),
        rank: answer.rank,
        place_token: answer.place_token.into(),
        ahead: answer.ahead,
        behind: answer.behind,
        poll_after_ms: answer.poll_after_ms,
        eta_seconds: answer.eta.map(|eta| wire::Eta { low: eta.low, high: eta.high }),
        likely_sold_out: answer.likely_sold_out,
        message: answer.message,
        receipt: answer.receipt,
        pass_token,
        pass_expires_at,
    }
}

pub(super) fn line_status(status: &LineStatus) -> wire::LineStatus {
    wire::LineStatus {
        state: wire::LineState::from(status.state.name()),
        message: status.message.clone(),
        admitted_through: status.admitted_through,
        waiting: status.waiting,
        admitting_per_minute: status.admitting_per_minute,
        gaps: status.gaps.clone(),
        seats_left: status.seats_left,
        draw: status.draw.clone().map(public_draw),
    }
}

pub(super) fn public_draw(draw: PublicDraw) -> wire::Draw {
    wire::Draw {
        algorithm: draw.algorithm,
        commitment: draw.commitment,
        entropy_source: draw.entropy_source,
        places: draw.places,
        entropy: draw.entropy,
        seed: draw.seed,
        opened_at: draw.opened_at.map(time),
        receipt_key: None,
        receipt_keys: Vec::new(),
    }
}

/// The text of a frame, made once for everybody.
pub(super) fn frame_text(frame: &StatusFrame) -> std::sync::Arc<String> {
    frame.rendered.get_or_render(|| {
        serde_json::to_string(&line_status(&frame.status)).expect("a status serialises")
    })
}

/// Joins the line. A repeat finds the same place, or a new one at the end where the policy says so.
#[utoipa::path(
    post, path = "/v1/performances/{id}/line", operation_id = "join", tag = "line",
    responses(
        (status = 202, description = "the place; its token is the proof of it", body = wire::Place),
        (status = 403, description = "forbidden: organizers do not queue"),
        (status = 409, description = "not-on-sale, sold-out; conflict: the line takes nobody"),
        (status = 429, description = "too-many-requests"),
    )
)]
async fn join(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
) -> Answer<impl IntoResponse> {
    let answer = app.office.join(&caller, performance).await?;
    Ok((StatusCode::ACCEPTED, Json(place(answer))))
}

/// Asks about a place. Asking never costs it; when it is its turn, asking claims the pass.
#[utoipa::path(
    get, path = "/v1/performances/{id}/line", operation_id = "ask", tag = "line",
    params(PlaceToken),
    responses(
        (status = 200, description = "where the place stands", body = wire::Place),
        (status = 403, description = "forbidden: the place is another account's"),
        (status = 429, description = "too-many-requests: before `poll_after_ms` was over"),
    )
)]
async fn ask(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    PlaceToken(token): PlaceToken,
) -> Answer<Json<wire::Place>> {
    Ok(Json(place(app.office.ask(&caller, performance, &token).await?)))
}

/// Leaves the line, or gives the pass back; holds without an order are released.
#[utoipa::path(
    delete, path = "/v1/performances/{id}/line", operation_id = "leave", tag = "line",
    params(PlaceToken),
    responses(
        (status = 204, description = "left"),
        (status = 403, description = "forbidden: the place is another account's"),
    )
)]
async fn leave(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    PlaceToken(token): PlaceToken,
) -> Answer<StatusCode> {
    app.office.leave(&caller, performance, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows how far the line has come: the same bytes for everybody, good for a second.
#[utoipa::path(
    get, path = "/v1/performances/{id}/line/status", operation_id = "line_status", tag = "line",
    security(()),
    responses((status = 200, description = "the status", body = wire::LineStatus))
)]
async fn status(
    State(app): State<App>,
    Id(performance): Id<PerformanceId>,
) -> Answer<impl IntoResponse> {
    let frame = app.office.line_frame(performance).await?;
    let headers = [(CACHE_CONTROL, "public, max-age=1"), (CONTENT_TYPE, "application/json")];
    Ok((headers, frame_text(&frame).to_string()))
}

/// Shows the draw, and what third parties need to check it.
#[utoipa::path(
    get, path = "/v1/performances/{id}/line/draw", operation_id = "line_draw", tag = "line",
    security(()),
    responses((status = 200, description = "the draw", body = wire::Draw))
)]
async fn draw(
    State(app): State<App>,
    Id(performance): Id<PerformanceId>,
) -> Answer<Json<wire::Draw>> {
    let draw = public_draw(app.office.line_draw(performance).await?);
    let receipt_keys = app.office.receipt_keys().to_vec();
    Ok(Json(wire::Draw { receipt_key: receipt_keys.first().cloned(), receipt_keys, ..draw }))
}

/// Shows the line in numbers; its organizer only.
#[utoipa::path(
    get, path = "/v1/performances/{id}/line/report", operation_id = "line_report", tag = "line",
    responses(
        (status = 200, description = "the numbers", body = wire::LineReport),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn report(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
) -> Answer<Json<wire::LineReport>> {
    let report = app.office.line_report(&caller, performance).await?;
    Ok(Json(wire::LineReport {
        capacity: report.capacity,
        inside: report.inside,
        max_inside: report.max_inside,
        ready: report.ready,
        waiting: report.waiting,
        admitted_total: report.admitted_total,
        lapsed_total: report.lapsed_total,
        expired_total: report.expired_total,
        left_total: report.left_total,
    }))
}
