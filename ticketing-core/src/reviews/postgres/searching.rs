//! Finding reviews by what is written in them.

use sqlx::PgPool;

use super::lists::cut;
use super::rows::ReviewRow;
use crate::error::{Result, readable};
use crate::id::ProductionId;
use crate::page::{Page, Paged, Position};
use crate::reviews::listing::bigrams;
use crate::reviews::{Review, ReviewSort};

/// How many reviews are looked at in their order before the index is asked.
const LOOKED_AT: i64 = 10_000;

/// What is frequent is found among the next reviews of the order. What is not is found by its pairs of
/// characters. Where those are frequent and the text is not, that takes too long: then the page ends
/// with what was found, and the next one begins behind what was looked at.
pub(super) async fn searched(
    pool: &PgPool,
    production: ProductionId,
    sort: ReviewSort,
    text: &str,
    page: Page,
) -> Result<Paged<Review>> {
    let near = among_the_next(pool, production, sort, text, page).await?;
    if i64::try_from(near.len()).is_ok_and(|found| found >= page.fetch_limit()) {
        return Ok(cut(page, near));
    }
    let Some(last) = last_looked_at(pool, production, sort, page).await? else {
        return Ok(cut(page, near));
    };
    match by_pairs(pool, production, sort, text, page).await {
        Ok(found) => Ok(cut(page, found)),
        Err(error) if error.is_passing() => {
            tracing::debug!(%production, %error, "a search goes on page by page");
            let items = near.into_iter().filter_map(|row| readable(row.try_into())).collect();
            Ok(Paged { items, next: Some(last) })
        }
        Err(error) => Err(error),
    }
}

async fn among_the_next(
    pool: &PgPool,
    production: ProductionId,
    sort: ReviewSort,
    text: &str,
    page: Page,
) -> Result<Vec<ReviewRow>> {
    let after = page.after();
    let rows = sqlx::query_as!(
        ReviewRow,
        r#"WITH looked_at AS (
             (SELECT id, by_newest AS key FROM reviews
              WHERE $2 = 'newest' AND production_id = $1 AND standing = 'shown'
                  AND (by_newest, id) > ($3, $4) ORDER BY by_newest, id LIMIT $7)
             UNION ALL
             (SELECT id, by_rating FROM reviews
              WHERE $2 = 'rating' AND production_id = $1 AND standing = 'shown'
                  AND (by_rating, id) > ($3, $4) ORDER BY by_rating, id LIMIT $7)
             UNION ALL
             (SELECT id, by_likes FROM reviews
              WHERE $2 = 'likes' AND production_id = $1 AND standing = 'shown'
                  AND (by_likes, id) > ($3, $4) ORDER BY by_likes, id LIMIT $7)),
           found AS (
             SELECT id, key FROM looked_at JOIN review_texts ON review_id = id
             WHERE strpos(searched, $6) > 0 ORDER BY key, id LIMIT $5)
           SELECT id AS "id!", production_id, performance_id, order_id, author_id, rating, title,
             content, likes, refunded, reply, replied_at_ms, standing, reason, ruled_at_ms,
             hidden_until_ms, objection, open_reports, version, created_at_ms, edited_at_ms,
             key AS "key!"
           FROM found JOIN reviews USING (id) ORDER BY key, id"#,
        production.uuid(),
        sort.name(),
        after.key,
        after.id,
        page.fetch_limit(),
        text,
        LOOKED_AT,
    );
    Ok(rows.fetch_all(pool).await?)
}

/// The last of those that were looked at, where there may be others behind it.
async fn last_looked_at(
    pool: &PgPool,
    production: ProductionId,
    sort: ReviewSort,
    page: Page,
) -> Result<Option<Position>> {
    let after = page.after();
    let row = sqlx::query!(
        r#"(SELECT id AS "id!", by_newest AS "key!" FROM reviews
            WHERE $2 = 'newest' AND production_id = $1 AND standing = 'shown'
                AND (by_newest, id) > ($3, $4) ORDER BY by_newest, id OFFSET $5 LIMIT 1)
           UNION ALL
           (SELECT id, by_rating FROM reviews
            WHERE $2 = 'rating' AND production_id = $1 AND standing = 'shown'
                AND (by_rating, id) > ($3, $4) ORDER BY by_rating, id OFFSET $5 LIMIT 1)
           UNION ALL
           (SELECT id, by_likes FROM reviews
            WHERE $2 = 'likes' AND production_id = $1 AND standing = 'shown'
                AND (by_likes, id) > ($3, $4) ORDER BY by_likes, id OFFSET $5 LIMIT 1)"#,
        production.uuid(),
        sort.name(),
        after.key,
        after.id,
        LOOKED_AT - 1,
    );
    let row = row.fetch_optional(pool).await?;
    Ok(row.map(|row| Position { key: row.key, id: row.id }))
}

/// Looked at again: the pairs may stand elsewhere. Planned anew for each text, and ended where that
/// takes too long.
async fn by_pairs(
    pool: &PgPool,
    production: ProductionId,
    sort: ReviewSort,
    text: &str,
    page: Page,
) -> Result<Vec<ReviewRow>> {
    let after = page.after();
    let mut transaction = pool.begin().await?;
    sqlx::query!("SET LOCAL plan_cache_mode = force_custom_plan")
        .execute(&mut *transaction)
        .await?;
    sqlx::query!("SET LOCAL statement_timeout = 500").execute(&mut *transaction).await?;
    let rows = sqlx::query_as!(
        ReviewRow,
        r#"WITH sorted AS (
             SELECT id, CASE $2 WHEN 'rating' THEN by_rating WHEN 'likes' THEN by_likes
                 ELSE by_newest END AS key
             FROM review_texts JOIN reviews ON id = review_id
             WHERE review_texts.production_id = $1 AND standing = 'shown' AND bigrams @> $6
                 AND strpos(searched, $7) > 0),
           found AS (
             SELECT id, key FROM sorted WHERE (key, id) > ($3, $4) ORDER BY key, id LIMIT $5)
           SELECT id AS "id!", production_id, performance_id, order_id, author_id, rating, title,
             content, likes, refunded, reply, replied_at_ms, standing, reason, ruled_at_ms,
             hidden_until_ms, objection, open_reports, version, created_at_ms, edited_at_ms,
             key AS "key!"
           FROM found JOIN reviews USING (id) ORDER BY key, id"#,
        production.uuid(),
        sort.name(),
        after.key,
        after.id,
        page.fetch_limit(),
        &bigrams(text),
        text,
    );
    let rows = rows.fetch_all(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(rows)
}
