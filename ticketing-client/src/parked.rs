//! Events that a consumer could not react to, for administrators.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::events::{ParkedEvent, Rebuilt};
use ticketing_wire::page::PageQuery;
use ticketing_wire::secrets::AccessToken;
use uuid::Uuid;

use crate::call::Call;

/// What is set aside, the oldest first.
pub fn list(token: &AccessToken, page: &PageQuery) -> Call<Page<ParkedEvent>> {
    Call::json(Method::GET, "/v1/events/parked".to_owned()).signed_in(token).query(page)
}

/// One of them.
pub fn show(token: &AccessToken, id: Uuid) -> Call<ParkedEvent> {
    Call::json(Method::GET, path(id, "")).signed_in(token)
}

/// Has it tried again at once.
pub fn redrive(token: &AccessToken, id: Uuid) -> Call<ParkedEvent> {
    Call::json(Method::POST, path(id, "/redrive")).signed_in(token)
}

/// Gives it up.
pub fn drop_one(token: &AccessToken, id: Uuid) -> Call<()> {
    Call::empty(Method::DELETE, path(id, "")).signed_in(token)
}

/// Makes what a consumer keeps anew from the books.
pub fn rebuild(token: &AccessToken, consumer: &str) -> Call<Rebuilt> {
    let path = format!("/v1/events/consumers/{consumer}/rebuild");
    Call::json(Method::POST, path).signed_in(token)
}

fn path(id: Uuid, rest: &str) -> String {
    format!("/v1/events/parked/{id}{rest}")
}
