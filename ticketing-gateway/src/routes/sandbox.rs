//! What only a sandbox has: a buyer for programs, and the ledger for checks. No secret is asked.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::Value;
use ticketing_wire::Page;
use ticketing_wire::sandbox::{Authorize, Authorized, EntryKind, LedgerEntry};
use ticketing_wire::secrets::PaymentToken;

use super::ok;
use super::request::{Body, PaymentId};
use crate::entry::{Entry, Fact};
use crate::gateway::Gateway;
use crate::idempotency::Answer;
use crate::refusal::Refusal;

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// The ledger's own pages: they may be larger than those of the box office.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LedgerQuery {
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
    gateway.registered(&id).await;
    let token = gateway.authorize(&id, request).await?;
    Ok(ok(&Authorized { payment_token: PaymentToken::from(token) }))
}

/// Captures and cancels, oldest first.
pub(super) async fn ledger(
    State(gateway): State<Arc<Gateway>>,
    page: Result<Query<LedgerQuery>, QueryRejection>,
) -> Result<Answer, Refusal> {
    let Query(page) = page.map_err(|error| Refusal::InvalidRequest(error.body_text()))?;
    let limit = page.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Refusal::InvalidRequest(format!("limit is not between 1 and {MAX_LIMIT}")));
    }
    let (entries, more) = gateway.money_after(page.cursor, limit);
    let next_cursor = entries.last().filter(|_| more).map(|entry| entry.number.to_string());
    let items: Vec<LedgerEntry> = entries.iter().filter_map(item).collect();
    Ok(ok(&Page { items, next_cursor }))
}

fn item(entry: &Entry) -> Option<LedgerEntry> {
    let (kind, amount, currency, custom_data) = match &entry.fact {
        Fact::Capture { amount, currency, custom_data, .. } => {
            (EntryKind::Capture, amount, currency, custom_data)
        }
        Fact::Cancel { amount, currency, custom_data, .. } => {
            (EntryKind::Cancel, amount, currency, custom_data)
        }
        _ => return None,
    };
    Some(LedgerEntry {
        payment_id: entry.payment_id.clone(),
        kind,
        amount: i64::try_from(*amount).unwrap_or(i64::MAX),
        currency: currency.clone(),
        at: Some(entry.at.into()),
        custom_data: opened(custom_data),
    })
}

/// `PortOne`'s custom data is a string; one that holds JSON is shown as what it holds.
fn opened(custom_data: &Value) -> Value {
    let parsed = custom_data.as_str().and_then(|text| serde_json::from_str(text).ok());
    parsed.unwrap_or_else(|| custom_data.clone())
}
