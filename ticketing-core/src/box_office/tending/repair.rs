//! The repair of a sale whose live state was lost, and its beginning.

use std::sync::Arc;

use async_trait::async_trait;
use dashmap::{DashMap, DashSet};
use redis::Script;

use crate::admission::keys::{CLOSED_LAYOUT, Keys, LAYOUT, Live};
use crate::admission::postgres::PostgresLineBooks;
use crate::admission::{LineStart, LineStarts, NEAR_INTERVALS_MS};
use crate::catalog::postgres::PostgresCatalog;
use crate::catalog::{Catalog, Sale};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::guards::Guards;
use crate::id::{PerformanceId, Randomness};
use crate::orders::postgres::PostgresOrders;
use crate::orders::{Order, Selling};
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
pub(in crate::box_office) struct Repair {
    books: Books,
    redis: Arc<Redis>,
    namespace: String,
    guards: Guards,
    /// Which epoch is good for which run of Redis, as far as this process knows.
    known: DashMap<PerformanceId, (String, u32)>,
    /// Of which there is no live sale any more, as far as this process was asked.
    closed: DashSet<PerformanceId>,
    /// One repair at a time in a process: the others wait for what it learns, not for a
    /// connection each.
    repairing: tokio::sync::Mutex<()>,
}

/// What a repair reads.
pub(in crate::box_office) struct Books {
    pub(in crate::box_office) clock: Clock,
    pub(in crate::box_office) postgres: Postgres,
    pub(in crate::box_office) catalog: Arc<PostgresCatalog>,
    pub(in crate::box_office) orders: Arc<PostgresOrders>,
    pub(in crate::box_office) line: Arc<PostgresLineBooks>,
}

impl Repair {
    pub(in crate::box_office) fn new(
        books: Books,
        redis: Arc<Redis>,
        namespace: String,
        guards: Guards,
    ) -> Self {
        let (known, repairing) = (DashMap::new(), tokio::sync::Mutex::default());
        Self { books, redis, namespace, guards, known, closed: DashSet::new(), repairing }
    }

    async fn sale(&self, performance: PerformanceId) -> Result<Sale> {
        let found = self.books.catalog.performance(performance).await?;
        let found = found.ok_or(Error::NotFound("performance"))?;
        if found.details.closed_at.is_some() {
            return Err(Error::NotFound("sale"));
        }
        let venue = self.books.catalog.venue(found.details.venue_id).await?;
        let venue = venue.ok_or_else(|| Error::internal("a performance without its venue"))?;
        Ok(Sale::new(found, venue.map.clone()))
    }

    /// Steps, each of which may be repeated: (1) take the lock; (2) see whether another server was
    /// faster; (3) raise the epoch, durably; (4) fill the new epoch, which nobody reads yet: the
    /// line from the journal, the seats from the orders; (5) write the guard, last, and only if
    /// what was filled is still there. A crash before (5) leaves an epoch that is never read.
    async fn repair(&self, performance: PerformanceId) -> Result<u32> {
        let mut locked = self.books.postgres.pool().begin().await?;
        sqlx::raw_sql(REPAIR_PATIENCE).execute(&mut *locked).await?;
        sqlx::query!(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || $1, 0))",
            format!(" repair {performance}"),
        )
        .execute(&mut *locked)
        .await?;
        let session = self.redis.session().await?;
        let keys =
            Keys::new(self.redis.clone(), self.namespace.clone(), Arc::new(NoRepair), self.guards);
        let run_id = keys.run_id(&session);
        let mut live = Live { session, performance, epoch: 0, run_id: "repair".into() };
        let guard = guard_of(&keys, &live).await?;
        if let Some(epoch) = self.books.line.epoch(performance).await?
            && guard == Some((epoch, run_id.clone()))
        {
            return Ok(epoch);
        }
        let sale = self.sale(performance).await?;
        let mut start = self.books.line.next_epoch(performance).await?;
        self.take_over(&keys, &live, &mut start).await?;
        live.epoch = start.epoch;
        let mark = crate::admission::draw::hex(&Randomness::from_system().bytes::<16>());
        let orders = self.books.orders.live(performance).await?;
        let orders: Vec<Projection> = orders.iter().map(Order::projection).collect();
        keys.start_line(&live, &mark, &start, self.books.clock.now()).await?;
        start_seats(&keys, &live, &sale, &orders).await?;
        write_guard(&keys, &live, &mark, &run_id).await?;
        tracing::info!(%performance, epoch = start.epoch, orders = orders.len(), "repaired");
        Ok(start.epoch)
    }

    /// What the epoch before still knows in Redis spares those who left from counting as inside;
    /// and where anybody may wait, those at the head get the time to ask before others come in.
    async fn take_over(&self, keys: &Keys, live: &Live, start: &mut LineStart) -> Result<()> {
        if start.ceiling == 0 {
            return Ok(());
        }
        let now = self.books.clock.now();
        let before = Live { epoch: start.epoch - 1, ..live.clone() };
        let inside: Vec<u64> = start.inside(now).iter().map(|turn| turn.number).collect();
        let (ended, head) = keys.remains(&before, &inside).await?;
        start.done.extend(ended);
        start.head = start.head.max(head);
        start.resume_at = start.resume_at.max(now.plus_millis(NEAR_INTERVALS_MS));
        Ok(())
    }
}

