//! What only the controller of a sandbox can do: make things go wrong, and act at the provider
//! without the shop. No secret is asked; a gateway that is not controlled has no such routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde::Deserialize;

use super::document::document;
use super::ok;
use super::request::{Body, PaymentId};
use crate::FaultPlan;
use crate::entry::{Channel, Trigger};
use crate::gateway::Gateway;
use crate::idempotency::Answer;
use crate::payment::asked::{Cancel, PreRegister};
use crate::refusal::Refusal;

/// What a payment at the provider is; the shop's own terms where it registered it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pay {
    amount: Option<u64>,
    currency: Option<String>,
    #[serde(default)]
    test: bool,
}

/// A cancel at the provider's console.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsoleCancel {
    amount: Option<u64>,
    #[serde(default = "console")]
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDispute {
    #[serde(default = "unknown_to_the_holder")]
    reason: String,
}

pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/sandbox/control/faults", get(faults).put(set_faults))
        .route("/sandbox/control/payments/{id}/pay", post(pay))
        .route("/sandbox/control/payments/{id}/cancel", post(cancel))
        .route("/sandbox/control/payments/{id}/dispute", post(dispute))
        .route("/sandbox/control/payments/{id}/dispute/resolve", post(resolve_dispute))
}

async fn faults(State(gateway): State<Arc<Gateway>>) -> Answer {
    ok(&gateway.faults())
}

async fn set_faults(State(gateway): State<Arc<Gateway>>, body: Body) -> Result<Answer, Refusal> {
    let plan: FaultPlan = body.parse()?;
    gateway.set_faults(plan);
    Ok(ok(&gateway.faults()))
}

async fn pay(
    State(gateway): State<Arc<Gateway>>,
    PaymentId(id): PaymentId,
    body: Body,
) -> Result<Answer, Refusal> {
    let Pay { amount, currency, test } = body.parse()?;
    let terms = PreRegister { total_amount: amount, currency, custom_data: None };
    let channel = if test { Channel::Test } else { Channel::Live };
    Ok(ok(&document(&gateway.pay(&id, terms, channel).await?)))
}

async fn cancel(
    State(gateway): State<Arc<Gateway>>,
    PaymentId(id): PaymentId,
    body: Body,
) -> Result<Answer, Refusal> {
    let ConsoleCancel { amount, reason } = body.parse()?;
    let cancel = Cancel { reason, amount, current_cancellable_amount: None, skip_webhook: false };
    Ok(ok(&document(&gateway.cancel(&id, &cancel, Trigger::Console).await?)))
}

async fn dispute(
    State(gateway): State<Arc<Gateway>>,
    PaymentId(id): PaymentId,
    body: Body,
) -> Result<Answer, Refusal> {
    let NewDispute { reason } = body.parse()?;
    gateway.dispute(&id, &reason).await?;
    Ok(ok(&document(&gateway.payment(&id).await?)))
}

async fn resolve_dispute(
    State(gateway): State<Arc<Gateway>>,
    PaymentId(id): PaymentId,
) -> Result<Answer, Refusal> {
    gateway.resolve_dispute(&id).await?;
    Ok(ok(&document(&gateway.payment(&id).await?)))
}

fn console() -> String {
    "cancelled at the console".into()
}

fn unknown_to_the_holder() -> String {
    "the holder does not know the charge".into()
}
