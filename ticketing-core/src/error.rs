//! Why a verb was refused: one variant per thing a caller does differently.

mod passed_over;

pub(crate) use self::passed_over::{readable, report};
use crate::clock::Timestamp;
use crate::id::OrderId;
use crate::text::Flaw;

/// A field of a request that is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Terms that cannot change any more; each is named.
    #[error("this cannot change any more")]
    Frozen(Vec<FieldError>),
    /// The hold has its order already.
    #[error("this hold has an order")]
    HoldOrdered {
        /// That order.
        order: OrderId,
    },
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
    /// The hold has ended.
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
    /// The sale has ended.
    #[error("the sale ended at {ended_at}")]
    SaleEnded {
        /// When it ended.
        ended_at: Timestamp,
    },
    /// No seat for sale is free, held or reserved.
    #[error("sold out")]
    SoldOut,
    /// The order's time to pay is over.
    #[error("the order's time to pay is over")]
    OrderExpired,
    /// Nothing of it can be given back any more.
    #[error("{0}")]
    NotRefundable(String),
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
    /// A transaction lost to another one, and can be run again.
    #[error("unavailable: {0}")]
    LostRace(String),
    /// A stored value that this version cannot read.
    #[error("unreadable: {table}.{column} of {row}")]
    Unreadable {
        /// Where it stands.
        table: &'static str,
        /// In which column.
        column: &'static str,
        /// In which row.
        row: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
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

    /// The same failure once more, for each of many who waited for one thing.
    #[cfg(feature = "services")]
    pub(crate) fn for_each(&self) -> Self {
        match self {
            Self::Unavailable(why) => Self::Unavailable(why.clone()),
            Self::LostRace(why) => Self::LostRace(why.clone()),
            Self::NotFound(what) => Self::NotFound(what),
            Self::Unreadable { table, column, row, source } => {
                Self::unreadable(table, column, row, source.to_string())
            }
            other => Self::internal(other.to_string()),
        }
    }

    /// A stored value that cannot be read.
    pub(crate) fn unreadable(
        table: &'static str,
        column: &'static str,
        row: impl std::fmt::Display,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unreadable { table, column, row: row.to_string(), source: source.into() }
    }

    /// What went wrong with what caused it, for those who may see that.
    pub(crate) fn with_source(&self) -> String {
        match std::error::Error::source(self) {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }

    /// The same may succeed later: a service does not answer, or another was faster.
    pub(crate) const fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::LostRace(_))
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

    /// The text, or what it lacks noted on its field.
    pub(crate) fn text<T>(&mut self, field: &str, text: std::result::Result<T, Flaw>) -> Option<T> {
        text.map_err(|flaw| self.0.push(FieldError::new(field, flaw.to_string()))).ok()
    }

    /// What cannot change any more, where anything was noted.
    pub(crate) fn frozen(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Frozen(self.0)) }
    }

    pub(crate) fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Validation(self.0)) }
    }
}

/// A word in a stored form that says nothing to this version.
#[derive(Debug, thiserror::Error)]
#[error("unknown {what}: {word:?}")]
pub(crate) struct Unknown {
    what: &'static str,
    word: String,
}

impl Unknown {
    pub(crate) fn new(what: &'static str, word: &str) -> Self {
        Self { what, word: word.to_owned() }
    }
}
