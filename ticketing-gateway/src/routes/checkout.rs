//! The hosted checkout page, for people.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse};
use serde::Deserialize;
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

/// The methods that a shop may offer: its word, and what people call it.
const METHODS: [(&str, &str); 4] = [
    ("card", "Card"),
    ("easy_pay", "Wallet"),
    ("transfer", "Bank transfer"),
    ("mobile", "Telephone bill"),
];

#[derive(Debug, Deserialize)]
pub(super) struct Offered {
    /// The methods that the shop offers, the first one first; all where none is known.
    #[serde(default)]
    methods: String,
    /// Where the shop wants its buyer back, with `paymentId` and `paymentToken`, or `code` and `message`
    /// where the window was closed.
    #[serde(default)]
    return_url: String,
}

pub(super) async fn page(
    State(gateway): State<Arc<Gateway>>,
    PaymentId(id): PaymentId,
    offered: Result<Query<Offered>, QueryRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Query(offered) = offered.map_err(|error| Refusal::InvalidRequest(error.body_text()))?;
    if !is_page(&offered.return_url) {
        return Err(Refusal::InvalidRequest("return_url is no http:// or https:// address".into()));
    }
    gateway.registered(&id).await;
    let payment = gateway.payment(&id).await?;
    let headers = [(CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-store")];
    Ok((headers, Html(render(&payment, &offered))))
}

/// None, or one that a browser opens as a page and not as a script.
fn is_page(url: &str) -> bool {
    url.is_empty() || url.starts_with("http://") || url.starts_with("https://")
}

/// Every value put in is escaped, whatever the rules of its own kind say.
fn render(payment: &Payment, offered: &Offered) -> String {
    let charged = payment.captured.as_ref().map(|captured| captured.amount);
    let amount = charged.or(payment.total).map_or_else(
        || "open amount".to_owned(),
        |total| Money::new(i64::try_from(total).unwrap_or(i64::MAX), &payment.currency).to_string(),
    );
    PAGE.replace("{{methods}}", &choice(&offered.methods))
        .replace("{{return_url}}", &escaped(&offered.return_url))
        .replace("{{back}}", if offered.return_url.is_empty() { "hidden" } else { "" })
        .replace("{{id}}", &escaped(&payment.id))
        .replace("{{amount}}", &escaped(&amount))
        .replace("{{status}}", &escaped(payment.status()))
        .replace("{{open}}", if payment.captured.is_none() { "" } else { "hidden" })
        .replace("{{closed}}", if payment.captured.is_none() { "hidden" } else { "" })
}

/// A button for each method that is offered; the first is chosen.
fn choice(offered: &str) -> String {
    let known = |word: &str| METHODS.into_iter().find(|(known, _)| *known == word);
    let mut methods: Vec<_> = offered.split(',').filter_map(known).collect();
    if methods.is_empty() {
        methods = METHODS.into();
    }
    let button = |(place, (word, name)): (usize, (&str, &str))| {
        let checked = if place == 0 { " checked" } else { "" };
        format!(
            "    <label><input type=\"radio\" name=\"method\" value=\"{word}\"{checked}> {name}</label>"
        )
    };
    methods.into_iter().enumerate().map(button).collect::<Vec<_>>().join("\n")
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
    use super::{choice, escaped, is_page};

    #[test]
    fn the_window_offers_what_the_shop_offers_in_its_order() {
        let words = |offered: &str| -> Vec<String> {
            let page = choice(offered);
            let values = page.split("value=\"").skip(1);
            values.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(words("transfer,card"), ["transfer", "card"]);
        assert_eq!(words("transfer,<b>,of_a_newer_shop"), ["transfer"]);
        assert_eq!(words(""), ["card", "easy_pay", "transfer", "mobile"]);
        assert_eq!(choice("mobile,card").matches("checked").count(), 1);
    }

    #[test]
    fn the_way_back_is_a_page() {
        assert!(
            is_page("") && is_page("http://127.0.0.1/checkout/1") && is_page("https://a.example/")
        );
        assert!(!is_page("javascript:alert(1)") && !is_page("//a.example") && !is_page("data:,x"));
    }

    #[test]
    fn text_says_nothing_to_a_browser() {
        let text = "</script>\"'\\ & \u{1b}[31m";
        assert_eq!(escaped(text), "&lt;/script&gt;&quot;&#39;&#92; &amp; \u{fffd}[31m");
    }
}
