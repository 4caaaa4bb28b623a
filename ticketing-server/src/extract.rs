//! What handlers take out of a request. Every refusal is a problem document.

mod bodies;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use headers::authorization::Bearer;
use headers::{Authorization, HeaderMapExt, IfNoneMatch};
use serde::de::DeserializeOwned;
use ticketing_core::accounts::Caller;
use ticketing_core::{Error, IdempotencyKey, OrderId};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Required, Schema};
use uuid::Uuid;

pub(crate) use self::bodies::{Body, Upload};
use crate::accept::{Coding, coding};
use crate::app::App;
use crate::problem::Problem;

/// Who is asking, proven by the access token.
pub(crate) struct SignedIn(pub(crate) Caller);

/// Who is asking, if anybody says.
pub(crate) struct MaybeSignedIn(pub(crate) Option<Caller>);

/// What stands behind the `?`, without unknown fields.
pub(crate) struct Query<T>(pub(crate) T);

/// The id in the path; what is no id is nothing that exists.
pub(crate) struct Id<T>(pub(crate) T);

/// The id in the path of a picture, before its ending.
pub(crate) struct Picture<T>(pub(crate) T);

/// The key of a request that may be repeated.
pub(crate) struct Key(pub(crate) IdempotencyKey);

/// The key of a request that may be repeated, if it carries one.
pub(crate) struct MaybeKey(pub(crate) Option<IdempotencyKey>);

/// The proof of a place in line.
pub(crate) struct PlaceToken(pub(crate) String);

/// The proof of a pass, if the request carries one.
pub(crate) struct PassToken(pub(crate) Option<String>);

/// The buyer of the order in the path: signed in, or by the order's link. For anybody else there is no
/// such order, which the verbs see to.
pub(crate) struct OrderBuyer(pub(crate) Caller, pub(crate) OrderId);

/// How the caller asked: what it has already, and which coding it likes best.
pub(crate) struct Asked {
    pub(crate) known: Option<IfNoneMatch>,
    pub(crate) coding: Coding,
}

const PICTURE_ENDING: &str = ".png";

const KEY: &str = "Idempotency-Key";
const PLACE: &str = "Place-Token";
const PASS: &str = "Pass-Token";
const CHECKOUT: &str = "Checkout-Token";

fn caller(parts: &Parts, app: &App) -> Result<Option<Caller>, Problem> {
    if !parts.headers.contains_key(AUTHORIZATION) {
        return Ok(None);
    }
    let refused = || Problem::invalid_token(Error::Unauthenticated);
    if parts.headers.get_all(AUTHORIZATION).iter().count() > 1 {
        return Err(refused());
    }
    let credentials = parts.headers.typed_get::<Authorization<Bearer>>().ok_or_else(refused)?;
    let caller = app.office.authenticate(credentials.token());
    caller.map(Some).map_err(Problem::invalid_token)
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

impl FromRequestParts<App> for OrderBuyer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let signed_in = caller(parts, app)?;
        let link = text(&parts.headers, CHECKOUT);
        let proven = signed_in.is_some() || link.is_some();
        proven.then_some(()).ok_or(Error::Unauthenticated)?;
        let Id(order) = Id::<OrderId>::from_request_parts(parts, app).await?;
        match (signed_in, link) {
            (Some(caller), _) => Ok(Self(caller, order)),
            (None, link) => {
                let link = link.unwrap_or_default();
                Ok(Self(app.office.authenticate_link(order, &link)?, order))
            }
        }
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

impl<T: From<Uuid> + Send> FromRequestParts<App> for Picture<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let path = axum::extract::Path::<String>::from_request_parts(parts, app).await;
        let name = path.map(|axum::extract::Path(name)| name).unwrap_or_default();
        let id = name.strip_suffix(PICTURE_ENDING).and_then(|id| id.parse::<Uuid>().ok());
        Ok(Self(T::from(id.ok_or_else(|| Problem::not_found("id"))?)))
    }
}

impl FromRequestParts<App> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let key = key(&parts.headers)?;
        let missing = || Problem::field(KEY, "this request needs the header Idempotency-Key");
        Ok(Self(key.ok_or_else(missing)?))
    }
}

impl FromRequestParts<App> for MaybeKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self(key(&parts.headers)?))
    }
}

fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(key) = headers.get(KEY) else { return Ok(None) };
    Ok(Some(IdempotencyKey::new(key.to_str().unwrap_or_default())?))
}

impl FromRequestParts<App> for PlaceToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let missing = || Problem::field(PLACE, "this request needs the header Place-Token");
        Ok(Self(text(&parts.headers, PLACE).ok_or_else(missing)?))
    }
}

impl FromRequestParts<App> for PassToken {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        Ok(Self(text(&parts.headers, PASS)))
    }
}

impl FromRequestParts<App> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        Ok(Self { known: parts.headers.typed_get(), coding: coding(&parts.headers) })
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// A header as the document shows it.
fn header(name: &str, required: Required, what: &str, schema: ObjectBuilder) -> Vec<Parameter> {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(what))
        .schema(Some(Schema::from(schema.schema_type(Type::String))));
    vec![parameter.build()]
}

fn key_schema() -> ObjectBuilder {
    ObjectBuilder::new().pattern(Some("^[!-~]{16,64}$"))
}

macro_rules! documented_headers {
    ($($extractor:ident: $name:expr, $required:ident, $what:literal, $schema:expr;)+) => {$(
        impl IntoParams for $extractor {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                header($name, Required::$required, $what, $schema)
            }
        }
    )+};
}

documented_headers! {
    Key: KEY, True,
        "Chosen by the client, one per intent: a repeat with the same key gets the first answer.",
        key_schema();
    MaybeKey: KEY, False,
        "Chosen by the client, one per intent: a repeat with the same key gets the first answer.",
        key_schema();
    PlaceToken: PLACE, True, "Proof of the place in line, as joining answered it.",
        ObjectBuilder::new();
    PassToken: PASS, False, "Proof of admission, as the line answered it.", ObjectBuilder::new();
    OrderBuyer: CHECKOUT, False,
        "Instead of an access token: what stands behind the # of the order's `checkout_url`.",
        ObjectBuilder::new();
    Asked: "If-None-Match", False, "The ETag of what the caller has: unchanged, it gets 304.",
        ObjectBuilder::new();
}
