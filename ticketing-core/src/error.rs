//! Why a verb was refused: one variant per thing a caller does differently.

use serde::Serialize;

use crate::clock::Timestamp;

/// A field of a request that is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field, as a path: `policy.line_capacity`.
    pub field: String,
    /// What would be right.
    pub message: String,
}

impl FieldError {
    /// A message about a field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Every refusal of the box office.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is wrong; every bad field is named.
    #[error("the request is not valid")]
    Validation(Vec<FieldError>),
    /// No valid proof of who is asking.
    #[error("sign in first: the access token is missing, expired or not ours")]
    Unauthenticated,
    /// The caller may see this but not do it.
    #[error("not allowed: {0}")]
    Forbidden(&'static str),
    /// There is no such thing, or the caller may not know of it.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The present state forbids it.
    #[error("{0}")]
    Conflict(String),
    /// A step needs a pass of this performance and account.
    #[error("this needs a pass: join the line of the performance first")]
    PassRequired,
    /// The pass has ended.
    #[error("the pass has ended: join the line again")]
    PassExpired,
    /// Somebody else has these seats.
    #[error("seats are taken")]
    SeatTaken {
        /// The seats that could not be had.
        seats: Vec<u32>,
    },
    /// The choice would leave a single empty seat.
    #[error("the choice leaves a single seat empty")]
    OrphanSeat {
        /// The seats that would be left alone.
        seats: Vec<u32>,
    },
    /// The hold has ended, or is not the caller's.
    #[error("the hold has ended: choose again")]
    HoldExpired,
    /// More seats than one buyer may have.
    #[error("no more than {limit} seats per buyer")]
    LimitExceeded {
        /// The limit.
        limit: u32,
    },
    /// The on-sale time has not come.
    #[error("not on sale before {on_sale_at}")]
    NotOnSale {
        /// When it opens.
        on_sale_at: Timestamp,
    },
    /// No seat for sale is free, held or reserved.
    #[error("sold out")]
    SoldOut,
    /// The order's time to pay is over.
    #[error("the order's time to pay is over")]
    OrderExpired,
    /// The payment is not the one the order waits for, or its amount is not the order's.
    #[error("{0}")]
    PaymentMismatch(String),
    /// The provider declined; the order waits for another payment where time is left.
    #[error("the payment was declined")]
    PaymentDeclined,
    /// The key was used for another request.
    #[error("this Idempotency-Key was used for another request")]
    IdempotencyReused,
    /// Slow down.
    #[error("too many requests; try again in {retry_after_seconds} s")]
    TooManyRequests {
        /// When to come back.
        retry_after_seconds: u32,
    },
    /// A service that this needs does not answer.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A defect or a broken service; the chain is for the log, not for the caller.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// One bad field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Validation(vec![FieldError::new(field, message)])
    }

    /// A defect, with what was found.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// The present state forbids it.
    pub fn conflict(why: impl Into<String>) -> Self {
        Self::Conflict(why.into())
    }
}

/// What most verbs answer.
pub type Result<T> = std::result::Result<T, Error>;

/// Bad fields gathered while a request is checked, so that all are named at once.
#[derive(Debug, Default)]
pub(crate) struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    pub(crate) fn require(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.0.push(FieldError::new(field, message));
        }
    }

    pub(crate) fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Validation(self.0)) }
    }
}
