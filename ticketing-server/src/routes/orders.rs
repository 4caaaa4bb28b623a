use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ticketing_core::orders::OrderStatus;
use ticketing_core::payments::PaymentWindow;
use ticketing_core::text::OneLine;
use ticketing_core::{Cancelling, Payment, PaymentId, PaymentOutcome, PlacedOrder};
use ticketing_wire::page::PageQuery;
use ticketing_wire::{Page, orders as wire};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::convert::{self, amount, lines, money, time};
use crate::extract::{Body, Key, OrderBuyer, PassToken, Query, SignedIn};
use crate::problem::Problem;

const ORDERS: &str = "orders";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(place, list))
        .routes(routes!(show))
        .routes(routes!(pay))
        .routes(routes!(cancellation))
        .routes(routes!(cancel))
}

/// An order as its buyer sees it.
pub(super) fn order(app: &App, placed: PlacedOrder) -> wire::Order {
    let PlacedOrder { order, link, window, refunds } = placed;
    let gateway_url = match window {
        Some(PaymentWindow::Page { url }) => Some(url),
        Some(PaymentWindow::PortOne(_)) | None => None,
    };
    let payment = (!order.is_free()).then(|| wire::Payment {
        payment_id: order.payment.to_string(),
        methods: order.methods.iter().map(|method| method.name().into()).collect(),
        checkout_url: Some(app.checkout_url(order.id, &link)),
        gateway_url,
    });
    wire::Order {
        id: order.id.uuid(),
        performance_id: order.performance.uuid(),
        status: wire::OrderStatus::from(order.status.name()),
        lines: lines(&order.lines),
        total: money(order.total),
        expires_at: time(order.expires_at),
        payment,
        refunds: refunds.iter().map(convert::refund).collect(),
        fees_kept: convert::fees(order.fees_kept),
        cancel_reason: order.cancel_reason.map(OneLine::into_string),
        refund_terms: order.refund_terms.iter().map(convert::refund_rule).collect(),
        created_at: time(order.created_at),
        seats: order.seats,
        returned: order.returned,
    }
}

/// Orders what a hold holds. An order whose total is 0 is paid at once.
#[utoipa::path(
    post, path = "/v1/orders", operation_id = "place_order", tag = "orders",
    params(PassToken, Key), request_body = wire::NewOrder,
    responses(
        (status = 201, description = "the order", body = wire::Order),
        (status = 403, description = "pass-required: of this performance and account"),
        (status = 404, description = "not-found: there is no such hold of the caller"),
        (status = 409, description = "hold-expired: choose again; conflict: the hold has its order, \
            which `order_id` names; limit-exceeded; not-on-sale; seat-taken"),
        (status = 422, description = "idempotency-reused"),
    )
)]
async fn place(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    PassToken(pass): PassToken,
    Key(key): Key,
    Body(wire::NewOrder { hold_id }): Body<wire::NewOrder>,
) -> Answer<(StatusCode, Json<wire::Order>)> {
    let placed = app.office.place_order(&caller, pass.as_deref(), key, hold_id.into()).await?;
    Ok((StatusCode::CREATED, Json(order(&app, placed))))
}

/// Lists the caller's own orders.
#[utoipa::path(
    get, path = "/v1/orders", operation_id = "orders", tag = "orders", params(PageQuery),
    responses((status = 200, description = "a page of orders", body = Page<wire::Order>))
)]
async fn list(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<wire::Order>>> {
    let page = app.office.page(ORDERS, query.limit, query.cursor.as_deref())?;
    let found = app.office.orders(&caller, page).await?;
    Ok(Json(convert::page(&app.office, ORDERS, found, |placed| order(&app, placed))))
}

/// Shows an order of the caller.
#[utoipa::path(
    get, path = "/v1/orders/{id}", operation_id = "order", tag = "orders", params(OrderBuyer),
    security(("bearer" = []), ("checkout" = [])),
    responses((status = 200, description = "the order", body = wire::Order))
)]
async fn show(
    State(app): State<App>,
    OrderBuyer(caller, id): OrderBuyer,
) -> Answer<Json<wire::Order>> {
    Ok(Json(order(&app, app.office.order(&caller, id).await?)))
}

