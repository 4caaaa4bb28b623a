//! The application: routes deny by default, since what no route names does not exist and every
//! handler that acts for somebody takes the proof of who it is as an argument.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Router, middleware};
use futures_util::FutureExt;
use ticketing_core::{BoxOffice, Error};
use tokio::sync::watch;

use crate::problem::Problem;
use crate::{routes, telemetry};

/// The largest body of an ordinary request.
pub(crate) const BODY_MAX_BYTES: usize = 64 * 1024;
/// The largest seating plan.
pub(crate) const PLAN_MAX_BYTES: usize = 32 * 1024 * 1024;
/// How long a request may take; a payment has its own, shorter wait inside.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(25);

/// What every handler shares.
#[derive(Clone)]
pub struct App {
    /// The box office.
    pub office: BoxOffice,
    /// Synthetic buyers may be made.
    pub synthetic_buyers: bool,
    /// True when the process drains: it is alive and no longer ready, and streams end.
    pub draining: Arc<watch::Sender<bool>>,
}

impl App {
    /// An application over a box office.
    pub fn new(office: BoxOffice, synthetic_buyers: bool) -> Self {
        let (draining, _) = watch::channel(false);
        Self { office, synthetic_buyers, draining: Arc::new(draining) }
    }

    pub(crate) fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }
}

/// Every route of the public listener.
pub fn router(app: App) -> Router {
    let synthetic = post(routes::synthetic::add).delete(routes::synthetic::remove);
    let line = post(routes::line::join).get(routes::line::ask).delete(routes::line::leave);
    let performance = get(routes::performances::show).patch(routes::performances::change);
    Router::new()
        .route("/v1/accounts", post(routes::accounts::sign_up))
        .route("/v1/accounts/{id}/role", put(routes::accounts::set_role))
        .route("/v1/me", get(routes::accounts::me))
        .route("/v1/sessions", post(routes::accounts::sign_in))
        .route("/v1/sessions/refresh", post(routes::accounts::refresh))
        .route("/v1/sessions/current", delete(routes::accounts::sign_out))
        .route(
            "/v1/venues",
            post(routes::venues::add)
                .layer(DefaultBodyLimit::max(PLAN_MAX_BYTES))
                .get(routes::venues::list),
        )
        .route("/v1/venues/{id}", get(routes::venues::show))
        .route("/v1/performances", post(routes::performances::add).get(routes::performances::list))
        .route("/v1/performances/{id}", performance)
        .route("/v1/performances/{id}/line", line)
        .route("/v1/performances/{id}/line/status", get(routes::line::status))
        .route("/v1/performances/{id}/line/report", get(routes::line::report))
        .route("/v1/performances/{id}/line/draw", get(routes::line::draw))
        .route("/v1/performances/{id}/line/events", get(routes::listening::line))
        .route("/v1/performances/{id}/line/entropy", post(routes::steering::entropy))
        .route("/v1/performances/{id}/line/pause", post(routes::steering::pause))
        .route("/v1/performances/{id}/line/resume", post(routes::steering::resume))
        .route("/v1/performances/{id}/line/drain", post(routes::steering::drain))
        .route("/v1/performances/{id}/line/rate", post(routes::steering::rate))
        .route("/v1/performances/{id}/line/capacity", post(routes::steering::capacity))
        .route("/v1/performances/{id}/line/revoke", post(routes::steering::revoke))
        .route("/v1/performances/{id}/audit", get(routes::steering::audit))
        .route("/v1/performances/{id}/seats/events", get(routes::listening::seats))
        .route("/v1/performances/{id}/seats", get(routes::seats::map))
        .route("/v1/performances/{id}/holds", post(routes::seats::hold))
        .route("/v1/holds/{id}", delete(routes::seats::release))
        .route("/v1/orders", post(routes::orders::place).get(routes::orders::list))
        .route("/v1/orders/{id}", get(routes::orders::show))
        .route("/v1/orders/{id}/payment", post(routes::orders::pay))
        .route("/v1/orders/{id}/cancel", post(routes::orders::cancel))
        .route("/v1/orders/{id}/tickets", get(routes::orders::tickets))
        .route("/v1/performances/{id}/orders", get(routes::performances::orders))
        .route("/v1/performances/{id}/sales", get(routes::performances::sales))
        .route("/v1/performances/{id}/check-ins", post(routes::performances::check_in))
        .route("/v1/synthetic-buyers", synthetic)
        .route("/openapi.json", get(routes::documents::openapi))
        .route("/docs", get(routes::documents::page))
        .route("/livez", get(routes::health::alive))
        .route("/readyz", get(routes::health::ready))
        .fallback(async || Problem::not_found("route"))
        .method_not_allowed_fallback(async || {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            Problem::new("method-not-allowed", status, "this route has no such method")
        })
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(middleware::from_fn(around))
        .with_state(app)
}

/// What stands around every handler: its time, its panics, its measure. One layer, because each
/// boxes the request once more; and the clock runs only for a handler that has to wait.
async fn around(request: Request, next: Next) -> Response {
    telemetry::observe(request, async |request| {
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
        match tokio::time::timeout(REQUEST_TIMEOUT, answer).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => Problem::from(Error::internal("a handler panicked")).into_response(),
            Err(_) => {
                let late = Error::Unavailable("a handler took too long".into());
                Problem::from(late).into_response()
            }
        }
    })
    .await
}
