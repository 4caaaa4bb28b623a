//! `PortOne` V2, as far as a shop with manual approval needs it.

use std::sync::Arc;

use axum::extract::State;
use serde_json::json;

use super::document::{cancellation, document, paid_at, pg_tx_id, transaction};
use super::ok;
use super::once::once;
use super::request::{Body, IdempotencyKey, PaymentId, Shop};
use crate::entry::Trigger;
use crate::gateway::Gateway;
use crate::idempotency::Answer;
use crate::payment::asked::{Cancel, Confirm, PreRegister};
use crate::refusal::Refusal;

pub(super) async fn pre_register(
    State(gateway): State<Arc<Gateway>>,
    _: Shop,
    PaymentId(id): PaymentId,
    IdempotencyKey(key): IdempotencyKey,
    body: Body,
) -> Result<Answer, Refusal> {
    once(gateway.clone(), key, async move {
        let terms: PreRegister = body.parse()?;
        gateway.pre_register(&id, terms).await?;
        Ok(ok(&json!({})))
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
        let payment = gateway.confirm(&id, &request).await?;
        Ok(ok(&json!({ "pgTxId": pg_tx_id(&payment), "paidAt": paid_at(&payment) })))
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
        let payment = gateway.cancel(&id, &request, Trigger::Api).await?;
        let last = payment.cancels.last().expect("a cancel was just recorded");
        Ok(ok(&json!({ "cancellation": cancellation(last) })))
    })
    .await
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    _: Shop,
    PaymentId(id): PaymentId,
) -> Result<Answer, Refusal> {
    Ok(ok(&document(&gateway.question(&id).await?)))
}

/// The attempts at a payment. The sandbox knows only the last one.
pub(super) async fn transactions(
    State(gateway): State<Arc<Gateway>>,
    _: Shop,
    PaymentId(id): PaymentId,
) -> Result<Answer, Refusal> {
    Ok(ok(&json!({ "items": [transaction(&gateway.question(&id).await?)] })))
}

pub(super) async fn resend_webhook(
    State(gateway): State<Arc<Gateway>>,
    _: Shop,
    PaymentId(id): PaymentId,
) -> Result<Answer, Refusal> {
    let payment = gateway.payment(&id).await?;
    let told = gateway.outbox.tell_again(&payment).await;
    let (webhook_id, url, delivered) = told.ok_or(Refusal::WebhookNotFound)?;
    Ok(ok(&json!({ "webhook": {
        "paymentStatus": payment.status(),
        "id": webhook_id,
        "status": delivered.word(),
        "url": url,
        "trigger": "MANUAL",
        "triggeredAt": gateway.clock.now().to_string(),
    } })))
}

/// The sandbox has no virtual accounts: a contested sale waits for no bank deposit.
pub(super) async fn close_virtual_account(
    State(gateway): State<Arc<Gateway>>,
    _: Shop,
    PaymentId(id): PaymentId,
) -> Result<Answer, Refusal> {
    gateway.payment(&id).await?;
    Err(Refusal::PaymentNotWaitingForDeposit)
}