/// Pays an order with what the payment window gave. A repeat of the key joins the attempt and gets
/// how far it is by then.
#[utoipa::path(
    post, path = "/v1/orders/{id}/payment", operation_id = "pay", tag = "orders",
    params(OrderBuyer, Key), security(("bearer" = []), ("checkout" = [])),
    request_body = wire::NewPayment,
    responses(
        (status = 200, description = "paid", body = wire::Order),
        (status = 202, description = "under way: ask for the order again", body = wire::Order),
        (status = 402, description = "payment-declined: the order shows a new payment"),
        (status = 409, description = "payment-mismatch: not the payment that the order waits for; \
            order-expired; conflict"),
        (status = 422, description = "idempotency-reused"),
    )
)]
async fn pay(
    State(app): State<App>,
    OrderBuyer(caller, id): OrderBuyer,
    Key(key): Key,
    Body(said): Body<wire::NewPayment>,
) -> Answer<(StatusCode, Json<wire::Order>)> {
    let payment: PaymentId = said
        .payment_id
        .parse()
        .map_err(|_| Problem::field("payment_id", "the payment_id of the order"))?;
    let token = said.payment_token.unwrap_or_default().into_secret();
    Ok(match app.office.pay(&caller, id, Payment { payment, token }, key).await? {
        PaymentOutcome::Paid(placed) => (StatusCode::OK, Json(order(&app, placed))),
        PaymentOutcome::Processing(placed) => (StatusCode::ACCEPTED, Json(order(&app, placed))),
    })
}

/// Says what would come back if an order were cancelled now; its buyer and its organizer. Of a buyer's
/// the order's terms keep their fee until the show begins, of an organizer's nothing is kept.
#[utoipa::path(
    get, path = "/v1/orders/{id}/cancellation", operation_id = "cancellation", tag = "orders",
    params(OrderBuyer, wire::CancellationQuery), security(("bearer" = []), ("checkout" = [])),
    responses(
        (status = 200, description = "what would come back", body = wire::Cancellation),
        (status = 409, description = "not-refundable: the show has begun, or a ticket was used; \
            order-expired; conflict: a seat was given back before, or the order has ended"),
    )
)]
async fn cancellation(
    State(app): State<App>,
    OrderBuyer(caller, id): OrderBuyer,
    Query(query): Query<wire::CancellationQuery>,
) -> Answer<Json<wire::Cancellation>> {
    let quote = app.office.cancellation(&caller, id, query.seats).await?;
    Ok(Json(wire::Cancellation {
        seats: quote.seats,
        paid: money(quote.paid),
        fee: money(quote.fee),
        refund: money(quote.refund),
        until: quote.until.map(time),
    }))
}

/// Gives an order up, whole or in part; its buyer and its organizer. One that is not paid owes nothing
/// and is given up whole. Of a paid one what its cancellation says comes back, which the request names:
/// its tickets are void and its seats free at once.
#[utoipa::path(
    post, path = "/v1/orders/{id}/cancel", operation_id = "cancel_order", tag = "orders",
    params(OrderBuyer, Key), security(("bearer" = []), ("checkout" = [])),
    request_body = wire::NewCancellation,
    responses(
        (status = 200, description = "the order as it is now", body = wire::Order),
        (status = 202, description = "a payment is under way: what it captures goes back, and \
            where it is declined the order is cancelled", body = wire::Order),
        (status = 409, description = "conflict: another amount comes back by now, a seat was given \
            back before, or the order has ended; not-refundable: the show has begun, or a ticket \
            was used; order-expired"),
        (status = 422, description = "idempotency-reused"),
    )
)]
async fn cancel(
    State(app): State<App>,
    OrderBuyer(caller, id): OrderBuyer,
    Key(key): Key,
    Body(said): Body<wire::NewCancellation>,
) -> Answer<(StatusCode, Json<wire::Order>)> {
    let refund = said.refund.map(|refund| amount("refund", &refund)).transpose()?;
    let cancelling = Cancelling { seats: said.seats, refund, reason: said.reason };
    let placed = app.office.cancel(&caller, id, cancelling, key).await?;
    let under_way = placed.order.status == OrderStatus::Confirming;
    let status = if under_way { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(order(&app, placed))))
}
