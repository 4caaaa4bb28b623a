mod parking;

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::postgres::PgAdvisoryLock;
use sqlx::{Either, PgConnection, PgPool, PgTransaction};

pub(crate) use self::parking::PostgresParking;
use super::kafka::Topics;
use super::{
    Event, EventKind, EventSource, EventsFrom, Inbox, Outbox, ParkedEvent, Received, SalesCounters,
    StoredEvent, Topic,
};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::guards::{CrashPoint, Guards};
use crate::id::PerformanceId;
use crate::services::postgres::run_tx;

/// How many events one relay step takes.
const RELAY_BATCH: i64 = 500;

/// Whoever counts takes this lock on the inbox, too, in any version of the server. A year of events takes longer
/// than statements may otherwise.
const REBUILDS: &str = "SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '5s';
    LOCK TABLE inbox IN SHARE ROW EXCLUSIVE MODE";

/// The outbox in PostgreSQL; its relay publishes to Kafka.
#[derive(Clone)]
pub(crate) struct PostgresOutbox {
    pool: PgPool,
    topics: Arc<Topics>,
    /// Of the one active relay.
    lock: PgAdvisoryLock,
    guards: Guards,
}

impl PostgresOutbox {
    pub(crate) fn new(pool: PgPool, namespace: &str, topics: Arc<Topics>, guards: Guards) -> Self {
        let lock = PgAdvisoryLock::new(format!("ticketing relay of {namespace}"));
        Self { pool, topics, lock, guards }
    }
}

#[async_trait]
impl Outbox for PostgresOutbox {
    /// Publishes the oldest unsent events in order, then marks them: a crash in between publishes
    /// them again, and the consumers' inbox makes that harmless. No transaction is open meanwhile,
    /// and the lock saves work alone: of two relays each publishes an aggregate's events in order.
    async fn relay(&self) -> Result<usize> {
        // A task of its own: given up between two words to PostgreSQL, it would leave the lock on a
        // connection that goes back to the pool.
        let outbox = self.clone();
        tokio::spawn(async move { outbox.carry_alone().await }).await.map_err(Error::internal)?
    }

    fn subscribe(&self, consumer: &str, topics: &[Topic]) {
        self.topics.subscribe(consumer, topics);
    }

    async fn receive(&self, consumer: &str) -> Result<Received> {
        self.topics.receive(consumer).await
    }

    async fn acknowledge(&self, consumer: &str) -> Result<()> {
        self.topics.acknowledge(consumer).await
    }

    async fn stream(&self, topics: &[Topic], from: EventsFrom) -> Result<Box<dyn EventSource>> {
        self.topics.stream(topics, from).await
    }

    async fn dead_letter(&self, parked: &ParkedEvent) -> Result<()> {
        self.topics.dead_letter(parked).await
    }

    async fn remove(&self) -> Result<()> {
        self.topics.remove().await
    }
}

impl PostgresOutbox {
    async fn carry_alone(&self) -> Result<usize> {
        let connection = self.pool.acquire().await?;
        let Either::Left(mut connection) = self.lock.try_acquire(connection).await? else {
            return Ok(0);
        };
        let carried = self.carry(&mut connection).await;
        connection.release_now().await?;
        carried
    }

    /// Events whose topic cannot be had wait, and hold up no others, however many they are.
    async fn carry(&self, connection: &mut PgConnection) -> Result<usize> {
        let mut missing = Vec::new();
        let events = loop {
            let events = unsent(connection, &missing).await?;
            let words = events.iter().map(StoredEvent::topic).collect();
            let others = self.topics.missing(&words).await;
            if others.is_empty() {
                break events;
            }
            missing.extend(others);
        };
        if events.is_empty() && !missing.is_empty() {
            return Err(Error::Unavailable(format!("Kafka: no topic {}", missing.join(", "))));
        }
        if events.is_empty() {
            return Ok(0);
        }
        let ids: Vec<i64> = events.iter().map(|event| event.id).collect();
        self.guards.may_die(CrashPoint::Relaying);
        self.topics.publish(&events).await?;
        self.guards.may_die(CrashPoint::Relayed);
        sqlx::query!("UPDATE outbox SET sent = true WHERE id = ANY ($1)", &ids)
            .execute(connection)
            .await?;
        Ok(ids.len())
    }
}

