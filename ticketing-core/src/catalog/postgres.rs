use std::sync::Arc;

use async_trait::async_trait;
use sqlx::PgPool;
use uuid::Uuid;

use super::contract::{AUDIT_MAX, Revision};
use super::{AFTER_START_MS, AuditEntry, Catalog, Performance, Venue, Visible};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{PerformanceId, VenueId};
use crate::page::{Page, Paged};

/// The catalog in PostgreSQL.
pub(crate) struct PostgresCatalog(PgPool);

struct VenueRow {
    id: Uuid,
    organizer_id: Uuid,
    name: String,
    address: String,
    seat_map: String,
}

struct PerformanceRow {
    id: Uuid,
    organizer_id: Uuid,
    details: String,
    line_control: String,
}

impl TryFrom<VenueRow> for Venue {
    type Error = Error;

    fn try_from(row: VenueRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            organizer_id: row.organizer_id.into(),
            name: row.name,
            address: row.address,
            map: Arc::new(serde_json::from_str(&row.seat_map).map_err(Error::internal)?),
        })
    }
}

impl TryFrom<PerformanceRow> for Performance {
    type Error = Error;

    fn try_from(row: PerformanceRow) -> Result<Self> {
        let details = serde_json::from_str(&row.details).map_err(Error::internal)?;
        let line = serde_json::from_str(&row.line_control).map_err(Error::internal)?;
        Ok(Self { id: row.id.into(), organizer_id: row.organizer_id.into(), details, line })
    }
}

impl PostgresCatalog {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self(pool)
    }
}

fn collected<Row, Item: TryFrom<Row, Error = Error>>(rows: Vec<Row>) -> Result<Vec<Item>> {
    rows.into_iter().map(Item::try_from).collect()
}

