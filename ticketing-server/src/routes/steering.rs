//! How an organizer steers the line of its performance.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
use ticketing_core::accounts::Caller;
use ticketing_core::admission::draw::PublicDraw;
use ticketing_core::catalog::AuditEntry;
use ticketing_core::{AccountId, LineStatus, PerformanceId, Steer};

use super::Answer;
use crate::app::App;
use crate::extract::{Body, Id, SignedIn};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    /// To those who wait.
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rate {
    /// `null` takes the limit away.
    #[serde(deserialize_with = "required_but_nullable")]
    admit_per_minute: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Capacity {
    line_capacity: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revocation {
    account_id: AccountId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entropy {
    entropy: String,
}

#[derive(Serialize)]
pub(crate) struct Audit {
    items: Vec<AuditEntry>,
}

fn required_but_nullable<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u32>, D::Error> {
    Option::deserialize(value)
}

type Steered = Answer<Json<LineStatus>>;

async fn steered(app: &App, caller: &Caller, performance: PerformanceId, steer: Steer) -> Steered {
    app.office.steer(caller, performance, steer).await?;
    Ok(Json(app.office.line_status_for(caller, performance).await?))
}

pub(crate) async fn pause(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(Said { message }): Body<Said>,
) -> Steered {
    steered(&app, &caller, performance, Steer::Pause(message)).await
}

pub(crate) async fn resume(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(Nothing {}): Body<Nothing>,
) -> Steered {
    steered(&app, &caller, performance, Steer::Resume).await
}

pub(crate) async fn drain(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(Said { message }): Body<Said>,
) -> Steered {
    steered(&app, &caller, performance, Steer::Drain(message)).await
}

pub(crate) async fn rate(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(Rate { admit_per_minute }): Body<Rate>,
) -> Steered {
    steered(&app, &caller, performance, Steer::Rate(admit_per_minute)).await
}

pub(crate) async fn capacity(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(Capacity { line_capacity }): Body<Capacity>,
) -> Steered {
    steered(&app, &caller, performance, Steer::Capacity(line_capacity)).await
}

/// Takes one place or pass away; repeating it changes nothing.
pub(crate) async fn revoke(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(Revocation { account_id }): Body<Revocation>,
) -> Answer<StatusCode> {
    app.office.revoke(&caller, performance, account_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the source of public entropy said.
pub(crate) async fn entropy(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
    Body(Entropy { entropy }): Body<Entropy>,
) -> Answer<Json<PublicDraw>> {
    Ok(Json(app.office.enter_entropy(&caller, performance, &entropy).await?))
}

/// Who changed what, newest first.
pub(crate) async fn audit(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(performance): Id<PerformanceId>,
) -> Answer<Json<Audit>> {
    Ok(Json(Audit { items: app.office.audit(&caller, performance).await? }))
}
