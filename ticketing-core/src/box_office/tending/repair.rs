//! The repair of a sale whose live state was lost, and its beginning.

mod guard;
mod locked;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dashmap::mapref::entry::Entry;
use dashmap::{DashMap, DashSet};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use self::guard::{end_epoch, guard_of, write_guard};
use self::locked::while_locked;
use super::by_sale::is_hurried;
use crate::admission::keys::{Keys, Live};
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
/// After so long it begins anew: a connection may hang, and so would the sale.
const REPAIR_LIMIT: Duration = Duration::from_secs(120);
/// How long whoever needs a sale waits for its repair, which goes on without them.
const REPAIR_WAIT: Duration = Duration::from_secs(10);
/// How long work waits for it that comes by again in a moment.
const HURRIED_WAIT: Duration = Duration::from_millis(100);
/// How many sales are repaired at once in a process: each takes a connection, and one more to read.
const REPAIRS_AT_ONCE: usize = 4;

/// What came of a repair; nothing while it is under way.
type Outcome = Option<Result<u32>>;

/// The one path by which live state comes into being: the first time, after a wipe, after a
/// restart, after a failover.
pub(in crate::box_office) struct Repair(Arc<Inner>);

struct Inner {
    books: Books,
    redis: Arc<Redis>,
    namespace: String,
    guards: Guards,
    /// Which epoch is good for which run of Redis, as far as this process knows.
    known: DashMap<PerformanceId, (String, u32)>,
    /// Of which there is no live sale any more, as far as this process was asked.
    closed: DashSet<PerformanceId>,
    /// What is being repaired: whoever needs the same sale waits for what comes of it.
    under_way: DashMap<PerformanceId, watch::Receiver<Outcome>>,
    room: Semaphore,
}

/// What a repair reads.
pub(in crate::box_office) struct Books {
    pub(in crate::box_office) clock: Clock,
    pub(in crate::box_office) postgres: Postgres,
    pub(in crate::box_office) catalog: Arc<PostgresCatalog>,
    pub(in crate::box_office) orders: Arc<PostgresOrders>,
    pub(in crate::box_office) line: Arc<PostgresLineBooks>,
}

/// The mark of a repair that is under way, in a task of its own: however that ends, the mark is gone.
struct UnderWay {
    of: Arc<Inner>,
    performance: PerformanceId,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.of.under_way.remove(&self.performance);
    }
}

impl Repair {
    pub(in crate::box_office) fn new(
        books: Books,
        redis: Arc<Redis>,
        namespace: String,
        guards: Guards,
    ) -> Self {
        Self(Arc::new(Inner {
            books,
            redis,
            namespace,
            guards,
            known: DashMap::new(),
            closed: DashSet::new(),
            under_way: DashMap::new(),
            room: Semaphore::new(REPAIRS_AT_ONCE),
        }))
    }
}

impl Inner {
    /// What will come of a sale's repair: of the one that is under way, or of one that begins now. It is
    /// nobody's who waits, so that none who leaves ends it.
    fn repairing(self: &Arc<Self>, performance: PerformanceId) -> watch::Receiver<Outcome> {
        match self.under_way.entry(performance) {
            Entry::Occupied(under_way) => under_way.get().clone(),
            Entry::Vacant(none) => {
                let (tell, told) = watch::channel(None);
                none.insert(told.clone());
                let mark = UnderWay { of: self.clone(), performance };
                tokio::spawn(async move {
                    let repaired = mark.of.repaired(performance).await;
                    // What was learned is known before the mark goes: whoever comes next finds either.
                    drop(mark);
                    tell.send_replace(Some(repaired));
                });
                told
            }
        }
    }

