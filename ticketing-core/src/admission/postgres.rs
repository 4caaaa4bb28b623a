//! The line's half of the books: draw, journal, checkpoints, revocations, and where a repair
//! begins.

use async_trait::async_trait;
use sqlx::PgPool;
use uuid::Uuid;

use super::contract::Chosen;
use super::draw::{ALGORITHM, Seed};
use super::start::{Admission, LineStart};
use super::{Draw, LineBooks, LineReport, Watermark, admits_from};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{AccountId, PerformanceId};

/// The line's books in PostgreSQL.
pub(crate) struct PostgresLineBooks(PgPool);

struct DrawRow {
    performance_id: Uuid,
    algorithm: i32,
    seed: Vec<u8>,
    entropy_source: Option<String>,
    places: Option<i64>,
    entropy: Option<String>,
    opened_at_ms: Option<i64>,
}

impl TryFrom<DrawRow> for Draw {
    type Error = Error;

    fn try_from(row: DrawRow) -> Result<Self> {
        let seed = row.seed.try_into().map_err(|_| Error::internal("a seed has 32 bytes"))?;
        Ok(Self {
            performance: row.performance_id.into(),
            algorithm: row.algorithm.cast_unsigned(),
            seed: Seed(seed),
            entropy_source: row.entropy_source,
            places: row.places.map(i64::cast_unsigned),
            entropy: row.entropy,
            opened_at: row.opened_at_ms.map(Timestamp::from_millis),
        })
    }
}

