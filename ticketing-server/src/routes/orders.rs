use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use ticketing_core::orders::OrderStatus;
use ticketing_core::{
    HoldId, Money, OrderId, Payment, PaymentId, PaymentOutcome, PerformanceId, PlacedOrder,
    TicketId, Timestamp,
};

use super::{Answer, List};
use crate::app::App;
use crate::extract::{Body, Id, Key, PageQuery, PassToken, Query, SignedIn};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrder {
    hold_id: HoldId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentBody {
    payment_id: PaymentId,
    #[serde(default)]
    payment_token: Option<SecretString>,
}

#[derive(Serialize)]
pub(crate) struct OrderAnswer {
    id: OrderId,
    performance_id: PerformanceId,
    status: OrderStatus,
    seats: Vec<u32>,
    total: Money,
    expires_at: Timestamp,
    payment: PaymentAnswer,
    created_at: Timestamp,
}

#[derive(Serialize)]
struct PaymentAnswer {
    payment_id: PaymentId,
    checkout_url: Option<String>,
}

impl From<PlacedOrder> for OrderAnswer {
    fn from(placed: PlacedOrder) -> Self {
        let PlacedOrder { order, checkout_url } = placed;
        Self {
            id: order.id,
            performance_id: order.performance,
            status: order.status,
            seats: order.seats,
            total: order.total,
            expires_at: order.expires_at,
            payment: PaymentAnswer { payment_id: order.payment, checkout_url },
            created_at: order.created_at,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct TicketAnswer {
    id: TicketId,
    seat: u32,
    label: String,
    code: String,
}

#[derive(Serialize)]
pub(crate) struct Tickets {
    items: Vec<TicketAnswer>,
}

pub(crate) async fn place(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    PassToken(pass): PassToken,
    Key(key): Key,
    Body(NewOrder { hold_id }): Body<NewOrder>,
) -> Answer<(StatusCode, Json<OrderAnswer>)> {
    let placed = app.office.place_order(&caller, pass.as_deref(), key, hold_id).await?;
    Ok((StatusCode::CREATED, Json(placed.into())))
}

pub(crate) async fn list(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(page): Query<PageQuery>,
) -> Answer<Json<List<OrderAnswer>>> {
    let orders = app.office.orders(&caller, page.page()).await?;
    Ok(Json(orders.map(OrderAnswer::from).into()))
}

pub(crate) async fn show(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(order): Id<OrderId>,
) -> Answer<Json<OrderAnswer>> {
    Ok(Json(app.office.order(&caller, order).await?.into()))
}

/// Paid, or under way; a repeat of the key gets how far it is by then.
pub(crate) async fn pay(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(order): Id<OrderId>,
    Key(key): Key,
    Body(body): Body<PaymentBody>,
) -> Answer<(StatusCode, Json<OrderAnswer>)> {
    let token = body.payment_token.unwrap_or_default();
    let payment = Payment { payment: body.payment_id, token };
    Ok(match app.office.pay(&caller, order, payment, key).await? {
        PaymentOutcome::Paid(order) => (StatusCode::OK, Json(order.into())),
        PaymentOutcome::Processing(order) => (StatusCode::ACCEPTED, Json(order.into())),
    })
}

pub(crate) async fn cancel(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(order): Id<OrderId>,
    Key(key): Key,
) -> Answer<Json<OrderAnswer>> {
    Ok(Json(app.office.cancel(&caller, order, key).await?.into()))
}

pub(crate) async fn tickets(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(order): Id<OrderId>,
) -> Answer<Json<Tickets>> {
    let tickets = app.office.tickets(&caller, order).await?.into_iter();
    let items = tickets.map(|(ticket, label, code)| TicketAnswer {
        id: ticket.id,
        seat: ticket.seat,
        label,
        code,
    });
    Ok(Json(Tickets { items: items.collect() }))
}
