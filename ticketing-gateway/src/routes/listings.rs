//! `PortOne`'s listings by cursor: every payment, and every movement of money, oldest first.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{document, event};
use super::ok;
use super::request::Shop;
use crate::Fault;
use crate::gateway::Gateway;
use crate::idempotency::Answer;
use crate::refusal::Refusal;

const DEFAULT_SIZE: usize = 10;
const MAX_SIZE: usize = 1_000;
/// How far back a listing goes that does not say.
const DEFAULT_SPAN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// `PortOne` reads the body of a question from the query, because a `GET` has none.
#[derive(Deserialize)]
pub(super) struct Listing {
    #[serde(rename = "requestBody")]
    request_body: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Range {
    from: Option<String>,
    until: Option<String>,
    cursor: Option<String>,
    size: Option<usize>,
}

/// A range with its limits.
struct Page {
    from: Timestamp,
    until: Timestamp,
    cursor: usize,
    size: usize,
}

/// By when they were registered.
pub(super) async fn payments(
    State(gateway): State<Arc<Gateway>>,
    _: Shop,
    listing: Result<Query<Listing>, QueryRejection>,
) -> Result<Answer, Refusal> {
    let Page { from, until, cursor, size } = page(&gateway, listing)?;
    let found = gateway.registered_between(from..=until, cursor, size).await?;
    let item = |(next, payment): &(usize, _)| json!({ "payment": document(payment), "cursor": next.to_string() });
    Ok(ok(&json!({ "items": found.iter().map(item).collect::<Vec<Value>>() })))
}

/// By when the money moved.
pub(super) async fn events(
    State(gateway): State<Arc<Gateway>>,
    _: Shop,
    listing: Result<Query<Listing>, QueryRejection>,
) -> Result<Answer, Refusal> {
    let Page { from, until, cursor, size } = page(&gateway, listing)?;
    let entries = gateway.money_within(from..=until, cursor as u64, size);
    let mut items = Vec::with_capacity(entries.len());
    for entry in &entries {
        let payment = gateway.payment(&entry.payment_id).await?;
        let cursor = entry.number.to_string();
        items.push(json!({ "paymentEvent": event(&payment, entry), "cursor": cursor }));
    }
    Ok(ok(&json!({ "items": items })))
}

fn page(
    gateway: &Gateway,
    listing: Result<Query<Listing>, QueryRejection>,
) -> Result<Page, Refusal> {
    if gateway.strikes(Fault::Unreadable) {
        return Err(Refusal::ReplyLost);
    }
    let unusable = |why: String| Refusal::InvalidRequest(format!("requestBody {why}"));
    let Query(listing) = listing.map_err(|error| Refusal::InvalidRequest(error.body_text()))?;
    let range: Range = match listing.request_body {
        Some(body) => serde_json::from_str(&body).map_err(|error| unusable(error.to_string()))?,
        None => Range::default(),
    };
    let time = |text: Option<String>| {
        text.map(|text| text.parse::<Timestamp>()).transpose().map_err(|e| unusable(e.to_string()))
    };
    let until = time(range.until)?.unwrap_or_else(|| gateway.clock.now());
    let from = time(range.from)?.unwrap_or(until - DEFAULT_SPAN);
    let cursor = range.cursor.map_or(Ok(0), |cursor| cursor.parse());
    let cursor = cursor.map_err(|_| unusable("has a cursor that is not ours".into()))?;
    let size = range.size.unwrap_or(DEFAULT_SIZE);
    if !(1..=MAX_SIZE).contains(&size) {
        return Err(unusable(format!("has a size that is not between 1 and {MAX_SIZE}")));
    }
    Ok(Page { from, until, cursor, size })
}
