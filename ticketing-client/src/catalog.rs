//! Venues and performances.

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::call::Call;
use crate::money::Money;
use crate::page::Page;
use crate::secrets::AccessToken;

/// A house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Venue {
    /// The venue.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub address: String,
    /// Seats and standing places.
    pub seats_total: u64,
    /// Its parts.
    #[serde(default)]
    pub sections: Vec<VenueSection>,
}

/// A part of a house, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VenueSection {
    /// Its name.
    pub name: String,
    /// Seats or places in it.
    pub seats: u64,
}

/// What importing a venue asks for.
#[derive(Debug, Clone, Serialize)]
pub struct NewVenue {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub address: String,
    /// A seating-plan object, or a text with the compact TOML.
    pub seat_map: Value,
}

/// One show at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Performance {
    /// The performance.
    pub id: Uuid,
    /// Where it is.
    pub venue_id: Uuid,
    /// What it is called.
    pub title: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// What kind of show.
    #[serde(default)]
    pub genre: String,
    /// From this age on.
    pub age_limit: Option<u32>,
    /// How long it takes.
    pub running_minutes: Option<u32>,
    /// From when it is seen.
    pub listed_at: Timestamp,
    /// From when it is sold.
    pub on_sale_at: Timestamp,
    /// When the curtain rises.
    pub starts_at: Timestamp,
    /// A price per category.
    #[serde(default)]
    pub prices: Vec<Price>,
    /// How it is sold.
    pub policy: Option<Policy>,
    /// Seats of the house.
    pub seats_total: Option<u64>,
    /// Seats for the taking.
    pub seats_free: Option<u64>,
    /// Where the sale stands.
    pub status: Option<String>,
    /// Whose it is.
    pub organizer_id: Option<Uuid>,
}

/// What a category costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The category.
    pub category: String,
    /// `None` says that it is not for sale.
    pub price: Option<Money>,
}

/// How a performance is sold; what is `None` is left to the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// How many may be inside at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_capacity: Option<u32>,
    /// How many may come in per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admit_per_minute: Option<u32>,
    /// How long a turn waits to be claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_seconds: Option<u32>,
    /// How long a pass lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass_lease_seconds: Option<u32>,
    /// How long a hold lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_seconds: Option<u32>,
    /// How long an order waits for its payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_seconds: Option<u32>,
    /// Seats that one buyer may have, holds and orders together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats_per_buyer: Option<u32>,
    /// `keep` or `requeue`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reentry: Option<String>,
    /// Whether a hold may leave a single empty seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orphan_rule: Option<bool>,
    /// How long before the on-sale time joining opens; who joins before it is drawn a rank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_queue_seconds: Option<u32>,
    /// Which public entropy goes into the draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draw_entropy: Option<String>,
}

/// What creating a performance asks for.
#[derive(Debug, Clone, Serialize)]
pub struct NewPerformance {
    /// Where it is.
    pub venue_id: Uuid,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// What kind of show.
    pub genre: String,
    /// From this age on.
    pub age_limit: u32,
    /// How long it takes.
    pub running_minutes: u32,
    /// From when it is seen.
    pub listed_at: Timestamp,
    /// From when it is sold.
    pub on_sale_at: Timestamp,
    /// When the curtain rises.
    pub starts_at: Timestamp,
    /// A price per category of the plan.
    pub prices: Vec<Price>,
    /// How it is sold.
    pub policy: Policy,
}

/// Which performances a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words of the title.
    pub q: Option<String>,
    /// Only this genre.
    pub genre: Option<String>,
    /// In this order.
    pub sort: Option<String>,
    /// From here on.
    pub cursor: Option<String>,
}

/// Imports a house; for organizers.
pub fn create_venue(token: &AccessToken, venue: &NewVenue) -> Call<Venue> {
    Call::json(Method::POST, "/v1/venues".to_owned()).signed_in(token).body(venue)
}

/// The organizer's houses.
pub fn venues(token: &AccessToken, cursor: Option<&str>) -> Call<Page<Venue>> {
    Call::json(Method::GET, "/v1/venues".to_owned()).signed_in(token).query("cursor", cursor)
}

/// One house.
pub fn venue(token: &AccessToken, id: Uuid) -> Call<Venue> {
    Call::json(Method::GET, format!("/v1/venues/{id}")).signed_in(token)
}

/// Creates a performance; for organizers.
pub fn create_performance(token: &AccessToken, performance: &NewPerformance) -> Call<Performance> {
    Call::json(Method::POST, "/v1/performances".to_owned()).signed_in(token).body(performance)
}

/// The performances that are listed.
pub fn performances(filter: &Filter) -> Call<Page<Performance>> {
    Call::json(Method::GET, "/v1/performances".to_owned())
        .query("q", filter.q.as_deref())
        .query("genre", filter.genre.as_deref())
        .query("sort", filter.sort.as_deref())
        .query("cursor", filter.cursor.as_deref())
}

/// One performance. Its organizer sees it before it is listed, so the token is an option here.
pub fn performance(token: Option<&AccessToken>, id: Uuid) -> Call<Performance> {
    let call = Call::json(Method::GET, format!("/v1/performances/{id}"));
    match token {
        Some(token) => call.signed_in(token),
        None => call,
    }
}
