mod ending;
mod folding;
mod rows;
mod venues;
mod writes;

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::PgPool;
use uuid::Uuid;

use self::rows::{PerformanceRow, ProductionRow};
use self::writes::{
    insert_audit, insert_performance, insert_production, remember, tell, update_performance,
};
use super::contract::{Remembered, Request};
use super::{
    AUDIT_MAX, AuditEntry, Catalog, Performance, Production, Revision, Venue, Visible,
    what_happened,
};
use crate::clock::Timestamp;
use crate::error::{Error, Result, readable};
use crate::events::PerformanceEvent;
use crate::id::{AccountId, PerformanceId, ProductionId, VenueId};
use crate::page::{Page, Paged, Position};
use crate::services::postgres::run_tx;
use crate::text::OneLine;

/// The catalog in PostgreSQL.
pub(crate) struct PostgresCatalog(PgPool);

impl PostgresCatalog {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self(pool)
    }
}

#[async_trait]
impl Catalog for PostgresCatalog {
    async fn add_venue(&self, venue: Venue, request: Option<Request>) -> Result<Remembered> {
        venues::add(&self.0, venue, request).await
    }

    async fn venue(&self, id: VenueId) -> Result<Option<Arc<Venue>>> {
        venues::venue(&self.0, id).await
    }

    async fn venues(&self, page: Page) -> Result<Paged<Arc<Venue>>> {
        venues::list(&self.0, page).await
    }

    async fn venue_labels(&self, id: VenueId) -> Result<Option<(OneLine, OneLine)>> {
        venues::labels(&self.0, id).await
    }

    async fn write_venue_labels(
        &self,
        id: VenueId,
        name: Option<&OneLine>,
        address: Option<&OneLine>,
    ) -> Result<Option<(OneLine, OneLine)>> {
        venues::write_labels(&self.0, id, name, address).await
    }

    async fn remove_venue(&self, id: VenueId) -> Result<()> {
        venues::remove(&self.0, id).await
    }

    async fn sellers(&self, id: VenueId) -> Result<Vec<AccountId>> {
        venues::sellers(&self.0, id).await
    }

    async fn set_sellers(&self, id: VenueId, sellers: &[AccountId]) -> Result<()> {
        venues::set_sellers(&self.0, id, sellers).await
    }

    async fn add_production(&self, production: Production) -> Result<()> {
        let production = &production;
        run_tx(&self.0, move |transaction| Box::pin(insert_production(transaction, production)))
            .await
    }

    async fn production(&self, id: ProductionId) -> Result<Option<Production>> {
        let row = sqlx::query_as!(
            ProductionRow,
            "SELECT id, organizer_id, title, description, genre, age_limit FROM productions
             WHERE id = $1",
            id.uuid()
        );
        Ok(row.fetch_optional(&self.0).await?.map(Production::from))
    }

    async fn productions(&self, page: Page) -> Result<Paged<Production>> {
        let rows = sqlx::query_as!(
            ProductionRow,
            "SELECT id, organizer_id, title, description, genre, age_limit FROM productions
             WHERE id > $1 ORDER BY id LIMIT $2",
            page.after().id,
            page.fetch_limit(),
        );
        let rows = rows.fetch_all(&self.0).await?.into_iter();
        Ok(page.cut(rows, |row| Position::by_id(row.id), |row| Some(row.into())))
    }

    async fn write_production(&self, production: Production) -> Result<()> {
        sqlx::query!(
            "UPDATE productions SET title = $2, description = $3, genre = $4, age_limit = $5
             WHERE id = $1",
            production.id.uuid(),
            production.title.as_str(),
            production.description.as_str(),
            production.genre.as_str(),
            i32::from(production.age_limit),
        )
        .execute(&self.0)
        .await?;
        Ok(())
    }

    async fn add_performance(
        &self,
        performance: Performance,
        own: Option<Production>,
        request: Option<Request>,
        now: Timestamp,
    ) -> Result<Remembered> {
        let (performance, own, request) = (&performance, own.as_ref(), request.as_ref());
        run_tx(&self.0, move |transaction| {
            Box::pin(async move {
                let remembered = remember(transaction, request).await?;
                if remembered == Remembered::Now {
                    if let Some(own) = own {
                        insert_production(transaction, own).await?;
                    }
                    insert_performance(transaction, performance).await?;
                    tell(transaction, performance.id, 1, PerformanceEvent::Added, now).await?;
                }
                Ok(remembered)
            })
        })
        .await
    }

