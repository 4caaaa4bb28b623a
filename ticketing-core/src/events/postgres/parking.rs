use std::collections::HashSet;

use async_trait::async_trait;
use sqlx::PgPool;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::{Error, Result, readable};
use crate::events::{LEASE_MS, ParkedEvent, Parking, StoredEvent};
use crate::id::ParkedId;
use crate::page::{Page, Paged, Position};

/// What is set aside, in PostgreSQL.
pub(crate) struct PostgresParking(PgPool);

impl PostgresParking {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self(pool)
    }
}

/// One row.
struct Row {
    id: Uuid,
    consumer: String,
    aggregate: Uuid,
    version: i64,
    event_id: i64,
    performance_id: Uuid,
    kind: String,
    seats: i32,
    at_ms: i64,
    reason: Option<String>,
    tries: i32,
    since_ms: i64,
    next_at_ms: Option<i64>,
}

impl Row {
    fn position(&self) -> Position {
        Position { key: self.since_ms, id: self.id }
    }

    /// The event; a kind that this version does not know is left to one that does.
    fn read(self) -> Result<ParkedEvent> {
        let unknown = format!("{:?}", self.kind);
        let stored = StoredEvent {
            id: self.event_id,
            aggregate: self.aggregate,
            version: self.version,
            performance: self.performance_id.into(),
            kind: self.kind,
            seats: self.seats.cast_unsigned(),
            at: Timestamp::from_millis(self.at_ms),
        };
        let unreadable = || Error::unreadable("parked_events", "kind", self.id, unknown);
        Ok(ParkedEvent {
            id: self.id.into(),
            consumer: self.consumer,
            event: stored.read().ok_or_else(unreadable)?,
            reason: self.reason,
            tries: self.tries.cast_unsigned(),
            since: Timestamp::from_millis(self.since_ms),
            next_at: self.next_at_ms.map(Timestamp::from_millis),
        })
    }
}

#[async_trait]
impl Parking for PostgresParking {
    async fn held_up(&self, consumer: &str, aggregates: &[Uuid]) -> Result<HashSet<Uuid>> {
        let held_up = sqlx::query_scalar!(
            "SELECT DISTINCT aggregate FROM parked_events
             WHERE consumer = $1 AND aggregate = ANY ($2)",
            consumer,
            aggregates,
        );
        Ok(held_up.fetch_all(&self.0).await?.into_iter().collect())
    }

    async fn park(&self, parked: &ParkedEvent) -> Result<()> {
        let ParkedEvent { event, .. } = parked;
        sqlx::query!(
            "INSERT INTO parked_events (id, consumer, aggregate, version, event_id, performance_id,
                 kind, seats, at_ms, reason, tries, since_ms, next_at_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (consumer, aggregate, version) DO NOTHING",
            parked.id.uuid(),
            parked.consumer,
            event.aggregate,
            event.version,
            event.id,
            StoredEvent::of(event).performance.uuid(),
            event.kind.name(),
            event.seats.cast_signed(),
            event.at.as_millis(),
            parked.reason,
            parked.tries.cast_signed(),
            parked.since.as_millis(),
            parked.next_at.map(Timestamp::as_millis),
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    async fn count(&self, consumer: &str) -> Result<u64> {
        let count = sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!" FROM parked_events WHERE consumer = $1"#,
            consumer,
        );
        Ok(count.fetch_one(&self.0).await?.cast_unsigned())
    }

    async fn overtaken(&self, consumer: &str, aggregate: Uuid, version: i64) -> Result<()> {
        sqlx::query!(
            "DELETE FROM parked_events WHERE consumer = $1 AND aggregate = $2 AND version < $3",
            consumer,
            aggregate,
            version,
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    async fn due(
        &self,
        consumers: &[String],
        now: Timestamp,
        most: i64,
    ) -> Result<Vec<ParkedEvent>> {
        let rows = sqlx::query_as!(
            Row,
            "UPDATE parked_events SET next_at_ms = $3
             WHERE id IN (
                 SELECT id FROM parked_events AS head
                 WHERE consumer = ANY ($1) AND next_at_ms <= $2 AND NOT EXISTS (
                     SELECT FROM parked_events AS older
                     WHERE older.consumer = head.consumer AND older.aggregate = head.aggregate
                         AND older.version < head.version)
                 ORDER BY next_at_ms LIMIT $4 FOR UPDATE SKIP LOCKED)
             RETURNING id, consumer, aggregate, version, event_id, performance_id, kind, seats,
                 at_ms, reason, tries, since_ms, next_at_ms",
            consumers,
            now.as_millis(),
            now.plus_millis(LEASE_MS).as_millis(),
            most,
        )
        .fetch_all(&self.0)
        .await?;
        Ok(rows.into_iter().filter_map(|row| readable(row.read())).collect())
    }

    async fn tried(&self, parked: &ParkedEvent, leased_until: Option<Timestamp>) -> Result<()> {
        sqlx::query!(
            "UPDATE parked_events SET reason = $2, tries = $3, next_at_ms = $4
             WHERE id = $1 AND next_at_ms = $5",
            parked.id.uuid(),
            parked.reason,
            parked.tries.cast_signed(),
            parked.next_at.map(Timestamp::as_millis),
            leased_until.map(Timestamp::as_millis),
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    async fn redrive(&self, id: ParkedId, now: Timestamp) -> Result<Option<ParkedEvent>> {
        let row = sqlx::query_as!(
            Row,
            "UPDATE parked_events SET next_at_ms = $2 WHERE id = $1
             RETURNING id, consumer, aggregate, version, event_id, performance_id, kind, seats,
                 at_ms, reason, tries, since_ms, next_at_ms",
            id.uuid(),
            now.as_millis(),
        );
        row.fetch_optional(&self.0).await?.map(Row::read).transpose()
    }

    async fn remove(&self, id: ParkedId) -> Result<Option<ParkedEvent>> {
        let row = sqlx::query_as!(
            Row,
            "DELETE FROM parked_events WHERE id = $1
             RETURNING id, consumer, aggregate, version, event_id, performance_id, kind, seats,
                 at_ms, reason, tries, since_ms, next_at_ms",
            id.uuid(),
        );
        row.fetch_optional(&self.0).await?.map(Row::read).transpose()
    }

    async fn parked(&self, id: ParkedId) -> Result<Option<ParkedEvent>> {
        let row = sqlx::query_as!(
            Row,
            "SELECT id, consumer, aggregate, version, event_id, performance_id, kind, seats, at_ms,
                 reason, tries, since_ms, next_at_ms
             FROM parked_events WHERE id = $1",
            id.uuid(),
        );
        row.fetch_optional(&self.0).await?.map(Row::read).transpose()
    }

    async fn list(&self, page: Page) -> Result<Paged<ParkedEvent>> {
        let after = page.after();
        let rows = sqlx::query_as!(
            Row,
            "SELECT id, consumer, aggregate, version, event_id, performance_id, kind, seats, at_ms,
                 reason, tries, since_ms, next_at_ms
             FROM parked_events WHERE (since_ms, id) > ($1, $2) ORDER BY since_ms, id LIMIT $3",
            after.key,
            after.id,
            page.fetch_limit(),
        );
        let rows = rows.fetch_all(&self.0).await?.into_iter();
        Ok(page.cut(rows, Row::position, |row| readable(row.read())))
    }
}