/// Tells an event in the transaction of what it tells.
pub(crate) async fn tell(transaction: &mut PgTransaction<'_>, event: &Event) -> Result<()> {
    let event = StoredEvent::of(event);
    sqlx::query!(
        "INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
         VALUES ($1, $2, $3, $4, $5, $6)",
        event.aggregate,
        event.version,
        event.performance.uuid(),
        event.kind,
        event.seats.cast_signed(),
        event.at.as_millis(),
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The oldest unsent events, but for those of these topics.
async fn unsent(connection: &mut PgConnection, missing: &[String]) -> Result<Vec<StoredEvent>> {
    let rows = sqlx::query!(
        "SELECT id, aggregate, version, performance_id, kind, seats, at_ms FROM outbox
         WHERE NOT sent AND split_part(kind, '_', 1) || 's' <> ALL ($2)
         ORDER BY id LIMIT $1",
        RELAY_BATCH,
        missing,
    );
    let rows = rows.fetch_all(connection).await?.into_iter();
    Ok(rows
        .map(|row| StoredEvent {
            id: row.id,
            aggregate: row.aggregate,
            version: row.version,
            performance: row.performance_id.into(),
            kind: row.kind,
            seats: row.seats.cast_unsigned(),
            at: Timestamp::from_millis(row.at_ms),
        })
        .collect())
}

/// The inbox in PostgreSQL.
pub(crate) struct PostgresInbox {
    pool: PgPool,
    guards: Guards,
}

impl PostgresInbox {
    pub(crate) fn new(pool: PgPool, guards: Guards) -> Self {
        Self { pool, guards }
    }
}

#[async_trait]
impl Inbox for PostgresInbox {
    async fn count(&self, event: &Event) -> Result<bool> {
        let is_guarded = self.guards.inbox();
        run_tx(&self.pool, move |transaction| {
            Box::pin(async move {
                let newer = sqlx::query!(
                    "INSERT INTO inbox AS seen (aggregate, version) VALUES ($1, $2)
             ON CONFLICT (aggregate) DO UPDATE SET version = excluded.version
                 WHERE seen.version < excluded.version",
                    event.aggregate,
                    event.version,
                )
                .execute(&mut **transaction)
                .await?;
                if newer.rows_affected() == 0 && is_guarded {
                    return Ok(false);
                }
                let counted = SalesCounters::of(event.kind, event.seats);
                sqlx::query!(
                    "INSERT INTO sales_counters AS counters
                 (performance_id, orders_placed, orders_paid, orders_ended, seats_sold)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (performance_id) DO UPDATE SET
                 orders_placed = counters.orders_placed + excluded.orders_placed,
                 orders_paid = counters.orders_paid + excluded.orders_paid,
                 orders_ended = counters.orders_ended + excluded.orders_ended,
                 seats_sold = counters.seats_sold + excluded.seats_sold",
                    event.performance.map(PerformanceId::uuid),
                    counted.orders_placed,
                    counted.orders_paid,
                    counted.orders_ended,
                    counted.seats_sold,
                )
                .execute(&mut **transaction)
                .await?;
                Ok(true)
            })
        })
        .await
    }

    /// Nobody counts meanwhile. What was told by then is counted by one look at it, and is not counted again when
    /// it comes.
    async fn rebuild(&self) -> Result<u64> {
        let kinds: Vec<(&str, SalesCounters)> =
            EventKind::all().map(|kind| (kind.name(), SalesCounters::of(kind, 1))).collect();
        let each = |part: fn(&SalesCounters) -> i64| -> Vec<i64> {
            kinds.iter().map(|(_, counted)| part(counted)).collect()
        };
        let names: Vec<String> = kinds.iter().map(|(name, _)| (*name).to_owned()).collect();
        let (placed, paid) = (each(|one| one.orders_placed), each(|one| one.orders_paid));
        let (ended, seats) = (each(|one| one.orders_ended), each(|one| one.seats_sold));
        run_tx(&self.pool, move |transaction| {
            let names = names.clone();
            let (placed, paid) = (placed.clone(), paid.clone());
            let (ended, seats) = (ended.clone(), seats.clone());
            Box::pin(async move {
                sqlx::raw_sql(REBUILDS).execute(&mut **transaction).await?;
                let counted = sqlx::query_scalar!(
                    r#"WITH kinds AS (
                           SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[],
                               $5::bigint[]) AS kind (kind, placed, paid, ended, seats_each)),
                       told AS (
                           SELECT aggregate, performance_id, max(version) AS version,
                               sum(placed) AS placed, sum(paid) AS paid, sum(ended) AS ended,
                               sum(seats_each * seats) AS seats
                           FROM outbox JOIN kinds USING (kind)
                           WHERE placed <> 0 OR paid <> 0 OR ended <> 0 OR seats_each <> 0
                           GROUP BY aggregate, performance_id),
                       seen AS (
                           INSERT INTO inbox AS seen (aggregate, version)
                           SELECT aggregate, told.version FROM told
                               LEFT JOIN inbox AS known USING (aggregate)
                           WHERE known.version IS NULL OR known.version < told.version
                           ON CONFLICT (aggregate) DO UPDATE SET version = excluded.version),
                       counted AS (
                           SELECT performance_id, sum(placed)::bigint AS orders_placed,
                               sum(paid)::bigint AS orders_paid, sum(ended)::bigint AS orders_ended,
                               sum(seats)::bigint AS seats_sold
                           FROM told GROUP BY performance_id),
                       gone AS (
                           DELETE FROM sales_counters
                           WHERE performance_id NOT IN (SELECT performance_id FROM counted)),
                       made AS (
                           INSERT INTO sales_counters (performance_id, orders_placed, orders_paid,
                               orders_ended, seats_sold)
                           SELECT performance_id, orders_placed, orders_paid, orders_ended,
                               seats_sold FROM counted
                           ON CONFLICT (performance_id) DO UPDATE SET
                               orders_placed = excluded.orders_placed,
                               orders_paid = excluded.orders_paid,
                               orders_ended = excluded.orders_ended,
                               seats_sold = excluded.seats_sold
                           RETURNING 1)
                       SELECT count(*) AS "counted!" FROM made"#,
                    &names,
                    &placed,
                    &paid,
                    &ended,
                    &seats,
                );
                Ok(counted.fetch_one(&mut **transaction).await?.cast_unsigned())
            })
        })
        .await
    }

    async fn counters(&self, performance: PerformanceId) -> Result<SalesCounters> {
        let row = sqlx::query_as!(
            SalesCounters,
            "SELECT orders_placed, orders_paid, orders_ended, seats_sold FROM sales_counters
             WHERE performance_id = $1",
            performance.uuid(),
        );
        Ok(row.fetch_optional(&self.pool).await?.unwrap_or_default())
    }
}
