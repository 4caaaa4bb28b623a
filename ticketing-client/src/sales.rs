//! What an organizer may know about the sale of its performance, and the door.

use std::collections::BTreeMap;
use std::fmt;

use reqwest::Method;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::call::Call;
use crate::money::Money;
use crate::orders::Status;
use crate::page::Page;
use crate::secrets::AccessToken;

/// Orders that one page carries.
const ORDERS_PER_PAGE: u32 = 100;

/// A sale in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sales {
    /// Seats of the house, for sale or not.
    pub seats_total: u64,
    /// For the taking.
    pub free: u64,
    /// Somebody is choosing.
    pub held: u64,
    /// Somebody is paying.
    pub reserved: u64,
    /// Gone.
    pub sold: u64,
    /// Never were for sale.
    pub not_for_sale: u64,
    /// Orders by status.
    #[serde(default)]
    pub orders: BTreeMap<String, u64>,
    /// Money taken, in minor units.
    #[serde(default, deserialize_with = "minor_units")]
    pub gross: i64,
    /// Money given back, in minor units.
    #[serde(default, deserialize_with = "minor_units")]
    pub refunded: i64,
}

/// An order as the organizer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The order.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: Uuid,
    /// Where it stands.
    pub status: Status,
    /// Its seats.
    pub seats: Vec<u32>,
    /// The payment attempt of now.
    pub payment_id: Option<String>,
    /// What it costs.
    pub total: Money,
    /// Its tickets, without their codes.
    #[serde(default)]
    pub tickets: Vec<Ticket>,
}

/// A ticket as the organizer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The ticket.
    pub id: Uuid,
    /// Its seat.
    pub seat: u32,
}

/// The answer at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckIn {
    /// May the bearer come in?
    pub verdict: CheckInVerdict,
}

/// May the bearer come in?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the contract's own and say it all")]
pub enum CheckInVerdict {
    Admitted,
    AlreadyUsed,
    Void,
    WrongPerformance,
    Forged,
    #[serde(untagged)]
    Other(String),
}

/// The orders of a performance, of one status or of all.
pub fn orders(
    token: &AccessToken,
    performance: Uuid,
    status: Option<&str>,
    cursor: Option<&str>,
) -> Call<Page<Order>> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/orders"))
        .signed_in(token)
        .query("status", status)
        .query("limit", Some(ORDERS_PER_PAGE))
        .query("cursor", cursor)
}

/// The sale in numbers.
pub fn sales(token: &AccessToken, performance: Uuid) -> Call<Sales> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/sales")).signed_in(token)
}

/// Scans a ticket at the door.
pub fn check_in(token: &AccessToken, performance: Uuid, code: &str) -> Call<CheckIn> {
    Call::json(Method::POST, format!("/v1/performances/{performance}/check-ins"))
        .signed_in(token)
        .body(&json!({"code": code}))
}

/// Sums over orders come as a bare number, or as money.
fn minor_units<'de, D: Deserializer<'de>>(sum: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Sum {
        Bare(i64),
        Money(Money),
    }
    Ok(match Sum::deserialize(sum)? {
        Sum::Bare(amount) | Sum::Money(Money { amount, .. }) => amount,
    })
}

impl fmt::Display for CheckInVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => f.write_str(&name),
            _ => Err(fmt::Error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_as_numbers_and_as_money() {
        let text = r#"{"seats_total":1,"free":1,"held":0,"reserved":0,"sold":0,"not_for_sale":0,
            "gross":7,"refunded":{"amount":3,"currency":"KRW"}}"#;
        let sales: Sales = serde_json::from_str(text).unwrap();
        assert_eq!((sales.gross, sales.refunded), (7, 3));
    }
}
