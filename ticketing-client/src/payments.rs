//! Payments that need a person, for administrators.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::page::PageQuery;
use ticketing_wire::payments::{Attention, NewRefund, PaymentReport};
use ticketing_wire::secrets::AccessToken;
use uuid::Uuid;

use crate::call::Call;
use crate::idempotency::IdempotencyKey;

/// What needs a person, the oldest first.
pub fn attention(token: &AccessToken, page: &PageQuery) -> Call<Page<Attention>> {
    Call::json(Method::GET, "/v1/payments/attention".to_owned()).signed_in(token).query(page)
}

/// What is known of a payment.
pub fn show(token: &AccessToken, payment: Uuid) -> Call<PaymentReport> {
    Call::json(Method::GET, path(payment, "")).signed_in(token)
}

/// Asks the provider again what became of it.
pub fn settle(token: &AccessToken, payment: Uuid) -> Call<PaymentReport> {
    Call::json(Method::POST, path(payment, "/settle")).signed_in(token)
}

/// Gives back what is left of it, or what these seats of its order cost.
pub fn refund(
    token: &AccessToken,
    payment: Uuid,
    refund: &NewRefund,
    key: &IdempotencyKey,
) -> Call<PaymentReport> {
    Call::json(Method::POST, path(payment, "/refund")).signed_in(token).key(key).body(refund)
}

fn path(payment: Uuid, rest: &str) -> String {
    format!("/v1/payments/{}{rest}", payment.simple())
}
