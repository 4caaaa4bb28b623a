//! The sandbox payment gateway's own routes: acting as the buyer's bank, and the ledger.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::Time;
use crate::secrets::PaymentToken;

/// What the buyer's bank will say when the payment is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It pays.
    Approve,
    /// It does not.
    Decline,
}

/// With what the buyer pays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayMethod {
    /// A credit or debit card.
    #[default]
    Card,
    /// A wallet of another company.
    EasyPay,
    /// A bank transfer.
    Transfer,
    /// The telephone bill.
    Mobile,
}

/// Acts as the buyer at the payment window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorize {
    /// How the payment will end.
    pub outcome: Outcome,
    /// With what; a card where it is left out.
    #[serde(default)]
    pub method: PayMethod,
}

/// What the payment window gives the buyer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Authorized {
    /// To be handed to the box office.
    pub payment_token: PaymentToken,
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

/// One movement of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The payment.
    pub payment_id: String,
    /// In or out.
    pub kind: EntryKind,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// When.
    #[serde(default)]
    pub at: Option<Time>,
    /// What the box office wrote on the payment, handed through as it came.
    #[serde(default)]
    pub custom_data: Value,
}

/// What a payment is for, as the box office writes it on the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// The order that it pays.
    pub order_id: Uuid,
    /// The performance of that order.
    pub performance_id: Uuid,
}

impl LedgerEntry {
    /// What it is for; `None` where the custom data are somebody else's. A provider hands them
    /// through as an object, or as a text that holds one.
    pub fn purpose(&self) -> Option<Purpose> {
        match &self.custom_data {
            Value::String(text) => serde_json::from_str(text).ok(),
            data => serde_json::from_value(data.clone()).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(custom_data: &str) -> LedgerEntry {
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
        assert_eq!(entry(&object).purpose().unwrap().order_id, id);
        assert_eq!(entry(&text).purpose(), entry(&object).purpose());
    }

    #[test]
    fn foreign_custom_data_is_no_purpose() {
        assert_eq!(entry("null").purpose(), None);
        assert_eq!(entry("\"hello\"").purpose(), None);
    }
}
