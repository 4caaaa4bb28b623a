//! What an organizer may know about the sale of its performance, and the door.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::sales::{CheckIn, OrdersQuery, OrganizerOrder, SalesReport, Scan};
use ticketing_wire::secrets::AccessToken;
use uuid::Uuid;

use crate::call::Call;

/// The orders of a performance, of one status or of all.
pub fn orders(
    token: &AccessToken,
    performance: Uuid,
    query: &OrdersQuery,
) -> Call<Page<OrganizerOrder>> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/orders"))
        .signed_in(token)
        .query(query)
}

/// The sale in numbers.
pub fn sales(token: &AccessToken, performance: Uuid) -> Call<SalesReport> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/sales")).signed_in(token)
}

/// Scans a ticket at the door.
pub fn check_in(token: &AccessToken, performance: Uuid, code: &str) -> Call<CheckIn> {
    Call::json(Method::POST, format!("/v1/performances/{performance}/check-ins"))
        .signed_in(token)
        .body(&Scan { code: code.to_owned() })
}