#[async_trait]
impl LineStarts for Repair {
    async fn current(&self, performance: PerformanceId, run_id: &str) -> Result<u32> {
        let known = || {
            let known = self.known.get(&performance)?;
            (known.0 == run_id).then_some(known.1)
        };
        if let Some(epoch) = known() {
            return Ok(epoch);
        }
        if self.closed.contains(&performance) {
            return Err(Error::NotFound("sale"));
        }
        let _repairing = self.repairing.lock().await;
        if let Some(epoch) = known() {
            return Ok(epoch);
        }
        let repaired = self.repair(performance).await;
        if matches!(repaired, Err(Error::NotFound("sale"))) {
            self.closed.insert(performance);
        }
        let epoch = repaired?;
        self.known.insert(performance, (run_id.to_owned(), epoch));
        Ok(epoch)
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
        self.books.line.raise_ceiling(performance, epoch, ceiling).await
    }
}

/// A repair's own calls never lead to a repair.
struct NoRepair;

#[async_trait]
impl LineStarts for NoRepair {
    async fn current(&self, _: PerformanceId, _: &str) -> Result<u32> {
        Err(Error::internal("a repair asked for a repair"))
    }

    fn forget(&self, _: PerformanceId) {}

    async fn raise_ceiling(&self, _: PerformanceId, _: u32, _: u64) -> Result<u64> {
        Err(Error::internal("a repair gives out no numbers"))
    }
}

async fn guard_of(keys: &Keys, live: &Live) -> Result<Option<(u32, String)>> {
    let script = Script::new("return redis.call('HMGET', KEYS[1], 'epoch', 'run_id', 'layout')");
    let mut call = script.prepare_invoke();
    call.key(keys.guard(live.performance));
    let (epoch, run_id, layout): (Option<u32>, Option<String>, Option<u32>) =
        keys.run_in(live, &call).await?;
    if layout.is_some_and(|layout| layout.to_string() == CLOSED_LAYOUT) {
        return Err(Error::NotFound("sale"));
    }
    if let Some(layout) = layout.filter(|layout| *layout != LAYOUT) {
        let row = format!("{} {layout}", live.performance);
        return Err(Error::unreadable("live", "layout", row, "a newer one: not repaired"));
    }
    Ok(epoch.zip(run_id))
}

/// Refuses when the line that this repair filled is gone: Redis was wiped meanwhile.
async fn write_guard(keys: &Keys, live: &Live, mark: &str, run_id: &str) -> Result<()> {
    let script = Script::new(
        "if redis.call('HGET', KEYS[2], 'repair') ~= ARGV[3] then
             return redis.error_reply('STALE the line that was being repaired is gone')
         end
         redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'run_id', ARGV[2], 'layout', ARGV[4])",
    );
    let mut call = script.prepare_invoke();
    call.key(keys.guard(live.performance)).key(keys.in_epoch(live, "line"));
    call.arg(live.epoch).arg(run_id).arg(mark).arg(LAYOUT);
    keys.run_in(live, &call).await
}
