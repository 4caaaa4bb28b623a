//! The sandbox payment gateway: acting as the buyer's bank, and reading the ledger.

use jiff::Timestamp;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::call::Call;
use crate::page::Page;

/// What the buyer's bank will say when the payment is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It pays.
    Approve,
    /// It does not.
    Decline,
}

/// Permission to charge, for the server.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct PaymentToken(SecretString);

/// The answer to [`authorize`].
#[derive(Debug, Clone, Deserialize)]
pub struct Authorized {
    /// To be handed to the server.
    pub payment_token: PaymentToken,
}

/// One movement of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The payment.
    pub payment_id: String,
    /// In or out.
    pub kind: EntryKind,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// When.
    pub at: Option<Timestamp>,
    /// What the server wrote on the payment; `None` where that is not ours.
    #[serde(default, deserialize_with = "decode_purpose")]
    pub custom_data: Option<Purpose>,
}

/// In or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Charged.
    Capture,
    /// Given back.
    Cancel,
}

/// What a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// The order that it pays.
    pub order_id: Uuid,
    /// The performance of that order.
    pub performance_id: Uuid,
}

/// Acts as the buyer at the payment window. Nothing is charged yet.
pub fn authorize(payment_id: &str, outcome: Outcome) -> Call<Authorized> {
    Call::json(Method::POST, format!("/sandbox/payments/{payment_id}/authorize"))
        .body(&json!({"outcome": outcome}))
}

/// The ledger, oldest entry first.
pub fn ledger(cursor: Option<&str>) -> Call<Page<Entry>> {
    Call::json(Method::GET, "/sandbox/ledger".to_owned()).query("cursor", cursor)
}

impl PaymentToken {
    /// The token's text.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// The provider hands custom data through as it got it: an object, or a text that holds one.
fn decode_purpose<'de, D: Deserializer<'de>>(data: D) -> Result<Option<Purpose>, D::Error> {
    let data = serde_json::Value::deserialize(data)?;
    Ok(match data {
        serde_json::Value::String(text) => serde_json::from_str(&text).ok(),
        data => serde_json::from_value(data).ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(custom_data: &str) -> Entry {
        let text = format!(
            r#"{{"payment_id":"p","kind":"capture","amount":5,"currency":"KRW",
                "at":"2026-01-01T00:00:00Z","custom_data":{custom_data}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_purpose_of_a_payment_is_read_from_an_object_or_a_text() {
        let id = Uuid::from_u128(7);
        let object = format!(r#"{{"order_id":"{id}","performance_id":"{id}"}}"#);
        let text = serde_json::to_string(&object).unwrap();
        assert_eq!(entry(&object).custom_data.unwrap().order_id, id);
        assert_eq!(entry(&text), entry(&object));
    }

    #[test]
    fn foreign_custom_data_is_no_purpose() {
        assert_eq!(entry("null").custom_data, None);
        assert_eq!(entry("\"hello\"").custom_data, None);
    }
}
