//! One payment: the fold of its facts, and what happens to it by itself. What may happen to it
//! because somebody asks is in [`asked`].

pub(crate) mod asked;

use jiff::Timestamp;
use serde_json::Value;
use ticketing_wire::sandbox::{Outcome, PayMethod};

use crate::entry::{Channel, Entry, Fact, Later, Trigger};

/// Tokens of one payment that are good at the same time; the oldest goes first.
const MAX_TOKENS: usize = 8;
const DEFAULT_CURRENCY: &str = "KRW";

/// A payment as far as it went.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) total: Option<u64>,
    pub(crate) currency: String,
    pub(crate) custom_data: Value,
    tokens: Vec<(String, Outcome)>,
    pub(crate) method: Option<PayMethod>,
    pub(crate) declined_at: Option<Timestamp>,
    later: Option<Later>,
    pub(crate) captured: Option<Captured>,
    pub(crate) cancels: Vec<Cancelled>,
    pub(crate) disputes: Vec<Dispute>,
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
    pub(crate) channel: Channel,
    pub(crate) at: Timestamp,
}

/// Money given back, or asked to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cancelled {
    /// The number of the entry that began it.
    pub(crate) entry: u64,
    pub(crate) amount: u64,
    pub(crate) reason: String,
    pub(crate) trigger: Trigger,
    pub(crate) requested_at: Timestamp,
    pub(crate) state: CancelState,
}

/// How far a cancel is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CancelState {
    Requested { ends_at: Timestamp, succeeds: bool },
    Succeeded { at: Timestamp },
    Failed,
}

/// The buyer asks the bank for the money.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dispute {
    pub(crate) reason: String,
    pub(crate) created_at: Timestamp,
    pub(crate) resolved_at: Option<Timestamp>,
}

/// An entry that cannot follow what is known; only a damaged ledger has one.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Impossible;

impl Payment {
    /// What was given back so far.
    pub(crate) fn cancelled(&self) -> u64 {
        let back = |cancel: &&Cancelled| matches!(cancel.state, CancelState::Succeeded { .. });
        self.cancels.iter().filter(back).map(|cancel| cancel.amount).sum()
    }

