//! Venues and performances: what is sold, where, and when.

mod change;
mod contract;
mod entry;
mod line_control;
mod map_builder;
pub(crate) mod memory;
mod performance;
mod plan_json;
mod plan_toml;
mod policy;
#[cfg(feature = "services")]
pub(crate) mod postgres;
mod production;
mod refund_terms;
mod remains;
mod revision;
mod sale;
mod seat_map;
#[cfg(feature = "services")]
mod stored;
#[cfg(feature = "services")]
mod stored_map;
#[cfg(feature = "services")]
mod stored_merge;
mod stored_rules;

use std::sync::Arc;

use serde_json::Value;

pub use self::change::PerformanceChange;
pub(crate) use self::contract::{
    Catalog, NO_PRODUCTION, NO_VENUE, NOT_TAKING_PLACE, Remembered, Request, Visible,
};
pub use self::entry::Entry;
pub use self::line_control::{LineControl, LineMode};
pub(crate) use self::performance::SALE_MAX_AGE_MS;
pub use self::performance::{CategoryPrice, NewPerformance, Performance, PerformanceDetails};
pub use self::policy::{Policy, PolicyChange, Reentry, SEATS_PER_BUYER_MAX};
pub use self::production::{NewProduction, Production, ProductionChange};
pub use self::refund_terms::RefundRule;
pub(crate) use self::refund_terms::Show;
pub(crate) use self::remains::Due;
pub use self::remains::Remains;
pub use self::revision::AuditEntry;
pub(crate) use self::revision::{AUDIT_MAX, Revision, what_happened};
pub use self::sale::Sale;
pub use self::seat_map::{Row, SEATS_MAX, Seat, SeatMap, Section, SectionKind};
pub(crate) use self::stored_rules::{StoredRefundRule, read_rules, stored_rules};
use crate::error::{Error, FieldErrors, Result};
use crate::id::{AccountId, VenueId};
use crate::text::OneLine;

/// Which performances a list shows, and in which order.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// In the title or the description, without regard to case.
    pub text: Option<String>,
    /// Exactly this genre, without regard to case.
    pub genre: Option<String>,
    /// The order.
    pub sort: Sort,
}

/// In which order performances are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Created, Self::OnSaleAt, Self::StartsAt].into_iter().find(|s| s.name() == name)
    }

    /// The word on the wire.
    pub const fn name(self) -> &'static str {
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
    pub name: OneLine,
    /// Where it is.
    pub address: OneLine,
    /// The IANA name of its time zone.
    pub time_zone: String,
    /// Its plan.
    pub map: Arc<SeatMap>,
}

/// The time zone of a house that names none.
pub const TIME_ZONE_DEFAULT: &str = "Asia/Seoul";
/// The longest name or address of a house.
const VENUE_TEXT_MAX: usize = 255;

/// What an organizer says about a venue, as it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VenueDetails {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// The IANA name of its time zone; [`TIME_ZONE_DEFAULT`] where absent.
    pub time_zone: Option<String>,
    /// A seating-plan object, or a string with the compact TOML.
    pub seat_map: Value,
}

/// What of a venue changes; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VenueChange {
    /// What it is called.
    pub name: Option<String>,
    /// Where it is.
    pub address: Option<String>,
}

impl VenueChange {
    /// Name and address, those that are given, without a flaw.
    pub(crate) fn checked(&self) -> Result<(Option<OneLine>, Option<OneLine>)> {
        let mut errors = FieldErrors::default();
        let name = self.name.as_deref().and_then(|name| name_of(name, &mut errors));
        let address = self.address.as_deref().and_then(|said| address_of(said, &mut errors));
        errors.finish()?;
        Ok((name, address))
    }
}

fn name_of(name: &str, errors: &mut FieldErrors) -> Option<OneLine> {
    errors.text("name", OneLine::new(name, 1..=VENUE_TEXT_MAX))
}

fn address_of(address: &str, errors: &mut FieldErrors) -> Option<OneLine> {
    errors.text("address", OneLine::new(address, 0..=VENUE_TEXT_MAX))
}

impl Venue {
    /// The same, called otherwise; its plan is not copied.
    pub(crate) fn labelled(&self, name: OneLine, address: OneLine) -> Self {
        Self { name, address, ..self.clone() }
    }
}

/// A venue that was read from what an organizer said, with what the reader had no use for.
#[derive(Clone, Debug)]
pub(crate) struct ImportedVenue {
    pub(crate) venue: Venue,
    /// What the plan says and the map does not keep.
    pub(crate) dropped: Vec<String>,
}

impl VenueDetails {
    /// The checked venue.
    pub(crate) fn import(&self, id: VenueId, organizer_id: AccountId) -> Result<ImportedVenue> {
        let mut errors = FieldErrors::default();
        let name = name_of(&self.name, &mut errors);
        let address = address_of(&self.address, &mut errors);
        let time_zone = time_zone(self.time_zone.as_deref().unwrap_or(TIME_ZONE_DEFAULT));
        let message = "the IANA name of a time zone, such as Asia/Seoul";
        errors.require(time_zone.is_some(), "time_zone", message);
        errors.finish()?;
        let (Some(name), Some(address), Some(time_zone)) = (name, address, time_zone) else {
            return Err(Error::internal("a text without a flaw is there"));
        };
        let (map, dropped) = match &self.seat_map {
            Value::String(text) => (plan_toml::parse(text)?, Vec::new()),
            plan => plan_json::parse(plan)?,
        };
        let map = Arc::new(map);
        let venue = Venue { id, organizer_id, name, address, time_zone, map };
        Ok(ImportedVenue { venue, dropped })
    }
}

/// The zone's name as IANA writes it.
fn time_zone(name: &str) -> Option<String> {
    let zone = jiff::tz::TimeZone::get(name).ok()?;
    zone.iana_name().filter(|name| *name != "Etc/Unknown").map(str::to_owned)
}
