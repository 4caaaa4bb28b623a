//! Money: integer minor units and a currency, with checked arithmetic.

use std::fmt;

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

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.amount, self.currency.code())
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
/// With what a buyer may pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PayMethod {
    /// A credit or debit card.
    Card,
    /// A wallet of another company.
    EasyPay,
    /// A bank transfer.
    Transfer,
    /// The telephone bill.
    Mobile,
}

impl PayMethod {
    /// Every method.
    pub const ALL: [Self; 4] = [Self::Card, Self::EasyPay, Self::Transfer, Self::Mobile];

    /// The word on the wire, in the books and for the provider.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::EasyPay => "easy_pay",
            Self::Transfer => "transfer",
            Self::Mobile => "mobile",
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// The words of methods, in their order.
pub(crate) fn method_names(methods: &[PayMethod]) -> Vec<String> {
    methods.iter().map(|method| method.name().to_owned()).collect()
}

/// The methods of stored words. Those of a newer server are passed over: fewer are offered here.
pub(crate) fn known_methods(names: &[String]) -> Vec<PayMethod> {
    names.iter().filter_map(|name| PayMethod::from_name(name)).collect()
}
