//! A buyer's orders, their payment and their tickets.

use std::fmt;

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::call::Call;
use crate::gateway::PaymentToken;
use crate::money::Money;
use crate::page::Page;
use crate::secrets::{AccessToken, IdempotencyKey, PassToken};

/// An order as its buyer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The order.
    pub id: Uuid,
    /// Where it stands.
    pub status: Status,
    /// Its seats.
    pub seats: Vec<u32>,
    /// What it costs.
    pub total: Money,
    /// Until when it can be paid.
    pub expires_at: Option<Timestamp>,
    /// The payment attempt of now.
    pub payment: Option<Payment>,
}

/// Where an order stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the contract's own and say it all")]
pub enum Status {
    PendingPayment,
    Confirming,
    Paid,
    RefundDue,
    Refunded,
    Expired,
    Cancelled,
    NeedsAttention,
    #[serde(untagged)]
    Other(String),
}

/// A payment attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its name at the gateway.
    pub payment_id: String,
    /// Where a person pays.
    pub checkout_url: Option<String>,
}

/// What is scanned at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The ticket.
    pub id: Uuid,
    /// Its seat.
    pub seat: u32,
    /// The seat, for people.
    #[serde(default)]
    pub label: String,
    /// What the scanner reads.
    pub code: String,
}

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
        .body(&json!({"hold_id": hold}))
}

/// The buyer's own orders.
pub fn list(token: &AccessToken, cursor: Option<&str>) -> Call<Page<Order>> {
    Call::json(Method::GET, "/v1/orders".to_owned()).signed_in(token).query("cursor", cursor)
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
    payment_id: &str,
    payment_token: &PaymentToken,
    key: &IdempotencyKey,
) -> Call<Order> {
    Call::json(Method::POST, format!("/v1/orders/{order}/payment"))
        .signed_in(token)
        .key(key)
        .body(&json!({"payment_id": payment_id, "payment_token": payment_token.expose()}))
}

/// Gives the order up.
pub fn cancel(token: &AccessToken, order: Uuid, key: &IdempotencyKey) -> Call<Order> {
    Call::json(Method::POST, format!("/v1/orders/{order}/cancel")).signed_in(token).key(key)
}

/// The tickets of a paid order.
pub fn tickets(token: &AccessToken, order: Uuid) -> Call<Page<Ticket>> {
    Call::json(Method::GET, format!("/v1/orders/{order}/tickets")).signed_in(token)
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => f.write_str(&name),
            _ => Err(fmt::Error),
        }
    }
}
