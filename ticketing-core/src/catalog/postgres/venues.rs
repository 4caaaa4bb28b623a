//! Venues, and who sells in them.

use std::sync::Arc;

use sqlx::PgPool;
use uuid::Uuid;

use super::rows::VenueRow;
use super::writes::remember;
use crate::catalog::Venue;
use crate::catalog::contract::{Remembered, Request};
use crate::catalog::stored_map::StoredMap;
use crate::error::{Error, Result, readable};
use crate::id::{AccountId, VenueId};
use crate::page::{Page, Paged, Position};
use crate::services::postgres::run_tx;
use crate::text::OneLine;

pub(super) async fn add(
    pool: &PgPool,
    venue: Venue,
    request: Option<Request>,
) -> Result<Remembered> {
    let stored = StoredMap::from(&*venue.map);
    let seat_map = serde_json::to_string(&stored).map_err(Error::internal)?;
    let (venue, request, seat_map) = (&venue, request.as_ref(), &seat_map);
    run_tx(pool, move |transaction| {
        Box::pin(async move {
            let remembered = remember(transaction, request).await?;
            if remembered != Remembered::Now {
                return Ok(remembered);
            }
            sqlx::query!(
                "INSERT INTO venues (id, organizer_id, name, address, time_zone, seat_map)
                 VALUES ($1, $2, $3, $4, $5, $6)",
                venue.id.uuid(),
                venue.organizer_id.uuid(),
                venue.name.as_str(),
                venue.address.as_str(),
                venue.time_zone,
                seat_map,
            )
            .execute(&mut **transaction)
            .await?;
            Ok(remembered)
        })
    })
    .await
}

pub(super) async fn venue(pool: &PgPool, id: VenueId) -> Result<Option<Arc<Venue>>> {
    let row = sqlx::query_as!(
        VenueRow,
        "SELECT id, organizer_id, name, address, time_zone, seat_map FROM venues WHERE id = $1",
        id.uuid()
    );
    let row = row.fetch_optional(pool).await?;
    Ok(row.map(Venue::try_from).transpose()?.map(Arc::new))
}

pub(super) async fn list(pool: &PgPool, page: Page) -> Result<Paged<Arc<Venue>>> {
    let rows = sqlx::query_as!(
        VenueRow,
        "SELECT id, organizer_id, name, address, time_zone, seat_map FROM venues
         WHERE id > $1 ORDER BY id LIMIT $2",
        page.after().id,
        page.fetch_limit(),
    );
    let rows = rows.fetch_all(pool).await?.into_iter();
    let position = |row: &VenueRow| Position::by_id(row.id);
    Ok(page.cut(rows, position, |row| readable(row.try_into()).map(Arc::new)))
}

/// A plan may be large, and never changes.
pub(super) async fn labels(pool: &PgPool, id: VenueId) -> Result<Option<(OneLine, OneLine)>> {
    let row = sqlx::query!("SELECT name, address FROM venues WHERE id = $1", id.uuid());
    let row = row.fetch_optional(pool).await?;
    Ok(row.map(|row| (OneLine::from_store(&row.name), OneLine::from_store(&row.address))))
}

pub(super) async fn write_labels(
    pool: &PgPool,
    id: VenueId,
    name: Option<&OneLine>,
    address: Option<&OneLine>,
) -> Result<Option<(OneLine, OneLine)>> {
    let row = sqlx::query!(
        "UPDATE venues SET name = coalesce($2, name), address = coalesce($3, address)
         WHERE id = $1 RETURNING name, address",
        id.uuid(),
        name.map(OneLine::as_str),
        address.map(OneLine::as_str),
    );
    let row = row.fetch_optional(pool).await?;
    Ok(row.map(|row| (OneLine::from_store(&row.name), OneLine::from_store(&row.address))))
}

/// The constraint decides, so that of two who remove it and sell in it one is refused.
pub(super) async fn remove(pool: &PgPool, id: VenueId) -> Result<()> {
    let removed = sqlx::query!("DELETE FROM venues WHERE id = $1", id.uuid());
    removed.execute(pool).await.map(drop).map_err(used)
}

fn used(error: sqlx::Error) -> Error {
    match error.as_database_error().and_then(|error| error.constraint()) {
        Some("performances_venue") => Error::conflict("a performance is in this venue"),
        _ => error.into(),
    }
}

pub(super) async fn sellers(pool: &PgPool, id: VenueId) -> Result<Vec<AccountId>> {
    let sellers = sqlx::query_scalar!(
        "SELECT account_id FROM venue_sellers WHERE venue_id = $1 ORDER BY account_id",
        id.uuid(),
    );
    Ok(sellers.fetch_all(pool).await?.into_iter().map(AccountId::from).collect())
}

/// One who changes them waits for the other, by the venue's row.
pub(super) async fn set_sellers(pool: &PgPool, id: VenueId, sellers: &[AccountId]) -> Result<()> {
    let sellers: &[Uuid] = &sellers.iter().map(|id| id.uuid()).collect::<Vec<_>>();
    run_tx(pool, move |transaction| {
        Box::pin(async move {
            let found =
                sqlx::query_scalar!("SELECT id FROM venues WHERE id = $1 FOR UPDATE", id.uuid());
            found.fetch_optional(&mut **transaction).await?.ok_or(Error::NotFound("venue"))?;
            sqlx::query!("DELETE FROM venue_sellers WHERE venue_id = $1", id.uuid())
                .execute(&mut **transaction)
                .await?;
            sqlx::query!(
                "INSERT INTO venue_sellers (venue_id, account_id)
                 SELECT $1, * FROM unnest($2::uuid[])",
                id.uuid(),
                sellers,
            )
            .execute(&mut **transaction)
            .await?;
            Ok(())
        })
    })
    .await
}
