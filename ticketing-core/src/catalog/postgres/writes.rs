//! What the verbs write, row by row.

use serde_json::Value;
use sqlx::PgTransaction;

use super::rows::{Columns, PerformanceRow};
use crate::catalog::contract::{NO_PRODUCTION, NO_VENUE, Remembered, Request};
use crate::catalog::stored::StoredLineControl;
use crate::catalog::stored_merge::merged;
use crate::catalog::{AuditEntry, LineControl, Performance, Production};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::{self, Event, PerformanceEvent};
use crate::id::PerformanceId;
use crate::idempotency::postgres::keep_first;

/// A performance as it is stored, also what this version does not know.
pub(super) struct Stored {
    details: String,
    line: String,
}

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

/// A performance that nobody else changes before the transaction ends, with what is stored of it.
pub(super) async fn lock_performance(
    transaction: &mut PgTransaction<'_>,
    id: PerformanceId,
) -> Result<(Performance, Stored)> {
    let row = sqlx::query_as!(
        PerformanceRow,
        r#"SELECT id, organizer_id, details, line_control, 0::bigint AS "key!"
           FROM performances WHERE id = $1 FOR UPDATE"#,
        id.uuid()
    );
    let row = row.fetch_optional(&mut **transaction).await?;
    let row = row.ok_or(Error::NotFound("performance"))?;
    let stored = Stored { details: row.details.clone(), line: row.line_control.clone() };
    Ok((row.try_into()?, stored))
}

/// What is written over what is stored; what this version does not know stays.
fn over(stored: &str, after: Value) -> String {
    match serde_json::from_str(stored) {
        Ok(before) => merged(before, after).to_string(),
        Err(_) => after.to_string(),
    }
}

/// Writes how a line is steered over what is stored of that, and nothing else.
pub(super) async fn write_line(
    transaction: &mut PgTransaction<'_>,
    id: PerformanceId,
    line: &LineControl,
    stored: &Stored,
) -> Result<()> {
    let line = serde_json::to_value(StoredLineControl::from(line)).map_err(Error::internal)?;
    let line = over(&stored.line, line);
    sqlx::query!("UPDATE performances SET line_control = $2 WHERE id = $1", id.uuid(), line)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Writes a performance over itself. Answers which version it is.
pub(super) async fn update_performance(
    transaction: &mut PgTransaction<'_>,
    performance: &Performance,
    stored: &Stored,
) -> Result<i64> {
    let (details, columns) = (&performance.details, Columns::of(performance)?);
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
        over(&stored.details, columns.details),
        details.genre.as_str(),
        over(&stored.line, columns.line_control),
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
