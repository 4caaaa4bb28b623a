//! The line's half of the books: draw, journal, checkpoints, revocations.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use uuid::Uuid;

use super::contract::Chosen;
use super::draw::{ALGORITHM, Seed};
use super::{Draw, LineBooks, LineReport, Watermark};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{AccountId, PerformanceId};

/// The line's books in PostgreSQL.
pub(crate) struct PostgresLineBooks(pub(super) PgPool);

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
        let seed = row.seed.try_into().map_err(|_| {
            Error::unreadable("draws", "seed", row.performance_id, "a seed has 32 bytes")
        })?;
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

/// What a line had counted when it was noted last; an old row counts less, never wrong.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredTotals {
    max_inside: u32,
    admitted_total: u64,
    lapsed_total: u64,
    expired_total: u64,
    left_total: u64,
}

impl From<&LineReport> for StoredTotals {
    fn from(report: &LineReport) -> Self {
        Self {
            max_inside: report.max_inside,
            admitted_total: report.admitted_total,
            lapsed_total: report.lapsed_total,
            expired_total: report.expired_total,
            left_total: report.left_total,
        }
    }
}

impl From<StoredTotals> for LineReport {
    fn from(stored: StoredTotals) -> Self {
        Self {
            max_inside: stored.max_inside,
            admitted_total: stored.admitted_total,
            lapsed_total: stored.lapsed_total,
            expired_total: stored.expired_total,
            left_total: stored.left_total,
            ..Self::default()
        }
    }
}

/// How many rows of a journal are removed at once.
const REMOVED_MAX: i64 = 5_000;

impl PostgresLineBooks {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self(pool)
    }

    pub(super) async fn drawn(&self, performance: PerformanceId) -> Result<Draw> {
        let row = sqlx::query_as!(
            DrawRow,
            "SELECT performance_id, algorithm, seed, entropy_source, places, entropy, opened_at_ms
             FROM draws WHERE performance_id = $1",
            performance.uuid(),
        );
        row.fetch_optional(&self.0).await?.ok_or(Error::NotFound("draw"))?.try_into()
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

    async fn name_entropy(&self, performance: PerformanceId, source: Option<&str>) -> Result<()> {
        sqlx::query!(
            "UPDATE draws SET entropy_source = $2 WHERE performance_id = $1 AND places IS NULL",
            performance.uuid(),
            source,
        )
        .execute(&self.0)
        .await?;
        Ok(())
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
            serde_json::to_string(&StoredTotals::from(report)).map_err(Error::internal)?,
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

    async fn remove(&self, performance: PerformanceId) -> Result<bool> {
        let journal = sqlx::query!(
            "DELETE FROM admissions WHERE (performance_id, epoch, tick) IN (
                 SELECT performance_id, epoch, tick FROM admissions WHERE performance_id = $1
                 LIMIT $2 FOR UPDATE SKIP LOCKED)",
            performance.uuid(),
            REMOVED_MAX,
        );
        journal.execute(&self.0).await?;
        let more = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT 1 FROM admissions WHERE performance_id = $1) AS "more!""#,
            performance.uuid(),
        );
        if more.fetch_one(&self.0).await? {
            return Ok(true);
        }
        sqlx::query!(
            "WITH drawn AS (DELETE FROM draws WHERE performance_id = $1),
                 revoked AS (DELETE FROM revocations WHERE performance_id = $1)
             DELETE FROM lines WHERE performance_id = $1",
            performance.uuid(),
        )
        .execute(&self.0)
        .await?;
        Ok(false)
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

/// From, to, from, to, .. as pairs.
pub(super) fn pairs(gaps: &[i64]) -> Vec<(u64, u64)> {
    let pair = |gap: &[i64]| (gap[0].cast_unsigned(), gap[1].cast_unsigned());
    gaps.chunks_exact(2).map(pair).collect()
}
