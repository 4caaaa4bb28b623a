//! The repair of a sale whose live state was lost, and its beginning.

use std::sync::Arc;

use async_trait::async_trait;
use dashmap::DashMap;
use redis::Script;
use sqlx::PgPool;

use crate::admission::redis::{Keys, Live};
use crate::admission::{LineStart, LineStarts, Terms};
use crate::catalog::postgres::PostgresCatalog;
use crate::catalog::{Catalog, Sale};
use crate::clock::{Clock, Timestamp};
use crate::error::{Error, Result};
use crate::id::PerformanceId;
use crate::orders::postgres::PostgresOrders;
use crate::orders::{Order, Orders};
use crate::seats::Projection;
use crate::seats::redis::start_seats;
use crate::services::postgres::Postgres;
use crate::services::redis::Redis;

/// A repair waits longer for its lock, and stands longer in its transaction, than a verb does:
/// another server may be filling an epoch meanwhile.
const REPAIR_PATIENCE: &str = "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '12s';
     SET LOCAL idle_in_transaction_session_timeout = '60s'";

/// The one path by which live state comes into being: the first time, after a wipe, after a
/// restart, after a failover.
pub(super) struct Repair {
    clock: Clock,
    postgres: Postgres,
    redis: Arc<Redis>,
    namespace: String,
    catalog: Arc<PostgresCatalog>,
    orders: Arc<PostgresOrders>,
    /// Which epoch is good for which run of Redis, as far as this process knows.
    known: DashMap<PerformanceId, (String, LineStart)>,
    /// One repair at a time in a process: the others wait for what it learns, not for a
    /// connection each.
    repairing: tokio::sync::Mutex<()>,
}

impl Repair {
    pub(super) fn new(
        clock: Clock,
        postgres: Postgres,
        redis: Arc<Redis>,
        namespace: String,
        catalog: Arc<PostgresCatalog>,
        orders: Arc<PostgresOrders>,
    ) -> Self {
        let (known, repairing) = (DashMap::new(), tokio::sync::Mutex::default());
        Self { clock, postgres, redis, namespace, catalog, orders, known, repairing }
    }

    async fn sale(&self, performance: PerformanceId) -> Result<Sale> {
        let found = self.catalog.performance(performance).await?;
        let found = found.ok_or(Error::NotFound("performance"))?;
        let venue = self.catalog.venue(found.details.venue_id).await?;
        let venue = venue.ok_or_else(|| Error::internal("a performance without its venue"))?;
        Ok(Sale::new(found, venue.map.clone()))
    }

    /// Steps, each of which may be repeated: (1) take the lock; (2) see whether another server was
    /// faster; (3) raise the epoch, durably; (4) fill the new epoch, which nobody reads yet;
    /// (5) write the guard, last. A crash before (5) leaves an epoch that is never read.
    async fn repair(&self, performance: PerformanceId) -> Result<LineStart> {
        let mut locked = self.postgres.pool().begin().await?;
        sqlx::raw_sql(REPAIR_PATIENCE).execute(&mut *locked).await?;
        sqlx::query!(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || $1, 0))",
            format!(" repair {performance}"),
        )
        .execute(&mut *locked)
        .await?;
        let session = self.redis.session().await?;
        let run_id = session.run_id().to_owned();
        let keys = Keys::new(self.redis.clone(), self.namespace.clone(), Arc::new(NoRepair));
        let mut live = Live { session, performance, epoch: 0, run_id: "repair".into() };
        let before = stored_line(self.postgres.pool(), performance).await?;
        if let Some(before) = before
            && guard_of(&keys, &live).await? == Some((before.epoch, run_id.clone()))
        {
            return Ok(before);
        }
        let sale = self.sale(performance).await?;
        let mut start = raise_epoch(self.postgres.pool(), performance).await?;
        if start.ceiling > 0 {
            let terms = Terms::of(sale.policy());
            let longest_ms = terms.lease_ms + terms.claim_ms;
            start.resume_at = self.clock.now().plus_millis(longest_ms);
        }
        live.epoch = start.epoch;
        let orders = self.orders.live(performance).await?;
        let orders: Vec<Projection> = orders.iter().map(Order::projection).collect();
        keys.start_line(&live, start).await?;
        start_seats(&keys, &live, &sale, &orders).await?;
        write_guard(&keys, &live, &run_id).await?;
        tracing::info!(%performance, epoch = start.epoch, orders = orders.len(), "repaired");
        Ok(start)
    }
}

