//! The table of routes: they deny by default, since what no route names does not exist and every
//! handler that acts for somebody takes the proof of who it is as an argument.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use ticketing_wire::problem::ProblemType;
use tower::ServiceBuilder;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::around::{Around, Surrounded};
use crate::document;
use crate::problem::Problem;
use crate::routes::{
    accounts, checkout, documents, door, events, health, layouts, ledger, line, listening, orders,
    payments, performances, posters, productions, ranking, reviews, sales, seats, steering,
    synthetic, tickets, venues,
};

/// The largest body of an ordinary request.
const BODY_MAX_BYTES: usize = 64 * 1024;

/// Every route of the public listener.
pub fn router(app: App) -> Router {
    let (router, described) = OpenApiRouter::new()
        .merge(accounts::routes())
        .merge(venues::routes())
        .merge(productions::routes())
        .merge(performances::routes())
        .merge(posters::routes())
        .merge(line::routes())
        .merge(steering::routes())
        .merge(listening::routes())
        .merge(layouts::routes())
        .merge(seats::routes())
        .merge(orders::routes())
        .merge(checkout::routes())
        .merge(tickets::routes())
        .merge(payments::routes())
        .merge(events::routes())
        .merge(ranking::routes())
        .merge(reviews::routes())
        .merge(sales::routes())
        .merge(ledger::routes())
        .merge(door::routes())
        .merge(synthetic::routes())
        .merge(health::routes())
        .split_for_parts();
    let document = document::complete(&described);
    let known = Arc::new(Around::new(&document));
    let document = document::as_written(document);
    router
        .merge(documents::routes(&document))
        .merge(checkout::pages(app.storefront))
        .fallback(async || Problem::not_found("route"))
        .method_not_allowed_fallback(async || {
            let why = "this route has no such method";
            Problem::new(ProblemType::MethodNotAllowed, StatusCode::METHOD_NOT_ALLOWED, why)
        })
        // Together, because each call of `layer` boxes a handler and its future once more.
        .layer(
            ServiceBuilder::new()
                .layer_fn(move |inner| Surrounded::new(Arc::clone(&known), inner))
                .layer(DefaultBodyLimit::max(BODY_MAX_BYTES)),
        )
        .with_state(app)
}
