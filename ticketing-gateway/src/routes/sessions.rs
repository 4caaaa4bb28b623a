//! Access tokens in place of the secret.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::ok;
use super::request::Body;
use crate::gateway::Gateway;
use crate::idempotency::Answer;
use crate::refusal::Refusal;
use crate::sessions::Use;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Login {
    api_secret: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refresh {
    refresh_token: String,
}

pub(super) async fn open(
    State(gateway): State<Arc<Gateway>>,
    body: Body,
) -> Result<Answer, Refusal> {
    let login: Login = body.parse()?;
    if !gateway.knows_secret(login.api_secret.as_bytes()) {
        return Err(Refusal::Unauthorized);
    }
    Ok(tokens(&gateway))
}

pub(super) async fn refresh(
    State(gateway): State<Arc<Gateway>>,
    body: Body,
) -> Result<Answer, Refusal> {
    let refresh: Refresh = body.parse()?;
    let now = gateway.clock.now();
    if !gateway.sessions.lock().knows(&refresh.refresh_token, Use::Refresh, now) {
        return Err(Refusal::Unauthorized);
    }
    Ok(tokens(&gateway))
}

fn tokens(gateway: &Gateway) -> Answer {
    let (access, refresh) = (gateway.token("access"), gateway.token("refresh"));
    let now = gateway.clock.now();
    let mut sessions = gateway.sessions.lock();
    sessions.open(access.clone(), Use::Access, now);
    sessions.open(refresh.clone(), Use::Refresh, now);
    ok(&json!({ "accessToken": access, "refreshToken": refresh }))
}
