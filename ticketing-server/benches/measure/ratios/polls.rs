//! A far place's poll over HTTP, against a bare handler that answers the same bytes.

use std::time::Instant;

use anyhow::Context;
use ticketing_server::{App, router};

use super::{rate, report};
use crate::connection::{Connection, serve, serve_bare};
use crate::office::Measured;

/// Enough that the last of them are far behind the near zone of a line with capacity 1.
const BUYERS: u32 = 2_000;
/// Both sides are measured in turns, so many times; the middle ratio counts.
const ROUNDS: usize = 5;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let measured = Measured::embedded()?;
    let sale = measured.sale(10, 1).await?;
    let buyers = measured.buyers(BUYERS).await?;
    let mut last = None;
    for (caller, token) in &buyers {
        last = Some((token, measured.office.join(caller, sale).await?.place_token));
    }
    let (access_token, place_token) = last.context("somebody joined")?;
    let request = format!(
        "GET /v1/performances/{sale}/line HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: Bearer {access_token}\r\nPlace-Token: {place_token}\r\n\r\n"
    );
    let ours = serve(router(App::new(measured.office.clone(), false))).await?;
    let mut connection = Connection::open(&ours).await?;
    let body = connection.ask(&request).await?;
    anyhow::ensure!(body.starts_with(b"{\"state\":\"waiting\""), "a far place waits");
    let bare = serve_bare("/v1/performances/{id}/line", connection.headers()?, body).await?;
    in_turns("polls of a far place / bare axum handler", &request, &ours, &bare).await
}

/// Measures both sides in turns and reports the round with the middle ratio.
pub(crate) async fn in_turns(
    what: &str,
    request: &str,
    ours: &str,
    bare: &str,
) -> anyhow::Result<()> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push((requests(ours, request).await?, requests(bare, request).await?));
    }
    rounds.sort_by(|one, two| (one.0 / one.1).total_cmp(&(two.0 / two.1)));
    let (ours, limit) = rounds[ROUNDS / 2];
    report(what, ours, limit);
    Ok(())
}

async fn requests(address: &str, request: &str) -> anyhow::Result<f64> {
    rate(|_, until| {
        let (address, request) = (address.to_owned(), request.to_owned());
        async move {
            let mut connection = Connection::open(&address).await?;
            let mut done = 0;
            while Instant::now() < until {
                connection.ask(&request).await?;
                done += 1;
            }
            Ok(done)
        }
    })
    .await
}
