//! The status of 50,000 seats over HTTP, against a bare handler that answers the same bytes.

use anyhow::Context;
use ticketing_server::{App, router};

use super::polls::in_turns;
use crate::connection::{Connection, serve, serve_bare};
use crate::office::Measured;

const SEATS: u32 = 50_000;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let measured = Measured::embedded()?;
    let sale = measured.sale(SEATS, 1).await?;
    let buyers = measured.buyers(1).await?;
    let (_, access_token) = buyers.first().context("a buyer")?;
    let request = format!(
        "GET /v1/performances/{sale}/seats HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: Bearer {access_token}\r\nAccept-Encoding: zstd\r\n\r\n"
    );
    let ours = serve(router(App::new(measured.office.clone(), false))).await?;
    let mut connection = Connection::open(&ours).await?;
    let body = connection.ask(&request).await?;
    let headers = connection.headers()?;
    anyhow::ensure!(headers.contains_key("content-encoding"), "the status is compressed");
    let bare = serve_bare("/v1/performances/{id}/seats", headers, body).await?;
    in_turns("status of 50,000 seats / bare axum handler", &request, &ours, &bare).await
}
