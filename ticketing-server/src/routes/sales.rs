//! What an organizer sees of its sale.

use axum::Json;
use axum::extract::State;
use ticketing_core::orders::OrderStatus;
use ticketing_core::text::OneLine;
use ticketing_core::{OrganizerOrder, PerformanceId};
use ticketing_wire::{Page, orders, sales as wire};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::convert::{self, money, word};
use crate::extract::{Id, Query, SignedIn};

const LIST: &str = "orders of a performance";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(orders_of)).routes(routes!(report))
}

fn order(seen: OrganizerOrder) -> wire::OrganizerOrder {
    let OrganizerOrder { order, tickets, refunds } = seen;
    let paid_for = !order.is_free();
    let ticket = |ticket: &ticketing_core::orders::Ticket| wire::OrganizerTicket {
        id: ticket.id.uuid(),
        seat: ticket.seat,
    };
    wire::OrganizerOrder {
        id: order.id.uuid(),
        account_id: order.account.uuid(),
        status: orders::OrderStatus::from(order.status.name()),
        payment_id: paid_for.then(|| order.payment.to_string()),
        total: money(order.total),
        line_number: order.line_number,
        tickets: tickets.iter().map(ticket).collect(),
        refunds: refunds.iter().map(convert::refund).collect(),
        fees_kept: convert::fees(order.fees_kept),
        cancel_reason: order.cancel_reason.map(OneLine::into_string),
        seats: order.seats,
        returned: order.returned,
    }
}

/// Lists the orders of a performance, without ticket codes; its organizer only.
#[utoipa::path(
    get, path = "/v1/performances/{id}/orders", operation_id = "orders_of_performance",
    tag = "sales", params(wire::OrdersQuery),
    responses(
        (status = 200, description = "a page of orders", body = Page<wire::OrganizerOrder>),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn orders_of(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Query(query): Query<wire::OrdersQuery>,
) -> Answer<Json<Page<wire::OrganizerOrder>>> {
    let status = query.status.map(|status| {
        word("status", OrderStatus::from_name(status.as_str()), orders::OrderStatus::WORDS)
    });
    let page = app.office.page(LIST, query.limit, query.cursor.as_deref())?;
    let found = app.office.orders_of(&caller, id, status.transpose()?, page).await?;
    Ok(Json(convert::page(&app.office, LIST, found, order)))
}

/// Shows a sale in numbers; its organizer only.
#[utoipa::path(
    get, path = "/v1/performances/{id}/sales", operation_id = "sales", tag = "sales",
    responses(
        (status = 200, description = "the numbers", body = wire::SalesReport),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn report(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
) -> Answer<Json<wire::SalesReport>> {
    let report = app.office.sales(&caller, id).await?;
    let orders = report.orders.into_iter();
    Ok(Json(wire::SalesReport {
        seats_total: report.seats_total,
        free: report.seats.free,
        held: report.seats.held,
        reserved: report.seats.reserved,
        sold: report.seats.sold,
        not_for_sale: report.seats.not_for_sale,
        orders: orders.map(|(status, count)| (status.name().into(), count)).collect(),
        gross: money(report.gross),
        refunded: money(report.refunded),
    }))
}
