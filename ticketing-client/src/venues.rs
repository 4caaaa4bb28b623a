//! Venues.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::page::PageQuery;
use ticketing_wire::secrets::AccessToken;
use ticketing_wire::venues::{NewSellers, NewVenue, Sellers, Venue, VenueChange};
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

/// Changes what a house is called, and where it stands; its owner only.
pub fn change(token: &AccessToken, id: Uuid, change: &VenueChange) -> Call<Venue> {
    Call::json(Method::PATCH, format!("/v1/venues/{id}")).signed_in(token).body(change)
}

/// Removes a house in which there is no performance; its owner only.
pub fn delete(token: &AccessToken, id: Uuid) -> Call<()> {
    Call::empty(Method::DELETE, format!("/v1/venues/{id}")).signed_in(token)
}

/// Who sells in a house besides its owner; its owner only.
pub fn sellers(token: &AccessToken, id: Uuid) -> Call<Sellers> {
    Call::json(Method::GET, format!("/v1/venues/{id}/sellers")).signed_in(token)
}

/// Lets these sell in a house besides its owner, and nobody else; its owner only.
pub fn let_sell(token: &AccessToken, id: Uuid, sellers: &NewSellers) -> Call<Sellers> {
    Call::json(Method::PUT, format!("/v1/venues/{id}/sellers")).signed_in(token).body(sellers)
}
