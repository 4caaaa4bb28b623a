use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use sqlx::{PgPool, PgTransaction};
use uuid::Uuid;

use super::contract::GOING;
use super::{Files, PictureHash, PictureSize, Pictures, Poster, UNUSED_BATCH, Unused};
use crate::catalog::{NOT_TAKING_PLACE, Performance};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{PictureId, ProductionId};
use crate::services::postgres::run_tx;

/// Pictures in PostgreSQL.
pub(crate) struct PostgresPictures(PgPool);

impl PostgresPictures {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self(pool)
    }
}

#[async_trait]
impl Pictures for PostgresPictures {
    async fn announce(
        &self,
        files: HashMap<PictureHash, PictureId>,
        now: Timestamp,
    ) -> Result<HashMap<PictureHash, PictureId>> {
        let hashes: Vec<String> = files.keys().map(ToString::to_string).collect();
        let ids: Vec<Uuid> = files.values().map(|id| id.uuid()).collect();
        let rows = sqlx::query!(
            "INSERT INTO pictures AS known (id, hash, touched_at_ms)
             SELECT id, hash, $3 FROM unnest($1::uuid[], $2::text[]) AS file (id, hash) ORDER BY hash
             ON CONFLICT (hash) WHERE NOT is_going DO UPDATE
                 SET touched_at_ms = greatest(known.touched_at_ms, excluded.touched_at_ms)
             RETURNING id, hash",
            &ids,
            &hashes,
            now.as_millis(),
        );
        let rows = rows.fetch_all(&self.0).await?.into_iter();
        Ok(rows.filter_map(|row| Some((PictureHash::new(&row.hash)?, row.id.into()))).collect())
    }

