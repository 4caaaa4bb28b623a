use async_trait::async_trait;

use super::{Draw, LineReport, Place, Seed, Standing, Terms, Watermark};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, PerformanceId};

/// One question about a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub(crate) place: Place,
    /// Where it stands in the order of admission; nothing before the opening.
    pub(crate) rank: Option<u64>,
    /// Whether a turn is claimed by it; a repeated join only counts as being present.
    pub(crate) claims: bool,
}

/// Turns that a tick has chosen: counted inside, and not told to anybody before they stand in the
/// journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) epoch: u32,
    pub(crate) tick: u64,
    pub(crate) turns: Vec<(u64, AccountId)>,
    /// How long the passes last that come of them.
    pub(crate) lease_ms: i64,
}

/// What a tick did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    /// False when it was called before its interval.
    pub(crate) ran: bool,
    /// Turns that somebody has to write into the journal and publish, chosen now or left behind by
    /// a server that died.
    pub(crate) chosen: Option<Chosen>,
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
    /// turn. A place of an earlier epoch is entered again under its number.
    async fn ask(&self, ask: Ask, terms: Terms, now: Timestamp) -> Result<Standing>;

    /// Ends leases and unclaimed turns past their grace, and chooses who gets the free slots,
    /// within capacity and rate: the smallest present ranks. Does nothing before its interval is
    /// over, and chooses nobody while others are chosen and not published.
    async fn tick(&self, performance: PerformanceId, terms: Terms, now: Timestamp) -> Result<Tick>;

    /// Tells the chosen of one tick that it is their turn, until `claim_until`. Nothing happens
    /// when another server was faster.
    async fn publish(
        &self,
        performance: PerformanceId,
        chosen: &Chosen,
        claim_until: Timestamp,
    ) -> Result<()>;

    /// Gives the place up, whatever it is.
    async fn leave(&self, place: Place, terms: Terms, now: Timestamp) -> Result<()>;

    /// Ends the pass of somebody who has paid; nothing happens when it has ended already.
    async fn finish(
        &self,
        performance: PerformanceId,
        number: u64,
        account: AccountId,
    ) -> Result<()>;

    /// Takes an account's place away, whatever it is; it cannot join again. Answers its number.
    async fn revoke(
        &self,
        performance: PerformanceId,
        account: AccountId,
        terms: Terms,
    ) -> Result<Option<u64>>;

    /// Fixes how many joined before the opening; whoever joins from here on follows them. Answers
    /// the number that was fixed first.
    async fn freeze(&self, performance: PerformanceId) -> Result<u64>;

    /// From here on ranks count; nobody comes in before `admits_from`.
    async fn open(
        &self,
        performance: PerformanceId,
        places: u64,
        admits_from: Timestamp,
    ) -> Result<()>;

    async fn watermark(&self, performance: PerformanceId) -> Result<Watermark>;

    /// From here on there is no live sale of the performance, neither line nor seats: whoever asks for one is
    /// told so. The books say the same, so that nobody makes another.
    async fn close(&self, performance: PerformanceId) -> Result<()>;

    /// What is left of a line that is closed goes; after that of its seats.
    async fn remove(&self, performance: PerformanceId) -> Result<()>;

    async fn report(&self, performance: PerformanceId) -> Result<LineReport>;
}

/// The line's half of the books: what must outlive the live sale. Every verb is atomic and may be
/// repeated.
#[async_trait]
pub(crate) trait LineBooks: Send + Sync {
    /// The performance's draw; the first call fixes seed and source of entropy.
    async fn draw(
        &self,
        performance: PerformanceId,
        seed: Seed,
        entropy_source: Option<&str>,
    ) -> Result<Draw>;

    /// Names another source of entropy, before the places are recorded.
    async fn name_entropy(&self, performance: PerformanceId, source: Option<&str>) -> Result<()>;

    /// Records how many joined before the opening; the first record counts.
    async fn record_places(
        &self,
        performance: PerformanceId,
        places: u64,
        now: Timestamp,
    ) -> Result<Draw>;

    /// Records what the source of entropy said; refused before the places are recorded and after
    /// the opening.
    async fn record_entropy(&self, performance: PerformanceId, entropy: &str) -> Result<Draw>;

    /// Records the opening; the first record counts.
    async fn record_opening(&self, performance: PerformanceId, now: Timestamp) -> Result<Draw>;

    /// Writes the chosen of one tick down: until `until` they may be inside.
    async fn journal(
        &self,
        performance: PerformanceId,
        chosen: &Chosen,
        until: Timestamp,
    ) -> Result<()>;

    /// Notes how far the line has come, for a repair to begin at.
    async fn checkpoint(
        &self,
        performance: PerformanceId,
        report: &LineReport,
        mark: Watermark,
    ) -> Result<()>;

    /// The runs of numbers that were never given out, as far as anybody knows.
    async fn gaps(&self, performance: PerformanceId) -> Result<Vec<(u64, u64)>>;

    /// The line goes, at most a batch at a time. Answers whether there may be more.
    async fn remove(&self, performance: PerformanceId) -> Result<bool>;

    /// Writes down that an account stays out of the line.
    async fn record_revocation(
        &self,
        performance: PerformanceId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<()>;
}

/// The repair of lines, as their live half asks for it.
#[cfg(feature = "services")]
#[async_trait]
pub(crate) trait LineStarts: Send + Sync {
    /// The epoch that is good for a run of Redis, repairing the sale first where none is.
    async fn current(&self, performance: PerformanceId, run_id: &str) -> Result<u32>;

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
