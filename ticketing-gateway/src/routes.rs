//! The HTTP surface: `PortOne`'s endpoints for the shop, the sandbox's own for buyers and checks.

mod checkout;
mod portone;
mod request;
mod sandbox;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::gateway::Gateway;
use crate::idempotency::Answer;
use crate::refusal::Refusal;

/// The largest request body.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// All routes of a gateway.
///
/// With `Authorization: PortOne <secret>` and an optional `Idempotency-Key`:
/// `POST /payments/{id}/pre-register`, `POST /payments/{id}/confirm`, `GET /payments/{id}`,
/// `POST /payments/{id}/cancel`. For anyone: `POST /sandbox/payments/{id}/authorize`,
/// `GET /sandbox/ledger`, `GET /checkout/{id}`, `GET /livez`.
pub fn router(gateway: Arc<Gateway>) -> Router {
    Router::new()
        .route("/payments/{id}", get(portone::show))
        .route("/payments/{id}/pre-register", post(portone::pre_register))
        .route("/payments/{id}/confirm", post(portone::confirm))
        .route("/payments/{id}/cancel", post(portone::cancel))
        .route("/sandbox/payments/{id}/authorize", post(sandbox::authorize))
        .route("/sandbox/ledger", get(sandbox::ledger))
        .route("/checkout/{id}", get(checkout::page))
        .route("/livez", get(|| async { "ok\n" }))
        .fallback(|| async { Refusal::NotFound })
        .method_not_allowed_fallback(|| async { Refusal::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(gateway)
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
