//! A payment, its cancellations and its events as `PortOne` shows them.
//!
//! Amounts of a paid payment: `total` and `paid` are what was captured and stay; `cancelled` grows.

use serde_json::{Value, json};
use ticketing_wire::sandbox::PayMethod;

use crate::entry::{Channel, Entry, Fact};
use crate::payment::{CancelState, Cancelled, Dispute, Payment};
use crate::refusal::Refusal;
use crate::{STORE, cancellation_id, transaction_id};

/// The payment.
pub(super) fn document(payment: &Payment) -> Value {
    let mut document = common(payment);
    document["id"] = json!(payment.id);
    document["transactionId"] = json!(transaction_id(&payment.id));
    document["status"] = json!(payment.status());
    document["amount"] = amount(payment);
    document["updatedAt"] = json!(payment.updated_at.to_string());
    document["statusChangedAt"] = json!(payment.status_changed_at.to_string());
    if payment.captured.is_some() {
        document["paidAt"] = json!(paid_at(payment));
        document["pgTxId"] = json!(pg_tx_id(payment));
        document["disputes"] = payment.disputes.iter().map(dispute).collect();
        document["cancellations"] = payment.cancels.iter().map(cancellation).collect();
    }
    if let Some(at) = payment.cancels.iter().filter_map(ended_at).max() {
        document["cancelledAt"] = json!(at);
    }
    if payment.status() == "FAILED" {
        document["failedAt"] = json!(payment.declined_at.map(|at| at.to_string()));
        document["failure"] = json!({
            "reason": Refusal::PgProvider.to_string(),
            "pgCode": "DECLINED",
            "pgMessage": Refusal::PgProvider.to_string(),
        });
    }
    document
}

/// The attempt at the payment: the same under other names.
pub(super) fn transaction(payment: &Payment) -> Value {
    let mut document = document(payment);
    document["paymentId"] = document["id"].take();
    document["id"] = document["transactionId"].take();
    if let Some(fields) = document.as_object_mut() {
        fields.remove("transactionId");
    }
    document
}

/// A capture or a cancel as an event of its payment.
pub(super) fn event(payment: &Payment, entry: &Entry) -> Value {
    let mut document = common(payment);
    let (kind, moved) = match &entry.fact {
        Fact::Capture { amount, .. } => ("PAID", json!(amount)),
        Fact::Cancel { amount, .. } => {
            (cancelled_word(payment), json!(-i64::try_from(*amount).unwrap_or(i64::MAX)))
        }
        _ => unreachable!("only what moves money is an event"),
    };
    document["type"] = json!(kind);
    document["id"] = json!(format!("event-{}", entry.number));
    document["paymentId"] = json!(payment.id);
    document["transactionId"] = json!(transaction_id(&payment.id));
    document["createdAt"] = json!(entry.at.to_string());
    document["totalAmount"] = amount(payment);
    document["disputes"] = payment.disputes.iter().map(dispute).collect();
    document["eventAmount"] = moved;
    document
}

pub(super) fn cancellation(cancel: &Cancelled) -> Value {
    let status = match cancel.state {
        CancelState::Requested { .. } => "REQUESTED",
        CancelState::Succeeded { .. } => "SUCCEEDED",
        CancelState::Failed => "FAILED",
    };
    let mut document = json!({
        "status": status,
        "id": cancellation_id(cancel.entry),
        "pgCancellationId": format!("sandbox-{}", cancel.entry),
        "totalAmount": cancel.amount,
        "taxFreeAmount": 0,
        "vatAmount": 0,
        "reason": cancel.reason,
        "requestedAt": cancel.requested_at.to_string(),
        "trigger": cancel.trigger,
    });
    if let Some(at) = ended_at(cancel) {
        document["cancelledAt"] = json!(at);
    }
    document
}

pub(super) fn paid_at(payment: &Payment) -> Option<String> {
    payment.captured.as_ref().map(|captured| captured.at.to_string())
}

pub(super) fn pg_tx_id(payment: &Payment) -> Option<String> {
    payment.captured.as_ref().map(|captured| format!("sandbox-{}", captured.entry))
}

/// What every document about the payment says.
fn common(payment: &Payment) -> Value {
    let channel = payment.captured.as_ref().map_or(Channel::Live, |captured| captured.channel);
    let mut document = json!({
        "merchantId": "merchant-sandbox",
        "storeId": STORE,
        "version": "V2",
        "channel": {
            "type": channel,
            "id": "channel-sandbox",
            "key": "channel-key-sandbox",
            "name": "sandbox",
            "pgProvider": "SANDBOX",
            "pgMerchantId": "sandbox",
        },
        "orderName": format!("Payment {}", payment.id),
        "currency": payment.currency,
        "customer": {},
        "requestedAt": payment.requested_at.to_string(),
    });
    if let Some(method) = payment.method {
        document["method"] = json!({ "type": method_word(method) });
    }
    match &payment.custom_data {
        Value::Null => {}
        Value::String(text) => document["customData"] = json!(text),
        data => document["customData"] = json!(data.to_string()),
    }
    document
}

fn amount(payment: &Payment) -> Value {
    let captured = payment.captured.as_ref().map(|captured| captured.amount);
    json!({
        "total": captured.or(payment.total).unwrap_or(0),
        "taxFree": 0,
        "discount": 0,
        "paid": captured.unwrap_or(0),
        "cancelled": payment.cancelled(),
        "cancelledTaxFree": 0,
    })
}

fn dispute(dispute: &Dispute) -> Value {
    let is_open = dispute.resolved_at.is_none();
    let mut document = json!({
        "status": if is_open { "UNRESOLVED" } else { "RESOLVED" },
        "reason": dispute.reason,
        "createdAt": dispute.created_at.to_string(),
    });
    if let Some(at) = dispute.resolved_at {
        document["resolvedAt"] = json!(at.to_string());
    }
    document
}

fn ended_at(cancel: &Cancelled) -> Option<String> {
    match cancel.state {
        CancelState::Succeeded { at } => Some(at.to_string()),
        CancelState::Requested { .. } | CancelState::Failed => None,
    }
}

fn cancelled_word(payment: &Payment) -> &'static str {
    if payment.status() == "CANCELLED" { "CANCELLED" } else { "PARTIAL_CANCELLED" }
}

fn method_word(method: PayMethod) -> &'static str {
    match method {
        PayMethod::Card => "PaymentMethodCard",
        PayMethod::EasyPay => "PaymentMethodEasyPay",
        PayMethod::Transfer => "PaymentMethodTransfer",
        PayMethod::Mobile => "PaymentMethodMobile",
    }
}
