//! Reviews: written, read, liked; what is done about them stands in `deciding`.

mod deciding;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ticketing_core::reviews::{
    NewReview, Reply, ReviewChange, ReviewListing, ReviewSort, Standing,
};
use ticketing_core::{PerformanceId, ReviewId, ReviewPage, ReviewView};
use ticketing_wire::page::PageQuery;
use ticketing_wire::{Page, reviews as wire};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::body::{self, JSON, REVALIDATED};
use crate::convert::{self, time, word};
use crate::extract::{Asked, Body, Id, MaybeSignedIn, Query, SignedIn};

const MINE: &str = "my reviews";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, write))
        .routes(routes!(mine))
        .routes(routes!(show, edit, delete))
        .routes(routes!(like, unlike))
        .merge(deciding::routes())
}

fn ruling(standing: &Standing) -> Option<wire::Ruling> {
    let until = match standing {
        Standing::Hidden { until, .. } => Some(time(*until)),
        Standing::Shown | Standing::Removed(_) | Standing::Withdrawn => None,
    };
    let ruling = standing.ruling()?;
    Some(wire::Ruling {
        reason: ruling.reason.as_str().to_owned(),
        at: time(ruling.at),
        until,
        objection: ruling.objection.as_ref().map(|said| said.as_str().to_owned()),
    })
}

fn review(view: ReviewView) -> wire::Review {
    let ReviewView { review, nickname, liked } = view;
    let reply =
        |reply: Reply| wire::Reply { content: reply.content.into_string(), at: time(reply.at) };
    wire::Review {
        id: review.id.uuid(),
        performance_id: review.performance.uuid(),
        nickname,
        rating: review.rating,
        title: review.title.into_string(),
        content: review.content.into_string(),
        likes: review.likes,
        liked,
        refunded: review.refunded,
        created_at: time(review.created_at),
        edited_at: review.edited_at.map(time),
        reply: review.reply.map(reply),
        ruling: ruling(&review.standing),
        standing: review.standing.name().into(),
    }
}

/// Lists the reviews of the production that a performance shows.
#[utoipa::path(
    get, path = "/v1/performances/{id}/reviews", operation_id = "reviews", tag = "reviews",
    security((), ("bearer" = [])), params(wire::ReviewsQuery, Asked),
    responses(
        (status = 200, description = "a page of reviews", body = wire::Reviews),
        (status = 304, description = "unchanged"),
    )
)]
async fn list(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    Id(id): Id<PerformanceId>,
    Query(query): Query<wire::ReviewsQuery>,
    asked: Asked,
) -> Answer<Response> {
    let sort = query.sort.unwrap_or(wire::Sort::Newest);
    let sort = word("sort", ReviewSort::from_name(sort.as_str()), wire::Sort::WORDS)?;
    let list = list_name(sort);
    let page = app.office.page(&list, query.limit, query.cursor.as_deref())?;
    let listing = ReviewListing { sort, text: query.q };
    let found = app.office.reviews(caller.as_ref(), id, &listing, page).await?;
    let body = found.rendered.get_or_render(|| body::Body::json(&page_of(&app, sort, &found)));
    Ok(body.answer(&asked, JSON, REVALIDATED))
}

/// The same for every performance of a production: all of them share their first page.
fn list_name(sort: ReviewSort) -> String {
    format!("reviews by {}", sort.name())
}

fn page_of(app: &App, sort: ReviewSort, found: &ReviewPage) -> wire::Reviews {
    let reviews = found.reviews.clone();
    let Page { items, next_cursor } = convert::page(&app.office, &list_name(sort), reviews, review);
    wire::Reviews { items, rating: convert::rating(found.rating), next_cursor }
}

