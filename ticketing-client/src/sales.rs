//! What an organizer may know about the sale of its performance.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::ledger::{Ledger, LedgerQuery};
use ticketing_wire::sales::{OrdersQuery, OrganizerOrder, SalesReport};
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

/// Money that moved, as it was written down.
pub fn ledger(token: &AccessToken, performance: Uuid, query: &LedgerQuery) -> Call<Ledger> {
    Call::json(Method::GET, format!("/v1/performances/{performance}/ledger"))
        .signed_in(token)
        .query(query)
}
