use async_trait::async_trait;

use super::{Hold, SeatStatus, Snapshot};
use crate::admission::Pass;
use crate::catalog::Sale;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, HoldId, OrderId, PerformanceId};
use crate::idempotency::{IdempotencyKey, RequestHash};

/// Seats on hold that others get within this are counted as coming back, unless they are bought.
pub(super) const SOON_MS: i64 = 30_000;

/// Everything a hold decides on, in one step.
#[derive(Clone, Debug)]
pub(crate) struct HoldCommand {
    pub(crate) pass: Pass,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
    /// The hold as it will be.
    pub(crate) hold: Hold,
    pub(crate) seats_per_buyer: u32,
}

/// What an order says of its seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Projection {
    pub(crate) order: OrderId,
    pub(crate) version: i64,
    pub(crate) account: AccountId,
    /// The hold the order came from.
    pub(crate) hold: HoldId,
    pub(crate) seats: Vec<u32>,
    /// Reserved, sold, or free again.
    pub(crate) state: SeatStatus,
    /// Seats that it gave back, whatever it shows of the others.
    pub(crate) free: Vec<u32>,
}

/// What a projection changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Projected {
    pub(crate) changed: u32,
}

/// An order may be placed from this hold; others get the seats only after `given_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    pub(crate) hold: Hold,
    pub(crate) given_at: Timestamp,
}

/// The seats' half of the live sale. Every verb is atomic and may be repeated; the pass is checked
/// in the same step as the seats.
#[async_trait]
pub(crate) trait Seats: Send + Sync {
    /// All seats or none. In order: the key (a repeat gets the first answer), the live pass, the
    /// buyer's count, the seats.
    async fn hold(&self, sale: &Sale, command: HoldCommand, now: Timestamp) -> Result<Hold>;

    /// The hold a key was used for, so that a repeat chooses no seats again.
    async fn remembered(
        &self,
        sale: &Sale,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
        now: Timestamp,
    ) -> Result<Option<Hold>>;

    /// Frees a hold that has no order begun; a hold that is gone is no error.
    async fn release(
        &self,
        sale: &Sale,
        account: AccountId,
        hold: HoldId,
        now: Timestamp,
    ) -> Result<()>;

    /// Frees every hold of a buyer that has no order begun.
    async fn release_all(&self, sale: &Sale, account: AccountId, now: Timestamp) -> Result<()>;

    /// Refused unless the hold is live and the buyer's. From here others get the seats only after
    /// the hold's deadline plus a grace, fixed the first time.
    async fn begin_order(
        &self,
        sale: &Sale,
        account: AccountId,
        hold: HoldId,
        now: Timestamp,
    ) -> Result<Begun>;

    /// The order that was begun was refused: the hold is its buyer's again, until its own deadline.
    async fn order_refused(&self, sale: &Sale, hold: HoldId) -> Result<()>;

    /// Makes the seats say what the order says. Ignores a version below the last applied. Towards
    /// reserved or sold it takes seats that are free, held by anyone, or the order's; towards free
    /// it changes only the order's; it never touches another order's.
    async fn project(
        &self,
        sale: &Sale,
        projection: Projection,
        now: Timestamp,
    ) -> Result<Projected>;

    /// The orders that the live state shows seats for, with the version applied last.
    async fn projected(&self, sale: &Sale) -> Result<Vec<(OrderId, i64)>>;

    /// Frees holds whose time (and, once an order was begun, whose grace) is over.
    async fn sweep(&self, sale: &Sale, now: Timestamp) -> Result<u32>;

    /// How many seats are on hold whose time is over soon, within [`SOON_MS`].
    async fn soon(&self, sale: &Sale, now: Timestamp) -> Result<u32>;

    async fn snapshot(&self, sale: &Sale) -> Result<Snapshot>;

    /// What is left of the seats of a live sale that is closed goes.
    async fn remove(&self, performance: PerformanceId) -> Result<()>;
}
