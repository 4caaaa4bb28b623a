//! Reviews in PostgreSQL. Lock order everywhere: order, review, rating.

mod changes;
mod lists;
mod reports;
mod rows;
mod searching;

use std::collections::HashSet;

use async_trait::async_trait;
use sqlx::PgPool;
use uuid::Uuid;

use self::rows::ReviewRow;
use super::contract::{BATCH, Recount, Removed, Report, Reported, Reviews, Revised, Rule};
use super::{Rating, Review, ReviewSort, mark};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::ReviewEvent;
use crate::id::{AccountId, OrderId, ProductionId, ReviewId};
use crate::orders::Purchase;
use crate::page::{Page, Paged};
use crate::services::postgres::run_tx;

/// Reviews in PostgreSQL.
pub(crate) struct PostgresReviews(PgPool);

impl PostgresReviews {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self(pool)
    }
}

#[async_trait]
impl Reviews for PostgresReviews {
    /// The order stays paid until the review is written: whoever gives it back waits, and its event
    /// finds the review.
    async fn add(&self, review: &Review, purchase: &Purchase) -> Result<i64> {
        run_tx(&self.0, move |transaction| {
            Box::pin(async move {
                let paid = sqlx::query_scalar!(
                    "SELECT id FROM orders WHERE id = $1 AND account_id = $2 AND status = 'paid'
                     FOR SHARE",
                    purchase.order().uuid(),
                    purchase.account().uuid(),
                );
                if paid.fetch_optional(&mut **transaction).await?.is_none() {
                    return Err(Error::Forbidden("the order was given back"));
                }
                if !rows::insert(transaction, review).await? {
                    return Err(Error::conflict("you have reviewed this production"));
                }
                changes::tell(transaction, review, ReviewEvent::Written, review.created_at).await?;
                changes::add_up(transaction, review.production, review.counts()).await
            })
        })
        .await
    }

    async fn review(&self, id: ReviewId) -> Result<Option<Review>> {
        let row = sqlx::query_as!(
            ReviewRow,
            r#"SELECT id, production_id, performance_id, order_id, author_id, rating, title,
                 content, likes, refunded, reply, replied_at_ms, standing, reason, ruled_at_ms,
                 hidden_until_ms, objection, open_reports, version, created_at_ms, edited_at_ms,
                 0::bigint AS "key!"
               FROM reviews WHERE id = $1"#,
            id.uuid(),
        );
        row.fetch_optional(&self.0).await?.map(Review::try_from).transpose()
    }

    async fn revise(
        &self,
        id: ReviewId,
        kind: ReviewEvent,
        decides: bool,
        now: Timestamp,
        rule: Rule,
    ) -> Result<Revised> {
        let rule = &rule;
        run_tx(&self.0, move |transaction| {
            Box::pin(async move {
                let before = rows::locked(transaction, id).await?;
                let before = before.ok_or(Error::NotFound("review"))?;
                let after = rule(before.clone())?;
                if decides {
                    reports::clear(transaction, id).await?;
                }
                changes::write(transaction, before, after, kind, now).await
            })
        })
        .await
    }

    async fn of_buyer(&self, order: OrderId) -> Result<Option<(AccountId, ProductionId)>> {
        let row = sqlx::query!(
            "SELECT reviews.author_id, reviews.production_id
             FROM orders JOIN performances AS shown ON shown.id = orders.performance_id
                 JOIN reviews ON reviews.author_id = orders.account_id
                     AND reviews.production_id = coalesce(shown.production_id, shown.id)
             WHERE orders.id = $1",
            order.uuid(),
        );
        let row = row.fetch_optional(&self.0).await?;
        Ok(row.map(|row| (row.author_id.into(), row.production_id.into())))
    }

    async fn remove_of(&self, production: ProductionId, now: Timestamp) -> Result<Removed> {
        run_tx(&self.0, move |transaction| {
            Box::pin(changes::remove_of(transaction, production, now))
        })
        .await
    }