#[async_trait]
impl LineStarts for Repair {
    async fn current(&self, performance: PerformanceId, run_id: &str) -> Result<LineStart> {
        let known = || {
            let known = self.known.get(&performance)?;
            (known.0 == run_id).then_some(known.1)
        };
        if let Some(start) = known() {
            return Ok(start);
        }
        let _repairing = self.repairing.lock().await;
        if let Some(start) = known() {
            return Ok(start);
        }
        let start = self.repair(performance).await?;
        self.known.insert(performance, (run_id.to_owned(), start));
        Ok(start)
    }

    fn forget(&self, performance: PerformanceId) {
        self.known.remove(&performance);
    }

    async fn raise_ceiling(
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
        let raised = raised.fetch_optional(self.postgres.pool()).await?;
        // Another epoch has begun: nothing was recorded, and nothing may be given out.
        Ok(raised.unwrap_or(0).cast_unsigned())
    }
}

/// A repair's own calls never lead to a repair.
struct NoRepair;

#[async_trait]
impl LineStarts for NoRepair {
    async fn current(&self, _: PerformanceId, _: &str) -> Result<LineStart> {
        Err(Error::internal("a repair asked for a repair"))
    }

    fn forget(&self, _: PerformanceId) {}

    async fn raise_ceiling(&self, _: PerformanceId, _: u32, _: u64) -> Result<u64> {
        Err(Error::internal("a repair gives out no numbers"))
    }
}

async fn stored_line(pool: &PgPool, performance: PerformanceId) -> Result<Option<LineStart>> {
    let row = sqlx::query!(
        "SELECT epoch, ceiling FROM lines WHERE performance_id = $1",
        performance.uuid()
    );
    Ok(row.fetch_optional(pool).await?.map(|row| LineStart {
        epoch: row.epoch.cast_unsigned(),
        ceiling: row.ceiling.cast_unsigned(),
        resume_at: Timestamp::EPOCH,
    }))
}

async fn raise_epoch(pool: &PgPool, performance: PerformanceId) -> Result<LineStart> {
    let row = sqlx::query!(
        "INSERT INTO lines AS line (performance_id, epoch, ceiling) VALUES ($1, 1, 0)
         ON CONFLICT (performance_id) DO UPDATE SET epoch = line.epoch + 1
         RETURNING epoch, ceiling",
        performance.uuid(),
    )
    .fetch_one(pool)
    .await?;
    Ok(LineStart {
        epoch: row.epoch.cast_unsigned(),
        ceiling: row.ceiling.cast_unsigned(),
        resume_at: Timestamp::EPOCH,
    })
}

async fn guard_of(keys: &Keys, live: &Live) -> Result<Option<(u32, String)>> {
    let script = Script::new("return redis.call('HMGET', KEYS[1], 'epoch', 'run_id')");
    let mut call = script.prepare_invoke();
    call.key(keys.guard(live.performance));
    let (epoch, run_id): (Option<u32>, Option<String>) = keys.run_in(live, &call).await?;
    Ok(epoch.zip(run_id))
}

async fn write_guard(keys: &Keys, live: &Live, run_id: &str) -> Result<()> {
    let script = Script::new("redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'run_id', ARGV[2])");
    let mut call = script.prepare_invoke();
    call.key(keys.guard(live.performance)).arg(live.epoch).arg(run_id);
    keys.run_in(live, &call).await
}
