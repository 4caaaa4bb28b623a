//! What only a sandbox has: a buyer for programs, and the ledger for checks. No secret is asked.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::request::{Body, PaymentId};
use crate::edge;
use crate::entry::{Entry, Fact, Outcome};
use crate::gateway::Gateway;
use crate::idempotency::Answer;
use crate::refusal::Refusal;

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Authorize {
    outcome: Outcome,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    #[serde(default)]
    cursor: u64,
    limit: Option<usize>,
}

/// The buyer's yes or no; the answer's token is for the shop to confirm.
pub(super) async fn authorize(
    State(gateway): State<Arc<Gateway>>,
    PaymentId(id): PaymentId,
    body: Body,
) -> Result<Answer, Refusal> {
    let request: Authorize = body.parse()?;
    let token = gateway.authorize(&id, request.outcome, edge::now()).await?;
    Ok(ok(&json!({ "payment_token": token })))
}

/// Captures and cancels, oldest first.
pub(super) async fn ledger(
    State(gateway): State<Arc<Gateway>>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Answer, Refusal> {
    let Query(page) = page.map_err(|error| Refusal::InvalidRequest(error.body_text()))?;
    let limit = page.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Refusal::InvalidRequest(format!("limit is not between 1 and {MAX_LIMIT}")));
    }
    let (entries, more) = gateway.money_after(page.cursor, limit);
    let next_cursor = entries.last().filter(|_| more).map(|entry| entry.number.to_string());
    let items: Vec<Value> = entries.iter().filter_map(item).collect();
    Ok(ok(&json!({ "items": items, "next_cursor": next_cursor })))
}

fn item(entry: &Entry) -> Option<Value> {
    let (kind, amount, currency, custom_data) = match &entry.fact {
        Fact::Capture { amount, currency, custom_data } => {
            ("capture", amount, currency, custom_data)
        }
        Fact::Cancel { amount, currency, custom_data, .. } => {
            ("cancel", amount, currency, custom_data)
        }
        Fact::PreRegister { .. } | Fact::Authorize { .. } | Fact::Decline { .. } => return None,
    };
    Some(json!({
        "payment_id": entry.payment_id,
        "kind": kind,
        "amount": amount,
        "currency": currency,
        "at": entry.at.to_string(),
        "custom_data": opened(custom_data),
    }))
}

/// `PortOne`'s custom data is a string; one that holds JSON is shown as what it holds.
fn opened(custom_data: &Value) -> Value {
    let parsed = custom_data.as_str().and_then(|text| serde_json::from_str(text).ok());
    parsed.unwrap_or_else(|| custom_data.clone())
}

fn ok(body: &Value) -> Answer {
    Answer { status: StatusCode::OK, body: body.to_string() }
}
