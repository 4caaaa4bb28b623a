use async_trait::async_trait;

use super::{LineReport, Place, Standing, Terms, Watermark};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, PerformanceId};

/// What a tick did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    /// False when it was called before its interval.
    pub(crate) ran: bool,
    pub(crate) turns_given: u32,
    pub(crate) watermark: Watermark,
}

/// The line's half of the live sale. Every verb is atomic and may be repeated.
#[async_trait]
pub(crate) trait Lines: Send + Sync {
    /// Takes a place at the end, or answers the one the account has (the re-entry policy decides).
    /// Burns no number when it is refused.
    async fn join(
        &self,
        performance: PerformanceId,
        account: AccountId,
        terms: Terms,
        now: Timestamp,
    ) -> Result<Standing>;

    /// Says where a place stands; a waiting one is present from now on, and a ready one claims its
    /// turn.
    async fn ask(&self, place: Place, terms: Terms, now: Timestamp) -> Result<Standing>;

    /// Ends leases and unclaimed turns past their grace, and gives the free slots, within capacity
    /// and rate, to the smallest present numbers. Does nothing before its interval is over.
    async fn tick(&self, performance: PerformanceId, terms: Terms, now: Timestamp) -> Result<Tick>;

    /// Gives the place up, whatever it is.
    async fn leave(&self, place: Place, now: Timestamp) -> Result<()>;

    /// Ends the pass of somebody who has paid; nothing happens when it has ended already.
    async fn finish(
        &self,
        performance: PerformanceId,
        number: u64,
        account: AccountId,
    ) -> Result<()>;

    async fn watermark(&self, performance: PerformanceId) -> Result<Watermark>;

    async fn report(&self, performance: PerformanceId) -> Result<LineReport>;
}

/// Where a line goes on after its live state was lost, or begins.
#[cfg(feature = "services")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LineStart {
    pub(crate) epoch: u32,
    /// Any number up to here may have been given out.
    pub(crate) ceiling: u64,
    /// Nobody is admitted before: passes and turns of the lost state may still be out.
    pub(crate) resume_at: Timestamp,
}

/// The durable part of the lines, and their repair.
#[cfg(feature = "services")]
#[async_trait]
pub(crate) trait LineStarts: Send + Sync {
    /// The epoch that is good for a run of Redis, repairing the sale first where none is.
    async fn current(&self, performance: PerformanceId, run_id: &str) -> Result<LineStart>;

    /// What was believed of a performance has turned out to be old.
    fn forget(&self, performance: PerformanceId);

    /// Records that numbers up to a ceiling may be given out; answers the ceiling that counts.
    async fn raise_ceiling(
        &self,
        performance: PerformanceId,
        epoch: u32,
        ceiling: u64,
    ) -> Result<u64>;
}
