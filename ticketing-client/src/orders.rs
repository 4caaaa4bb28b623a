//! A buyer's orders, their payment and their tickets.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::orders::{
    Cancellation, CancellationQuery, NewCancellation, NewOrder, NewPayment, Order, Ticket,
};
use ticketing_wire::page::PageQuery;
use ticketing_wire::secrets::{AccessToken, PassToken};
use uuid::Uuid;

use crate::call::Call;
use crate::idempotency::IdempotencyKey;

/// Orders the seats of a hold.
pub fn place(
    token: &AccessToken,
    pass: &PassToken,
    hold: Uuid,
    key: &IdempotencyKey,
) -> Call<Order> {
    Call::json(Method::POST, "/v1/orders".to_owned())
        .signed_in(token)
        .pass(pass)
        .key(key)
        .body(&NewOrder { hold_id: hold })
}

/// The buyer's own orders.
pub fn list(token: &AccessToken, page: &PageQuery) -> Call<Page<Order>> {
    Call::json(Method::GET, "/v1/orders".to_owned()).signed_in(token).query(page)
}

/// One of the buyer's own orders.
pub fn show(token: &AccessToken, order: Uuid) -> Call<Order> {
    Call::json(Method::GET, format!("/v1/orders/{order}")).signed_in(token)
}

/// Confirms the payment: this is the charge. The answer's status is `paid`, or `confirming`
/// while nobody knows yet.
pub fn pay(
    token: &AccessToken,
    order: Uuid,
    payment: &NewPayment,
    key: &IdempotencyKey,
) -> Call<Order> {
    Call::json(Method::POST, format!("/v1/orders/{order}/payment"))
        .signed_in(token)
        .key(key)
        .body(payment)
}

/// What would come back if the order were cancelled now.
pub fn cancellation(
    token: &AccessToken,
    order: Uuid,
    query: &CancellationQuery,
) -> Call<Cancellation> {
    Call::json(Method::GET, format!("/v1/orders/{order}/cancellation"))
        .signed_in(token)
        .query(query)
}

/// Gives the order up, whole or in part.
pub fn cancel(
    token: &AccessToken,
    order: Uuid,
    cancellation: &NewCancellation,
    key: &IdempotencyKey,
) -> Call<Order> {
    Call::json(Method::POST, format!("/v1/orders/{order}/cancel"))
        .signed_in(token)
        .key(key)
        .body(cancellation)
}

/// Replaces the code of a ticket.
pub fn reissue(token: &AccessToken, ticket: Uuid, key: &IdempotencyKey) -> Call<Ticket> {
    Call::json(Method::POST, format!("/v1/tickets/{ticket}/reissue")).signed_in(token).key(key)
}

/// The tickets of a paid order.
pub fn tickets(token: &AccessToken, order: Uuid, page: &PageQuery) -> Call<Page<Ticket>> {
    Call::json(Method::GET, format!("/v1/orders/{order}/tickets")).signed_in(token).query(page)
}
