//! Refusals as problem documents (RFC 9457) with stable types: one exhaustive match.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ticketing_core::Error;
use ticketing_wire::problem::{self as wire, ProblemType};

use crate::convert::time;

/// How long a caller waits before it asks a service again that did not answer.
const UNAVAILABLE_RETRY_SECONDS: u32 = 1;

/// A problem document on its way out. The layer around every handler adds the request's id.
#[derive(Clone, Debug)]
pub struct Problem {
    document: Box<wire::Problem>,
    status: StatusCode,
    retry_after_seconds: Option<u32>,
    /// A proof was shown, and it is not good.
    invalid_token: bool,
}

impl Problem {
    /// A problem of a stable kind.
    pub(crate) fn new(kind: ProblemType, status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Problem");
        let document = Box::new(wire::Problem::new(kind, status.as_u16(), title, detail));
        Self { document, status, retry_after_seconds: None, invalid_token: false }
    }

    /// There is no such route, or no such thing.
    pub(crate) fn not_found(what: &str) -> Self {
        let detail = format!("there is no such {what}");
        Self::new(ProblemType::NotFound, StatusCode::NOT_FOUND, detail)
    }

    /// One bad field.
    pub(crate) fn field(field: &str, message: impl Into<String>) -> Self {
        Error::field(field, message.into()).into()
    }

    /// The access token that was shown is not good.
    pub(crate) fn invalid_token(error: Error) -> Self {
        Self { invalid_token: true, ..error.into() }
    }

    fn with(mut self, facts: impl FnOnce(&mut wire::Problem)) -> Self {
        facts(&mut self.document);
        self
    }

    fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_seconds: Some(seconds), ..self }
    }

    /// The answer, with the request's id in its problem if it is one.
    pub(crate) fn write(mut response: Response, request_id: &str) -> Response {
        let Some(problem) = response.extensions_mut().remove::<Self>() else { return response };
        problem.with(|facts| facts.request_id = Some(request_id.to_owned())).written()
    }

    fn written(self) -> Response {
        let Self { document, status, retry_after_seconds, invalid_token } = self;
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after_seconds {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = if invalid_token {
                r#"Bearer realm="ticketing", error="invalid_token""#
            } else {
                r#"Bearer realm="ticketing""#
            };
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        use {ProblemType as P, StatusCode as S};
        let detail = error.to_string();
        match error {
            Error::Validation(errors) => {
                let detail = format!("not valid: {}", named(&errors));
                let errors = field_errors(errors);
                Self::new(P::Validation, S::BAD_REQUEST, detail).with(|facts| facts.errors = errors)
            }
            Error::Unauthenticated => Self::new(P::Unauthenticated, S::UNAUTHORIZED, detail),
            Error::PaymentDeclined => Self::new(P::PaymentDeclined, S::PAYMENT_REQUIRED, detail),
            Error::Forbidden(_) => Self::new(P::Forbidden, S::FORBIDDEN, detail),
            Error::PassRequired => Self::new(P::PassRequired, S::FORBIDDEN, detail),
            Error::PassExpired => Self::new(P::PassExpired, S::FORBIDDEN, detail),
            Error::NotFound(_) => Self::new(P::NotFound, S::NOT_FOUND, detail),
            Error::Conflict(_) => Self::new(P::Conflict, S::CONFLICT, detail),
            Error::Frozen(errors) => {
                let detail = format!("{detail}: {}", named(&errors));
                let errors = field_errors(errors);
                Self::new(P::Conflict, S::CONFLICT, detail).with(|facts| facts.errors = errors)
            }
            Error::HoldOrdered { order } => Self::new(P::Conflict, S::CONFLICT, detail)
                .with(|facts| facts.order_id = Some(order.uuid())),
            Error::SeatTaken { seats } => {
                Self::new(P::SeatTaken, S::CONFLICT, detail).with(|facts| facts.seats = Some(seats))
            }
            Error::OrphanSeat { seats } => Self::new(P::OrphanSeat, S::CONFLICT, detail)
                .with(|facts| facts.seats = Some(seats)),
            Error::HoldExpired => Self::new(P::HoldExpired, S::CONFLICT, detail),
            Error::LimitExceeded { limit } => Self::new(P::LimitExceeded, S::CONFLICT, detail)
                .with(|facts| facts.limit = Some(limit)),
            Error::NotOnSale { on_sale_at } => Self::new(P::NotOnSale, S::CONFLICT, detail)
                .with(|facts| facts.on_sale_at = Some(time(on_sale_at))),
            Error::SaleEnded { ended_at } => Self::new(P::NotOnSale, S::CONFLICT, detail)
                .with(|facts| facts.sale_ends_at = Some(time(ended_at))),
            Error::SoldOut => Self::new(P::SoldOut, S::CONFLICT, detail),
            Error::OrderExpired => Self::new(P::OrderExpired, S::CONFLICT, detail),
            Error::NotRefundable(_) => Self::new(P::NotRefundable, S::CONFLICT, detail),
            Error::PaymentMismatch(_) => Self::new(P::PaymentMismatch, S::CONFLICT, detail),
            Error::IdempotencyReused => {
                Self::new(P::IdempotencyReused, S::UNPROCESSABLE_ENTITY, detail)
            }
            Error::TooManyRequests { retry_after_seconds } => {
                let problem = Self::new(P::TooManyRequests, S::TOO_MANY_REQUESTS, detail);
                problem.retry_after(retry_after_seconds)
            }
            // The live state of a newer server: another one of the deployment can answer.
            Error::Unavailable(_)
            | Error::LostRace(_)
            | Error::Unreadable { table: "live", .. } => {
                tracing::warn!(%detail, "a request met a service that does not answer");
                let detail = "try again in a moment";
                let problem = Self::new(P::Unavailable, S::SERVICE_UNAVAILABLE, detail);
                problem.retry_after(UNAVAILABLE_RETRY_SECONDS)
            }
            error @ (Error::Unreadable { .. } | Error::Internal(_)) => {
                tracing::error!(error = %chain(&error), "a request failed");
                Self::new(P::Internal, S::INTERNAL_SERVER_ERROR, "it was logged")
            }
        }
    }
}

fn named(errors: &[ticketing_core::FieldError]) -> String {
    let named: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    named.join(", ")
}

fn field_errors(errors: Vec<ticketing_core::FieldError>) -> Vec<wire::FieldError> {
    let error = |error: ticketing_core::FieldError| wire::FieldError {
        field: error.field,
        message: error.message,
    };
    errors.into_iter().map(error).collect()
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
        let mut response = self.clone().written();
        response.extensions_mut().insert(self);
        response
    }
}
