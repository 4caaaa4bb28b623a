//! What is due: leased to whoever asks first, for a while.

use sqlx::PgPool;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::{Error, Result, readable};
use crate::id::{OrderId, PaymentId};
use crate::orders::attention::{Attention, AttentionReason};
use crate::orders::contract::{DueAttempt, DueRefund, LEASE_MS, Listing, NOTICES_KEPT_MS};
use crate::page::{Page, Paged, Position};

pub(super) async fn due_attempts(
    pool: &PgPool,
    now: Timestamp,
    most: usize,
) -> Result<Vec<DueAttempt>> {
    let rows = sqlx::query!(
        "UPDATE attempts SET look_at_ms = $2
         WHERE payment_id IN (
             SELECT payment_id FROM attempts
             WHERE look_at_ms > 0 AND look_at_ms <= $1
                 AND (status IN ('created', 'confirming', 'unknown')
                     OR watched_until_ms IS NOT NULL)
             ORDER BY look_at_ms LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING payment_id, order_id, token",
        now.as_millis(),
        now.plus_millis(LEASE_MS).as_millis(),
        i64::try_from(most).unwrap_or(i64::MAX),
    )
    .fetch_all(pool)
    .await?;
    let due = rows.into_iter().map(|row| DueAttempt {
        payment: row.payment_id.into(),
        order: row.order_id.into(),
        token: row.token.map(Into::into),
    });
    Ok(due.collect())
}

pub(super) async fn announced(pool: &PgPool, payments: &[PaymentId]) -> Result<()> {
    let payments: Vec<Uuid> = payments.iter().map(|payment| payment.uuid()).collect();
    sqlx::query!(
        "UPDATE attempts SET look_at_ms = 0 WHERE payment_id = ANY ($1) AND status = 'created'",
        &payments,
    )
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn is_noticed(pool: &PgPool, notice: &str) -> Result<bool> {
    let known = sqlx::query_scalar!("SELECT 1 AS known FROM notices WHERE id = $1", notice);
    Ok(known.fetch_optional(pool).await?.is_some())
}

/// Each new one takes a few old ones with it.
pub(super) async fn noticed(pool: &PgPool, notice: &str, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "WITH old AS (
             DELETE FROM notices WHERE id IN (
                 SELECT id FROM notices WHERE at_ms < $3 ORDER BY at_ms LIMIT 10
                 FOR UPDATE SKIP LOCKED))
         INSERT INTO notices (id, at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        notice,
        now.as_millis(),
        now.plus_millis(-NOTICES_KEPT_MS).as_millis(),
    )
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn take_listing(pool: &PgPool, now: Timestamp) -> Result<Option<Listing>> {
    let row = sqlx::query!(
        "INSERT INTO provider_listing AS listing (since_ms, tries, taken_until_ms)
         VALUES ($1, 0, $2)
         ON CONFLICT (only_one) DO UPDATE SET taken_until_ms = excluded.taken_until_ms
             WHERE listing.taken_until_ms <= $3
         RETURNING since_ms, cursor, tries",
        Timestamp::EPOCH.as_millis(),
        now.plus_millis(LEASE_MS).as_millis(),
        now.as_millis(),
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Listing {
        since: Timestamp::from_millis(row.since_ms),
        cursor: row.cursor,
        tries: row.tries,
    }))
}

pub(super) async fn listed(pool: &PgPool, listing: &Listing, due_at: Timestamp) -> Result<()> {
    sqlx::query!(
        "UPDATE provider_listing SET since_ms = $1, cursor = $2, tries = $3, taken_until_ms = $4",
        listing.since.as_millis(),
        listing.cursor,
        listing.tries,
        due_at.as_millis(),
    )
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn due_refunds(
    pool: &PgPool,
    now: Timestamp,
    most: usize,
) -> Result<Vec<DueRefund>> {
    let rows = sqlx::query!(
        "UPDATE refunds SET next_at_ms = $2
         WHERE id IN (
             SELECT id FROM refunds WHERE NOT done AND next_at_ms <= $1
             ORDER BY next_at_ms LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING id, order_id",
        now.as_millis(),
        now.plus_millis(LEASE_MS).as_millis(),
        i64::try_from(most).unwrap_or(i64::MAX),
    )
    .fetch_all(pool)
    .await?;
    let due = rows.into_iter();
    Ok(due.map(|row| DueRefund { id: row.id.into(), order: row.order_id.into() }).collect())
}

pub(super) async fn attend(pool: &PgPool, attention: &Attention) -> Result<bool> {
    let attended = sqlx::query!(
        "INSERT INTO attention (id, payment_id, order_id, reason, detail, since_ms)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET closed_at_ms = NULL
             WHERE attention.closed_at_ms IS NOT NULL",
        attention.id(),
        attention.payment.uuid(),
        attention.order.map(OrderId::uuid),
        attention.reason.name(),
        attention.detail,
        attention.since.as_millis(),
    );
    Ok(attended.execute(pool).await?.rows_affected() > 0)
}

pub(super) async fn close(
    pool: &PgPool,
    payment: PaymentId,
    reason: AttentionReason,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "UPDATE attention SET closed_at_ms = $3
         WHERE payment_id = $1 AND reason = $2 AND closed_at_ms IS NULL",
        payment.uuid(),
        reason.name(),
        now.as_millis(),
    )
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn attention(pool: &PgPool, page: Page) -> Result<Paged<Attention>> {
    let after = page.after();
    let rows = sqlx::query!(
        "SELECT id, payment_id, order_id, reason, detail, since_ms FROM attention
         WHERE closed_at_ms IS NULL AND (since_ms, id) > ($1, $2) ORDER BY since_ms, id LIMIT $3",
        after.key,
        after.id,
        page.fetch_limit(),
    )
    .fetch_all(pool)
    .await?;
    let read = rows.into_iter().map(|row| {
        let position = Position { key: row.since_ms, id: row.id };
        let reason = AttentionReason::from_name(&row.reason).ok_or_else(|| {
            Error::unreadable("attention", "reason", row.id, format!("{:?}", row.reason))
        });
        let attention = reason.map(|reason| Attention {
            payment: row.payment_id.into(),
            order: row.order_id.map(Into::into),
            reason,
            detail: row.detail,
            since: Timestamp::from_millis(row.since_ms),
        });
        (position, readable(attention))
    });
    Ok(page.cut(read, |(position, _)| *position, |(_, attention)| attention))
}
