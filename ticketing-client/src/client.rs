//! Sends calls to one server.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use secrecy::ExposeSecret;

use crate::call::{Call, JSON};
use crate::error::{Broken, Error};
use crate::events::{Events, Subscription};

/// How long a call may take, connecting included.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The same for one that carries a file: as long as a server waits for it.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The longest answer that is read, without its coding; the largest that a server gives are a few
/// megabytes.
const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;

/// How long an unused connection stays open. Shorter than servers keep theirs, so that a call
/// does not go out on a connection that is being closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// Connections that a client keeps for the next calls when its maker does not say.
const IDLE_CONNECTIONS: usize = 8;

/// A client of one server. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    server: Arc<Url>,
}

impl Client {
    /// A client of the server at this base address, such as `http://127.0.0.1:8080`.
    pub fn new(server: &str) -> Result<Self, Error> {
        Self::with_idle_connections(server, IDLE_CONNECTIONS)
    }

    /// As [`Client::new`], keeping up to `idle` unused connections open.
    pub fn with_idle_connections(server: &str, idle: usize) -> Result<Self, Error> {
        let url = Url::parse(server)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| Broken::Address(server.to_owned()))?;
        Ok(Self { http: connections(idle)?, server: Arc::new(url) })
    }

    /// The server's base address.
    pub fn server(&self) -> &str {
        self.server.as_str().trim_end_matches('/')
    }

    /// Sends a call once and reads its answer. Never takes longer than [`REQUEST_TIMEOUT`].
    pub async fn send<A>(&self, call: &Call<A>) -> Result<A, Error> {
        let is_file = call.body.as_ref().is_some_and(|(kind, _)| *kind != JSON);
        let within = if is_file { UPLOAD_TIMEOUT } else { REQUEST_TIMEOUT };
        let response = self.request(call).timeout(within).send().await.map_err(broken)?;
        let status = response.status().as_u16();
        let etag =
            response.headers().get("etag").and_then(|value| value.to_str().ok()).map(str::to_owned);
        call.read(status, etag, whole_body(response).await?)
    }

    /// Opens a stream of events.
    pub async fn listen<E>(&self, subscription: &Subscription<E>) -> Result<Events<E>, Error> {
        let request = self.request(&subscription.call).header("accept", "text/event-stream");
        let response = tokio::time::timeout(REQUEST_TIMEOUT, request.send()).await;
        let response = response.map_err(|_| Broken::TimedOut)?.map_err(broken)?;
        let status = response.status();
        if status.is_success() {
            return Ok(subscription.opened(response));
        }
        let body = tokio::time::timeout(REQUEST_TIMEOUT, whole_body(response)).await;
        Err(Error::from_answer(status.as_u16(), &body.map_err(|_| Broken::TimedOut)??))
    }

    fn request<A>(&self, call: &Call<A>) -> reqwest::RequestBuilder {
        let url = format!("{}{}", self.server(), call.path);
        let mut request = self.http.request(call.method.clone(), url).query(&call.query);
        for (name, value) in &call.headers {
            request = request.header(*name, value.expose_secret());
        }
        if let Some((kind, body)) = &call.body {
            request = request.header("content-type", *kind).body(body.clone());
        }
        request
    }
}

/// The one place that sets up HTTP: the TLS stack's cryptography, time-outs, keep-alive.
fn connections(idle: usize) -> Result<reqwest::Client, Error> {
    // A second call finds the provider installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(idle)
        .tcp_nodelay(true)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(broken)
}

/// An answer's body, without its coding.
async fn whole_body(mut response: reqwest::Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(broken)? {
        if body.len() + part.len() > ANSWER_MAX_BYTES {
            return Err(Broken::TooLong { max_bytes: ANSWER_MAX_BYTES }.into());
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

pub(crate) fn broken(error: reqwest::Error) -> Error {
    let broken = if error.is_timeout() {
        Broken::TimedOut
    } else {
        Broken::Connection(Box::new(error.without_url()))
    };
    broken.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_scheme_is_refused_with_its_text() {
        let error = Client::new("127.0.0.1:8080").unwrap_err();
        assert_eq!(error.to_string(), "no usable answer: `127.0.0.1:8080` is no HTTP address");
    }

    #[test]
    fn a_trailing_slash_makes_no_difference() {
        assert_eq!(Client::new("http://localhost:1/").unwrap().server(), "http://localhost:1");
    }
}
