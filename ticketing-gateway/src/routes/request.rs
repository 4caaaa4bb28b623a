//! What every route reads from a request: the payment's id, the secret, the key, the body.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use serde::de::DeserializeOwned;

use super::MAX_BODY_BYTES;
use crate::gateway::Gateway;
use crate::idempotency::Key;
use crate::refusal::Refusal;

/// The longest payment id.
const MAX_ID_BYTES: usize = 64;

/// The payment's id from the path: letters, digits, `-` and `_`.
pub(super) struct PaymentId(pub(super) String);

/// Proof that the caller knows the secret.
pub(super) struct Shop;

/// The key of a request that has one.
pub(super) struct IdempotencyKey(pub(super) Option<Key>);

/// The body, read and within its limit.
pub(super) struct Body(Bytes);

impl Body {
    /// The body as JSON. Fields this gateway has no use for are ignored, as the original does.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.0)
            .map_err(|error| Refusal::InvalidRequest(format!("the body is unusable: {error}")))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PaymentId {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(id)) if id.len() <= MAX_ID_BYTES && id.bytes().all(allowed) => Ok(Self(id)),
            _ => Err(Refusal::InvalidRequest(format!(
                "a payment id has at most {MAX_ID_BYTES} letters, digits, - and _"
            ))),
        }
    }
}

impl FromRequestParts<Arc<Gateway>> for Shop {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, Refusal> {
        let header = parts.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let header = header.ok_or(Refusal::Unauthorized)?;
        let is_let_in = if let Some(secret) = header.strip_prefix(b"PortOne ") {
            gateway.knows_secret(secret)
        } else if let Some(token) = header.strip_prefix(b"Bearer ") {
            gateway.knows_access_token(token)
        } else {
            false
        };
        is_let_in.then_some(Self).ok_or(Refusal::Unauthorized)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let place = format!("{} {}", parts.method, parts.uri.path());
        let header = parts.headers.get("idempotency-key");
        let key = header.map(|value| Key::parse(value.as_bytes(), &place)).transpose()?;
        Ok(Self(key))
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        Bytes::from_request(request, state).await.map(Self).map_err(|rejection| refusal(&rejection))
    }
}

fn refusal(rejection: &BytesRejection) -> Refusal {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Refusal::BodyTooLarge(MAX_BODY_BYTES)
    } else {
        Refusal::InvalidRequest("the body could not be read".into())
    }
}
