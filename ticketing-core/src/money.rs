//! Money: integer minor units and a currency, with checked arithmetic.

use serde::{Deserialize, Serialize};

use crate::error::Unknown;

/// The currencies a performance can be sold in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Currency {
    /// South Korean won: no minor unit.
    #[default]
    KRW,
    /// Euro: cents.
    EUR,
    /// United States dollar: cents.
    USD,
}

impl Currency {
    /// The ISO 4217 codes of all.
    pub const CODES: [&'static str; 3] = [Self::KRW.code(), Self::EUR.code(), Self::USD.code()];

    /// The ISO 4217 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::KRW => "KRW",
            Self::EUR => "EUR",
            Self::USD => "USD",
        }
    }

    /// From the ISO 4217 code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::KRW, Self::EUR, Self::USD].into_iter().find(|currency| currency.code() == code)
    }
}

/// An amount in minor units of a currency; never negative where it is a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units: won, cents.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
}

/// The largest price of one seat, in minor units. Far above any ticket, and the sum of an order at
/// this price still fits.
pub const PRICE_MAX: i64 = 1_000_000_000;

impl Money {
    /// An amount of a currency.
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The sum, or nothing when currencies differ or it overflows.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Some(Self { amount: self.amount.checked_add(other.amount)?, ..self })
    }
}

/// Money in any stored form.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredMoney {
    pub(crate) amount: i64,
    pub(crate) currency: String,
}

impl From<Money> for StoredMoney {
    fn from(money: Money) -> Self {
        Self { amount: money.amount, currency: money.currency.code().to_owned() }
    }
}

impl TryFrom<StoredMoney> for Money {
    type Error = Unknown;

    fn try_from(stored: StoredMoney) -> Result<Self, Unknown> {
        let currency = Currency::from_code(&stored.currency);
        let currency = currency.ok_or_else(|| Unknown::new("currency", &stored.currency))?;
        Ok(Self::new(stored.amount, currency))
    }
}
