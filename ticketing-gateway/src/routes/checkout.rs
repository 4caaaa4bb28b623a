//! The hosted checkout page, for people.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse};

use super::request::PaymentId;
use crate::gateway::Gateway;
use crate::payment::Payment;
use crate::refusal::Refusal;

const PAGE: &str = include_str!("checkout.html");

/// The page may run its own script and talk to this gateway, nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

pub(super) async fn page(
    State(gateway): State<Arc<Gateway>>,
    PaymentId(id): PaymentId,
) -> Result<impl IntoResponse, Refusal> {
    let payment = gateway.payment(&id).await?;
    let headers = [(CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-store")];
    Ok((headers, Html(render(&payment))))
}

/// Every value put in is plain by its own rules: an id of letters, digits, `-` and `_`, a number,
/// a code of three letters, one of our own words. Nothing needs escaping.
fn render(payment: &Payment) -> String {
    let charged = payment.captured.as_ref().map(|captured| captured.amount);
    let total = charged.or(payment.total);
    let amount = total.map_or_else(|| "open amount".to_owned(), grouped);
    let currency = if total.is_some() { payment.currency.as_str() } else { "" };
    PAGE.replace("{{id}}", &payment.id)
        .replace("{{amount}}", &amount)
        .replace("{{currency}}", currency)
        .replace("{{status}}", payment.status())
        .replace("{{open}}", if payment.captured.is_none() { "" } else { "hidden" })
        .replace("{{closed}}", if payment.captured.is_none() { "hidden" } else { "" })
}

/// `132000` as `132,000`.
fn grouped(amount: u64) -> String {
    let digits = amount.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        assert_eq!(
            [1, 999, 1_000, 132_000, 1_234_567].map(grouped),
            ["1", "999", "1,000", "132,000", "1,234,567"]
        );
    }
}
