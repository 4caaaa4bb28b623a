//! What keeps sales going without anybody asking.

mod drawing;
#[cfg(feature = "services")]
pub(super) mod repair;
mod steps;

pub(super) use self::drawing::KnownDraw;
pub use self::steps::Step;
