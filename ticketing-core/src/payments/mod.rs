//! Money: the provider, what it says happened, and what follows from it. The rows of a sale live
//! with the orders; here are no rows.

mod decide;
mod fact;
mod portone;
mod provider;

pub(crate) use self::decide::{Decision, Due, Stage, decide};
pub use self::fact::{Fact, FactStatus};
pub use self::portone::{PortOne, PortOneSettings};
pub use self::provider::{Confirmation, PreRegistration, Provider, ProviderError};
