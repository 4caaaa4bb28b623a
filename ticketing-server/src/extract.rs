//! What handlers take out of a request. Every refusal is a problem document.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use ticketing_core::accounts::Caller;
use ticketing_core::seats::IdempotencyKey;
use ticketing_core::{Error, Page};
use uuid::Uuid;

use crate::app::App;
use crate::problem::Problem;

/// Who is asking, proven by the access token.
pub(crate) struct SignedIn(pub(crate) Caller);

/// Who is asking, if anybody says.
pub(crate) struct MaybeSignedIn(pub(crate) Option<Caller>);

/// A JSON body, complete and without unknown fields.
pub(crate) struct Body<T>(pub(crate) T);

/// What stands behind the `?`, without unknown fields.
pub(crate) struct Query<T>(pub(crate) T);

/// The id in the path; what is no id is nothing that exists.
pub(crate) struct Id<T>(pub(crate) T);

/// The key of a request that may be repeated.
pub(crate) struct Key(pub(crate) IdempotencyKey);

/// The proof of a place in line.
pub(crate) struct PlaceToken(pub(crate) String);

/// The proof of a pass, if the request carries one.
pub(crate) struct PassToken(pub(crate) Option<String>);

/// Which page of a list.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<Uuid>,
}

impl PageQuery {
    pub(crate) fn page(&self) -> Page {
        Page::new(self.limit, self.cursor)
    }
}

fn caller(parts: &Parts, app: &App) -> Result<Option<Caller>, Problem> {
    let Some(header) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
    let token = header.to_str().ok().and_then(|header| header.strip_prefix("Bearer "));
    let token = token.ok_or(Error::Unauthenticated)?;
    Ok(Some(app.office.authenticate(token.trim())?))
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self(caller(parts, app)?.ok_or(Error::Unauthenticated)?))
    }
}

impl FromRequestParts<App> for MaybeSignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self(caller(parts, app)?))
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new("unsupported-media-type", status, "send application/json"));
        }
        let bytes = Bytes::from_request(request, app).await.map_err(unreadable)?;
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            let field = if path == "." { "body" } else { &path };
            Problem::field(field, error.inner().to_string())
        })?;
        json.end().map_err(|error| Problem::field("body", error.to_string()))?;
        Ok(Self(value))
    }
}

fn unreadable(rejection: BytesRejection) -> Problem {
    let status = rejection.into_response().status();
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new("payload-too-large", status, "the body is larger than this route takes")
    } else {
        Problem::field("body", "the body broke off")
    }
}

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let query = axum::extract::Query::from_request_parts(parts, app).await;
        let axum::extract::Query(query) =
            query.map_err(|rejection| Problem::field("query", rejection.body_text()))?;
        Ok(Self(query))
    }
}

impl<T: From<Uuid> + Send> FromRequestParts<App> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let path = axum::extract::Path::<Uuid>::from_request_parts(parts, app).await;
        let axum::extract::Path(id) = path.map_err(|_| Problem::not_found("id"))?;
        Ok(Self(T::from(id)))
    }
}

impl FromRequestParts<App> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let key = text(&parts.headers, "Idempotency-Key");
        let key = key.ok_or_else(|| {
            Problem::field("Idempotency-Key", "this request needs the header Idempotency-Key")
        })?;
        Ok(Self(IdempotencyKey::new(&key)?))
    }
}

impl FromRequestParts<App> for PlaceToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let token = text(&parts.headers, "Place-Token");
        let missing = Problem::field("Place-Token", "this request needs the header Place-Token");
        Ok(Self(token.ok_or(missing)?))
    }
}

impl FromRequestParts<App> for PassToken {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        Ok(Self(text(&parts.headers, "Pass-Token")))
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
