//! Reviews as rows.

use sqlx::PgTransaction;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::{Error, Result, Unknown};
use crate::id::{AccountId, ProductionId, ReviewId};
use crate::reviews::listing::{bigrams, searched};
use crate::reviews::{Reply, Review, Ruling, Standing};
use crate::text::{OneLine, Paragraphs};

pub(super) struct ReviewRow {
    pub(super) id: Uuid,
    pub(super) production_id: Uuid,
    pub(super) performance_id: Uuid,
    pub(super) order_id: Uuid,
    pub(super) author_id: Uuid,
    pub(super) rating: i32,
    pub(super) title: String,
    pub(super) content: String,
    pub(super) likes: i64,
    pub(super) refunded: bool,
    pub(super) reply: Option<String>,
    pub(super) replied_at_ms: Option<i64>,
    pub(super) standing: String,
    pub(super) reason: Option<String>,
    pub(super) ruled_at_ms: Option<i64>,
    pub(super) hidden_until_ms: Option<i64>,
    pub(super) objection: Option<String>,
    pub(super) open_reports: i32,
    pub(super) version: i64,
    pub(super) created_at_ms: i64,
    pub(super) edited_at_ms: Option<i64>,
    /// What the list that it is read for is sorted by.
    pub(super) key: i64,
}

impl TryFrom<ReviewRow> for Review {
    type Error = Error;

    fn try_from(row: ReviewRow) -> Result<Self> {
        let unreadable =
            |column: &'static str, why: Unknown| Error::unreadable("reviews", column, row.id, why);
        let standing = row.standing().map_err(|why| unreadable("standing", why))?;
        let rating = u8::try_from(row.rating)
            .map_err(|_| unreadable("rating", Unknown::new("rating", &row.rating.to_string())))?;
        let reply = row.reply.as_deref().zip(row.replied_at_ms);
        Ok(Self {
            id: row.id.into(),
            production: row.production_id.into(),
            performance: row.performance_id.into(),
            order: row.order_id.into(),
            author: row.author_id.into(),
            rating,
            title: OneLine::from_store(&row.title),
            content: Paragraphs::from_store(&row.content),
            likes: row.likes.max(0).cast_unsigned(),
            refunded: row.refunded,
            reply: reply.map(|(content, at)| Reply {
                content: Paragraphs::from_store(content),
                at: Timestamp::from_millis(at),
            }),
            standing,
            version: row.version,
            created_at: Timestamp::from_millis(row.created_at_ms),
            edited_at: row.edited_at_ms.map(Timestamp::from_millis),
        })
    }
}

impl ReviewRow {
    fn standing(&self) -> std::result::Result<Standing, Unknown> {
        let ruling = || Ruling {
            reason: Paragraphs::from_store(self.reason.as_deref().unwrap_or_default()),
            at: Timestamp::from_millis(self.ruled_at_ms.unwrap_or(self.created_at_ms)),
            objection: self.objection.as_deref().map(Paragraphs::from_store),
        };
        match self.standing.as_str() {
            "shown" => Ok(Standing::Shown),
            "hidden" => Ok(Standing::Hidden {
                until: Timestamp::from_millis(self.hidden_until_ms.unwrap_or(self.created_at_ms)),
                ruling: ruling(),
            }),
            "removed" => Ok(Standing::Removed(ruling())),
            "withdrawn" => Ok(Standing::Withdrawn),
            word => Err(Unknown::new("standing", word)),
        }
    }
}

/// A review, while nobody else changes it.
pub(super) async fn locked(
    transaction: &mut PgTransaction<'_>,
    id: ReviewId,
) -> Result<Option<Review>> {
    let row = sqlx::query_as!(
        ReviewRow,
        r#"SELECT id, production_id, performance_id, order_id, author_id, rating, title, content,
             likes, refunded, reply, replied_at_ms, standing, reason, ruled_at_ms,
             hidden_until_ms, objection, open_reports, version, created_at_ms, edited_at_ms,
             0::bigint AS "key!"
           FROM reviews WHERE id = $1 FOR NO KEY UPDATE"#,
        id.uuid(),
    );
    row.fetch_optional(&mut **transaction).await?.map(Review::try_from).transpose()
}

