//! Performances: what is sold.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::performances::{
    NewPerformance, Performance, PerformanceCancellation, PerformanceChange, PerformancesQuery,
};
use ticketing_wire::ranking::{Ranking, RankingQuery};
use ticketing_wire::secrets::AccessToken;
use uuid::Uuid;

use crate::call::Call;
use crate::idempotency::IdempotencyKey;

/// Puts a performance on sale; for organizers.
pub fn create(
    token: &AccessToken,
    performance: &NewPerformance,
    key: &IdempotencyKey,
) -> Call<Performance> {
    Call::json(Method::POST, "/v1/performances".to_owned())
        .signed_in(token)
        .key(key)
        .body(performance)
}

/// The performances that are listed. An organizer sees its own before that, so the token is an
/// option here.
pub fn list(token: Option<&AccessToken>, query: &PerformancesQuery) -> Call<Page<Performance>> {
    Call::json(Method::GET, "/v1/performances".to_owned()).perhaps_signed_in(token).query(query)
}

/// One performance; its organizer sees it before it is listed.
pub fn show(token: Option<&AccessToken>, id: Uuid) -> Call<Performance> {
    Call::json(Method::GET, format!("/v1/performances/{id}")).perhaps_signed_in(token)
}

/// Those that sell best.
pub fn ranking(query: &RankingQuery) -> Call<Ranking> {
    Call::json(Method::GET, "/v1/ranking".to_owned()).query(query)
}

/// Changes what is named; for its organizer.
pub fn change(token: &AccessToken, id: Uuid, change: &PerformanceChange) -> Call<Performance> {
    Call::json(Method::PATCH, format!("/v1/performances/{id}")).signed_in(token).body(change)
}

/// Cancels a performance, or says how far that is.
pub fn cancel(token: &AccessToken, performance: Uuid) -> Call<PerformanceCancellation> {
    Call::json(Method::DELETE, format!("/v1/performances/{performance}")).signed_in(token)
}

/// How far the end of a cancelled performance is.
pub fn cancellation(token: &AccessToken, performance: Uuid) -> Call<PerformanceCancellation> {
    let path = format!("/v1/performances/{performance}/cancellation");
    Call::json(Method::GET, path).signed_in(token)
}

/// Has refunds tried again that the provider refused; administrators only.
pub fn redrive(token: &AccessToken, performance: Uuid) -> Call<PerformanceCancellation> {
    let path = format!("/v1/performances/{performance}/cancellation/redrive");
    Call::json(Method::POST, path).signed_in(token)
}
