use crate::clock::Timestamp;
use crate::id::PaymentId;
use crate::money::{Currency, Money};

/// What the provider says of one payment: the only thing that ever moves an order towards paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Which payment.
    pub payment: PaymentId,
    /// How far it is.
    pub status: FactStatus,
    /// What was captured; zero while nothing was.
    pub captured: Money,
    /// What of it was given back, and is through.
    pub cancelled: i64,
    /// Each time something was given back, as far as the provider tells.
    pub cancellations: Vec<Cancellation>,
    /// Through the channel, and at the shop, that this deployment takes money through: no test
    /// payment where only real money counts.
    pub is_ours: bool,
    /// The buyer disputes it with the bank.
    pub disputed: bool,
    /// Since when it is so, by the provider's clock.
    pub changed_at: Option<Timestamp>,
}

impl Fact {
    /// A payment of which nothing has happened yet.
    pub fn ready(payment: PaymentId, currency: Currency) -> Self {
        Self {
            payment,
            status: FactStatus::Ready,
            captured: Money::new(0, currency),
            cancelled: 0,
            cancellations: Vec::new(),
            is_ours: true,
            disputed: false,
            changed_at: None,
        }
    }
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

/// Something that was given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// The provider's name of it.
    pub id: String,
    /// In minor units.
    pub amount: i64,
    /// How far it is.
    pub status: CancellationStatus,
}

/// How far the provider is with giving something back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancellationStatus {
    /// Taken; whether it is through comes later.
    Requested,
    /// The money is back.
    Succeeded,
    /// It was not done.
    Failed,
}