impl PostgresLineBooks {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self(pool)
    }

    async fn drawn(&self, performance: PerformanceId) -> Result<Draw> {
        let row = sqlx::query_as!(
            DrawRow,
            "SELECT performance_id, algorithm, seed, entropy_source, places, entropy, opened_at_ms
             FROM draws WHERE performance_id = $1",
            performance.uuid(),
        );
        row.fetch_optional(&self.0).await?.ok_or(Error::NotFound("draw"))?.try_into()
    }

    /// Where the line goes on in a new epoch, or begins. The caller holds the repair's lock; the
    /// new epoch and the new gap are durable when this answers.
    pub(crate) async fn next_epoch(&self, performance: PerformanceId) -> Result<LineStart> {
        let row = sqlx::query!(
            "INSERT INTO lines AS line (performance_id, epoch, ceiling) VALUES ($1, 1, 0)
             ON CONFLICT (performance_id) DO UPDATE SET epoch = line.epoch + 1,
                 gaps = CASE WHEN line.seen < line.ceiling
                     THEN line.gaps || ARRAY[line.seen + 1, line.ceiling] ELSE line.gaps END,
                 seen = line.ceiling
             RETURNING epoch, ceiling, head, gaps, totals",
            performance.uuid(),
        )
        .fetch_one(&self.0)
        .await?;
        let admitted = self.admitted(performance).await?;
        let draw = match self.drawn(performance).await {
            Ok(draw) => Some(draw),
            Err(Error::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(LineStart {
            epoch: row.epoch.cast_unsigned(),
            ceiling: row.ceiling.cast_unsigned(),
            head: row.head.cast_unsigned(),
            gaps: pairs(&row.gaps),
            totals: serde_json::from_str(&row.totals).map_err(Error::internal)?,
            resume_at: draw.as_ref().map_or(Timestamp::EPOCH, opening_admits_from),
            admitted,
            done: self.done(performance).await?,
            revoked: self.revoked(performance).await?,
            places: draw.as_ref().and_then(|draw| draw.places),
            opened: draw.is_some_and(|draw| draw.opened_at.is_some()),
        })
    }

    /// The epoch that the books know; nothing where the line has not begun.
    pub(crate) async fn epoch(&self, performance: PerformanceId) -> Result<Option<u32>> {
        let epoch = sqlx::query_scalar!(
            "SELECT epoch FROM lines WHERE performance_id = $1",
            performance.uuid()
        );
        Ok(epoch.fetch_optional(&self.0).await?.map(i32::cast_unsigned))
    }

    /// Records that numbers up to a ceiling may be given out in an epoch; answers the ceiling that
    /// counts, or 0 where another epoch has begun: nothing was recorded, and nothing may be given.
    pub(crate) async fn raise_ceiling(
        &self,
        performance: PerformanceId,
        epoch: u32,
        ceiling: u64,
    ) -> Result<u64> {
        let raised = sqlx::query_scalar!(
            "UPDATE lines SET ceiling = greatest(ceiling, $3)
             WHERE performance_id = $1 AND epoch = $2 RETURNING ceiling",
            performance.uuid(),
            epoch.cast_signed(),
            ceiling.cast_signed(),
        );
        Ok(raised.fetch_optional(&self.0).await?.unwrap_or(0).cast_unsigned())
    }

    async fn admitted(&self, performance: PerformanceId) -> Result<Vec<Admission>> {
        let rows = sqlx::query!(
            "SELECT numbers, accounts, until_ms FROM admissions WHERE performance_id = $1",
            performance.uuid(),
        );
        let rows = rows.fetch_all(&self.0).await?;
        let turns = rows.iter().flat_map(|row| {
            let until = Timestamp::from_millis(row.until_ms);
            row.numbers.iter().zip(&row.accounts).map(move |(number, account)| Admission {
                number: number.cast_unsigned(),
                account: (*account).into(),
                until,
            })
        });
        Ok(turns.collect())
    }

    async fn done(&self, performance: PerformanceId) -> Result<Vec<u64>> {
        let numbers = sqlx::query_scalar!(
            "SELECT line_number FROM orders WHERE performance_id = $1 AND status = 'paid'",
            performance.uuid(),
        );
        Ok(numbers.fetch_all(&self.0).await?.into_iter().map(i64::cast_unsigned).collect())
    }

    async fn revoked(&self, performance: PerformanceId) -> Result<Vec<AccountId>> {
        let accounts = sqlx::query_scalar!(
            "SELECT account_id FROM revocations WHERE performance_id = $1",
            performance.uuid(),
        );
        Ok(accounts.fetch_all(&self.0).await?.into_iter().map(AccountId::from).collect())
    }
}

#[async_trait]
impl LineBooks for PostgresLineBooks {
    async fn draw(
        &self,
        performance: PerformanceId,
        seed: Seed,
        entropy_source: Option<&str>,
    ) -> Result<Draw> {
        sqlx::query!(
            "INSERT INTO draws (performance_id, algorithm, seed, entropy_source)
             VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            performance.uuid(),
            ALGORITHM.cast_signed(),
            &seed.0[..],
            entropy_source,
        )
        .execute(&self.0)
        .await?;
        self.drawn(performance).await
    }

    async fn record_places(
        &self,
        performance: PerformanceId,
        places: u64,
        now: Timestamp,
    ) -> Result<Draw> {
        sqlx::query!(
            "UPDATE draws SET places = $2, frozen_at_ms = $3
             WHERE performance_id = $1 AND places IS NULL",
            performance.uuid(),
            places.cast_signed(),
            now.as_millis(),
        )
        .execute(&self.0)
        .await?;
        self.drawn(performance).await
    }

    async fn record_entropy(&self, performance: PerformanceId, entropy: &str) -> Result<Draw> {
        sqlx::query!(
            "UPDATE draws SET entropy = $2 WHERE performance_id = $1 AND places IS NOT NULL
                 AND opened_at_ms IS NULL AND entropy_source IS NOT NULL AND entropy IS NULL",
            performance.uuid(),
            entropy,
        )
        .execute(&self.0)
        .await?;
        self.drawn(performance).await?.with_entropy(entropy)
    }

    async fn record_opening(&self, performance: PerformanceId, now: Timestamp) -> Result<Draw> {
        sqlx::query!(
            "UPDATE draws SET opened_at_ms = $2
             WHERE performance_id = $1 AND opened_at_ms IS NULL",
            performance.uuid(),
            now.as_millis(),
        )
        .execute(&self.0)
        .await?;
        self.drawn(performance).await
    }

    /// A server that finishes another's tick may write a later time: the latest counts.
    async fn journal(
        &self,
        performance: PerformanceId,
        chosen: &Chosen,
        until: Timestamp,
    ) -> Result<()> {
        let numbers: Vec<i64> =
            chosen.turns.iter().map(|(number, _)| number.cast_signed()).collect();
        let accounts: Vec<Uuid> = chosen.turns.iter().map(|(_, account)| account.uuid()).collect();
        sqlx::query!(
            "INSERT INTO admissions AS known
                 (performance_id, epoch, tick, numbers, accounts, until_ms)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (performance_id, epoch, tick) DO UPDATE
                 SET until_ms = greatest(known.until_ms, excluded.until_ms)",
            performance.uuid(),
            chosen.epoch.cast_signed(),
            chosen.tick.cast_signed(),
            &numbers,
            &accounts,
            until.as_millis(),
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    async fn checkpoint(
        &self,
        performance: PerformanceId,
        report: &LineReport,
        mark: Watermark,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE lines SET head = greatest(head, $3), seen = greatest(seen, $4), totals = $5
             WHERE performance_id = $1 AND epoch = $2",
            performance.uuid(),
            mark.epoch.cast_signed(),
            mark.head.cast_signed(),
            mark.last.cast_signed(),
            serde_json::to_string(report).map_err(Error::internal)?,
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    async fn gaps(&self, performance: PerformanceId) -> Result<Vec<(u64, u64)>> {
        let gaps = sqlx::query_scalar!(
            "SELECT gaps FROM lines WHERE performance_id = $1",
            performance.uuid()
        );
        Ok(gaps.fetch_optional(&self.0).await?.map(|gaps| pairs(&gaps)).unwrap_or_default())
    }

    async fn record_revocation(
        &self,
        performance: PerformanceId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<()> {
        sqlx::query!(
            "INSERT INTO revocations (performance_id, account_id, at_ms) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            performance.uuid(),
            account.uuid(),
            now.as_millis(),
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }
}

/// A line that was lost just after its opening still waits for everyone to learn the rank.
fn opening_admits_from(draw: &Draw) -> Timestamp {
    let opened = draw.opened_at.zip(draw.places);
    opened.map_or(Timestamp::EPOCH, |(opened_at, places)| admits_from(opened_at, places))
}

/// From, to, from, to, .. as pairs.
fn pairs(gaps: &[i64]) -> Vec<(u64, u64)> {
    let pair = |gap: &[i64]| (gap[0].cast_unsigned(), gap[1].cast_unsigned());
    gaps.chunks_exact(2).map(pair).collect()
}
