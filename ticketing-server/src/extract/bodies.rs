//! What a request carries.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use ticketing_wire::problem::ProblemType;

use crate::app::App;
use crate::objects::ObjectsOnly;
use crate::problem::Problem;

/// A JSON body, complete and without unknown fields.
pub(crate) struct Body<T>(pub(crate) T);

/// A picture on its way, which is read once it is known that the caller may send it.
pub(crate) struct Upload(Request);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        of_kind(&request, &["application/json"])?;
        let bytes = Bytes::from_request(request, app).await.map_err(unreadable)?;
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let read = serde_path_to_error::deserialize(ObjectsOnly(&mut json));
        let value = read.map_err(|error| {
            let path = error.path().to_string();
            let field = if path == "." { "body" } else { &path };
            Problem::field(field, error.inner().to_string())
        })?;
        json.end().map_err(|error| Problem::field("body", error.to_string()))?;
        Ok(Self(value))
    }
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        of_kind(&request, &["image/jpeg", "image/png", "image/webp"])?;
        Ok(Self(request))
    }
}

impl Upload {
    pub(crate) async fn read(self, app: &App) -> Result<Vec<u8>, Problem> {
        Ok(Bytes::from_request(self.0, app).await.map_err(unreadable)?.into())
    }
}

fn of_kind(request: &Request, kinds: &[&str]) -> Result<(), Problem> {
    let said = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = said.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if kinds.iter().any(|kind| essence.eq_ignore_ascii_case(kind)) {
        return Ok(());
    }
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    let why = format!("send {}", kinds.join(" or "));
    Err(Problem::new(ProblemType::UnsupportedMediaType, status, why))
}

fn unreadable(rejection: BytesRejection) -> Problem {
    let status = rejection.into_response().status();
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let why = "the body is larger than this route takes";
        Problem::new(ProblemType::PayloadTooLarge, status, why)
    } else {
        Problem::field("body", "the body broke off")
    }
}
