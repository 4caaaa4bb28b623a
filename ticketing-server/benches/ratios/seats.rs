//! The status of 50,000 seats over HTTP, against a bare handler that answers the same bytes.

use anyhow::Context;
use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
};
use axum::routing::get;
use ticketing_server::{App, router};

use crate::connection::{Connection, serve};
use crate::office::Measured;
use crate::polls::in_turns;

const SEATS: u32 = 50_000;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let measured = Measured::embedded().await?;
    let sale = measured.sale(SEATS, 1).await?;
    let buyers = measured.buyers(1).await?;
    let (_, access_token) = buyers.first().context("a buyer")?;
    let request = format!(
        "GET /v1/performances/{sale}/seats HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: Bearer {access_token}\r\nAccept-Encoding: zstd\r\n\r\n"
    );
    let ours = serve(router(App::new(measured.office.clone(), false))).await?;
    let answer = Connection::open(&ours).await?.ask(&request).await?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(ETAG, HeaderValue::from_static("W/\"0123456789abcdef\""));
    let bare = Router::new().route(
        "/v1/performances/{id}/seats",
        get(move || std::future::ready((headers.clone(), answer.clone()))),
    );
    let bare = serve(bare).await?;
    in_turns("status of 50,000 seats / bare axum handler", &request, &ours, &bare).await
}
