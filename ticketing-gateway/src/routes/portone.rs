//! `PortOne` V2, as far as a shop with manual approval needs it.
//!
//! Amounts of a paid payment: `total` and `paid` are what was captured and stay; `cancelled` grows.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::request::{Body, IdempotencyKey, PaymentId, Shop};
use crate::edge;
use crate::gateway::Gateway;
use crate::idempotency::{Answer, Claim};
use crate::payment::{Cancel, Cancelled, Confirm, Payment, PreRegister};
use crate::refusal::Refusal;

/// What the shop is told and what is kept for a repeat; they differ when a fault loses the reply.
struct Done {
    answer: Answer,
    reply_is_lost: bool,
}

pub(super) async fn pre_register(
    State(gateway): State<Arc<Gateway>>,
    _: Shop,
    PaymentId(id): PaymentId,
    IdempotencyKey(key): IdempotencyKey,
    body: Body,
) -> Result<Answer, Refusal> {
    once(gateway.clone(), key, async move {
        let terms: PreRegister = body.parse()?;
        gateway.pre_register(&id, terms, edge::now()).await?;
        Ok(Done::ok(&json!({})))
    })
    .await
}

pub(super) async fn confirm(
    State(gateway): State<Arc<Gateway>>,
    _: Shop,
    PaymentId(id): PaymentId,
    IdempotencyKey(key): IdempotencyKey,
    body: Body,
) -> Result<Answer, Refusal> {
    once(gateway.clone(), key, async move {
        let request: Confirm = body.parse()?;
        let confirmed = gateway.confirm(&id, &request, edge::now()).await?;
        let payment = &confirmed.payment;
        let body = json!({ "pgTxId": pg_tx_id(payment), "paidAt": paid_at(payment) });
        Ok(Done { reply_is_lost: confirmed.reply_is_lost, ..Done::ok(&body) })
    })
    .await
}

pub(super) async fn cancel(
    State(gateway): State<Arc<Gateway>>,
    _: Shop,
    PaymentId(id): PaymentId,
    IdempotencyKey(key): IdempotencyKey,
    body: Body,
) -> Result<Answer, Refusal> {
    once(gateway.clone(), key, async move {
        let request: Cancel = body.parse()?;
        let payment = gateway.cancel(&id, &request, edge::now()).await?;
        let last = payment.cancels.last().expect("a cancel was just recorded");
        Ok(Done::ok(&json!({ "cancellation": cancellation(last) })))
    })
    .await
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    _: Shop,
    PaymentId(id): PaymentId,
) -> Result<Answer, Refusal> {
    let payment = gateway.payment(&id).await?;
    Ok(Done::ok(&document(&payment)).answer)
}

/// Runs the work in a task of its own, so that a caller who hangs up changes nothing, and once per
/// key, if there is one.
async fn once<F>(
    gateway: Arc<Gateway>,
    key: Option<crate::idempotency::Key>,
    work: F,
) -> Result<Answer, Refusal>
where
    F: Future<Output = Result<Done, Refusal>> + Send + 'static,
{
    if let Some(key) = &key
        && let Claim::Repeat(answer) = gateway.answers.lock().claim(key, edge::now())?
    {
        return Ok(answer);
    }
    let task = tokio::spawn(async move {
        let done = work.await;
        if let Some(key) = key {
            remember(&gateway, key, &done);
        }
        done
    });
    let done = task.await.map_err(|_| Refusal::ReplyLost)??;
    if done.reply_is_lost { Err(Refusal::ReplyLost) } else { Ok(done.answer) }
}

fn remember(gateway: &Gateway, key: crate::idempotency::Key, done: &Result<Done, Refusal>) {
    let mut answers = gateway.answers.lock();
    match done {
        Ok(done) => answers.finish(key, done.answer.clone(), edge::now()),
        // Not an answer: what happened is known only after a restart.
        Err(Refusal::LedgerBroken) => answers.forget(&key),
        Err(refusal) => answers.finish(key, refusal.clone().into(), edge::now()),
    }
}

impl Done {
    fn ok(body: &Value) -> Self {
        let answer = Answer { status: StatusCode::OK, body: body.to_string() };
        Self { answer, reply_is_lost: false }
    }
}

/// The payment as `PortOne` shows it.
fn document(payment: &Payment) -> Value {
    let captured = payment.captured.as_ref();
    let paid = captured.map_or(0, |captured| captured.amount);
    let mut document = json!({
        "id": payment.id,
        "status": payment.status(),
        "transactionId": format!("sandbox-{}", payment.id),
        "merchantId": "merchant-sandbox",
        "storeId": "store-sandbox",
        "version": "V2",
        "channel": {
            "type": "LIVE",
            "id": "channel-sandbox",
            "key": "channel-key-sandbox",
            "name": "sandbox",
            "pgProvider": "SANDBOX",
            "pgMerchantId": "sandbox",
        },
        "currency": payment.currency,
        "amount": {
            "total": captured.map_or(payment.total.unwrap_or(0), |captured| captured.amount),
            "taxFree": 0,
            "discount": 0,
            "paid": paid,
            "cancelled": payment.cancelled(),
            "cancelledTaxFree": 0,
        },
        "customer": {},
        "requestedAt": payment.requested_at.to_string(),
        "updatedAt": payment.updated_at.to_string(),
        "statusChangedAt": payment.status_changed_at.to_string(),
    });
    if !payment.custom_data.is_null() {
        document["customData"] = payment.custom_data.clone();
    }
    if captured.is_some() {
        document["paidAt"] = json!(paid_at(payment));
        document["pgTxId"] = json!(pg_tx_id(payment));
        document["cancellations"] = payment.cancels.iter().map(cancellation).collect();
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

fn cancellation(cancel: &Cancelled) -> Value {
    json!({
        "status": "SUCCEEDED",
        "id": format!("cancellation-{}", cancel.entry),
        "pgCancellationId": format!("sandbox-{}", cancel.entry),
        "totalAmount": cancel.amount,
        "taxFreeAmount": 0,
        "vatAmount": 0,
        "reason": cancel.reason,
        "requestedAt": cancel.at.to_string(),
        "cancelledAt": cancel.at.to_string(),
    })
}

fn paid_at(payment: &Payment) -> Option<String> {
    payment.captured.as_ref().map(|captured| captured.at.to_string())
}

fn pg_tx_id(payment: &Payment) -> Option<String> {
    payment.captured.as_ref().map(|captured| format!("sandbox-{}", captured.entry))
}
