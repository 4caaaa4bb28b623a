use crate::id::PaymentId;
use crate::money::Money;

/// What the provider says of one payment: the only thing that ever moves an order towards paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Which payment.
    pub payment: PaymentId,
    /// How far it is.
    pub status: FactStatus,
    /// What was captured; zero while nothing was.
    pub captured: Money,
    /// What of it was given back.
    pub cancelled: i64,
}

/// How far a payment is, as the provider says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactStatus {
    /// Known, and nothing has happened; a confirmation may be under way.
    Ready,
    /// Captured.
    Paid,
    /// Declined or broken off.
    Failed,
    /// Captured, and given back in full or in part.
    Cancelled,
    /// A status this version does not know: nothing is decided from it.
    Other,
}
