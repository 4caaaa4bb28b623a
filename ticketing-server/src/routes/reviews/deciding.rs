//! What others do about a review: report it, reply to it, hide it; and what its author says to that.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ticketing_core::reviews::Report;
use ticketing_core::{ReportedReview, ReviewId};
use ticketing_wire::page::PageQuery;
use ticketing_wire::{Page, reviews as wire};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::review;
use crate::app::App;
use crate::convert::{self, time};
use crate::extract::{Body, Id, Query, SignedIn};
use crate::routes::Answer;

const REPORTED: &str = "reported reviews";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(reported))
        .routes(routes!(report, reports))
        .routes(routes!(reply))
        .routes(routes!(hide))
        .routes(routes!(restore))
        .routes(routes!(object))
}

/// Lists the reviews that wait for a decision: reported ones, and those whose author objects, the oldest
/// first; administrators only.
#[utoipa::path(
    get, path = "/v1/reviews/reported", operation_id = "reported_reviews", tag = "reviews",
    params(PageQuery),
    responses(
        (status = 200, description = "a page of reviews", body = Page<wire::ReportedReview>),
        (status = 403, description = "forbidden: the caller is no administrator"),
    )
)]
async fn reported(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<wire::ReportedReview>>> {
    let page = app.office.page(REPORTED, query.limit, query.cursor.as_deref())?;
    let found = app.office.reported_reviews(&caller, page).await?;
    let shown = |one: ReportedReview| wire::ReportedReview {
        review: review(one.view),
        reports: one.reports,
    };
    Ok(Json(convert::page(&app.office, REPORTED, found, shown)))
}

/// Says what is wrong with a review; once more replaces the reason.
#[utoipa::path(
    post, path = "/v1/reviews/{id}/reports", operation_id = "report_review", tag = "reviews",
    request_body = wire::NewReport,
    responses((status = 204, description = "an administrator will see it"))
)]
async fn report(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
    Body(said): Body<wire::NewReport>,
) -> Answer<StatusCode> {
    app.office.report_review(&caller, id, &said.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows what was said is wrong with a review since it was last decided about; administrators only.
#[utoipa::path(
    get, path = "/v1/reviews/{id}/reports", operation_id = "review_reports", tag = "reviews",
    responses(
        (status = 200, description = "the last reports", body = wire::Reports),
        (status = 403, description = "forbidden: the caller is no administrator"),
    )
)]
async fn reports(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
) -> Answer<Json<wire::Reports>> {
    let said = |report: Report| wire::Report {
        account_id: report.account.uuid(),
        reason: report.reason.into_string(),
        at: time(report.at),
    };
    let reports = app.office.review_reports(&caller, id).await?;
    Ok(Json(wire::Reports { items: reports.into_iter().map(said).collect() }))
}

/// Replies to a review, once; the organizer of the production only.
#[utoipa::path(
    post, path = "/v1/reviews/{id}/reply", operation_id = "reply_to_review", tag = "reviews",
    request_body = wire::NewReply,
    responses(
        (status = 200, description = "the review", body = wire::Review),
        (status = 403, description = "forbidden: it is about another organizer's production"),
        (status = 409, description = "conflict: it has a reply"),
    )
)]
async fn reply(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
    Body(said): Body<wire::NewReply>,
) -> Answer<Json<wire::Review>> {
    Ok(Json(review(app.office.reply_to_review(&caller, id, &said.content).await?)))
}

/// Hides a review for some days; administrators only. Its author still sees it, with the reason.
#[utoipa::path(
    post, path = "/v1/reviews/{id}/hide", operation_id = "hide_review", tag = "reviews",
    request_body = wire::NewHiding,
    responses(
        (status = 200, description = "the review", body = wire::Review),
        (status = 403, description = "forbidden: the caller is no administrator"),
        (status = 409, description = "conflict: it is hidden or removed"),
    )
)]
async fn hide(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
    Body(said): Body<wire::NewHiding>,
) -> Answer<Json<wire::Review>> {
    let wire::NewHiding { reason, days } = said;
    Ok(Json(review(app.office.hide_review(&caller, id, &reason, days).await?)))
}

/// Shows a review again, or leaves it as it is and has done with its reports; administrators only.
#[utoipa::path(
    post, path = "/v1/reviews/{id}/restore", operation_id = "restore_review", tag = "reviews",
    responses(
        (status = 200, description = "the review", body = wire::Review),
        (status = 403, description = "forbidden: the caller is no administrator"),
    )
)]
async fn restore(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
) -> Answer<Json<wire::Review>> {
    Ok(Json(review(app.office.restore_review(&caller, id).await?)))
}

/// Objects to what was decided about a review, once; its author only.
#[utoipa::path(
    post, path = "/v1/reviews/{id}/objection", operation_id = "object_to_ruling", tag = "reviews",
    request_body = wire::NewObjection,
    responses(
        (status = 200, description = "the review", body = wire::Review),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: it is shown, or the caller has objected"),
    )
)]
async fn object(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
    Body(said): Body<wire::NewObjection>,
) -> Answer<Json<wire::Review>> {
    Ok(Json(review(app.office.object_to_ruling(&caller, id, &said.objection).await?)))
}