/// The review of a production and an account, while nobody else changes it.
pub(super) async fn locked_of(
    transaction: &mut PgTransaction<'_>,
    production: ProductionId,
    author: AccountId,
) -> Result<Option<Review>> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM reviews WHERE production_id = $1 AND author_id = $2",
        production.uuid(),
        author.uuid(),
    );
    match id.fetch_optional(&mut **transaction).await? {
        Some(id) => locked(transaction, id.into()).await,
        None => Ok(None),
    }
}

/// Adds a review; answers whether there was none of its production and author.
pub(super) async fn insert(transaction: &mut PgTransaction<'_>, review: &Review) -> Result<bool> {
    let added = sqlx::query!(
        "INSERT INTO reviews (id, production_id, performance_id, order_id, author_id, rating,
             title, content, standing, version, created_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'shown', $9, $10)
         ON CONFLICT (production_id, author_id) DO NOTHING",
        review.id.uuid(),
        review.production.uuid(),
        review.performance.uuid(),
        review.order.uuid(),
        review.author.uuid(),
        i32::from(review.rating),
        review.title.as_str(),
        review.content.as_str(),
        review.version,
        review.created_at.as_millis(),
    );
    if added.execute(&mut **transaction).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let searched = searched(review);
    sqlx::query!(
        "INSERT INTO review_texts (review_id, production_id, searched, bigrams)
         VALUES ($1, $2, $3, $4)",
        review.id.uuid(),
        review.production.uuid(),
        searched,
        &bigrams(&searched),
    )
    .execute(&mut **transaction)
    .await?;
    Ok(true)
}

/// Writes a review over itself, but for its likes, which have a way of their own.
pub(super) async fn update(transaction: &mut PgTransaction<'_>, review: &Review) -> Result<()> {
    let ruling = review.standing.ruling();
    let hidden_until = match &review.standing {
        Standing::Hidden { until, .. } => Some(until.as_millis()),
        Standing::Shown | Standing::Removed(_) | Standing::Withdrawn => None,
    };
    sqlx::query!(
        "UPDATE reviews SET rating = $2, title = $3, content = $4, refunded = $5, reply = $6,
             replied_at_ms = $7, standing = $8, reason = $9, ruled_at_ms = $10,
             hidden_until_ms = $11, objection = $12, is_objected = $13, version = $14,
             edited_at_ms = $15
         WHERE id = $1",
        review.id.uuid(),
        i32::from(review.rating),
        review.title.as_str(),
        review.content.as_str(),
        review.refunded,
        review.reply.as_ref().map(|reply| reply.content.as_str()),
        review.reply.as_ref().map(|reply| reply.at.as_millis()),
        review.standing.name(),
        ruling.map(|ruling| ruling.reason.as_str()),
        ruling.map(|ruling| ruling.at.as_millis()),
        hidden_until,
        ruling.and_then(|ruling| ruling.objection.as_ref()).map(Paragraphs::as_str),
        review.standing.is_objected(),
        review.version,
        review.edited_at.map(Timestamp::as_millis),
    )
    .execute(&mut **transaction)
    .await?;
    let searched = searched(review);
    sqlx::query!(
        "UPDATE review_texts SET searched = $2, bigrams = $3
         WHERE review_id = $1 AND searched <> $2",
        review.id.uuid(),
        searched,
        &bigrams(&searched),
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Removes a review, its likes and its reports.
pub(super) async fn delete(transaction: &mut PgTransaction<'_>, id: ReviewId) -> Result<()> {
    sqlx::query!("DELETE FROM reviews WHERE id = $1", id.uuid())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
