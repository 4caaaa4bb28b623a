//! What a webhook says: only that it is time to ask.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::entry::{Entry, Fact};
use crate::payment::Payment;
use crate::{STORE, transaction_id};

/// One notice, the same for every listener and every try.
#[derive(Debug)]
pub(super) struct Notice {
    pub(super) id: String,
    pub(super) body: String,
}

impl Notice {
    /// What the entry says, if it says anything.
    pub(super) fn of(payment: &Payment, entry: &Entry) -> Option<Self> {
        let (kind, cancellation) = match &entry.fact {
            Fact::PreRegister { .. } => return None,
            Fact::Authorize { .. } => ("Ready", None),
            Fact::Decline { .. } => ("Failed", None),
            Fact::CancelRequest { .. } => ("CancelPending", Some(entry.number)),
            Fact::Cancel { request, .. } => {
                let is_whole = payment.status() == "CANCELLED";
                let kind = if is_whole { "Cancelled" } else { "PartialCancelled" };
                (kind, Some(request.unwrap_or(entry.number)))
            }
            // PortOne has no word for a cancel that failed: the payment is what it was.
            Fact::Capture { .. } | Fact::CancelFailure { .. } => ("Paid", None),
            Fact::Dispute { .. } => ("DisputeCreated", None),
            Fact::DisputeResolved => ("DisputeResolved", None),
        };
        let mut data = data(payment);
        if let Some(number) = cancellation {
            data["cancellationId"] = json!(crate::cancellation_id(number));
        }
        Some(Self::new(format!("{}-{}", payment.id, entry.number), kind, entry.at, &data))
    }

    /// How the payment is.
    pub(super) fn again(payment: &Payment, now: Timestamp) -> Self {
        let kind = match payment.status() {
            "PAID" => "Paid",
            "PARTIAL_CANCELLED" => "PartialCancelled",
            "CANCELLED" => "Cancelled",
            "FAILED" => "Failed",
            _ => "Ready",
        };
        let id = format!("{}-{}-again-{}", payment.id, payment.last_entry, now.as_millisecond());
        Self::new(id, kind, now, &data(payment))
    }

    /// Whether the payment may be charged.
    pub(super) fn question(payment: &Payment, now: Timestamp) -> Self {
        let mut data = data(payment);
        data["totalAmount"] = json!(payment.total.unwrap_or(0));
        let id = format!("{}-{}-confirm-{}", payment.id, payment.last_entry, now.as_millisecond());
        Self::new(id, "Confirm", now, &data)
    }

    fn new(id: String, kind: &str, at: Timestamp, data: &Value) -> Self {
        let kind = format!("Transaction.{kind}");
        let body = json!({ "type": kind, "timestamp": at.to_string(), "data": data }).to_string();
        Self { id, body }
    }
}

fn data(payment: &Payment) -> Value {
    json!({
        "paymentId": payment.id,
        "storeId": STORE,
        "transactionId": transaction_id(&payment.id),
    })
}
