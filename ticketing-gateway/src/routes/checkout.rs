//! The hosted checkout page, for people.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse};
use ticketing_wire::Money;
use ticketing_wire::text::clean;

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
    gateway.registered(&id).await;
    let payment = gateway.payment(&id).await?;
    let headers = [(CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-store")];
    Ok((headers, Html(render(&payment))))
}

/// Every value put in is escaped, whatever the rules of its own kind say.
fn render(payment: &Payment) -> String {
    let charged = payment.captured.as_ref().map(|captured| captured.amount);
    let amount = charged.or(payment.total).map_or_else(
        || "open amount".to_owned(),
        |total| Money::new(i64::try_from(total).unwrap_or(i64::MAX), &payment.currency).to_string(),
    );
    PAGE.replace("{{id}}", &escaped(&payment.id))
        .replace("{{amount}}", &escaped(&amount))
        .replace("{{status}}", &escaped(payment.status()))
        .replace("{{open}}", if payment.captured.is_none() { "" } else { "hidden" })
        .replace("{{closed}}", if payment.captured.is_none() { "hidden" } else { "" })
}

/// Text that may stand in the page, and in its quoted strings.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in clean(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\\' => safe.push_str("&#92;"),
            character => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_says_nothing_to_a_browser() {
        let text = "</script>\"'\\ & \u{1b}[31m";
        assert_eq!(escaped(text), "&lt;/script&gt;&quot;&#39;&#92; &amp; \u{fffd}[31m");
    }
}
