//! What somebody asks of a payment: pure functions from what is known and asked to a fact or a
//! refusal. Where a fault may change the outcome, the caller says how.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use ticketing_wire::sandbox::{Outcome, PayMethod};

use super::{DEFAULT_CURRENCY, Payment};
use crate::entry::{Channel, Fact, Later, Trigger};
use crate::refusal::Refusal;

/// The largest amount in minor units; sums stay far from overflow.
const MAX_AMOUNT: u64 = 1_000_000_000_000;
/// Into how many parts one payment can be cancelled.
const MAX_CANCELS: usize = 100;
/// How many disputes one payment can have.
const MAX_DISPUTES: usize = 10;
/// The longest reason of a cancel or a dispute, in characters.
const MAX_REASON_CHARS: usize = 500;

/// The body of a pre-registration.
#[derive(Debug, Default, Deserialize)]
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
    #[serde(default)]
    pub(crate) skip_webhook: bool,
}

/// How a charge goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Charge {
    /// As it should, or through a test channel, or with a wrong amount.
    Taken { channel: Channel, right: bool },
    /// The terms are said to differ.
    Mismatched,
    /// The bank cannot be reached.
    BankDown,
    /// It fails, and is captured later all the same.
    Late(Timestamp),
}

/// How a cancel goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Return {
    Done,
    BankDown,
    /// It is taken, and ends later.
    Requested {
        ends_at: Timestamp,
        succeeds: bool,
    },
}

impl PreRegister {
    /// Registers a payment or changes one that was not paid; tokens for the old terms are void.
    pub(crate) fn decide(self, payment: Option<&Payment>) -> Result<Fact, Refusal> {
        if payment.is_some_and(|payment| payment.captured.is_some()) {
            return Err(Refusal::AlreadyPaid);
        }
        let total = self.total_amount.map(|total| checked(total, "totalAmount")).transpose()?;
        let currency = self.currency.unwrap_or_else(|| DEFAULT_CURRENCY.to_owned());
        let code = currency_code(&currency);
        if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(Refusal::InvalidRequest("currency is not a code of three letters".into()));
        }
        let custom_data = self.custom_data.unwrap_or(Value::Null);
        Ok(Fact::PreRegister { total, currency: code.to_owned(), custom_data })
    }
}

impl Payment {
    /// The buyer said yes or no; nothing is charged.
    pub(crate) fn authorize(
        &self,
        outcome: Outcome,
        method: PayMethod,
        token: String,
    ) -> Result<Fact, Refusal> {
        if self.captured.is_some() {
            return Err(Refusal::AlreadyPaid);
        }
        Ok(Fact::Authorize { token, outcome, method })
    }

    /// The charge, going as `how` says.
    pub(crate) fn confirm(
        &self,
        confirm: &Confirm,
        how: impl FnOnce() -> Charge,
    ) -> Result<Fact, Refusal> {
        if self.captured.is_some() {
            return Err(Refusal::AlreadyPaid);
        }
        let known = self.tokens.iter().find(|(token, _)| *token == confirm.payment_token);
        let (token, outcome) = known.ok_or(Refusal::InvalidPaymentToken)?;
        let total = self.confirmed_total(confirm)?;
        if *outcome == Outcome::Decline {
            return Ok(Fact::Decline { token: token.clone(), later: None });
        }
        match how() {
            Charge::Taken { channel, right: true } => Ok(self.capture(total, channel)),
            Charge::Taken { channel, right: false } => {
                let wrong = if total > 1 { total - 1 } else { total + 1 };
                Ok(self.capture(wrong, channel))
            }
            Charge::Mismatched => Err(Refusal::InformationMismatch("totalAmount")),
            Charge::BankDown => Err(Refusal::PgProvider),
            Charge::Late(at) => {
                let later = Some(Later { at, amount: total });
                Ok(Fact::Decline { token: token.clone(), later })
            }
        }
    }

    /// The charge that no shop confirmed: paid at the provider.
    pub(crate) fn pay(&self, channel: Channel) -> Result<Fact, Refusal> {
        if self.captured.is_some() {
            return Err(Refusal::AlreadyPaid);
        }
        let total = self.total.ok_or_else(|| {
            Refusal::InvalidRequest("nobody registered how much the payment is".into())
        })?;
        Ok(self.capture(total, channel))
    }

    /// The shop was asked, and does not want it charged.
    pub(crate) fn refuse(&self) -> Result<Fact, Refusal> {
        if self.captured.is_some() {
            return Err(Refusal::AlreadyPaid);
        }
        Ok(Fact::Decline { token: String::new(), later: None })
    }

    fn confirmed_total(&self, confirm: &Confirm) -> Result<u64, Refusal> {
        let confirmed = confirm.currency.as_deref().map(currency_code);
        if confirmed.is_some_and(|currency| currency != self.currency) {
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

    /// Gives money back, going as `how` says: the asked amount, or all that is left.
    pub(crate) fn give_back(
        &self,
        cancel: &Cancel,
        trigger: Trigger,
        how: impl FnOnce() -> Return,
    ) -> Result<Fact, Refusal> {
        let reason = checked_reason(&cancel.reason)?;
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
        match how() {
            Return::Done => Ok(self.cancel(amount, reason, trigger, None)),
            Return::BankDown => Err(Refusal::PgProvider),
            Return::Requested { ends_at, succeeds } => {
                let reason = reason.to_owned();
                Ok(Fact::CancelRequest { amount, reason, trigger, ends_at, succeeds })
            }
        }
    }

    /// The buyer asks the bank for the money.
    pub(crate) fn dispute(&self, reason: &str) -> Result<Fact, Refusal> {
        if self.captured.is_none() {
            return Err(Refusal::PaymentNotPaid);
        }
        if self.disputes.len() >= MAX_DISPUTES {
            let limit = format!("a payment has at most {MAX_DISPUTES} disputes");
            return Err(Refusal::InvalidRequest(limit));
        }
        Ok(Fact::Dispute { reason: checked_reason(reason)?.to_owned() })
    }

    /// The oldest open dispute is over.
    pub(crate) fn resolve_dispute(&self) -> Result<Fact, Refusal> {
        let is_open = self.disputes.iter().any(|dispute| dispute.resolved_at.is_none());
        let none = || Refusal::InvalidRequest("the payment has no open dispute".into());
        is_open.then_some(Fact::DisputeResolved).ok_or_else(none)
    }
}

/// The browser's window says `CURRENCY_KRW` where the server says `KRW`.
fn currency_code(currency: &str) -> &str {
    currency.strip_prefix("CURRENCY_").unwrap_or(currency)
}

fn checked_reason(reason: &str) -> Result<&str, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON_CHARS {
        return Err(Refusal::InvalidRequest("reason is empty or too long".into()));
    }
    Ok(reason)
}

fn checked(amount: u64, field: &str) -> Result<u64, Refusal> {
    if (1..=MAX_AMOUNT).contains(&amount) {
        Ok(amount)
    } else {
        Err(Refusal::InvalidRequest(format!("{field} is not between 1 and {MAX_AMOUNT}")))
    }
}
