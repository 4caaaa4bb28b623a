//! The rules of one payment: pure functions from what is known and what is asked to a fact or a
//! refusal. A payment is the fold of its facts.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use ticketing_wire::sandbox::Outcome;

use crate::entry::{Entry, Fact};
use crate::refusal::Refusal;

/// The largest amount in minor units; sums stay far from overflow.
const MAX_AMOUNT: u64 = 1_000_000_000_000;
/// Tokens of one payment that are good at the same time; the oldest goes first.
const MAX_TOKENS: usize = 8;
/// Into how many parts one payment can be cancelled.
const MAX_CANCELS: usize = 100;
/// The longest reason of a cancel, in characters.
const MAX_REASON_CHARS: usize = 500;
const DEFAULT_CURRENCY: &str = "KRW";

/// The body of a pre-registration.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PreRegister {
    pub(crate) total_amount: Option<u64>,
    pub(crate) currency: Option<String>,
    pub(crate) custom_data: Option<Value>,
}

/// The body of a confirm.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Confirm {
    pub(crate) payment_token: String,
    pub(crate) currency: Option<String>,
    pub(crate) total_amount: Option<u64>,
    pub(crate) is_test: Option<bool>,
}

/// The body of a cancel.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cancel {
    pub(crate) reason: String,
    pub(crate) amount: Option<u64>,
    pub(crate) current_cancellable_amount: Option<u64>,
}

/// A payment as far as it went.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) total: Option<u64>,
    pub(crate) currency: String,
    pub(crate) custom_data: Value,
    tokens: Vec<(String, Outcome)>,
    pub(crate) declined_at: Option<Timestamp>,
    pub(crate) captured: Option<Captured>,
    pub(crate) cancels: Vec<Cancelled>,
    pub(crate) requested_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) status_changed_at: Timestamp,
    /// The number of the last entry about this payment.
    pub(crate) last_entry: u64,
}

/// The charge.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Captured {
    pub(crate) entry: u64,
    pub(crate) amount: u64,
    pub(crate) at: Timestamp,
}

/// Money given back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cancelled {
    pub(crate) entry: u64,
    pub(crate) amount: u64,
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
}

/// An entry that cannot follow what is known; only a damaged ledger has one.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Impossible;

impl PreRegister {
    /// Registers a payment or changes one that was not paid; tokens for the old terms are void.
    pub(crate) fn decide(self, payment: Option<&Payment>) -> Result<Fact, Refusal> {
        if payment.is_some_and(|payment| payment.captured.is_some()) {
            return Err(Refusal::AlreadyPaid);
        }
        let total = self.total_amount.map(|total| checked(total, "totalAmount")).transpose()?;
        let currency = self.currency.unwrap_or_else(|| DEFAULT_CURRENCY.to_owned());
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(Refusal::InvalidRequest("currency is not a code of three letters".into()));
        }
        let custom_data = self.custom_data.unwrap_or(Value::Null);
        Ok(Fact::PreRegister { total, currency, custom_data })
    }
}

impl Payment {
    /// The buyer said yes or no; nothing is charged.
    pub(crate) fn authorize(&self, outcome: Outcome, token: String) -> Result<Fact, Refusal> {
        if self.captured.is_some() {
            return Err(Refusal::AlreadyPaid);
        }
        Ok(Fact::Authorize { token, outcome })
    }

    /// The charge. `captured_amount` is what the gateway takes for a total.
    pub(crate) fn confirm(
        &self,
        confirm: &Confirm,
        captured_amount: impl FnOnce(u64) -> u64,
    ) -> Result<Fact, Refusal> {
        if self.captured.is_some() {
            return Err(Refusal::AlreadyPaid);
        }
        let Some((token, outcome)) =
            self.tokens.iter().find(|(token, _)| *token == confirm.payment_token)
        else {
            return Err(Refusal::InvalidPaymentToken);
        };
        let total = self.confirmed_total(confirm)?;
        match outcome {
            Outcome::Decline => Ok(Fact::Decline { token: token.clone() }),
            Outcome::Approve => Ok(Fact::Capture {
                amount: captured_amount(total),
                currency: self.currency.clone(),
                custom_data: self.custom_data.clone(),
            }),
        }
    }

    fn confirmed_total(&self, confirm: &Confirm) -> Result<u64, Refusal> {
        if confirm.currency.as_ref().is_some_and(|currency| *currency != self.currency) {
            return Err(Refusal::InformationMismatch("currency"));
        }
        // The sandbox's channel calls itself LIVE, so that a shop can insist on that.
        if confirm.is_test == Some(true) {
            return Err(Refusal::InformationMismatch("isTest"));
        }
        match (self.total, confirm.total_amount) {
            (Some(registered), Some(confirmed)) if registered != confirmed => {
                Err(Refusal::InformationMismatch("totalAmount"))
            }
            (Some(total), _) => Ok(total),
            (None, Some(confirmed)) => checked(confirmed, "totalAmount"),
            (None, None) => Err(Refusal::InvalidRequest("totalAmount was never given".into())),
        }
    }

