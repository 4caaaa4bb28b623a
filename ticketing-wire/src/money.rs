//! Amounts: minor units on the wire, major units for people.

use std::fmt;

use iso_currency::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount in minor units and its currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 132_000, "currency": "KRW"}))]
pub struct Money {
    /// Minor units: cents; whole won.
    pub amount: i64,
    /// ISO 4217 code.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
}

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAmount {
    /// The code is not one of ISO 4217.
    #[error("{0:?} is no currency of ISO 4217")]
    Currency(String),
    /// Not digits with at most one point.
    #[error("{0:?} is no amount such as 120 or 19.99")]
    Number(String),
    /// More decimals than the currency has.
    #[error("{currency} has {decimals} decimals, and {text:?} has more")]
    Decimals {
        /// The text.
        text: String,
        /// The currency.
        currency: String,
        /// How many decimals it has.
        decimals: usize,
    },
}

impl Money {
    /// An amount of a currency.
    pub fn new(amount: i64, currency: &str) -> Self {
        Self { amount, currency: currency.to_owned() }
    }

    /// What a person writes: `19.99` of `EUR`, `132000` of `KRW`.
    pub fn from_major(text: &str, currency: &str) -> Result<Self, NoAmount> {
        let decimals = decimals(currency).ok_or_else(|| NoAmount::Currency(currency.to_owned()))?;
        let wrong = || NoAmount::Number(text.to_owned());
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let ends_in_point = text.ends_with('.');
        if whole.is_empty() || ends_in_point || !digits(whole) || !digits(part) {
            return Err(wrong());
        }
        if part.len() > decimals {
            let (text, currency) = (text.to_owned(), currency.to_owned());
            return Err(NoAmount::Decimals { text, currency, decimals });
        }
        let amount = format!("{whole}{part:0<decimals$}").parse().map_err(|_| wrong())?;
        Ok(Self::new(amount, currency))
    }
}

/// How many decimals people write: the exponent of ISO 4217.
fn decimals(currency: &str) -> Option<usize> {
    Currency::from_code(currency).map(|currency| currency.exponent().unwrap_or(0).into())
}

/// In major units: `19.99 EUR`, `132,000 KRW`.
impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = decimals(&self.currency).unwrap_or(0);
        let digits = format!("{:0>width$}", self.amount.unsigned_abs(), width = decimals + 1);
        let (whole, part) = digits.split_at(digits.len() - decimals);
        let mut text = String::with_capacity(digits.len() * 2);
        if self.amount < 0 {
            text.push('-');
        }
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        if decimals > 0 {
            text.push('.');
            text.push_str(part);
        }
        formatter.pad(&format!("{text} {}", crate::text::clean(&self.currency)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_major_units_whatever_the_currency() {
        let shown = |amount, currency: &str| Money::new(amount, currency).to_string();
        assert_eq!(shown(1_999, "USD"), "19.99 USD");
        assert_eq!(shown(5, "EUR"), "0.05 EUR");
        assert_eq!(shown(1_234_567, "EUR"), "12,345.67 EUR");
        assert_eq!(shown(132_000, "KRW"), "132,000 KRW");
        assert_eq!(shown(1_500, "KWD"), "1.500 KWD");
        assert_eq!(shown(-250, "USD"), "-2.50 USD");
        assert_eq!(shown(7, "XYZ"), "7 XYZ");
    }

    #[test]
    fn people_write_major_units() {
        let read = |text, currency| Money::from_major(text, currency).map(|money| money.amount);
        assert_eq!(read("120.00", "EUR"), Ok(12_000));
        assert_eq!(read("120.5", "EUR"), Ok(12_050));
        assert_eq!(read("120", "EUR"), Ok(12_000));
        assert_eq!(read("132000", "KRW"), Ok(132_000));
        assert_eq!(read("1.5", "KWD"), Ok(1_500));
        assert!(matches!(read("0.5", "KRW"), Err(NoAmount::Decimals { .. })));
        assert!(matches!(read("1.999", "USD"), Err(NoAmount::Decimals { .. })));
        assert!(matches!(read("1", "XYZ"), Err(NoAmount::Currency(_))));
        for wrong in ["", ".", "1.", ".5", "-1", "1,000", "1e3", "much", "99999999999999999999"] {
            assert!(matches!(read(wrong, "EUR"), Err(NoAmount::Number(_))), "{wrong}");
        }
    }
}