    /// Who is about to remove a file waits, and finds that it was touched. Who cancels waits, too.
    async fn show(&self, performance: &Performance, files: &Files, now: Timestamp) -> Result<()> {
        let (id, production) = (performance.id.uuid(), performance.details.production_id);
        let sizes: Vec<i16> = files.keys().map(|size| stored(*size)).collect();
        let ids: Vec<Uuid> = files.values().map(|id| id.uuid()).collect();
        let distinct = files.values().collect::<BTreeSet<_>>().len() as u64;
        run_tx(&self.0, move |transaction| {
            let (sizes, ids) = (sizes.clone(), ids.clone());
            Box::pin(async move {
                let taking_place = sqlx::query_scalar!(
                    "SELECT id FROM performances WHERE id = $1 AND NOT is_cancelled FOR SHARE",
                    id,
                );
                if taking_place.fetch_optional(&mut **transaction).await?.is_none() {
                    return Err(Error::conflict(NOT_TAKING_PLACE));
                }
                lock(transaction, production, now).await?;
                let touched = sqlx::query!(
                    "UPDATE pictures SET touched_at_ms = greatest(touched_at_ms, $2) WHERE id IN (
                         SELECT id FROM pictures WHERE id = ANY ($1) AND NOT is_going
                         ORDER BY hash FOR UPDATE)",
                    &ids,
                    now.as_millis(),
                );
                let touched = touched.execute(&mut **transaction).await?.rows_affected();
                if touched < distinct {
                    return Err(Error::Unavailable(GOING.into()));
                }
                sqlx::query!(
                    "INSERT INTO posters (production_id, size, picture_id)
                     SELECT $1, size, id FROM unnest($2::smallint[], $3::uuid[]) AS file (size, id)
                     ON CONFLICT (production_id, size) DO UPDATE SET picture_id = excluded.picture_id",
                    production.uuid(),
                    &sizes,
                    &ids,
                )
                .execute(&mut **transaction)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn hide(&self, production: ProductionId, now: Timestamp) -> Result<()> {
        run_tx(&self.0, move |transaction| {
            Box::pin(async move {
                lock(transaction, production, now).await?;
                sqlx::query!("DELETE FROM posters WHERE production_id = $1", production.uuid())
                    .execute(&mut **transaction)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Whoever adds a performance of it waits, or was faster.
    async fn hide_last(&self, performance: &Performance, now: Timestamp) -> Result<()> {
        let (id, production) = (performance.id.uuid(), performance.details.production_id);
        run_tx(&self.0, move |transaction| {
            Box::pin(async move {
                lock(transaction, production, now).await?;
                sqlx::query!(
                    "DELETE FROM posters WHERE production_id = $1 AND NOT EXISTS (
                         SELECT 1 FROM performances WHERE coalesce(performances.production_id, id) = $1
                             AND id <> $2 AND NOT is_closed)",
                    production.uuid(),
                    id,
                )
                .execute(&mut **transaction)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn posters(&self, productions: &[ProductionId]) -> Result<HashMap<ProductionId, Poster>> {
        let ids: Vec<Uuid> = productions.iter().map(|id| id.uuid()).collect();
        let rows = sqlx::query!(
            "SELECT production_id, size, hash FROM posters JOIN pictures ON id = picture_id
             WHERE production_id = ANY ($1)",
            &ids,
        );
        let mut files: HashMap<ProductionId, BTreeMap<i16, String>> = HashMap::new();
        for row in rows.fetch_all(&self.0).await? {
            files.entry(row.production_id.into()).or_default().insert(row.size, row.hash);
        }
        let poster = |(id, files): (ProductionId, BTreeMap<i16, String>)| {
            let hash = |size| PictureHash::new(files.get(&stored(size))?);
            Some((id, Poster::of(hash)?))
        };
        Ok(files.into_iter().filter_map(poster).collect())
    }

    async fn shown(&self, hash: &PictureHash, since: Timestamp) -> Result<Option<PictureId>> {
        let id = sqlx::query_scalar!(
            "SELECT id FROM pictures WHERE hash = $1 AND NOT is_going AND (touched_at_ms >= $2
                 OR EXISTS (SELECT 1 FROM posters WHERE picture_id = pictures.id))",
            hash.as_str(),
            since.as_millis(),
        );
        Ok(id.fetch_optional(&self.0).await?.map(PictureId::from))
    }

    async fn unused(&self, behind: Option<PictureId>, since: Timestamp) -> Result<Unused> {
        let behind = behind.map_or(Uuid::nil(), PictureId::uuid);
        let batch = i64::try_from(UNUSED_BATCH).unwrap_or(i64::MAX);
        let next = sqlx::query_scalar!(
            "SELECT id FROM pictures WHERE id > $1 ORDER BY id LIMIT $2",
            behind,
            batch,
        );
        let next = next.fetch_all(&self.0).await?;
        // One that is being shown is locked, and was touched once it is not.
        sqlx::query!(
            "UPDATE pictures SET is_going = true WHERE id IN (
                 SELECT id FROM pictures WHERE id = ANY ($1) AND NOT is_going
                     AND touched_at_ms < $2
                     AND NOT EXISTS (SELECT 1 FROM posters WHERE picture_id = pictures.id)
                 ORDER BY hash FOR UPDATE SKIP LOCKED)",
            &next,
            since.as_millis(),
        )
        .execute(&self.0)
        .await?;
        let going = sqlx::query_scalar!(
            "SELECT id FROM pictures WHERE id = ANY ($1) AND is_going ORDER BY id",
            &next,
        );
        let going = going.fetch_all(&self.0).await?.into_iter().map(PictureId::from).collect();
        let last = next.get(UNUSED_BATCH - 1).copied().map(PictureId::from);
        Ok(Unused { going, last })
    }

    async fn forget(&self, files: &[PictureId]) -> Result<()> {
        let ids: Vec<Uuid> = files.iter().map(|id| id.uuid()).collect();
        sqlx::query!("DELETE FROM pictures WHERE id = ANY ($1) AND is_going", &ids)
            .execute(&self.0)
            .await?;
        Ok(())
    }
}

/// One at a time changes what a production shows. What it showed until now stays a while.
async fn lock(
    transaction: &mut PgTransaction<'_>,
    production: ProductionId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!("SELECT id FROM productions WHERE id = $1 FOR UPDATE", production.uuid())
        .fetch_optional(&mut **transaction)
        .await?;
    sqlx::query!(
        "UPDATE pictures SET touched_at_ms = greatest(touched_at_ms, $2) WHERE id IN (
             SELECT id FROM pictures WHERE id IN (
                 SELECT picture_id FROM posters WHERE production_id = $1)
             ORDER BY hash FOR UPDATE)",
        production.uuid(),
        now.as_millis(),
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

const fn stored(size: PictureSize) -> i16 {
    match size {
        PictureSize::Small => 0,
        PictureSize::Medium => 1,
        PictureSize::Large => 2,
    }
}
