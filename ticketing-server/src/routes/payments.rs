//! Payments that need a person, and what the provider tells by itself.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use ticketing_core::orders::Attention;
use ticketing_core::payments::Delivery;
use ticketing_core::{Error, OrderId, PaymentId, PaymentReport};
use ticketing_wire::page::PageQuery;
use ticketing_wire::{Page, payments as wire};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::convert::{self, money, time};
use crate::extract::{Body, Id, Key, Query, SignedIn};

const LIST: &str = "attention";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(attention))
        .routes(routes!(show))
        .routes(routes!(settle))
        .routes(routes!(refund))
        .routes(routes!(portone))
}

fn matter(attention: Attention) -> wire::Attention {
    wire::Attention {
        payment_id: attention.payment.to_string(),
        order_id: attention.order.map(OrderId::uuid),
        reason: attention.reason.name().into(),
        detail: attention.detail,
        since: time(attention.since),
    }
}

fn report(report: &PaymentReport) -> wire::PaymentReport {
    let refunds = report.refunds.iter().map(|refund| wire::Refund {
        id: refund.id.uuid(),
        amount: money(refund.amount),
        seats: refund.seats.clone(),
        status: refund.status.name().into(),
        elsewhere: refund.elsewhere,
    });
    wire::PaymentReport {
        payment_id: report.payment.to_string(),
        order_id: report.order.map(|(order, _)| order.uuid()),
        order_status: report.order.map(|(_, status)| status.name().into()),
        seats: report.seats.clone(),
        status: report.status.name().into(),
        captured: money(report.captured),
        refunds: refunds.collect(),
        look_at: report.look_at.map(time),
        attention: report.attention.iter().map(|reason| reason.name().into()).collect(),
    }
}

/// Lists what needs a person, the oldest first; administrators only.
#[utoipa::path(
    get, path = "/v1/payments/attention", operation_id = "attention", tag = "payments",
    params(PageQuery),
    responses(
        (status = 200, description = "a page of matters", body = Page<wire::Attention>),
        (status = 403, description = "forbidden: the caller is no administrator"),
    )
)]
async fn attention(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<wire::Attention>>> {
    let page = app.office.page(LIST, query.limit, query.cursor.as_deref())?;
    let found = app.office.attention(&caller, page).await?;
    Ok(Json(convert::page(&app.office, LIST, found, matter)))
}

/// Shows what is known of a payment; administrators only.
#[utoipa::path(
    get, path = "/v1/payments/{id}", operation_id = "payment", tag = "payments",
    responses(
        (status = 200, description = "the payment", body = wire::PaymentReport),
        (status = 403, description = "forbidden: the caller is no administrator"),
    )
)]
async fn show(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PaymentId>,
) -> Answer<Json<wire::PaymentReport>> {
    Ok(Json(report(&app.office.payment(&caller, id).await?)))
}

/// Asks the provider again what became of a payment, and settles it; what somebody else did to it
/// counts as seen. Administrators only.
#[utoipa::path(
    post, path = "/v1/payments/{id}/settle", operation_id = "settle_payment", tag = "payments",
    responses(
        (status = 200, description = "the payment as it is now", body = wire::PaymentReport),
        (status = 403, description = "forbidden: the caller is no administrator"),
    )
)]
async fn settle(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PaymentId>,
) -> Answer<Json<wire::PaymentReport>> {
    Ok(Json(report(&app.office.settle_payment(&caller, id).await?)))
}

/// Gives back what is left of a payment. An order that was paid by it ends: its tickets are void and
/// its seats free. With seats, the order goes on with the others, and what is left beyond their price
/// goes back. Administrators only.
#[utoipa::path(
    post, path = "/v1/payments/{id}/refund", operation_id = "refund_payment", tag = "payments",
    params(Key), request_body = wire::NewRefund,
    responses(
        (status = 202, description = "the payment, whose money is on its way",
            body = wire::PaymentReport),
        (status = 403, description = "forbidden: the caller is no administrator"),
        (status = 409, description = "conflict: nothing is left to give back, or a \
            seat was given back before"),
        (status = 422, description = "idempotency-reused"),
    )
)]
async fn refund(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PaymentId>,
    Key(key): Key,
    Body(refund): Body<wire::NewRefund>,
) -> Answer<(StatusCode, Json<wire::PaymentReport>)> {
    let refunded = match refund.seats {
        None => app.office.refund_payment(&caller, id, key).await?,
        Some(seats) => app.office.refund_seats(&caller, id, seats, key).await?,
    };
    Ok((StatusCode::ACCEPTED, Json(report(&refunded))))
}

/// What the payment provider tells by itself, signed as Standard Webhooks. It is a reason to ask the
/// provider, and is answered when everything that follows is written down.
#[utoipa::path(
    post, path = "/v1/webhooks/portone", operation_id = "portone_webhook", tag = "payments",
    params(
        ("webhook-id" = String, Header, description = "the same for each delivery of a notice"),
        ("webhook-timestamp" = String, Header, description = "seconds since the Unix epoch"),
        ("webhook-signature" = String, Header, description = "v1,.. by one of the two secrets"),
    ),
    responses(
        (status = 200, description = "dealt with; to a question: the charge may be made"),
        (status = 401, description = "unauthenticated: not signed, too old, or no secret is set"),
        (status = 409, description = "to a question: the charge must not be made"),
    )
)]
async fn portone(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Answer<StatusCode> {
    let notice = {
        // Twice the same header is no header: whoever signed knows one.
        let header = |name| {
            let mut values = headers.get_all(name).iter();
            let first = values.next().and_then(|value| value.to_str().ok());
            first.filter(|_| values.next().is_none())
        };
        let delivery = header("webhook-id")
            .zip(header("webhook-timestamp"))
            .zip(header("webhook-signature"))
            .map(|((id, timestamp), signature)| Delivery { id, timestamp, signature, body: &body });
        let secrets = app.webhooks.as_ref();
        secrets
            .zip(delivery)
            .and_then(|(secrets, delivery)| app.office.read_webhook(secrets, &delivery))
    };
    app.office.notice(notice.ok_or(Error::Unauthenticated)?).await?;
    Ok(StatusCode::OK)
}
