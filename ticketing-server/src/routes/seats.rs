use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ticketing_core::seats::{self, Wish};
use ticketing_core::{HoldId, PerformanceId, SeatMapView};
use ticketing_wire::seats as wire;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, layouts};
use crate::app::App;
use crate::body::{self, JSON, REVALIDATED};
use crate::convert::{lines, money, time};
use crate::extract::{Asked, Body, Id, Key, PassToken, SignedIn};
use crate::problem::Problem;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(now)).routes(routes!(hold)).routes(routes!(release))
}

fn wish(said: wire::NewHold) -> Answer<Wish> {
    match (said.seats, said.best) {
        (Some(seats), None) => Ok(Wish::Seats(seats)),
        (None, Some(wire::Best { count, category, section })) => {
            Ok(Wish::Best(seats::Best { count, category, section }))
        }
        _ => Err(Problem::field("body", "either seats or best")),
    }
}

fn held(hold: seats::Hold) -> wire::Hold {
    wire::Hold {
        id: hold.id.uuid(),
        lines: lines(&hold.lines),
        total: money(hold.total),
        expires_at: time(hold.expires_at),
        seats: hold.seats,
    }
}

fn seats_now(view: &SeatMapView) -> wire::SeatsNow {
    let digits = view.seats.status.iter().map(|status| char::from(b'0' + status.min(&9)));
    wire::SeatsNow {
        version: wire::Version { epoch: view.seats.epoch, sequence: view.seats.sequence },
        layout: layouts::of(&view.sale.map).hash().to_owned(),
        status: digits.collect(),
    }
}

/// Shows the status of every seat: one digit per seat index of the layout. The same for everybody.
#[utoipa::path(
    get, path = "/v1/performances/{id}/seats", operation_id = "seats", tag = "seats",
    params(Asked),
    responses(
        (status = 200, description = "the seats as they are now", body = wire::SeatsNow),
        (status = 304, description = "unchanged"),
    )
)]
async fn now(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    asked: Asked,
) -> Answer<Response> {
    let view = app.office.seat_map(&caller, performance).await?;
    let body = view.seats.rendered.get_or_render(|| body::Body::json(&seats_now(&view)));
    Ok(body.answer(&asked, JSON, REVALIDATED))
}

/// Holds seats: those that are named, or the best that there are.
#[utoipa::path(
    post, path = "/v1/performances/{id}/holds", operation_id = "hold", tag = "seats",
    params(PassToken, Key), request_body = wire::NewHold,
    responses(
        (status = 201, description = "the hold", body = wire::Hold),
        (status = 403, description = "pass-required, pass-expired"),
        (status = 409, description = "seat-taken: `seats` says which; orphan-seat; limit-exceeded; \
            not-on-sale; sold-out; conflict"),
        (status = 422, description = "idempotency-reused"),
    )
)]
async fn hold(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    PassToken(pass): PassToken,
    Key(key): Key,
    Body(said): Body<wire::NewHold>,
) -> Answer<(StatusCode, Json<wire::Hold>)> {
    let wish = wish(said)?;
    let hold = app.office.hold(&caller, performance, pass.as_deref(), key, wish).await?;
    Ok((StatusCode::CREATED, Json(held(hold))))
}

/// Releases a hold; repeating it changes nothing.
#[utoipa::path(
    delete, path = "/v1/holds/{id}", operation_id = "release", tag = "seats", params(PassToken),
    responses(
        (status = 204, description = "released"),
        (status = 403, description = "pass-required: of this performance and account"),
        (status = 409, description = "conflict: the hold has its order, which `order_id` names"),
    )
)]
async fn release(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(hold): Id<HoldId>,
    PassToken(pass): PassToken,
) -> Answer<StatusCode> {
    app.office.release(&caller, pass.as_deref(), hold).await?;
    Ok(StatusCode::NO_CONTENT)
}