#[async_trait]
impl Catalog for PostgresCatalog {
    async fn add_venue(&self, venue: Venue) -> Result<()> {
        let seat_map = serde_json::to_string(&*venue.map).map_err(Error::internal)?;
        sqlx::query!(
            "INSERT INTO venues (id, organizer_id, name, address, seat_map)
             VALUES ($1, $2, $3, $4, $5)",
            venue.id.uuid(),
            venue.organizer_id.uuid(),
            venue.name,
            venue.address,
            seat_map,
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    async fn venue(&self, id: VenueId) -> Result<Option<Arc<Venue>>> {
        let row = sqlx::query_as!(
            VenueRow,
            "SELECT id, organizer_id, name, address, seat_map FROM venues WHERE id = $1",
            id.uuid()
        );
        let row = row.fetch_optional(&self.0).await?;
        Ok(row.map(Venue::try_from).transpose()?.map(Arc::new))
    }

    async fn venues(&self, page: Page) -> Result<Paged<Arc<Venue>>> {
        let rows = sqlx::query_as!(
            VenueRow,
            "SELECT id, organizer_id, name, address, seat_map FROM venues
             WHERE id > $1 ORDER BY id LIMIT $2",
            page.after(),
            page.fetch_limit(),
        );
        let venues: Vec<Venue> = collected(rows.fetch_all(&self.0).await?)?;
        Ok(page.cut(venues.into_iter().map(Arc::new), |venue| venue.id.uuid()))
    }

    async fn add_performance(&self, performance: Performance) -> Result<()> {
        let details = &performance.details;
        sqlx::query!(
            "INSERT INTO performances (id, organizer_id, title, description, listed_at_ms,
                 on_sale_at_ms, starts_at_ms, details, genre, line_control, joins_from_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            performance.id.uuid(),
            performance.organizer_id.uuid(),
            details.title,
            details.description,
            details.listed_at.as_millis(),
            details.on_sale_at.as_millis(),
            details.starts_at.as_millis(),
            serde_json::to_string(details).map_err(Error::internal)?,
            details.genre,
            serde_json::to_string(&performance.line).map_err(Error::internal)?,
            details.joins_from().as_millis(),
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    async fn revise(&self, id: PerformanceId, revision: Revision) -> Result<Performance> {
        let Revision { audit, apply } = revision;
        let mut transaction = self.0.begin().await?;
        let row = sqlx::query_as!(
            PerformanceRow,
            "SELECT id, organizer_id, details, line_control FROM performances
             WHERE id = $1 FOR UPDATE",
            id.uuid()
        );
        let row = row.fetch_optional(&mut *transaction).await?;
        let performance = apply(row.ok_or(Error::NotFound("performance"))?.try_into()?)?;
        let details = &performance.details;
        sqlx::query!(
            "UPDATE performances SET title = $2, description = $3, listed_at_ms = $4,
                 on_sale_at_ms = $5, starts_at_ms = $6, details = $7, genre = $8, line_control = $9,
                 joins_from_ms = $10
             WHERE id = $1",
            performance.id.uuid(),
            details.title,
            details.description,
            details.listed_at.as_millis(),
            details.on_sale_at.as_millis(),
            details.starts_at.as_millis(),
            serde_json::to_string(details).map_err(Error::internal)?,
            details.genre,
            serde_json::to_string(&performance.line).map_err(Error::internal)?,
            details.joins_from().as_millis(),
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!(
            "INSERT INTO performance_audit (performance_id, at_ms, account_id, action, detail)
             VALUES ($1, $2, $3, $4, $5)",
            id.uuid(),
            audit.at.as_millis(),
            audit.account_id.uuid(),
            audit.action,
            audit.detail,
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(performance)
    }

    async fn audit(&self, id: PerformanceId) -> Result<Vec<AuditEntry>> {
        let rows = sqlx::query!(
            "SELECT at_ms, account_id, action, detail FROM performance_audit
             WHERE performance_id = $1 ORDER BY id DESC LIMIT $2",
            id.uuid(),
            i64::try_from(AUDIT_MAX).unwrap_or(i64::MAX),
        );
        let rows = rows.fetch_all(&self.0).await?.into_iter();
        Ok(rows
            .map(|row| AuditEntry {
                at: Timestamp::from_millis(row.at_ms),
                account_id: row.account_id.into(),
                action: row.action,
                detail: row.detail,
            })
            .collect())
    }

    async fn performance(&self, id: PerformanceId) -> Result<Option<Performance>> {
        let row = sqlx::query_as!(
            PerformanceRow,
            "SELECT id, organizer_id, details, line_control FROM performances WHERE id = $1",
            id.uuid()
        );
        row.fetch_optional(&self.0).await?.map(Performance::try_from).transpose()
    }

    async fn performances(&self, visible: Visible, page: Page) -> Result<Paged<Performance>> {
        let rows = sqlx::query_as!(
            PerformanceRow,
            "WITH sorted AS (
                 SELECT id, organizer_id, title, description, genre, listed_at_ms, details,
                     line_control, CASE $7::text WHEN 'on_sale_at' THEN on_sale_at_ms
                         WHEN 'starts_at' THEN starts_at_ms ELSE 0 END AS key
                 FROM performances)
             SELECT id, organizer_id, details, line_control FROM sorted
             WHERE ($1::uuid IS NULL
                     OR (key, id) > (SELECT key, id FROM sorted WHERE id = $1))
                 AND (listed_at_ms <= $3 OR organizer_id = $4)
                 AND ($5::text IS NULL OR strpos(lower(title), lower($5)) > 0
                     OR strpos(lower(description), lower($5)) > 0)
                 AND ($6::text IS NULL OR lower(genre) = lower($6))
             ORDER BY key, id LIMIT $2",
            page.cursor(),
            page.fetch_limit(),
            visible.now.as_millis(),
            visible.also_of.map(crate::id::AccountId::uuid),
            visible.listing.text,
            visible.listing.genre,
            visible.listing.sort.name(),
        );
        let performances: Vec<Performance> = collected(rows.fetch_all(&self.0).await?)?;
        Ok(page.rows_behind_cursor(performances, |performance| performance.id.uuid()))
    }

    async fn running(&self, now: Timestamp) -> Result<Vec<PerformanceId>> {
        let ids = sqlx::query_scalar!(
            "SELECT id FROM performances WHERE joins_from_ms <= $1 AND starts_at_ms > $2",
            now.as_millis(),
            now.plus_millis(-AFTER_START_MS).as_millis(),
        );
        Ok(ids.fetch_all(&self.0).await?.into_iter().map(PerformanceId::from).collect())
    }
}
