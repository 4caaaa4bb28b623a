//! What keeps sales going without anybody asking.

mod drawing;
mod ending;
mod listing;
mod money;
#[cfg(feature = "services")]
pub(super) mod repair;
mod steps;

pub(super) use self::drawing::KnownDraw;
pub(super) use self::money::MoneyWork;
pub use self::steps::Step;