    async fn repaired(&self, performance: PerformanceId) -> Result<u32> {
        let _room = self.room.acquire().await.map_err(Error::internal)?;
        let late = |_| Error::Unavailable("a repair took too long".into());
        let repaired =
            timeout(REPAIR_LIMIT, self.repair(performance)).await.map_err(late).flatten();
        match repaired {
            Ok((run_id, epoch)) => {
                self.known.insert(performance, (run_id, epoch));
                Ok(epoch)
            }
            Err(error) => {
                if matches!(error, Error::NotFound("sale")) {
                    self.closed.insert(performance);
                }
                Err(error)
            }
        }
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
    /// what was filled is still there and no other repair has begun. A crash before (5) leaves an
    /// epoch that is never read.
    async fn repair(&self, performance: PerformanceId) -> Result<(String, u32)> {
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
        let (before, good_for) = guard_of(&keys, &live).await?;
        if let Some(epoch) = self.books.line.epoch(performance).await?
            && (before, good_for.as_ref()) == (Some(epoch), Some(&run_id))
        {
            return Ok((run_id, epoch));
        }
        let sale = self.sale(performance).await?;
        let mark = crate::admission::draw::hex(&Randomness::from_system().bytes::<16>());
        end_epoch(&keys, &live, &mark).await?;
        let mut start = self.books.line.next_epoch(performance, before.unwrap_or(0)).await?;
        self.take_over(&keys, &live, before, &mut start).await?;
        live.epoch = start.epoch;
        let orders = self.books.orders.live(performance).await?;
        let orders: Vec<Projection> = orders.iter().map(Order::projection).collect();
        let filling = async {
            keys.start_line(&live, &mark, &start, self.books.clock.now()).await?;
            start_seats(&keys, &live, &sale, &orders).await
        };
        while_locked(&mut locked, filling).await?;
        // Where anybody may wait, those at the head get the time to ask before others come in.
        let paused_ms = if start.ceiling == 0 { 0 } else { NEAR_INTERVALS_MS };
        let resume_at = self.books.clock.now().plus_millis(paused_ms);
        write_guard(&keys, &live, &mark, &run_id, resume_at).await?;
        tracing::info!(%performance, epoch = start.epoch, orders = orders.len(), "repaired");
        Ok((run_id, start.epoch))
    }

    /// What the epoch before still knows in Redis spares those who left from counting as inside.
    async fn take_over(
        &self,
        keys: &Keys,
        live: &Live,
        before: Option<u32>,
        start: &mut LineStart,
    ) -> Result<()> {
        let Some(epoch) = before.filter(|_| start.ceiling > 0) else { return Ok(()) };
        let before = Live { epoch, ..live.clone() };
        let now = self.books.clock.now();
        let inside: Vec<u64> = start.inside(now).iter().map(|turn| turn.number).collect();
        let (ended, head) = keys.remains(&before, &inside).await?;
        start.done.extend(ended);
        start.head = start.head.max(head);
        Ok(())
    }
}

#[async_trait]
impl LineStarts for Repair {
    async fn current(&self, performance: PerformanceId, run_id: &str) -> Result<u32> {
        if let Some(known) = self.0.known.get(&performance)
            && known.0 == run_id
        {
            return Ok(known.1);
        }
        if self.0.closed.contains(&performance) {
            return Err(Error::NotFound("sale"));
        }
        let mut repairing = self.0.repairing(performance);
        let wait = if is_hurried() { HURRIED_WAIT } else { REPAIR_WAIT };
        let repaired = timeout(wait, repairing.wait_for(Option::is_some)).await;
        let busy = |_| Error::Unavailable("the live sale is being repaired".into());
        let repaired = repaired.map_err(busy)?.map_err(Error::internal)?;
        match repaired.as_ref() {
            Some(Ok(epoch)) => Ok(*epoch),
            Some(Err(error)) => Err(error.for_each()),
            None => Err(Error::internal("a repair without an end has ended")),
        }
    }

    fn forget(&self, performance: PerformanceId) {
        self.0.known.remove(&performance);
    }

    async fn raise_ceiling(
        &self,
        performance: PerformanceId,
        epoch: u32,
        ceiling: u64,
    ) -> Result<u64> {
        self.0.books.line.raise_ceiling(performance, epoch, ceiling).await
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
