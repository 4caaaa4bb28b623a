use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use ticketing_core::catalog::{Listing, PerformanceChange, PerformanceDetails, Sort};
use ticketing_core::orders::{CheckIn, OrderStatus};
use ticketing_core::{
    AccountId, Money, OrderId, OrganizerOrder, Page, PaymentId, PerformanceId, PerformanceView,
    SalesReport, TicketId,
};
use uuid::Uuid;

use super::{Answer, List};
use crate::app::App;
use crate::extract::{Body, Id, MaybeSignedIn, Query, SignedIn};
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    q: Option<String>,
    genre: Option<String>,
    #[serde(default)]
    sort: Sort,
    limit: Option<u32>,
    cursor: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrdersQuery {
    status: Option<String>,
    limit: Option<u32>,
    cursor: Option<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scan {
    code: String,
}

#[derive(Serialize)]
pub(crate) struct ScanAnswer {
    verdict: CheckIn,
}

#[derive(Serialize)]
pub(crate) struct OrganizerOrderAnswer {
    id: OrderId,
    account_id: AccountId,
    status: OrderStatus,
    seats: Vec<u32>,
    payment_id: PaymentId,
    total: Money,
    line_number: u64,
    tickets: Vec<OrganizerTicket>,
}

#[derive(Serialize)]
struct OrganizerTicket {
    id: TicketId,
    seat: u32,
}

impl From<OrganizerOrder> for OrganizerOrderAnswer {
    fn from(seen: OrganizerOrder) -> Self {
        let tickets = seen.tickets.iter();
        Self {
            id: seen.order.id,
            account_id: seen.order.account,
            status: seen.order.status,
            payment_id: seen.order.payment,
            total: seen.order.total,
            line_number: seen.order.line_number,
            tickets: tickets.map(|t| OrganizerTicket { id: t.id, seat: t.seat }).collect(),
            seats: seen.order.seats,
        }
    }
}

pub(crate) async fn add(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(details): Body<PerformanceDetails>,
) -> Answer<(StatusCode, Json<PerformanceView>)> {
    Ok((StatusCode::CREATED, Json(app.office.add_performance(&caller, details).await?)))
}

pub(crate) async fn change(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Body(change): Body<PerformanceChange>,
) -> Answer<Json<PerformanceView>> {
    Ok(Json(app.office.change_performance(&caller, id, change).await?))
}

pub(crate) async fn list(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    Query(ListQuery { q, genre, sort, limit, cursor }): Query<ListQuery>,
) -> Answer<Json<List<PerformanceView>>> {
    let page = Page::new(limit, cursor);
    let listing = Listing { text: q, genre, sort };
    Ok(Json(app.office.performances(caller.as_ref(), listing, page).await?.into()))
}

pub(crate) async fn show(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    Id(id): Id<PerformanceId>,
) -> Answer<Json<PerformanceView>> {
    Ok(Json(app.office.performance(caller.as_ref(), id).await?))
}

pub(crate) async fn orders(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Query(OrdersQuery { status, limit, cursor }): Query<OrdersQuery>,
) -> Answer<Json<List<OrganizerOrderAnswer>>> {
    let status = status.map(|name| {
        let status = OrderStatus::from_name(&name);
        status.ok_or_else(|| Problem::field("status", "an order's status, such as paid"))
    });
    let page = Page::new(limit, cursor);
    let orders = app.office.orders_of(&caller, id, status.transpose()?, page).await?;
    Ok(Json(orders.map(OrganizerOrderAnswer::from).into()))
}

pub(crate) async fn sales(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
) -> Answer<Json<SalesReport>> {
    Ok(Json(app.office.sales(&caller, id).await?))
}

pub(crate) async fn check_in(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Body(Scan { code }): Body<Scan>,
) -> Answer<Json<ScanAnswer>> {
    let verdict = app.office.check_in(&caller, id, &code).await?;
    Ok(Json(ScanAnswer { verdict }))
}
