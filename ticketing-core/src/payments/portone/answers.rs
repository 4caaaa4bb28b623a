//! What PortOne answers, read tolerantly.

use serde::Deserialize;
use serde_json::Value;

use super::Channel;
use crate::id::PaymentId;
use crate::money::{Currency, Money};
use crate::payments::{Cancellation, CancellationStatus, Fact, FactStatus, Movement, Movements};

/// A payment, read tolerantly: any field may be missing, and any may be new.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Payment {
    status: String,
    amount: Amount,
    pub(super) currency: String,
    channel: Option<PaymentChannel>,
    status_changed_at: Value,
    cancellations: Vec<PaymentCancellation>,
    disputes: Vec<Dispute>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Amount {
    paid: Option<i64>,
    cancelled: i64,
}

#[derive(Deserialize)]
struct PaymentChannel {
    #[serde(default, rename = "type")]
    kind: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PaymentCancellation {
    pub(super) status: String,
    pub(super) id: String,
    total_amount: i64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Dispute {
    status: String,
}

impl Payment {
    /// What it says. A capture that does not say how much says nothing.
    pub(super) fn fact(self, payment: PaymentId, channel: Channel) -> Option<Fact> {
        let code = self.currency.trim_start_matches("CURRENCY_");
        let status = match (self.status.as_str(), self.amount.paid) {
            ("READY" | "PAY_PENDING", _) => FactStatus::Ready,
            ("PAID", Some(1..)) => FactStatus::Paid,
            ("FAILED", _) => FactStatus::Failed,
            ("CANCELLED" | "PARTIAL_CANCELLED", Some(_)) => FactStatus::Cancelled,
            _ => FactStatus::Other,
        };
        let cancellations = self.cancellations.into_iter().filter_map(|one| {
            let status = one.state()?;
            Some(Cancellation { id: one.id, amount: one.total_amount, status })
        });
        let kind = self.channel.map(|channel| channel.kind);
        let disputed = self.disputes.iter().any(|dispute| dispute.status != "RESOLVED");
        Some(Fact {
            payment,
            status,
            captured: Money::new(self.amount.paid.unwrap_or(0).max(0), Currency::from_code(code)?),
            cancelled: self.amount.cancelled.max(0),
            cancellations: cancellations.collect(),
            is_ours: kind.is_some_and(|kind| kind == channel.name()),
            disputed,
            changed_at: serde_json::from_value(self.status_changed_at).ok(),
        })
    }
}

#[derive(Deserialize)]
pub(super) struct Cancelled {
    pub(super) cancellation: PaymentCancellation,
}

impl PaymentCancellation {
    pub(super) fn state(&self) -> Option<CancellationStatus> {
        match self.status.as_str() {
            "REQUESTED" => Some(CancellationStatus::Requested),
            "SUCCEEDED" => Some(CancellationStatus::Succeeded),
            "FAILED" => Some(CancellationStatus::Failed),
            _ => None,
        }
    }
}

/// What moved money, read tolerantly.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Listing {
    items: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    payment_event: PaymentEvent,
    cursor: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PaymentEvent {
    payment_id: String,
    total_amount: MovedAmount,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MovedAmount {
    paid: Option<i64>,
    cancelled: Option<i64>,
}

impl Listing {
    /// What it says, when so many were asked for.
    pub(super) fn movements(self, asked: usize) -> Movements {
        let has_more = self.items.len() >= asked;
        let cursor = self.items.last().map(|last| last.cursor.clone());
        let moved = self.items.into_iter().filter_map(|item| {
            let PaymentEvent { payment_id, total_amount } = item.payment_event;
            let payment = payment_id.parse().ok()?;
            let MovedAmount { paid, cancelled } = total_amount;
            Some(Movement { payment, captured: paid, cancelled })
        });
        Movements { items: moved.collect(), cursor: cursor.filter(|at| !at.is_empty()), has_more }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn status(answer: Value) -> Option<FactStatus> {
        let payment: Payment = serde_json::from_value(answer).unwrap();
        let id = "0190f4a2-0000-7000-8000-000000000007".parse().unwrap();
        payment.fact(id, Channel::Live).map(|fact| fact.status)
    }

    #[test]
    fn what_may_come_at_any_time_is_read_over() {
        let answer = json!({
            "status": "PAID", "amount": { "paid": 9, "new": [1] }, "currency": "KRW",
            "channel": { "type": "LIVE", "new": {} }, "new": { "deep": [null] }, "disputes": [],
            "cancellations": [{ "status": "NEW_WORD", "id": "1", "totalAmount": 9 }],
            "statusChangedAt": "not a time",
        });
        let payment: Payment = serde_json::from_value(answer).unwrap();
        let id = "0190f4a2-0000-7000-8000-000000000007".parse().unwrap();
        let fact = payment.fact(id, Channel::Live).unwrap();
        assert_eq!((fact.status, fact.captured.amount, fact.cancelled), (FactStatus::Paid, 9, 0));
        assert!(fact.is_ours && fact.cancellations.is_empty() && fact.changed_at.is_none());
    }

    #[test]
    fn a_virtual_account_that_waits_for_its_money_is_no_payment_and_no_failure() {
        let issued = json!({ "status": "VIRTUAL_ACCOUNT_ISSUED", "amount": { "total": 9, "paid": 0 },
            "currency": "KRW" });
        assert_eq!(status(issued), Some(FactStatus::Other));
        let unheard = json!({ "status": "SOMETHING_NEW", "currency": "KRW" });
        assert_eq!(status(unheard), Some(FactStatus::Other));
    }

    #[test]
    fn a_capture_that_does_not_say_how_much_says_nothing() {
        assert_eq!(status(json!({ "status": "PAID", "currency": "KRW" })), Some(FactStatus::Other));
        assert_eq!(status(json!({ "status": "PAID", "amount": { "paid": 9 } })), None);
        assert_eq!(
            status(json!({ "status": "CANCELLED", "currency": "KRW" })),
            Some(FactStatus::Other)
        );
    }
}
