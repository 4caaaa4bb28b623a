//! Venues and performances: what is sold, where, and when.

mod change;
mod contract;
mod line_control;
pub(crate) mod memory;
mod performance;
mod plan_json;
mod plan_toml;
#[cfg(feature = "services")]
pub(crate) mod postgres;
mod seat_map;

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

pub use self::change::PerformanceChange;
pub(crate) use self::contract::{Catalog, Revision, Visible};
pub use self::line_control::{AuditEntry, LineControl, LineMode};
#[cfg(feature = "services")]
pub(crate) use self::performance::AFTER_START_MS;
pub(crate) use self::performance::SALE_MAX_AGE_MS;
pub use self::performance::{
    CategoryPrice, Performance, PerformanceDetails, Policy, Reentry, SEATS_PER_BUYER_MAX, Sale,
};
pub use self::seat_map::{Row, SEATS_MAX, Seat, SeatMap, Section, SectionKind};
use crate::error::{FieldErrors, Result};
use crate::id::{AccountId, VenueId};

/// Which performances a list shows, and in which order.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listing {
    /// In the title or the description, without regard to case.
    pub text: Option<String>,
    /// Exactly this genre, without regard to case.
    pub genre: Option<String>,
    /// The order.
    pub sort: Sort,
}

/// In which order performances are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// As they were made.
    #[default]
    Created,
    /// By when their sale opens.
    OnSaleAt,
    /// By when they start.
    StartsAt,
}

impl Sort {
    /// What a performance is sorted by; equal ones follow as they were made.
    pub(crate) fn key(self, details: &PerformanceDetails) -> i64 {
        match self {
            Self::Created => 0,
            Self::OnSaleAt => details.on_sale_at.as_millis(),
            Self::StartsAt => details.starts_at.as_millis(),
        }
    }

    #[cfg(feature = "services")]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::OnSaleAt => "on_sale_at",
            Self::StartsAt => "starts_at",
        }
    }
}

/// A house with its plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Venue {
    /// Its id.
    pub id: VenueId,
    /// Who imported it.
    pub organizer_id: AccountId,
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// Its plan.
    pub map: Arc<SeatMap>,
}

/// What an organizer says about a venue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VenueDetails {
    /// What it is called.
    pub name: String,
    /// Where it is.
    #[serde(default)]
    pub address: String,
    /// A seating-plan object, or a string with the compact TOML.
    pub seat_map: Value,
}

/// A parsed plan, with what the reader had no use for.
#[derive(Clone, Debug)]
pub struct ImportedPlan {
    /// The map.
    pub map: SeatMap,
    /// What the plan says and the map does not keep.
    pub dropped: Vec<String>,
}

impl VenueDetails {
    /// The checked plan.
    pub fn import(&self) -> Result<ImportedPlan> {
        let mut errors = FieldErrors::default();
        let name = (1..=255).contains(&self.name.trim().chars().count());
        errors.require(name, "name", "1 to 255 characters");
        errors.require(self.address.chars().count() <= 255, "address", "at most 255 characters");
        errors.finish()?;
        match &self.seat_map {
            Value::String(text) => {
                Ok(ImportedPlan { map: plan_toml::parse(text)?, dropped: Vec::new() })
            }
            plan => {
                let (map, dropped) = plan_json::parse(plan)?;
                Ok(ImportedPlan { map, dropped })
            }
        }
    }
}

impl PerformanceDetails {
    /// Refuses what no performance on this map may say, naming every bad field.
    pub(crate) fn check_against(&self, map: &SeatMap) -> Result<()> {
        self.check(map)
    }
}
