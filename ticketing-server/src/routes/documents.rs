//! What the API says about itself: the OpenAPI document, and a page to browse it.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;

/// Kept by hand; a test holds it to the routes.
const OPENAPI: &str = include_str!("openapi.json");
const PAGE: &str = include_str!("docs.html");
/// The page has its own script and style, and speaks to this server only.
const PAGE_POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; \
                           style-src 'unsafe-inline'";
const AN_HOUR: &str = "public, max-age=3600";

pub(crate) async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, AN_HOUR)], OPENAPI)
}

pub(crate) async fn page() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, AN_HOUR),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    (headers, PAGE)
}
