//! The thinnest client that can be: one keep-alive connection, requests as text.

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) async fn serve(router: Router) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// One keep-alive connection, as thin as a client can be.
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::new() })
    }

    /// The body of the answer, which must be a success.
    pub(crate) async fn ask(&mut self, request: &str) -> anyhow::Result<Vec<u8>> {
        self.stream.write_all(request.as_bytes()).await?;
        self.read.clear();
        loop {
            anyhow::ensure!(self.stream.read_buf(&mut self.read).await? > 0, "hung up");
            let Some(end) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&self.read[..end])?.to_ascii_lowercase();
            anyhow::ensure!(head.starts_with("http/1.1 20"), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.context("an answer says how long it is")?.trim().parse()?;
            let body = end + 4;
            while self.read.len() < body + length {
                anyhow::ensure!(self.stream.read_buf(&mut self.read).await? > 0, "hung up");
            }
            return Ok(self.read[body..body + length].to_vec());
        }
    }

    /// What stands around the body of the last answer, without what every server adds by itself.
    pub(crate) fn headers(&self) -> anyhow::Result<HeaderMap> {
        let end = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        let head = std::str::from_utf8(&self.read[..end.context("an answer has a head")?])?;
        let mut headers = HeaderMap::new();
        for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
            if !["content-length", "date"].contains(&name) {
                headers.insert(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
            }
        }
        Ok(headers)
    }
}

/// A handler that does nothing but send what another server answered, headers and all.
pub(crate) async fn serve_bare(
    path: &str,
    headers: HeaderMap,
    body: Vec<u8>,
) -> anyhow::Result<String> {
    let body = Bytes::from(body);
    let bare = get(move || std::future::ready((headers.clone(), body.clone())));
    serve(Router::new().route(path, bare)).await
}
