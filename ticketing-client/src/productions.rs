//! Productions: the works that performances show.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::page::PageQuery;
use ticketing_wire::productions::{NewProduction, Production, ProductionChange};
use ticketing_wire::secrets::AccessToken;
use uuid::Uuid;

use crate::call::Call;

/// Makes a production; for organizers.
pub fn create(token: &AccessToken, production: &NewProduction) -> Call<Production> {
    Call::json(Method::POST, "/v1/productions".to_owned()).signed_in(token).body(production)
}

/// The productions that there are.
pub fn list(page: &PageQuery) -> Call<Page<Production>> {
    Call::json(Method::GET, "/v1/productions".to_owned()).query(page)
}

/// One production.
pub fn show(id: Uuid) -> Call<Production> {
    Call::json(Method::GET, format!("/v1/productions/{id}"))
}

/// Changes what is named; for its organizer.
pub fn change(token: &AccessToken, id: Uuid, change: &ProductionChange) -> Call<Production> {
    Call::json(Method::PATCH, format!("/v1/productions/{id}")).signed_in(token).body(change)
}
