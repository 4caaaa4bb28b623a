//! Reviews of productions.

use reqwest::Method;
use ticketing_wire::Page;
use ticketing_wire::page::PageQuery;
use ticketing_wire::reviews::{
    Likes, NewHiding, NewObjection, NewReply, NewReport, NewReview, RemovalQuery, ReportedReview,
    Reports, Review, ReviewChange, Reviews, ReviewsQuery,
};
use ticketing_wire::secrets::AccessToken;
use uuid::Uuid;

use crate::call::Call;

/// Those of what a performance shows.
pub fn list(token: Option<&AccessToken>, performance: Uuid, query: &ReviewsQuery) -> Call<Reviews> {
    let path = format!("/v1/performances/{performance}/reviews");
    Call::json(Method::GET, path).perhaps_signed_in(token).query(query)
}

/// Reviews what a performance shows; for who paid for a performance of it that has begun.
pub fn write(token: &AccessToken, performance: Uuid, review: &NewReview) -> Call<Review> {
    let path = format!("/v1/performances/{performance}/reviews");
    Call::json(Method::POST, path).signed_in(token).body(review)
}

/// What the caller wrote, the newest first.
pub fn mine(token: &AccessToken, page: &PageQuery) -> Call<Page<Review>> {
    Call::json(Method::GET, "/v1/me/reviews".to_owned()).signed_in(token).query(page)
}

/// One of them.
pub fn show(token: Option<&AccessToken>, id: Uuid) -> Call<Review> {
    Call::json(Method::GET, path(id, "")).perhaps_signed_in(token)
}

/// Changes what is named; for its author.
pub fn edit(token: &AccessToken, id: Uuid, change: &ReviewChange) -> Call<Review> {
    Call::json(Method::PATCH, path(id, "")).signed_in(token).body(change)
}

/// Takes it back; with a reason, removes it: for administrators.
pub fn delete(token: &AccessToken, id: Uuid, removal: &RemovalQuery) -> Call<()> {
    Call::empty(Method::DELETE, path(id, "")).signed_in(token).query(removal)
}

/// Likes it.
pub fn like(token: &AccessToken, id: Uuid) -> Call<Likes> {
    Call::json(Method::PUT, path(id, "/like")).signed_in(token)
}

/// Does not like it any more.
pub fn unlike(token: &AccessToken, id: Uuid) -> Call<Likes> {
    Call::json(Method::DELETE, path(id, "/like")).signed_in(token)
}

/// Says what is wrong with it.
pub fn report(token: &AccessToken, id: Uuid, report: &NewReport) -> Call<()> {
    Call::empty(Method::POST, path(id, "/reports")).signed_in(token).body(report)
}

/// What was said is wrong with it; for administrators.
pub fn reports(token: &AccessToken, id: Uuid) -> Call<Reports> {
    Call::json(Method::GET, path(id, "/reports")).signed_in(token)
}

/// What waits for an administrator's decision, the oldest first.
pub fn reported(token: &AccessToken, page: &PageQuery) -> Call<Page<ReportedReview>> {
    Call::json(Method::GET, "/v1/reviews/reported".to_owned()).signed_in(token).query(page)
}

/// Replies to it, once; for the organizer of the production.
pub fn reply(token: &AccessToken, id: Uuid, reply: &NewReply) -> Call<Review> {
    Call::json(Method::POST, path(id, "/reply")).signed_in(token).body(reply)
}

/// Hides it for some days; for administrators.
pub fn hide(token: &AccessToken, id: Uuid, hiding: &NewHiding) -> Call<Review> {
    Call::json(Method::POST, path(id, "/hide")).signed_in(token).body(hiding)
}

/// Shows it again, or leaves it as it is and has done with its reports; for administrators.
pub fn restore(token: &AccessToken, id: Uuid) -> Call<Review> {
    Call::json(Method::POST, path(id, "/restore")).signed_in(token)
}

/// Objects to what was decided about it; for its author.
pub fn object(token: &AccessToken, id: Uuid, objection: &NewObjection) -> Call<Review> {
    Call::json(Method::POST, path(id, "/objection")).signed_in(token).body(objection)
}

fn path(id: Uuid, rest: &str) -> String {
    format!("/v1/reviews/{id}{rest}")
}
