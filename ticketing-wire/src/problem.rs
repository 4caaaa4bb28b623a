//! Refusals: problem documents (RFC 9457) with stable types.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Time;
use crate::text::clean;

words! {
    /// What kind of problem; stable.
    ProblemType {
        /// 400: the request is wrong; `errors` names every bad field.
        Validation = "/problems/validation",
        /// 401: no valid proof of who is asking.
        Unauthenticated = "/problems/unauthenticated",
        /// 402: the provider declined; the order waits for another payment where time is left.
        PaymentDeclined = "/problems/payment-declined",
        /// 403: the caller may see this but not do it.
        Forbidden = "/problems/forbidden",
        /// 403: this needs a pass of this performance and account.
        PassRequired = "/problems/pass-required",
        /// 403: the pass has ended.
        PassExpired = "/problems/pass-expired",
        /// 404: there is no such thing, or the caller may not know of it.
        NotFound = "/problems/not-found",
        /// 409: the present state forbids it; `errors` names the fields, `order_id` the order.
        Conflict = "/problems/conflict",
        /// 409: somebody else has these seats.
        SeatTaken = "/problems/seat-taken",
        /// 409: the choice would leave a single empty seat.
        OrphanSeat = "/problems/orphan-seat",
        /// 409: the hold has ended: choose again.
        HoldExpired = "/problems/hold-expired",
        /// 409: more seats than one buyer may have.
        LimitExceeded = "/problems/limit-exceeded",
        /// 409: the sale has not begun, or has ended.
        NotOnSale = "/problems/not-on-sale",
        /// 409: no seat for sale is free, held or reserved.
        SoldOut = "/problems/sold-out",
        /// 409: the order's time to pay is over.
        OrderExpired = "/problems/order-expired",
        /// 409: nothing of it can be given back any more.
        NotRefundable = "/problems/not-refundable",
        /// 409: not the payment the order waits for.
        PaymentMismatch = "/problems/payment-mismatch",
        /// 422: the key was used for another request.
        IdempotencyReused = "/problems/idempotency-reused",
        /// 405: this route has no such method.
        MethodNotAllowed = "/problems/method-not-allowed",
        /// 406: `Accept` excludes what this route answers.
        NotAcceptable = "/problems/not-acceptable",
        /// 413: the body is larger than this route takes.
        PayloadTooLarge = "/problems/payload-too-large",
        /// 415: the body is of a kind or a coding that this route does not take.
        UnsupportedMediaType = "/problems/unsupported-media-type",
        /// 429: slow down; `Retry-After` says until when.
        TooManyRequests = "/problems/too-many-requests",
        /// 500: a defect; it was logged.
        Internal = "/problems/internal",
        /// 503: a service that this needs does not answer; `Retry-After` says when to try again.
        Unavailable = "/problems/unavailable",
    }
}

/// A field of a request that is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field, as a path: `policy.line_capacity`; or a header, or `body`.
    pub field: String,
    /// What would be right.
    pub message: String,
}

/// A refusal, or a fault that the server owns up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "type": "/problems/seat-taken", "title": "Conflict", "status": 409,
    "detail": "seats are taken", "request_id": "0190f4a2000070008000000000000008",
    "seats": [2, 3],
}))]
pub struct Problem {
    /// What kind of problem; stable.
    #[serde(rename = "type")]
    pub kind: ProblemType,
    /// For people: the status in words.
    #[serde(default)]
    pub title: String,
    /// The HTTP status.
    #[serde(default)]
    pub status: u16,
    /// For people, about this very request.
    #[serde(default)]
    pub detail: String,
    /// The request's id, as its `X-Request-Id` and the server's log have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
    /// Every bad field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The seats that could not be had, or that would be left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seats: Option<Vec<u32>>,
    /// The most seats of one buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub limit: Option<u32>,
    /// When the sale begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub on_sale_at: Option<Time>,
    /// When the sale ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sale_ends_at: Option<Time>,
    /// The order that a hold became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub order_id: Option<Uuid>,
}

impl Problem {
    /// A problem without facts.
    pub fn new(kind: ProblemType, status: u16, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            title: title.to_owned(),
            status,
            detail: detail.into(),
            request_id: None,
            errors: Vec::new(),
            seats: None,
            limit: None,
            on_sale_at: None,
            sale_ends_at: None,
            order_id: None,
        }
    }
}

/// For people: what the server wrote is cleaned.
impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.status, clean(&self.title))?;
        if !self.detail.is_empty() {
            write!(formatter, ": {}", clean(&self.detail))?;
        }
        self.errors.iter().try_for_each(|FieldError { field, message }| {
            write!(formatter, "\n  {}: {}", clean(field), clean(message))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_shown_with_its_fields_and_steers_no_terminal() {
        let mut problem = Problem::new(ProblemType::Validation, 400, "Bad Request", "no\u{1b}[2J");
        problem.errors.push(FieldError { field: "title".into(), message: "too\nlong".into() });
        assert_eq!(problem.to_string(), "400 Bad Request: no\u{fffd}[2J\n  title: too long");
    }
}
