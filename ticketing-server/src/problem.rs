//! Refusals as problem documents (RFC 9457) with stable types: one exhaustive match.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use ticketing_core::Error;

/// How long a caller waits before it asks a service again that did not answer.
const UNAVAILABLE_RETRY_SECONDS: u32 = 1;

/// A problem document.
#[derive(Debug)]
pub struct Problem {
    kind: &'static str,
    status: StatusCode,
    detail: String,
    facts: Map<String, Value>,
    retry_after_seconds: Option<u32>,
}

impl Problem {
    /// A problem of a stable kind: the last part of its type.
    pub(crate) fn new(kind: &'static str, status: StatusCode, detail: impl Into<String>) -> Self {
        let (detail, facts) = (detail.into(), Map::new());
        Self { kind, status, detail, facts, retry_after_seconds: None }
    }

    /// There is no such route, or no such thing.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new("not-found", StatusCode::NOT_FOUND, format!("there is no such {what}"))
    }

    /// One bad field.
    pub(crate) fn field(field: &str, message: impl Into<String>) -> Self {
        Error::field(field, message.into()).into()
    }

    fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_seconds: Some(seconds), ..self }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        use StatusCode as S;
        let detail = error.to_string();
        match error {
            Error::Validation(errors) => {
                let named: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
                let detail = format!("not valid: {}", named.join(", "));
                let problem = Self::new("validation", S::BAD_REQUEST, detail);
                problem.fact("errors", json!(errors))
            }
            Error::Unauthenticated => Self::new("unauthenticated", S::UNAUTHORIZED, detail),
            Error::PaymentDeclined => Self::new("payment-declined", S::PAYMENT_REQUIRED, detail),
            Error::Forbidden(_) => Self::new("forbidden", S::FORBIDDEN, detail),
            Error::PassRequired => Self::new("pass-required", S::FORBIDDEN, detail),
            Error::PassExpired => Self::new("pass-expired", S::FORBIDDEN, detail),
            Error::NotFound(_) => Self::new("not-found", S::NOT_FOUND, detail),
            Error::Conflict(_) => Self::new("conflict", S::CONFLICT, detail),
            Error::SeatTaken { seats } => {
                Self::new("seat-taken", S::CONFLICT, detail).fact("seats", seats)
            }
            Error::OrphanSeat { seats } => {
                Self::new("orphan-seat", S::CONFLICT, detail).fact("seats", seats)
            }
            Error::HoldExpired => Self::new("hold-expired", S::CONFLICT, detail),
            Error::LimitExceeded { limit } => {
                Self::new("limit-exceeded", S::CONFLICT, detail).fact("limit", limit)
            }
            Error::NotOnSale { on_sale_at } => {
                let problem = Self::new("not-on-sale", S::CONFLICT, detail);
                problem.fact("on_sale_at", on_sale_at.to_string())
            }
            Error::SoldOut => Self::new("sold-out", S::CONFLICT, detail),
            Error::OrderExpired => Self::new("order-expired", S::CONFLICT, detail),
            Error::PaymentMismatch(_) => Self::new("payment-mismatch", S::CONFLICT, detail),
            Error::IdempotencyReused => {
                Self::new("idempotency-reused", S::UNPROCESSABLE_ENTITY, detail)
            }
            Error::TooManyRequests { retry_after_seconds } => {
                let problem = Self::new("too-many-requests", S::TOO_MANY_REQUESTS, detail);
                problem.retry_after(retry_after_seconds)
            }
            Error::Unavailable(_) => {
                tracing::warn!(%detail, "a request met a service that does not answer");
                let detail = "try again in a moment";
                let problem = Self::new("unavailable", S::SERVICE_UNAVAILABLE, detail);
                problem.retry_after(UNAVAILABLE_RETRY_SECONDS)
            }
            Error::Internal(source) => {
                tracing::error!(error = %chain(&*source), "a request failed");
                Self::new("internal", S::INTERNAL_SERVER_ERROR, "it was logged")
            }
        }
    }
}

/// An error with everything under it, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Problem");
        let mut body = json!({
            "type": format!("/problems/{}", self.kind),
            "title": title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Some(document) = body.as_object_mut() {
            document.extend(self.facts);
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
