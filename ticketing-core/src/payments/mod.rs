//! Money at the provider: what it can be asked, and what it says. What follows from that is decided
//! with the orders, where the rows of a sale live.

mod fact;
mod portone;
mod provider;
mod sandbox;
mod webhook;

pub use self::fact::{Cancellation, CancellationStatus, Fact, FactStatus};
pub use self::portone::{Channel, PortOne, PortOneSettings};
pub use self::provider::{
    Confirmation, Movement, Movements, PaymentWindow, PreRegistration, Provider, ProviderError,
    Refunding, Reversal, Storefront,
};
pub use self::sandbox::Sandbox;
pub use self::webhook::{Delivery, Notice, WebhookSecrets};
