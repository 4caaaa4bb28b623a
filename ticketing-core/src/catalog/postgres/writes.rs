//! What the verbs write, row by row.

use sqlx::PgTransaction;

use super::rows::Columns;
use crate::catalog::contract::{NO_PRODUCTION, NO_VENUE, Remembered, Request};
use crate::catalog::stored_merge::merged;
use crate::catalog::{AuditEntry, Performance, Production};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::{self, Event, PerformanceEvent};
use crate::id::PerformanceId;
use crate::idempotency::postgres::keep_first;

/// What the request was answered with, or that it is done now, in this transaction.
pub(super) async fn remember(
    transaction: &mut PgTransaction<'_>,
    request: Option<&Request>,
) -> Result<Remembered> {
    let Some(Request { account, key, hash, facts, now }) = request else {
        return Ok(Remembered::Now);
    };
    let kept = keep_first(transaction, *account, key, *hash, facts, *now).await?;
    Ok(kept.map_or(Remembered::Now, Remembered::Before))
}

pub(super) async fn insert_production(
    transaction: &mut PgTransaction<'_>,
    production: &Production,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO productions (id, organizer_id, title, description, genre, age_limit)
         VALUES ($1, $2, $3, $4, $5, $6)",
        production.id.uuid(),
        production.organizer_id.uuid(),
        production.title.as_str(),
        production.description.as_str(),
        production.genre.as_str(),
        i32::from(production.age_limit),
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(super) async fn insert_performance(
    transaction: &mut PgTransaction<'_>,
    performance: &Performance,
) -> Result<()> {
    let (details, columns) = (&performance.details, Columns::of(performance)?);
    let production = sqlx::query_scalar!(
        "SELECT id FROM productions WHERE id = $1 FOR KEY SHARE",
        details.production_id.uuid(),
    );
    if production.fetch_optional(&mut **transaction).await?.is_none() {
        return Err(Error::field("production_id", NO_PRODUCTION));
    }
    sqlx::query!(
        "INSERT INTO performances (id, organizer_id, title, description, listed_at_ms,
             on_sale_at_ms, starts_at_ms, details, genre, line_control, joins_from_ms,
             runs_until_ms, production_id, search, genre_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        performance.id.uuid(),
        performance.organizer_id.uuid(),
        details.title.as_str(),
        details.description.as_str(),
        details.listed_at.as_millis(),
        details.on_sale_at.as_millis(),
        details.starts_at.as_millis(),
        columns.details.to_string(),
        details.genre.as_str(),
        columns.line_control.to_string(),
        performance.runs_from().as_millis(),
        performance.runs_until().as_millis(),
        details.production_id.uuid(),
        columns.search,
        columns.genre_key,
    )
    .execute(&mut **transaction)
    .await
    .map(drop)
    .map_err(in_no_venue)
}

fn in_no_venue(error: sqlx::Error) -> Error {
    match error.as_database_error().and_then(|error| error.constraint()) {
        Some("performances_venue") => Error::field("venue_id", NO_VENUE),
        _ => error.into(),
    }
}

/// Writes a performance over itself; what this version does not know stays. Answers which version it is.
pub(super) async fn update_performance(
    transaction: &mut PgTransaction<'_>,
    performance: &Performance,
    (details_before, line_before): (&str, &str),
) -> Result<i64> {
    let (details, columns) = (&performance.details, Columns::of(performance)?);
    let over = |before: &str, after| match serde_json::from_str(before) {
        Ok(before) => merged(before, after).to_string(),
        Err(_) => after.to_string(),
    };
    let version = sqlx::query_scalar!(
        "UPDATE performances SET version = version + 1, title = $2, description = $3, listed_at_ms = $4,
             on_sale_at_ms = $5, starts_at_ms = $6, details = $7, genre = $8, line_control = $9,
             joins_from_ms = $10, runs_until_ms = $11, search = $12, genre_key = $13
         WHERE id = $1 RETURNING version",
        performance.id.uuid(),
        details.title.as_str(),
        details.description.as_str(),
        details.listed_at.as_millis(),
        details.on_sale_at.as_millis(),
        details.starts_at.as_millis(),
        over(details_before, columns.details),
        details.genre.as_str(),
        over(line_before, columns.line_control),
        performance.runs_from().as_millis(),
        performance.runs_until().as_millis(),
        columns.search,
        columns.genre_key,
    );
    Ok(version.fetch_one(&mut **transaction).await?)
}

pub(super) async fn tell(
    transaction: &mut PgTransaction<'_>,
    performance: PerformanceId,
    version: i64,
    kind: PerformanceEvent,
    at: Timestamp,
) -> Result<()> {
    let event = Event::of_performance(performance, version, kind, at);
    events::postgres::tell(transaction, &event).await
}

pub(super) async fn insert_audit(
    transaction: &mut PgTransaction<'_>,
    performance: PerformanceId,
    audit: &AuditEntry,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO performance_audit (performance_id, at_ms, account_id, action, detail)
         VALUES ($1, $2, $3, $4, $5)",
        performance.uuid(),
        audit.at.as_millis(),
        audit.account_id.uuid(),
        audit.action,
        audit.detail,
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
