//! What productions look like.

use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use headers::ETag;
use ticketing_core::pictures::{self, PictureHash};
use ticketing_core::{Error, PerformanceId};
use ticketing_wire::checkout::File;
use ticketing_wire::productions::Poster;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::extract::{Asked, Id, SignedIn, Upload};
use crate::problem::Problem;

/// For everybody, for ever: its address says what is in it.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// When whoever finds too many pictures on their way comes again.
const RETRY_AFTER_SECONDS: u32 = 5;
const JPEG: &str = "image/jpeg";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(put, remove).layer(DefaultBodyLimit::max(pictures::BYTES_MAX)))
        .routes(routes!(show))
}

pub(super) fn shown(poster: &pictures::Poster) -> Poster {
    let path = |hash: &PictureHash| format!("/v1/pictures/{hash}");
    Poster { small: path(&poster.small), medium: path(&poster.medium), large: path(&poster.large) }
}

/// Gives the production of a performance its picture, at all of its performances; its organizer only. It is
/// made anew in three sizes, without anything else that was in the file.
#[utoipa::path(
    put, path = "/v1/performances/{id}/poster", operation_id = "set_poster", tag = "productions",
    request_body(
        description = "at most 5 MB",
        content(
            (File = "image/jpeg", example = "JPEG .."),
            (File = "image/png", example = "PNG .."),
            (File = "image/webp", example = "WebP .."),
        ),
    ),
    responses(
        (status = 200, description = "where it is", body = Poster),
        (status = 403, description = "forbidden: it is not the caller's"),
        (status = 409, description = "conflict: the performance does not take place"),
        (status = 429, description = "too-many-requests: others' pictures are being made"),
    )
)]
async fn put(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
    upload: Upload,
) -> Answer<Json<Poster>> {
    app.office.may_set_poster(&caller, id).await?;
    let busy = |_| Error::TooManyRequests { retry_after_seconds: RETRY_AFTER_SECONDS };
    let _turn = app.uploads.try_acquire().map_err(busy)?;
    let upload = upload.read(&app).await?;
    Ok(Json(shown(&app.office.set_poster(&caller, id, upload).await?)))
}

/// Takes the picture of a performance's production away; its organizer only.
#[utoipa::path(
    delete, path = "/v1/performances/{id}/poster", operation_id = "remove_poster",
    tag = "productions",
    responses(
        (status = 204, description = "there is none any more"),
        (status = 403, description = "forbidden: it is not the caller's"),
    )
)]
async fn remove(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Id(id): Id<PerformanceId>,
) -> Answer<StatusCode> {
    app.office.remove_poster(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows a picture in one size, at the address that a performance says.
#[utoipa::path(
    get, path = "/v1/pictures/{hash}", operation_id = "picture", tag = "productions",
    security(()),
    params(("hash" = String, Path, description = "the SHA-256 of the file, in hexadecimal digits"), Asked),
    responses(
        (status = 200, description = "the picture", body = File, content_type = "image/jpeg",
            example = "JPEG .."),
        (status = 304, description = "unchanged"),
    )
)]
async fn show(
    State(app): State<App>,
    path: Result<Path<String>, axum::extract::rejection::PathRejection>,
    asked: Asked,
) -> Answer<Response> {
    let no_picture = || Problem::not_found("picture");
    let Path(hash) = path.map_err(|_| no_picture())?;
    let hash = PictureHash::new(&hash).ok_or_else(no_picture)?;
    let bytes = app.office.picture(&hash).await?;
    let tag = format!("\"{hash}\"");
    let etag: ETag = tag.parse().expect("an entity tag of our own");
    let mut headers = HeaderMap::new();
    headers.insert(ETAG, HeaderValue::try_from(tag).expect("made of digits"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(IMMUTABLE));
    if asked.known.is_some_and(|known| !known.precondition_passes(&etag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(JPEG));
    Ok((headers, bytes).into_response())
}
