//! Rows as PostgreSQL has them, and what they say.

use std::sync::Arc;

use uuid::Uuid;

use crate::catalog::contract::searched;
use crate::catalog::stored::{StoredDetails, StoredLineControl};
use crate::catalog::stored_map::StoredMap;
use crate::catalog::{Performance, Production, SeatMap, Venue};
use crate::error::{Error, Result};
use crate::text::{OneLine, Paragraphs, folded};

pub(super) struct VenueRow {
    pub(super) id: Uuid,
    pub(super) organizer_id: Uuid,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) time_zone: String,
    pub(super) seat_map: String,
}

pub(super) struct PerformanceRow {
    pub(super) id: Uuid,
    pub(super) organizer_id: Uuid,
    pub(super) details: String,
    pub(super) line_control: String,
    pub(super) key: i64,
}

pub(super) struct ProductionRow {
    pub(super) id: Uuid,
    pub(super) organizer_id: Uuid,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) genre: String,
    pub(super) age_limit: i32,
}

impl TryFrom<VenueRow> for Venue {
    type Error = Error;

    fn try_from(row: VenueRow) -> Result<Self> {
        let unreadable = |error| Error::unreadable("venues", "seat_map", row.id, error);
        let map: StoredMap = serde_json::from_str(&row.seat_map).map_err(unreadable)?;
        Ok(Self {
            id: row.id.into(),
            organizer_id: row.organizer_id.into(),
            name: OneLine::from_store(&row.name),
            address: OneLine::from_store(&row.address),
            time_zone: row.time_zone,
            map: Arc::new(SeatMap::from(map)),
        })
    }
}

impl TryFrom<PerformanceRow> for Performance {
    type Error = Error;

    fn try_from(row: PerformanceRow) -> Result<Self> {
        let unreadable =
            |column| move |error| Error::unreadable("performances", column, row.id, error);
        let details: StoredDetails =
            serde_json::from_str(&row.details).map_err(unreadable("details"))?;
        let details = details
            .read(row.id.into())
            .map_err(|unknown| Error::unreadable("performances", "details", row.id, unknown))?;
        let line: StoredLineControl =
            serde_json::from_str(&row.line_control).map_err(unreadable("line_control"))?;
        let (id, organizer_id) = (row.id.into(), row.organizer_id.into());
        Ok(Self { id, organizer_id, details, line: line.into() })
    }
}

impl From<ProductionRow> for Production {
    fn from(row: ProductionRow) -> Self {
        Self {
            id: row.id.into(),
            organizer_id: row.organizer_id.into(),
            title: OneLine::from_store(&row.title),
            description: Paragraphs::from_store(&row.description),
            genre: OneLine::from_store(&row.genre),
            age_limit: u8::try_from(row.age_limit).unwrap_or(u8::MAX),
        }
    }
}

/// What of a performance stands in columns of its own.
pub(super) struct Columns {
    pub(super) details: serde_json::Value,
    pub(super) line_control: serde_json::Value,
    pub(super) search: String,
    pub(super) genre_key: String,
}

impl Columns {
    pub(super) fn of(performance: &Performance) -> Result<Self> {
        let details = StoredDetails::from(&performance.details);
        let line = StoredLineControl::from(&performance.line);
        Ok(Self {
            details: serde_json::to_value(details).map_err(Error::internal)?,
            line_control: serde_json::to_value(line).map_err(Error::internal)?,
            search: searched(performance),
            genre_key: folded(performance.details.genre.as_str()),
        })
    }
}
