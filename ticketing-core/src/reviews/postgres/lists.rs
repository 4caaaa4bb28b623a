//! The statements that list reviews.

use sqlx::PgPool;
use uuid::Uuid;

use super::rows::ReviewRow;
use crate::error::{Result, readable};
use crate::id::{AccountId, ProductionId};
use crate::page::{Page, Paged, Position};
use crate::reviews::contract::Reported;
use crate::reviews::{Review, ReviewSort};

/// Each order has an index of its own: of the three only the one that is asked for is read.
pub(super) async fn of_production(
    pool: &PgPool,
    production: ProductionId,
    sort: ReviewSort,
    page: Page,
) -> Result<Paged<Review>> {
    let after = page.after();
    let rows = sqlx::query_as!(
        ReviewRow,
        r#"WITH chosen AS (
             (SELECT id, by_newest AS key FROM reviews
              WHERE $2 = 'newest' AND production_id = $1 AND standing = 'shown'
                  AND (by_newest, id) > ($3, $4) ORDER BY by_newest, id LIMIT $5)
             UNION ALL
             (SELECT id, by_rating FROM reviews
              WHERE $2 = 'rating' AND production_id = $1 AND standing = 'shown'
                  AND (by_rating, id) > ($3, $4) ORDER BY by_rating, id LIMIT $5)
             UNION ALL
             (SELECT id, by_likes FROM reviews
              WHERE $2 = 'likes' AND production_id = $1 AND standing = 'shown'
                  AND (by_likes, id) > ($3, $4) ORDER BY by_likes, id LIMIT $5))
           SELECT id AS "id!", production_id, performance_id, order_id, author_id, rating, title,
             content, likes, refunded, reply, replied_at_ms, standing, reason, ruled_at_ms,
             hidden_until_ms, objection, open_reports, version, created_at_ms, edited_at_ms,
             key AS "key!"
           FROM chosen JOIN reviews USING (id) ORDER BY key, id"#,
        production.uuid(),
        sort.name(),
        after.key,
        after.id,
        page.fetch_limit(),
    );
    Ok(cut(page, rows.fetch_all(pool).await?))
}

pub(super) async fn of_author(
    pool: &PgPool,
    author: AccountId,
    page: Page,
) -> Result<Paged<Review>> {
    let after = page.after();
    let rows = sqlx::query_as!(
        ReviewRow,
        r#"SELECT id, production_id, performance_id, order_id, author_id, rating, title, content,
             likes, refunded, reply, replied_at_ms, standing, reason, ruled_at_ms,
             hidden_until_ms, objection, open_reports, version, created_at_ms, edited_at_ms,
             by_newest AS "key!"
           FROM reviews
           WHERE author_id = $1 AND standing <> 'withdrawn' AND (by_newest, id) > ($2, $3)
           ORDER BY by_newest, id LIMIT $4"#,
        author.uuid(),
        after.key,
        after.id,
        page.fetch_limit(),
    );
    Ok(cut(page, rows.fetch_all(pool).await?))
}

pub(super) async fn reported(pool: &PgPool, page: Page) -> Result<Paged<Reported>> {
    let after = page.after();
    let rows = sqlx::query_as!(
        ReviewRow,
        r#"SELECT id, production_id, performance_id, order_id, author_id, rating, title, content,
             likes, refunded, reply, replied_at_ms, standing, reason, ruled_at_ms,
             hidden_until_ms, objection, open_reports, version, created_at_ms, edited_at_ms,
             created_at_ms AS "key!"
           FROM reviews
           WHERE (open_reports > 0 OR is_objected) AND (created_at_ms, id) > ($1, $2)
           ORDER BY created_at_ms, id LIMIT $3"#,
        after.key,
        after.id,
        page.fetch_limit(),
    );
    let rows = rows.fetch_all(pool).await?;
    Ok(page.cut(rows.into_iter(), position, |row| {
        let reports = row.open_reports.max(0).cast_unsigned();
        Some(Reported { review: readable(row.try_into())?, reports })
    }))
}

pub(super) fn cut(page: Page, rows: Vec<ReviewRow>) -> Paged<Review> {
    page.cut(rows.into_iter(), position, |row| readable(row.try_into()))
}

fn position(row: &ReviewRow) -> Position {
    let (key, id): (i64, Uuid) = (row.key, row.id);
    Position { key, id }
}