    /// What can still be given back: what was only asked for is spoken for.
    pub(crate) fn cancellable(&self) -> u64 {
        let spoken_for = |cancel: &&Cancelled| cancel.state != CancelState::Failed;
        let cancels = self.cancels.iter().filter(spoken_for);
        let captured = self.captured.as_ref().map_or(0, |captured| captured.amount);
        captured.saturating_sub(cancels.map(|cancel| cancel.amount).sum())
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

    /// What happens next without anybody asking, and when.
    pub(crate) fn by_itself(&self) -> Option<(Timestamp, Fact)> {
        if self.captured.is_none() {
            let Later { at, amount } = self.later?;
            return Some((at, self.capture(amount, Channel::Live)));
        }
        let ends = self.cancels.iter().filter_map(|cancel| match cancel.state {
            CancelState::Requested { ends_at, succeeds } => Some((ends_at, succeeds, cancel)),
            CancelState::Succeeded { .. } | CancelState::Failed => None,
        });
        let (ends_at, succeeds, cancel) = ends.min_by_key(|(ends_at, ..)| *ends_at)?;
        let end = if succeeds {
            self.cancel(cancel.amount, &cancel.reason, cancel.trigger, Some(cancel.entry))
        } else {
            Fact::CancelFailure { request: cancel.entry }
        };
        Some((ends_at, end))
    }

    fn capture(&self, amount: u64, channel: Channel) -> Fact {
        let (currency, custom_data) = (self.currency.clone(), self.custom_data.clone());
        Fact::Capture { amount, currency, custom_data, channel }
    }

    fn cancel(&self, amount: u64, reason: &str, trigger: Trigger, request: Option<u64>) -> Fact {
        Fact::Cancel {
            amount,
            currency: self.currency.clone(),
            custom_data: self.custom_data.clone(),
            reason: reason.to_owned(),
            trigger,
            request,
        }
    }

    fn registered(entry: &Entry) -> Self {
        Self {
            id: entry.payment_id.clone(),
            total: None,
            currency: DEFAULT_CURRENCY.to_owned(),
            custom_data: Value::Null,
            tokens: Vec::new(),
            method: None,
            declined_at: None,
            later: None,
            captured: None,
            cancels: Vec::new(),
            disputes: Vec::new(),
            requested_at: entry.at,
            updated_at: entry.at,
            status_changed_at: entry.at,
            last_entry: entry.number,
        }
    }

    fn take(&mut self, entry: &Entry) -> Result<(), Impossible> {
        let at = entry.at;
        match &entry.fact {
            Fact::PreRegister { .. } | Fact::Decline { .. } | Fact::Capture { .. }
                if self.captured.is_some() =>
            {
                return Err(Impossible);
            }
            Fact::PreRegister { total, currency, custom_data } => {
                self.tokens.clear();
                self.total = *total;
                self.currency.clone_from(currency);
                self.custom_data = custom_data.clone();
            }
            Fact::Authorize { token, outcome, method } => {
                self.method = Some(*method);
                self.tokens.push((token.clone(), *outcome));
                if self.tokens.len() > MAX_TOKENS {
                    self.tokens.remove(0);
                }
            }
            Fact::Decline { token, later } => {
                self.tokens.retain(|(known, _)| known != token);
                self.declined_at = Some(at);
                self.later = *later;
            }
            Fact::Capture { amount, channel, .. } => {
                self.tokens.clear();
                let (amount, channel) = (*amount, *channel);
                self.captured = Some(Captured { entry: entry.number, amount, channel, at });
            }
            Fact::CancelRequest { amount, reason, trigger, ends_at, succeeds } => {
                let state = CancelState::Requested { ends_at: *ends_at, succeeds: *succeeds };
                self.begin_cancel(entry, *amount, reason, *trigger, state)?;
            }
            Fact::Cancel { amount, reason, trigger, request: None, .. } => {
                self.begin_cancel(entry, *amount, reason, *trigger, CancelState::Succeeded { at })?;
            }
            Fact::Cancel { request: Some(request), .. } => {
                self.requested(*request)?.state = CancelState::Succeeded { at };
            }
            Fact::CancelFailure { request } => {
                self.requested(*request)?.state = CancelState::Failed;
            }
            Fact::Dispute { reason } => self.disputes.push(Dispute {
                reason: reason.clone(),
                created_at: at,
                resolved_at: None,
            }),
            Fact::DisputeResolved => {
                let open = |dispute: &&mut Dispute| dispute.resolved_at.is_none();
                let dispute = self.disputes.iter_mut().find(open).ok_or(Impossible)?;
                dispute.resolved_at = Some(at);
            }
        }
        Ok(())
    }

    fn begin_cancel(
        &mut self,
        entry: &Entry,
        amount: u64,
        reason: &str,
        trigger: Trigger,
        state: CancelState,
    ) -> Result<(), Impossible> {
        if amount > self.cancellable() {
            return Err(Impossible);
        }
        self.cancels.push(Cancelled {
            entry: entry.number,
            amount,
            reason: reason.to_owned(),
            trigger,
            requested_at: entry.at,
            state,
        });
        Ok(())
    }

    fn requested(&mut self, request: u64) -> Result<&mut Cancelled, Impossible> {
        let open = |cancel: &&mut Cancelled| {
            cancel.entry == request && matches!(cancel.state, CancelState::Requested { .. })
        };
        self.cancels.iter_mut().find(open).ok_or(Impossible)
    }
}

/// The payment after the entry; the same function live and when a ledger is replayed.
pub(crate) fn apply(payment: Option<Payment>, entry: &Entry) -> Result<Payment, Impossible> {
    let (mut payment, before) = match (payment, &entry.fact) {
        (None, Fact::PreRegister { .. }) => (Payment::registered(entry), ""),
        (None, _) => return Err(Impossible),
        (Some(payment), _) => {
            let before = payment.status();
            (payment, before)
        }
    };
    payment.take(entry)?;
    payment.last_entry = entry.number;
    payment.updated_at = entry.at;
    if payment.status() != before {
        payment.status_changed_at = entry.at;
    }
    Ok(payment)
}