    /// Gives money back: the asked amount, or all that is left.
    pub(crate) fn cancel(&self, cancel: &Cancel) -> Result<Fact, Refusal> {
        let reason = cancel.reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON_CHARS {
            return Err(Refusal::InvalidRequest("reason is empty or too long".into()));
        }
        let asked = cancel.amount.map(|amount| checked(amount, "amount")).transpose()?;
        if self.captured.is_none() {
            return Err(Refusal::PaymentNotPaid);
        }
        let cancellable = self.cancellable();
        if cancellable == 0 {
            return Err(Refusal::PaymentAlreadyCancelled);
        }
        if cancel.current_cancellable_amount.is_some_and(|current| current != cancellable) {
            return Err(Refusal::CancellableAmountConsistencyBroken(cancellable));
        }
        let amount = asked.unwrap_or(cancellable);
        if amount > cancellable {
            return Err(Refusal::CancelAmountExceedsCancellableAmount(cancellable));
        }
        if self.cancels.len() >= MAX_CANCELS {
            return Err(Refusal::MaxCancelCountReached(MAX_CANCELS));
        }
        Ok(Fact::Cancel {
            amount,
            currency: self.currency.clone(),
            custom_data: self.custom_data.clone(),
            reason: reason.to_owned(),
        })
    }

    /// What was given back so far.
    pub(crate) fn cancelled(&self) -> u64 {
        self.cancels.iter().map(|cancel| cancel.amount).sum()
    }

    /// What can still be given back.
    pub(crate) fn cancellable(&self) -> u64 {
        let captured = self.captured.as_ref().map_or(0, |captured| captured.amount);
        captured.saturating_sub(self.cancelled())
    }

    /// `PortOne`'s word for how far the payment went.
    pub(crate) fn status(&self) -> &'static str {
        match (&self.captured, self.cancelled(), self.declined_at) {
            (Some(_), 0, _) => "PAID",
            (Some(captured), cancelled, _) if cancelled < captured.amount => "PARTIAL_CANCELLED",
            (Some(_), _, _) => "CANCELLED",
            (None, _, Some(_)) => "FAILED",
            (None, _, None) => "READY",
        }
    }
}

/// The payment after the entry; the same function live and when a ledger is replayed.
pub(crate) fn apply(payment: Option<Payment>, entry: &Entry) -> Result<Payment, Impossible> {
    let at = entry.at;
    let (mut payment, before) = match (payment, &entry.fact) {
        (None, Fact::PreRegister { .. }) => (registered(entry), ""),
        (None, _) => return Err(Impossible),
        (Some(payment), _) => {
            let before = payment.status();
            (payment, before)
        }
    };
    match &entry.fact {
        Fact::Authorize { token, outcome } => {
            payment.tokens.push((token.clone(), *outcome));
            if payment.tokens.len() > MAX_TOKENS {
                payment.tokens.remove(0);
            }
        }
        Fact::Cancel { amount, .. } if *amount > payment.cancellable() => return Err(Impossible),
        Fact::PreRegister { .. } | Fact::Decline { .. } | Fact::Capture { .. }
            if payment.captured.is_some() =>
        {
            return Err(Impossible);
        }
        Fact::PreRegister { total, currency, custom_data } => {
            payment.tokens.clear();
            payment.total = *total;
            payment.currency.clone_from(currency);
            payment.custom_data = custom_data.clone();
        }
        Fact::Decline { token } => {
            payment.tokens.retain(|(known, _)| known != token);
            payment.declined_at = Some(at);
        }
        Fact::Capture { amount, .. } => {
            payment.tokens.clear();
            payment.captured = Some(Captured { entry: entry.number, amount: *amount, at });
        }
        Fact::Cancel { amount, reason, .. } => payment.cancels.push(Cancelled {
            entry: entry.number,
            amount: *amount,
            reason: reason.clone(),
            at,
        }),
    }
    payment.last_entry = entry.number;
    payment.updated_at = at;
    if payment.status() != before {
        payment.status_changed_at = at;
    }
    Ok(payment)
}

fn registered(entry: &Entry) -> Payment {
    Payment {
        id: entry.payment_id.clone(),
        total: None,
        currency: DEFAULT_CURRENCY.to_owned(),
        custom_data: Value::Null,
        tokens: Vec::new(),
        declined_at: None,
        captured: None,
        cancels: Vec::new(),
        requested_at: entry.at,
        updated_at: entry.at,
        status_changed_at: entry.at,
        last_entry: entry.number,
    }
}

fn checked(amount: u64, field: &str) -> Result<u64, Refusal> {
    if (1..=MAX_AMOUNT).contains(&amount) {
        Ok(amount)
    } else {
        Err(Refusal::InvalidRequest(format!("{field} is not between 1 and {MAX_AMOUNT}")))
    }
}