    /// What is paid is read under the lock of the review: of two who follow at once, the later one sees
    /// what is there then.
    async fn follow_purchases(
        &self,
        account: AccountId,
        production: ProductionId,
        now: Timestamp,
    ) -> Result<Option<i64>> {
        run_tx(&self.0, move |transaction| {
            Box::pin(async move {
                let before = rows::locked_of(transaction, production, account).await?;
                let Some(before) = before else { return Ok(None) };
                let paid = sqlx::query_scalar!(
                    r#"SELECT EXISTS (
                         SELECT FROM orders JOIN performances AS shown
                             ON shown.id = orders.performance_id
                         WHERE orders.account_id = $1 AND orders.status = 'paid'
                             AND coalesce(shown.production_id, shown.id) = $2
                             AND shown.starts_at_ms <= $3) AS "paid!""#,
                    account.uuid(),
                    production.uuid(),
                    now.as_millis(),
                );
                let refunded = !paid.fetch_one(&mut **transaction).await?;
                if before.refunded == refunded {
                    return Ok(None);
                }
                let after = Some(mark(before.clone(), refunded));
                let kind = ReviewEvent::Marked;
                let revised = changes::write(transaction, before, after, kind, now).await?;
                Ok(Some(revised.version))
            })
        })
        .await
    }

    async fn like(
        &self,
        id: ReviewId,
        account: AccountId,
        likes: bool,
    ) -> Result<Option<(u64, Option<(ProductionId, i64)>)>> {
        let row = sqlx::query!(
            r#"SELECT o_likes AS "likes!", o_production AS "production!", o_version AS version
               FROM like_review($1, $2, $3)"#,
            id.uuid(),
            account.uuid(),
            likes,
        );
        let row = row.fetch_optional(&self.0).await?;
        Ok(row.map(|row| {
            let changed = row.version.map(|version| (row.production.into(), version));
            (row.likes.max(0).cast_unsigned(), changed)
        }))
    }

    async fn liked(&self, account: AccountId, reviews: &[ReviewId]) -> Result<HashSet<ReviewId>> {
        let ids: Vec<Uuid> = reviews.iter().map(|id| id.uuid()).collect();
        let liked = sqlx::query_scalar!(
            "SELECT review_id FROM review_likes WHERE account_id = $1 AND review_id = ANY ($2)",
            account.uuid(),
            &ids,
        );
        Ok(liked.fetch_all(&self.0).await?.into_iter().map(ReviewId::from).collect())
    }

    async fn report(&self, id: ReviewId, report: Report) -> Result<Option<()>> {
        reports::add(&self.0, id, &report).await
    }

    async fn reports(&self, id: ReviewId) -> Result<Vec<Report>> {
        reports::of(&self.0, id).await
    }

    async fn reported(&self, page: Page) -> Result<Paged<Reported>> {
        lists::reported(&self.0, page).await
    }

    async fn of_production(
        &self,
        production: ProductionId,
        sort: ReviewSort,
        text: Option<&str>,
        page: Page,
    ) -> Result<Paged<Review>> {
        match text {
            None => lists::of_production(&self.0, production, sort, page).await,
            Some(text) => searching::searched(&self.0, production, sort, text, page).await,
        }
    }

    async fn of_author(&self, author: AccountId, page: Page) -> Result<Paged<Review>> {
        lists::of_author(&self.0, author, page).await
    }

    async fn rating(&self, production: ProductionId) -> Result<(Rating, i64)> {
        let row = sqlx::query!(
            "SELECT stars, reviews, version FROM production_ratings WHERE production_id = $1",
            production.uuid(),
        );
        let row = row.fetch_optional(&self.0).await?;
        Ok(row.map_or((Rating::default(), 0), |row| (rating(row.stars, row.reviews), row.version)))
    }

    async fn to_show(&self, now: Timestamp) -> Result<Vec<ReviewId>> {
        let ids = sqlx::query_scalar!(
            "SELECT id FROM reviews WHERE standing = 'hidden' AND hidden_until_ms <= $1
             ORDER BY hidden_until_ms LIMIT $2",
            now.as_millis(),
            i64::try_from(BATCH).unwrap_or(i64::MAX),
        );
        Ok(ids.fetch_all(&self.0).await?.into_iter().map(ReviewId::from).collect())
    }

    async fn rated(&self, after: Option<ProductionId>) -> Result<Vec<ProductionId>> {
        let ids = sqlx::query_scalar!(
            "SELECT production_id FROM production_ratings WHERE production_id > $1
             ORDER BY production_id LIMIT $2",
            after.map_or(Uuid::nil(), ProductionId::uuid),
            i64::try_from(BATCH).unwrap_or(i64::MAX),
        );
        Ok(ids.fetch_all(&self.0).await?.into_iter().map(ProductionId::from).collect())
    }

    /// From an index alone, which has the rating in what it is sorted by.
    async fn recount(&self, production: ProductionId) -> Result<Recount> {
        let row = sqlx::query!(
            r#"SELECT known.stars, known.reviews, counted.stars AS "counted_stars!",
                 counted.reviews AS "counted_reviews!"
               FROM production_ratings AS known,
                   LATERAL (SELECT coalesce(sum((-by_rating) >> 48), 0)::bigint AS stars,
                                count(*) AS reviews
                            FROM reviews WHERE reviews.production_id = known.production_id
                                AND standing = 'shown') AS counted
               WHERE known.production_id = $1"#,
            production.uuid(),
        );
        let row = row.fetch_optional(&self.0).await?;
        Ok(row.map_or_else(Recount::default, |row| Recount {
            kept: rating(row.stars, row.reviews),
            counted: rating(row.counted_stars, row.counted_reviews),
        }))
    }
}

fn rating(stars: i64, count: i64) -> Rating {
    Rating { stars: stars.max(0).cast_unsigned(), count: count.max(0).cast_unsigned() }
}
