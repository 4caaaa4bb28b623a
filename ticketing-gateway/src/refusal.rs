//! Why a request was not done, in `PortOne`'s words.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// A refusal; each variant is a `type` on the wire with its status.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0}")]
    InvalidRequest(String),
    #[error("the token is not one of this payment's, or was declined before")]
    InvalidPaymentToken,
    #[error("the secret is missing or wrong")]
    Unauthorized,
    #[error("there is no such payment")]
    PaymentNotFound,
    #[error("there is nothing at this address")]
    NotFound,
    #[error("this address does not answer this method")]
    MethodNotAllowed,
    #[error("the body is larger than {0} bytes")]
    BodyTooLarge(usize),
    #[error("the payment was paid already")]
    AlreadyPaid,
    #[error("{0} differs from what was pre-registered")]
    InformationMismatch(&'static str),
    #[error("the first request with this idempotency key is still running")]
    OutstandingRequest,
    #[error("the payment has not been paid")]
    PaymentNotPaid,
    #[error("the payment was cancelled in full already")]
    PaymentAlreadyCancelled,
    #[error("the cancellable amount is {0}, not what the request takes it to be")]
    CancellableAmountConsistencyBroken(u64),
    #[error("only {0} can be cancelled")]
    CancelAmountExceedsCancellableAmount(u64),
    #[error("a payment can be cancelled in {0} parts at most")]
    MaxCancelCountReached(usize),
    #[error("the bank declined the payment")]
    PgProvider,
    #[error("the payment waits for no deposit")]
    PaymentNotWaitingForDeposit,
    #[error("nobody listens to webhooks of this payment")]
    WebhookNotFound,
    #[error("the ledger cannot be written; nothing is charged or cancelled")]
    LedgerBroken,
    #[error("the reply was lost")]
    ReplyLost,
}

impl Refusal {
    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::InvalidRequest(_) | Self::InvalidPaymentToken => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::PaymentNotFound | Self::NotFound | Self::WebhookNotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::AlreadyPaid
            | Self::InformationMismatch(_)
            | Self::OutstandingRequest
            | Self::PaymentNotPaid
            | Self::PaymentAlreadyCancelled
            | Self::CancellableAmountConsistencyBroken(_)
            | Self::CancelAmountExceedsCancellableAmount(_)
            | Self::MaxCancelCountReached(_)
            | Self::PaymentNotWaitingForDeposit => StatusCode::CONFLICT,
            Self::PgProvider => StatusCode::BAD_GATEWAY,
            Self::LedgerBroken => StatusCode::SERVICE_UNAVAILABLE,
            Self::ReplyLost => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The body of the answer: `{type, message}`, with the bank's words where it spoke.
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({ "type": self.kind(), "message": self.to_string() });
        if *self == Self::PgProvider {
            body["pgCode"] = json!("DECLINED");
            body["pgMessage"] = json!(self.to_string());
        }
        body
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) | Self::BodyTooLarge(_) => "INVALID_REQUEST",
            Self::InvalidPaymentToken => "INVALID_PAYMENT_TOKEN",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::PaymentNotFound => "PAYMENT_NOT_FOUND",
            Self::NotFound => "NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::AlreadyPaid => "ALREADY_PAID",
            Self::InformationMismatch(_) => "INFORMATION_MISMATCH",
            Self::OutstandingRequest => "IDEMPOTENCY_OUTSTANDING_REQUEST",
            Self::PaymentNotPaid => "PAYMENT_NOT_PAID",
            Self::PaymentAlreadyCancelled => "PAYMENT_ALREADY_CANCELLED",
            Self::CancellableAmountConsistencyBroken(_) => "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN",
            Self::CancelAmountExceedsCancellableAmount(_) => {
                "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT"
            }
            Self::MaxCancelCountReached(_) => "MAX_CANCEL_COUNT_REACHED",
            Self::PgProvider => "PG_PROVIDER",
            Self::PaymentNotWaitingForDeposit => "PAYMENT_NOT_WAITING_FOR_DEPOSIT",
            Self::WebhookNotFound => "WEBHOOK_NOT_FOUND",
            Self::LedgerBroken => "SERVICE_UNAVAILABLE",
            Self::ReplyLost => "REPLY_LOST",
        }
    }
}
