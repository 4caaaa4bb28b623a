//! The HTTP surface: `PortOne`'s endpoints for the shop, the sandbox's own for buyers and checks.

mod checkout;
mod control;
mod document;
mod listings;
mod once;
mod portone;
mod request;
mod sandbox;
mod sessions;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;

use crate::gateway::Gateway;
use crate::idempotency::Answer;
use crate::refusal::Refusal;

/// The largest request body.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// All routes of a gateway.
///
/// For the shop, with `Authorization: PortOne <secret>` (or `Bearer` with an access token from
/// `POST /login/api-secret`) and an optional `Idempotency-Key`: `POST /payments/{id}/pre-register`,
/// `../confirm`, `../cancel`, `../resend-webhook`, `../virtual-account/close`, `GET /payments/{id}`,
/// `../transactions`, `GET /payments-by-cursor`, `GET /payment-events-by-cursor`.
///
/// For anyone: `POST /sandbox/payments/{id}/authorize`, `GET /sandbox/ledger`,
/// `GET /checkout/{id}`, `GET /livez`; and where the gateway is controlled,
/// `GET` and `PUT /sandbox/control/faults`, `POST /sandbox/control/payments/{id}/pay`, `../cancel`,
/// `../dispute`, `../dispute/resolve`.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let control = if gateway.control { control::routes() } else { Router::new() };
    Router::new()
        .route("/login/api-secret", post(sessions::open))
        .route("/token/refresh", post(sessions::refresh))
        .route("/payments/{id}", get(portone::show))
        .route("/payments/{id}/pre-register", post(portone::pre_register))
        .route("/payments/{id}/confirm", post(portone::confirm))
        .route("/payments/{id}/cancel", post(portone::cancel))
        .route("/payments/{id}/resend-webhook", post(portone::resend_webhook))
        .route("/payments/{id}/transactions", get(portone::transactions))
        .route("/payments/{id}/virtual-account/close", post(portone::close_virtual_account))
        .route("/payments-by-cursor", get(listings::payments))
        .route("/payment-events-by-cursor", get(listings::events))
        .route("/sandbox/payments/{id}/authorize", post(sandbox::authorize))
        .route("/sandbox/ledger", get(sandbox::ledger))
        .merge(control)
        .route("/checkout/{id}", get(checkout::page))
        .route("/livez", get(|| async { "ok\n" }))
        .fallback(|| async { Refusal::NotFound })
        .method_not_allowed_fallback(|| async { Refusal::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(gateway)
}

/// A successful answer.
fn ok(body: &impl Serialize) -> Answer {
    let body = serde_json::to_string(body).expect("our own plain data is JSON");
    Answer { status: StatusCode::OK, body }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, [(CONTENT_TYPE, "application/json")], self.body).into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Answer::from(self).into_response()
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self { status: refusal.status(), body: refusal.body().to_string() }
    }
}
