//! What belongs to every change of a review: the rating, the version of its production, the event.

use sqlx::PgTransaction;

use super::rows;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::events::{self, ReviewEvent};
use crate::id::ProductionId;
use crate::reviews::contract::{BATCH, LIKES_REMOVED_MAX, Removed, Revised};
use crate::reviews::{Becoming, Review, becoming};

/// Writes what became of a review, and tells it, while nobody else changes it.
pub(super) async fn write(
    transaction: &mut PgTransaction<'_>,
    before: Review,
    after: Option<Review>,
    kind: ReviewEvent,
    now: Timestamp,
) -> Result<Revised> {
    let Some(Becoming { review, is_gone, adds }) = becoming(&before, after) else {
        let version = version(transaction, before.production).await?;
        return Ok(Revised { review: before, version });
    };
    if is_gone {
        rows::delete(transaction, review.id).await?;
    } else {
        rows::update(transaction, &review).await?;
    }
    tell(transaction, &review, kind, now).await?;
    let version = add_up(transaction, review.production, adds).await?;
    Ok(Revised { review, version })
}

/// Removes the next reviews of a production, what cannot be read too, and tells it. All are locked before
/// the rating is.
pub(super) async fn remove_of(
    transaction: &mut PgTransaction<'_>,
    production: ProductionId,
    now: Timestamp,
) -> Result<Removed> {
    let next = sqlx::query_scalar!(
        "SELECT id FROM reviews WHERE production_id = $1 ORDER BY id LIMIT $2 FOR UPDATE",
        production.uuid(),
        i64::try_from(BATCH).unwrap_or(i64::MAX),
    );
    let next = next.fetch_all(&mut **transaction).await?;
    if next.is_empty() {
        return Ok(Removed::default());
    }
    let likes = sqlx::query!(
        "DELETE FROM review_likes WHERE (review_id, account_id) IN (
             SELECT review_id, account_id FROM review_likes WHERE review_id = ANY ($1) LIMIT $2)",
        &next,
        LIKES_REMOVED_MAX,
    );
    if likes.execute(&mut **transaction).await?.rows_affected() > 0 {
        return Ok(Removed { is_any: true, version: None });
    }
    let counted = sqlx::query!(
        r#"WITH gone AS (
               DELETE FROM reviews WHERE id = ANY ($1)
               RETURNING id, performance_id, rating, standing, version),
           told AS (
               INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
               SELECT id, version + 1, performance_id, $2, 0, $3 FROM gone ORDER BY id)
           SELECT coalesce(sum(rating) FILTER (WHERE standing = 'shown'), 0)::bigint AS "stars!",
               count(*) FILTER (WHERE standing = 'shown') AS "reviews!" FROM gone"#,
        &next,
        ReviewEvent::Deleted.name(),
        now.as_millis(),
    );
    let counted = counted.fetch_one(&mut **transaction).await?;
    let version = add_up(transaction, production, (-counted.stars, -counted.reviews)).await?;
    Ok(Removed { is_any: true, version: Some(version) })
}

/// The row of the rating is locked last, and until the commit: whoever changes another review of the
/// production waits that long.
pub(super) async fn add_up(
    transaction: &mut PgTransaction<'_>,
    production: ProductionId,
    (stars, reviews): (i64, i64),
) -> Result<i64> {
    let version = sqlx::query_scalar!(
        "INSERT INTO production_ratings AS known (production_id, stars, reviews, version)
         VALUES ($1, $2, $3, 1)
         ON CONFLICT (production_id) DO UPDATE SET stars = known.stars + excluded.stars,
             reviews = known.reviews + excluded.reviews, version = known.version + 1
         RETURNING version",
        production.uuid(),
        stars,
        reviews,
    );
    Ok(version.fetch_one(&mut **transaction).await?)
}

pub(super) async fn tell(
    transaction: &mut PgTransaction<'_>,
    review: &Review,
    kind: ReviewEvent,
    now: Timestamp,
) -> Result<()> {
    events::postgres::tell(transaction, &review.event(kind, now)).await
}

async fn version(transaction: &mut PgTransaction<'_>, production: ProductionId) -> Result<i64> {
    let version = sqlx::query_scalar!(
        "SELECT version FROM production_ratings WHERE production_id = $1",
        production.uuid(),
    );
    Ok(version.fetch_optional(&mut **transaction).await?.unwrap_or_default())
}
