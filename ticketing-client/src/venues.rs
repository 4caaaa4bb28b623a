//! Venues.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::page::PageQuery;
use ticketing_wire::secrets::AccessToken;
use ticketing_wire::venues::{NewVenue, Venue};
use uuid::Uuid;

use crate::call::Call;
use crate::idempotency::IdempotencyKey;

/// Imports a house; for organizers.
pub fn create(token: &AccessToken, venue: &NewVenue, key: &IdempotencyKey) -> Call<Venue> {
    Call::json(Method::POST, "/v1/venues".to_owned()).signed_in(token).key(key).body(venue)
}

/// The houses that there are.
pub fn list(token: &AccessToken, page: &PageQuery) -> Call<Page<Venue>> {
    Call::json(Method::GET, "/v1/venues".to_owned()).signed_in(token).query(page)
}

/// One house.
pub fn show(token: &AccessToken, id: Uuid) -> Call<Venue> {
    Call::json(Method::GET, format!("/v1/venues/{id}")).signed_in(token)
}
