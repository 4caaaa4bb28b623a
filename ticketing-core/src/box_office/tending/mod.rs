//! What keeps sales going without anybody asking.

mod announcing;
mod by_sale;
mod clearing;
mod drawing;
mod ending;
mod listing;
mod looks;
mod money;
mod pictures;
mod ranking;
mod reactions;
#[cfg(feature = "services")]
pub(super) mod repair;
mod reviews;
mod steps;

pub(super) use self::announcing::Announcements;
pub(super) use self::by_sale::BySale;
pub(super) use self::drawing::KnownDraw;
pub(super) use self::looks::Looks;
pub(super) use self::money::MoneyWork;
pub(super) use self::reactions::Reactions;
pub(super) use self::steps::SaleWork;
pub use self::steps::Step;