/// Reviews the production that a performance shows: for who has a paid order of a performance of it
/// that has begun, once.
#[utoipa::path(
    post, path = "/v1/performances/{id}/reviews", operation_id = "write_review", tag = "reviews",
    request_body = wire::NewReview,
    responses(
        (status = 201, description = "the review", body = wire::Review),
        (status = 403, description = "forbidden: the caller has no such order"),
        (status = 409, description = "conflict: the caller has reviewed it"),
    )
)]
async fn write(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    Body(said): Body<wire::NewReview>,
) -> Answer<(StatusCode, Json<wire::Review>)> {
    let wire::NewReview { rating, title, content } = said;
    let new = NewReview { rating, title, content };
    let written = app.office.write_review(&caller, id, new).await?;
    Ok((StatusCode::CREATED, Json(review(written))))
}

/// Lists what the caller wrote, the newest first, whether it is shown or not.
#[utoipa::path(
    get, path = "/v1/me/reviews", operation_id = "my_reviews", tag = "reviews",
    params(PageQuery),
    responses((status = 200, description = "a page of reviews", body = Page<wire::Review>))
)]
async fn mine(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Query(query): Query<PageQuery>,
) -> Answer<Json<Page<wire::Review>>> {
    let page = app.office.page(MINE, query.limit, query.cursor.as_deref())?;
    let found = app.office.my_reviews(&caller, page).await?;
    Ok(Json(convert::page(&app.office, MINE, found, review)))
}

/// Shows a review; one that is not shown to everybody, to its author and to administrators.
#[utoipa::path(
    get, path = "/v1/reviews/{id}", operation_id = "review", tag = "reviews",
    security((), ("bearer" = [])),
    responses((status = 200, description = "the review", body = wire::Review))
)]
async fn show(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    Id(id): Id<ReviewId>,
) -> Answer<Json<wire::Review>> {
    Ok(Json(review(app.office.review(caller.as_ref(), id).await?)))
}

/// Changes what is named of a review; its author only.
#[utoipa::path(
    patch, path = "/v1/reviews/{id}", operation_id = "edit_review", tag = "reviews",
    request_body = wire::ReviewChange,
    responses(
        (status = 200, description = "the review", body = wire::Review),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: it is hidden or removed"),
    )
)]
async fn edit(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
    Body(said): Body<wire::ReviewChange>,
) -> Answer<Json<wire::Review>> {
    let wire::ReviewChange { rating, title, content } = said;
    let change = ReviewChange { rating, title, content };
    Ok(Json(review(app.office.edit_review(&caller, id, change).await?)))
}

/// Takes a review back; its author only. With a reason it removes somebody's review; administrators
/// only.
#[utoipa::path(
    delete, path = "/v1/reviews/{id}", operation_id = "delete_review", tag = "reviews",
    params(wire::RemovalQuery),
    responses(
        (status = 204, description = "it is not shown any more"),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: it is removed"),
    )
)]
async fn delete(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
    Query(query): Query<wire::RemovalQuery>,
) -> Answer<StatusCode> {
    match query.reason {
        Some(reason) => app.office.remove_review(&caller, id, &reason).await.map(drop)?,
        None => app.office.delete_review(&caller, id).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Likes a review; again changes nothing.
#[utoipa::path(
    put, path = "/v1/reviews/{id}/like", operation_id = "like_review", tag = "reviews",
    responses((status = 200, description = "how many like it", body = wire::Likes))
)]
async fn like(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
) -> Answer<Json<wire::Likes>> {
    Ok(Json(likes(app.office.like_review(&caller, id, true).await?)))
}

/// Does not like a review any more; again changes nothing.
#[utoipa::path(
    delete, path = "/v1/reviews/{id}/like", operation_id = "unlike_review", tag = "reviews",
    responses((status = 200, description = "how many like it", body = wire::Likes))
)]
async fn unlike(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
) -> Answer<Json<wire::Likes>> {
    Ok(Json(likes(app.office.like_review(&caller, id, false).await?)))
}

fn likes(likes: ticketing_core::reviews::Likes) -> wire::Likes {
    wire::Likes { likes: likes.likes, liked: likes.liked }
}
