use async_trait::async_trait;

use super::{CancellationStatus, Fact};
use crate::clock::Timestamp;
use crate::id::{OrderId, PaymentId, PerformanceId};
use crate::money::{Money, PayMethod};

/// A payment as the provider is told of it before anybody pays.
#[derive(Clone, Copy, Debug)]
pub struct PreRegistration {
    /// Which payment.
    pub payment: PaymentId,
    /// What it will be; another amount is refused by the provider.
    pub total: Money,
    /// For which order.
    pub order: OrderId,
    /// Of which performance.
    pub performance: PerformanceId,
}

/// The charge: only after the seats are the order's.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// Which payment.
    pub payment: PaymentId,
    /// What the payment window gave the buyer.
    pub token: String,
    /// What the order costs.
    pub total: Money,
}

/// Money to be given back.
#[derive(Clone, Debug)]
pub struct Refunding {
    /// Of which payment.
    pub payment: PaymentId,
    /// The same key means the same refund, however often it is sent.
    pub key: String,
    /// How much.
    pub amount: Money,
    /// What can still be given back of the payment, as far as we know: a provider that knows
    /// otherwise refuses.
    pub cancellable: i64,
    /// Why, for the provider's console.
    pub reason: &'static str,
}

/// What the provider did with a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversal {
    /// The provider's name of it.
    pub id: Option<String>,
    /// Whether the money is back; where it is only requested, the payment says so later.
    pub status: CancellationStatus,
}

/// Money that moved at the provider, as its listing tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Of which payment.
    pub payment: PaymentId,
    /// What was captured in all, where it says so.
    pub captured: Option<i64>,
    /// What was given back in all, where it says so.
    pub cancelled: Option<i64>,
}

/// A page of the listing.
#[derive(Clone, Debug, Default)]
pub struct Movements {
    /// Oldest first. What is of no payment of ours by its id alone is left out.
    pub items: Vec<Movement>,
    /// Where the next page begins; nothing where this one is empty.
    pub cursor: Option<String>,
    /// Another page can be read at once.
    pub has_more: bool,
}

/// Where a person agrees to pay. What comes of it is a token, which pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentWindow {
    /// `PortOne`'s, which its own script opens in the buyer's browser.
    PortOne(Storefront),
    /// A page, which sends its reader back to `return_url` with `paymentId` and `paymentToken`.
    Page {
        /// Its address.
        url: String,
    },
}

/// What `PortOne`'s script in a browser has to know. No secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storefront {
    /// The shop.
    pub store_id: String,
    /// Through which channel it takes money.
    pub channel_key: String,
}

/// Why the provider did not do it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProviderError {
    /// A definitive answer: it was not done.
    #[error("the provider refused: {kind}: {message}")]
    Refused {
        /// The provider's word for it.
        kind: String,
        /// The provider's explanation.
        message: String,
    },
    /// The same, and it will not be done the next time either.
    #[error("the provider cannot do it: {kind}: {message}")]
    Impossible {
        /// The provider's word for it.
        kind: String,
        /// The provider's explanation.
        message: String,
    },
    /// No definitive answer: it may have been done, or may still be.
    #[error("the provider gave no definite answer: {0}")]
    Unknown(String),
}

/// A payment company. Every call has a time-out of its own and may be repeated: a repeated call
/// of the same payment (or refund) has the effect once.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Announces a payment and its amount.
    async fn pre_register(&self, registration: PreRegistration) -> Result<(), ProviderError>;
    /// Captures.
    async fn confirm(&self, confirmation: Confirmation) -> Result<(), ProviderError>;
    /// What happened; `None` when the provider does not know the payment.
    async fn payment(&self, payment: PaymentId) -> Result<Option<Fact>, ProviderError>;
    /// Gives an amount back.
    async fn cancel(&self, refunding: Refunding) -> Result<Reversal, ProviderError>;
    /// What moved money since then, after a cursor of an earlier page. A provider without such a
    /// listing has nothing to tell.
    async fn movements(
        &self,
        since: Timestamp,
        after: Option<&str>,
    ) -> Result<Movements, ProviderError> {
        let _ = (since, after);
        Ok(Movements::default())
    }
    /// Where a person agrees to pay with one of these methods, or with any where none is named; nothing
    /// where tokens come another way.
    fn window(&self, payment: PaymentId, methods: &[PayMethod]) -> Option<PaymentWindow>;
}
