use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde::Serialize;
use ticketing_core::admission::draw::PublicDraw;
use ticketing_core::admission::{LineReport, State as PlaceState};
use ticketing_core::{Eta, LineAnswer, PerformanceId, Timestamp};

use super::Answer;
use crate::app::App;
use crate::extract::{Id, PlaceToken, SignedIn};

#[derive(Serialize)]
pub(crate) struct PlaceAnswer {
    state: PlaceState,
    place_token: String,
    number: u64,
    rank: Option<u64>,
    ahead: u64,
    behind: u64,
    poll_after_ms: u64,
    eta_seconds: Option<Eta>,
    likely_sold_out: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pass_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pass_expires_at: Option<Timestamp>,
}

impl From<LineAnswer> for PlaceAnswer {
    fn from(answer: LineAnswer) -> Self {
        let (pass_token, pass_expires_at) =
            answer.pass.map(|pass| (pass.token, pass.expires_at)).unzip();
        Self {
            state: answer.state,
            number: answer.place.number(),
            rank: answer.rank,
            place_token: answer.place_token,
            ahead: answer.ahead,
            behind: answer.behind,
            poll_after_ms: answer.poll_after_ms,
            eta_seconds: answer.eta,
            likely_sold_out: answer.likely_sold_out,
            message: answer.message,
            receipt: answer.receipt,
            pass_token,
            pass_expires_at,
        }
    }
}

pub(crate) async fn join(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
) -> Answer<impl IntoResponse> {
    let answer = app.office.join(&caller, performance).await?;
    let no_store = [(CACHE_CONTROL, "no-store")];
    Ok((StatusCode::ACCEPTED, no_store, Json(PlaceAnswer::from(answer))))
}

pub(crate) async fn ask(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    PlaceToken(token): PlaceToken,
) -> Answer<impl IntoResponse> {
    let answer = app.office.ask(&caller, performance, &token).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(PlaceAnswer::from(answer))))
}

pub(crate) async fn leave(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    PlaceToken(token): PlaceToken,
) -> Answer<StatusCode> {
    app.office.leave(&caller, performance, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The same bytes for everyone, good for a second.
pub(crate) async fn status(
    State(app): State<App>,
    Id(performance): Id<PerformanceId>,
) -> Answer<impl IntoResponse> {
    let status = app.office.line_status_text(performance).await?;
    let headers = [(CACHE_CONTROL, "public, max-age=1"), (CONTENT_TYPE, "application/json")];
    Ok((headers, status.to_string()))
}

#[derive(Serialize)]
pub(crate) struct DrawAnswer {
    #[serde(flatten)]
    draw: PublicDraw,
    /// What receipts are checked with.
    receipt_key: String,
}

/// The draw, and what third parties need to check it.
pub(crate) async fn draw(
    State(app): State<App>,
    Id(performance): Id<PerformanceId>,
) -> Answer<Json<DrawAnswer>> {
    let draw = app.office.line_draw(performance).await?;
    Ok(Json(DrawAnswer { draw, receipt_key: app.office.receipt_key() }))
}

pub(crate) async fn report(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
) -> Answer<Json<LineReport>> {
    Ok(Json(app.office.line_report(&caller, performance).await?))
}
