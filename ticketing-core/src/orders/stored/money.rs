use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::OrderEvent;
use crate::money::{Currency, Money};
use crate::orders::attempt::{Attempt, AttemptStatus};
use crate::orders::attention::{Attention, AttentionReason};
use crate::orders::movement::Movement;
use crate::orders::refund::{Refund, RefundStatus};

/// One row of the attempts, without its token.
#[derive(Serialize, Deserialize)]
pub(in crate::orders) struct StoredAttempt {
    payment_id: Uuid,
    status: String,
    look_at_ms: i64,
    captured: i64,
    began_at_ms: Option<i64>,
    sent_at_ms: Option<i64>,
    sends: u32,
    changed_at_ms: Option<i64>,
    looks: u32,
    watched_until_ms: Option<i64>,
}

impl From<&Attempt> for StoredAttempt {
    fn from(attempt: &Attempt) -> Self {
        let millis = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
        Self {
            payment_id: attempt.payment.uuid(),
            status: attempt.status.name().to_owned(),
            look_at_ms: millis(attempt.look_at).unwrap_or(NEVER),
            captured: attempt.captured,
            began_at_ms: millis(attempt.began_at),
            sent_at_ms: millis(attempt.sent_at),
            sends: attempt.sends,
            changed_at_ms: millis(attempt.changed_at),
            looks: attempt.looks,
            watched_until_ms: millis(attempt.watched_until),
        }
    }
}

/// When nothing is due.
const NEVER: i64 = 0;

impl StoredAttempt {
    /// `deadline` is the order's: a charge whose beginning an older server did not write down began
    /// before it, and how often it was sent, nobody knows.
    pub(in crate::orders) fn read(self, deadline: Timestamp) -> Result<Attempt> {
        let status = AttemptStatus::from_name(&self.status).ok_or_else(|| {
            let why = format!("{:?}", self.status);
            Error::unreadable("attempts", "status", self.payment_id, why)
        })?;
        let time = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        let unwritten = status.is_open() && self.sent_at_ms.is_none();
        Ok(Attempt {
            payment: self.payment_id.into(),
            status,
            began_at: time(self.began_at_ms).or(unwritten.then_some(deadline)),
            sent_at: time(self.sent_at_ms).or(unwritten.then_some(deadline)),
            sends: if unwritten { u32::MAX } else { self.sends },
            captured: self.captured,
            changed_at: time(self.changed_at_ms),
            look_at: time(Some(self.look_at_ms).filter(|at| *at != NEVER)),
            looks: self.looks,
            watched_until: time(self.watched_until_ms),
        })
    }
}

/// One row of the refunds.
#[derive(Serialize, Deserialize)]
pub(in crate::orders) struct StoredRefund {
    id: Uuid,
    payment_id: Uuid,
    amount: i64,
    currency: String,
    #[serde(default)]
    seats: Vec<u32>,
    /// What an older server has finished says so here alone.
    done: bool,
    status: String,
    elsewhere: bool,
    attempt: u32,
    sent_at_ms: Option<i64>,
    cancellation: Option<String>,
    looks: u32,
    next_at_ms: i64,
}

impl From<&Refund> for StoredRefund {
    fn from(refund: &Refund) -> Self {
        Self {
            id: refund.id.uuid(),
            payment_id: refund.payment.uuid(),
            amount: refund.amount.amount,
            currency: refund.amount.currency.code().to_owned(),
            seats: refund.seats.clone(),
            done: refund.status == RefundStatus::Done,
            status: refund.status.name().to_owned(),
            elsewhere: refund.elsewhere,
            attempt: refund.attempt,
            sent_at_ms: refund.sent_at.map(Timestamp::as_millis),
            cancellation: refund.cancellation.clone(),
            looks: refund.looks,
            next_at_ms: refund.next_at.map_or(NEVER, Timestamp::as_millis),
        }
    }
}

impl StoredRefund {
    pub(in crate::orders) fn read(self) -> Result<Refund> {
        let unreadable =
            |column, word: &str| Error::unreadable("refunds", column, self.id, format!("{word:?}"));
        let status = match RefundStatus::from_name(&self.status) {
            _ if self.done => RefundStatus::Done,
            status => status.ok_or_else(|| unreadable("status", &self.status))?,
        };
        let currency = Currency::from_code(&self.currency)
            .ok_or_else(|| unreadable("currency", &self.currency))?;
        let is_done = status == RefundStatus::Done;
        Ok(Refund {
            id: self.id.into(),
            payment: self.payment_id.into(),
            amount: Money::new(self.amount, currency),
            seats: self.seats,
            status,
            elsewhere: self.elsewhere,
            attempt: self.attempt,
            sent_at: self.sent_at_ms.map(Timestamp::from_millis),
            cancellation: self.cancellation,
            looks: self.looks,
            next_at: (!is_done).then(|| Timestamp::from_millis(self.next_at_ms)),
        })
    }
}

/// What happened, as a change says it.
#[derive(Serialize)]
pub(in crate::orders) struct StoredEvent {
    kind: &'static str,
    version: i64,
}

impl From<&(OrderEvent, i64)> for StoredEvent {
    fn from((kind, version): &(OrderEvent, i64)) -> Self {
        Self { kind: kind.name(), version: *version }
    }
}

/// What a person has been asked to look at.
#[derive(Serialize, Deserialize)]
pub(in crate::orders) struct StoredAttention {
    #[serde(default)]
    id: Uuid,
    payment_id: Uuid,
    reason: String,
    #[serde(default)]
    detail: String,
}

impl From<&Attention> for StoredAttention {
    fn from(attention: &Attention) -> Self {
        Self {
            id: attention.id(),
            payment_id: attention.payment.uuid(),
            reason: attention.reason.name().to_owned(),
            detail: attention.detail.clone(),
        }
    }
}

impl StoredAttention {
    /// The matter; nothing where this version does not know its reason.
    pub(in crate::orders) fn read(self) -> Option<(crate::id::PaymentId, AttentionReason)> {
        Some((self.payment_id.into(), AttentionReason::from_name(&self.reason)?))
    }
}

/// What of an order's money moved; the order says the rest.
#[derive(Serialize)]
pub(in crate::orders) struct StoredMovement {
    id: Uuid,
    payment_id: Uuid,
    kind: &'static str,
    amount: i64,
    currency: &'static str,
}

impl From<&Movement> for StoredMovement {
    fn from(movement: &Movement) -> Self {
        Self {
            id: movement.id.uuid(),
            payment_id: movement.payment.uuid(),
            kind: movement.kind.name(),
            amount: movement.amount.amount,
            currency: movement.amount.currency.code(),
        }
    }
}