    async fn revise(&self, id: PerformanceId, revision: Revision) -> Result<Performance> {
        let Revision { audit, apply } = &revision;
        run_tx(&self.0, move |transaction| {
            Box::pin(async move {
                let row = sqlx::query_as!(
                    PerformanceRow,
                    r#"SELECT id, organizer_id, details, line_control, 0::bigint AS "key!"
                   FROM performances WHERE id = $1 FOR UPDATE"#,
                    id.uuid()
                );
                let row = row.fetch_optional(&mut **transaction).await?;
                let row = row.ok_or(Error::NotFound("performance"))?;
                let stored = (row.details.clone(), row.line_control.clone());
                let before = Performance::try_from(row)?;
                let performance = apply(before.clone())?;
                if let Some(kind) = what_happened(&before, &performance) {
                    let stored = (stored.0.as_str(), stored.1.as_str());
                    let version = update_performance(transaction, &performance, stored).await?;
                    tell(transaction, id, version, kind, audit.at).await?;
                }
                insert_audit(transaction, id, audit).await?;
                Ok(performance)
            })
        })
        .await
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
            r#"SELECT id, organizer_id, details, line_control, 0::bigint AS "key!"
               FROM performances WHERE id = $1"#,
            id.uuid()
        );
        row.fetch_optional(&self.0).await?.map(Performance::try_from).transpose()
    }

    async fn these(&self, performances: &[PerformanceId]) -> Result<Vec<Performance>> {
        let ids: Vec<Uuid> = performances.iter().map(|id| id.uuid()).collect();
        let rows = sqlx::query_as!(
            PerformanceRow,
            r#"SELECT id, organizer_id, details, line_control, 0::bigint AS "key!"
               FROM performances WHERE id = ANY ($1)"#,
            &ids,
        );
        let rows = rows.fetch_all(&self.0).await?.into_iter();
        Ok(rows.filter_map(|row| readable(row.try_into())).collect())
    }

    async fn begun(
        &self,
        production: ProductionId,
        performances: &[PerformanceId],
        now: Timestamp,
    ) -> Result<Vec<PerformanceId>> {
        let ids: Vec<Uuid> = performances.iter().map(|id| id.uuid()).collect();
        let begun = sqlx::query_scalar!(
            "SELECT id FROM performances
             WHERE id = ANY ($1) AND coalesce(production_id, id) = $2 AND starts_at_ms <= $3",
            &ids,
            production.uuid(),
            now.as_millis(),
        );
        Ok(begun.fetch_all(&self.0).await?.into_iter().map(PerformanceId::from).collect())
    }

    /// A row of an older server has no folding yet; its own case is all that makes it differ.
    async fn performances(&self, visible: Visible, page: Page) -> Result<Paged<Performance>> {
        let after = page.after();
        let rows = sqlx::query_as!(
            PerformanceRow,
            r#"WITH sorted AS (
                 SELECT id, organizer_id, listed_at_ms, details, line_control,
                     coalesce(search, lower(title || E'\n' || description)) AS search,
                     coalesce(genre_key, lower(genre)) AS genre_key,
                     CASE $8::text WHEN 'on_sale_at' THEN on_sale_at_ms
                         WHEN 'starts_at' THEN starts_at_ms ELSE 0 END AS key
                 FROM performances)
               SELECT id, organizer_id, details, line_control, key AS "key!" FROM sorted
               WHERE (key, id) > ($1, $2)
                   AND (listed_at_ms <= $4 OR organizer_id = $5)
                   AND ($6::text IS NULL OR strpos(search, $6) > 0)
                   AND ($7::text IS NULL OR genre_key = $7)
               ORDER BY key, id LIMIT $3"#,
            after.key,
            after.id,
            page.fetch_limit(),
            visible.now.as_millis(),
            visible.also_of.map(AccountId::uuid),
            visible.text(),
            visible.genre(),
            visible.listing.sort.name(),
        );
        let rows = rows.fetch_all(&self.0).await?.into_iter();
        let position = |row: &PerformanceRow| Position { key: row.key, id: row.id };
        Ok(page.cut(rows, position, |row| readable(row.try_into())))
    }

    async fn running(&self, now: Timestamp) -> Result<Vec<PerformanceId>> {
        let ids = sqlx::query_scalar!(
            "SELECT id FROM performances WHERE joins_from_ms <= $1
                 AND greatest(coalesce(runs_until_ms, 0), starts_at_ms + $2) > $1
                 AND NOT is_closed",
            now.as_millis(),
            super::performance::AFTER_START_MS,
        );
        Ok(ids.fetch_all(&self.0).await?.into_iter().map(PerformanceId::from).collect())
    }

    async fn to_clear(&self, behind: Option<PerformanceId>) -> Result<Vec<PerformanceId>> {
        ending::to_clear(&self.0, behind).await
    }

    async fn has_others(&self, performance: &Performance) -> Result<bool> {
        ending::has_others(&self.0, performance).await
    }

    async fn remove(&self, performance: &Performance, now: Timestamp) -> Result<()> {
        ending::remove(&self.0, performance, now).await
    }

    async fn fold(&self) -> Result<usize> {
        folding::fold(&self.0).await
    }
}
