//! What the API says about itself: the OpenAPI document, and a page to browse it.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use axum::response::Response;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::body::{Body, JSON};
use crate::extract::Asked;

const PAGE: &str = include_str!("docs.html");
const HTML: &str = "text/html; charset=utf-8";
const AN_HOUR: &str = "public, max-age=3600";

pub(crate) fn routes(document: &Value) -> Router<App> {
    let document = Arc::new(Body::json(document));
    let page = Arc::new(Body::new(PAGE));
    let policy = HeaderValue::from_str(&policy()).expect("made of ASCII here");
    let show = async move |asked: Asked| -> Response { document.answer(&asked, JSON, AN_HOUR) };
    let browse = async move |asked: Asked| -> Response {
        let mut response = page.answer(&asked, HTML, AN_HOUR);
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy.clone());
        response
    };
    Router::new().route("/openapi.json", get(show)).route("/docs", get(browse))
}

/// The page has its own script and style, which are known by their hashes, and speaks to this
/// server only.
fn policy() -> String {
    let script = hash_of("<script>", "</script>");
    let style = hash_of("<style>", "</style>");
    format!(
        "default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

fn hash_of(opening: &str, closing: &str) -> String {
    let inside = PAGE.split_once(opening).and_then(|(_, rest)| rest.split_once(closing));
    let (inside, _) = inside.expect("the page has one script and one style");
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(inside)))
}
