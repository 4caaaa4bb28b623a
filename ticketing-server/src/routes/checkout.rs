//! The page on which a person pays an order, sees its tickets and gives it back.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use ticketing_core::payments::PaymentWindow;
use ticketing_core::{Checkout, IssuedTicket};
use ticketing_wire::checkout as wire;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use super::orders::order;
use super::tickets::status;
use crate::app::App;
use crate::body::Body;
use crate::convert::time;
use crate::extract::{Asked, OrderBuyer};
use crate::tickets::{QUIET, QrCode};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
/// Asked for anew each time, so that a page and its script are of one server's version.
const REVALIDATED: &str = "no-cache";

/// What the page is made of: address, kind, text.
const PARTS: [(&str, &str, &str); 6] = [
    ("/checkout/{id}", HTML, include_str!("../checkout_page/page.html")),
    ("/checkout/page.css", CSS, include_str!("../checkout_page/page.css")),
    ("/checkout/page.js", SCRIPT, include_str!("../checkout_page/page.js")),
    ("/checkout/server.js", SCRIPT, include_str!("../checkout_page/server.js")),
    ("/checkout/shown.js", SCRIPT, include_str!("../checkout_page/shown.js")),
    ("/checkout/words.js", SCRIPT, include_str!("../checkout_page/words.js")),
];

/// The page runs its own script and speaks to its own server, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// With the provider's script, its calls, and whatever bank's window that opens.
const STOREFRONT_POLICY: &str = "default-src 'none'; script-src 'self' https://cdn.portone.io; \
                                 style-src 'self' 'unsafe-inline'; img-src https: data:; \
                                 connect-src 'self' https://*.portone.io https://*.iamport.co \
                                 https://service.iamport.kr; frame-src https:; \
                                 form-action https:; base-uri 'none'; frame-ancestors 'none'";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The page and its parts. What it shows it asks for by itself, with the link that only the browser
/// knows.
pub(crate) fn pages(storefront: bool) -> Router<App> {
    let policy = if storefront { STOREFRONT_POLICY } else { POLICY };
    PARTS.into_iter().fold(Router::new(), |router, (path, kind, text)| {
        let body = Arc::new(Body::new(text));
        let answer = async move |asked: Asked| -> Response {
            let mut response = body.answer(&asked, kind, REVALIDATED);
            let headers = response.headers_mut();
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            headers.insert(
                PERMISSIONS_POLICY,
                HeaderValue::from_static("camera=(), microphone=(), geolocation=()"),
            );
            response
        };
        router.route(path, get(answer))
    })
}

fn ticket(issued: &IssuedTicket) -> wire::CheckoutTicket {
    let qr = QrCode::of(&issued.code);
    wire::CheckoutTicket {
        id: issued.ticket.id.uuid(),
        seat: issued.ticket.seat,
        label: issued.label.clone(),
        code: issued.code.clone(),
        status: status(issued),
        qr_side: u32::try_from(qr.width() + 2 * QUIET).unwrap_or(u32::MAX),
        qr_path: qr.svg_path(),
    }
}

/// Shows everything that the page of an order shows.
#[utoipa::path(
    get, path = "/v1/orders/{id}/checkout", operation_id = "checkout", tag = "orders",
    params(OrderBuyer), security(("bearer" = []), ("checkout" = [])),
    responses((status = 200, description = "the order with what it is for", body = wire::Checkout))
)]
async fn show(
    State(app): State<App>,
    OrderBuyer(caller, id): OrderBuyer,
) -> Answer<Json<wire::Checkout>> {
    let Checkout { placed, declined, seller, performance, venue, labels, tickets, now } =
        app.office.checkout(&caller, id).await?;
    let portone = match &placed.window {
        Some(PaymentWindow::PortOne(storefront)) => Some(wire::Storefront {
            store_id: storefront.store_id.clone(),
            channel_key: storefront.channel_key.clone(),
        }),
        Some(PaymentWindow::Page { .. }) | None => None,
    };
    let details = &performance.details;
    Ok(Json(wire::Checkout {
        order: order(&app, placed),
        declined,
        seller,
        title: details.title.as_str().to_owned(),
        age_limit: details.age_limit,
        venue: venue.name.as_str().to_owned(),
        address: venue.address.as_str().to_owned(),
        time_zone: venue.time_zone.clone(),
        starts_at: time(details.starts_at),
        cancelled_at: details.cancelled_at.map(time),
        moved_at: details.moved_at.map(time),
        moved_refund_days: details.policy.moved_refund_days,
        labels,
        tickets: tickets.iter().map(ticket).collect(),
        portone,
        now: time(now),
    }))
}
