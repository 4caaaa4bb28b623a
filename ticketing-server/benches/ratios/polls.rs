//! A far place's poll over HTTP, against a bare handler that answers the same bytes.

use std::time::Instant;

use anyhow::Context;
use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::get;
use ticketing_server::{App, router};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::office::Measured;
use crate::{rate, report};

/// Enough that the last of them are far behind the near zone of a line with capacity 1.
const BUYERS: u32 = 2_000;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let measured = Measured::embedded().await?;
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
    let answer = Connection::open(&ours).await?.ask(&request).await?;
    anyhow::ensure!(answer.starts_with(b"{\"state\":\"waiting\""), "a far place waits");
    let bare = Router::new().route(
        "/v1/performances/{id}/line",
        get(move || {
            let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
            std::future::ready((headers, answer.clone()))
        }),
    );
    let bare = serve(bare).await?;
    let limit = requests(&bare, &request).await?;
    let ours = requests(&ours, &request).await?;
    report("polls of a far place / bare axum handler", ours, limit);
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

async fn serve(router: Router) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// One keep-alive connection, as thin as a client can be.
struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::new() })
    }

    /// The body of the answer, which must be a 200.
    async fn ask(&mut self, request: &str) -> anyhow::Result<Vec<u8>> {
        self.stream.write_all(request.as_bytes()).await?;
        self.read.clear();
        loop {
            anyhow::ensure!(self.stream.read_buf(&mut self.read).await? > 0, "hung up");
            let Some(end) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&self.read[..end])?.to_ascii_lowercase();
            anyhow::ensure!(head.starts_with("http/1.1 200"), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.context("an answer says how long it is")?.trim().parse()?;
            let body = end + 4;
            while self.read.len() < body + length {
                anyhow::ensure!(self.stream.read_buf(&mut self.read).await? > 0, "hung up");
            }
            return Ok(self.read[body..body + length].to_vec());
        }
    }
}
