//! One connection, opened when it is first needed and again when it has ended.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::failure::Failure;
use super::target::Target;

/// The longest answer that is read, decoded.
const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Requests on an open connection are read into so much at first; the larger ones grow it.
const READ_BUFFER_MAX: usize = 64 * 1024;

/// What is sent, to whichever server.
#[derive(Debug, Clone)]
pub struct Request {
    /// How.
    pub method: Method,
    /// The path and query.
    pub path: String,
    /// Its headers; `Host` and `Accept-Encoding` are added where they are missing.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, decoded.
    pub body: Bytes,
}

/// A connection to one target.
#[derive(Debug)]
pub struct Connection {
    target: Arc<Target>,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Connection {
    /// Not open yet.
    pub fn new(target: Arc<Target>) -> Self {
        Self { target, open: None }
    }

    /// True where it is open to this target.
    pub fn leads_to(&self, target: &Arc<Target>) -> bool {
        Arc::ptr_eq(&self.target, target)
    }

    /// Ends it; the next request opens another.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// Sends a request and reads the whole answer, `within` at most, connecting included. After a
    /// failure the connection is closed.
    pub async fn send(&mut self, request: &Request, within: Duration) -> Result<Answer, Failure> {
        let sent = tokio::time::timeout(within, self.exchange(request)).await;
        let answer = sent.unwrap_or(Err(Failure::TimedOut(within)));
        if answer.is_err() {
            self.close();
        }
        answer
    }

    async fn exchange(&mut self, request: &Request) -> Result<Answer, Failure> {
        let message = self.message(request)?;
        if let Some(open) = &mut self.open
            && !open.is_closed()
            && open.ready().await.is_ok()
        {
            match open.try_send_request(message).await {
                Ok(response) => return read(response).await,
                // It had ended while nobody looked, and nothing was written: as good as new.
                Err(error) if error.message().is_some() => {}
                Err(error) => return Err(Failure::sending(error.into_error())),
            }
        }
        let mut open = open(&self.target).await?;
        let response = open.send_request(self.message(request)?).await.map_err(Failure::sending)?;
        self.open = Some(open);
        read(response).await
    }

    fn message(&self, request: &Request) -> Result<hyper::Request<Full<Bytes>>, Failure> {
        let mut message = hyper::Request::new(Full::new(request.body.clone()));
        *message.method_mut() = request.method.clone();
        let path = format!("{}{}", self.target.prefix(), request.path);
        *message.uri_mut() = path.parse().map_err(|_| Failure::Path(path))?;
        let headers = message.headers_mut();
        headers.clone_from(&request.headers);
        if let Ok(host) = HeaderValue::from_str(self.target.authority()) {
            headers.entry(header::HOST).or_insert(host);
        }
        let coding = HeaderValue::from_static("zstd");
        headers.entry(header::ACCEPT_ENCODING).or_insert(coding);
        Ok(message)
    }
}

async fn open(target: &Target) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let stream = target.connect().await?;
    match target.tls() {
        None => handshake(stream).await,
        Some((connector, name)) => {
            handshake(connector.connect(name?, stream).await.map_err(Failure::Tls)?).await
        }
    }
}

async fn handshake(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let mut builder = Builder::new();
    builder.max_buf_size(READ_BUFFER_MAX);
    let opened = builder.handshake(TokioIo::new(stream)).await.map_err(Failure::sending)?;
    let (send, connection) = opened;
    // It ends with the last handle to it, and whoever waits for an answer hears why.
    tokio::spawn(connection);
    Ok(send)
}

async fn read(response: Response<Incoming>) -> Result<Answer, Failure> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, ANSWER_MAX_BYTES).collect().await.map_err(of_body)?.to_bytes();
    let coding = head.headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes);
    let body = match coding {
        Some(b"zstd") => Bytes::from(decoded(&body)?),
        _ => body,
    };
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}

fn decoded(body: &[u8]) -> Result<Vec<u8>, Failure> {
    let decoder = zstd::stream::read::Decoder::new(body).map_err(Failure::Coding)?;
    let mut decoded = Vec::new();
    let limit = ANSWER_MAX_BYTES as u64 + 1;
    io::Read::read_to_end(&mut io::Read::take(decoder, limit), &mut decoded)
        .map_err(Failure::Coding)?;
    if decoded.len() > ANSWER_MAX_BYTES { Err(too_long()) } else { Ok(decoded) }
}

fn of_body(error: Box<dyn std::error::Error + Send + Sync>) -> Failure {
    if error.is::<LengthLimitError>() {
        return too_long();
    }
    match error.downcast::<hyper::Error>() {
        Ok(error) => Failure::sending(*error),
        Err(other) => Failure::Coding(io::Error::other(other)),
    }
}

fn too_long() -> Failure {
    Failure::TooLong { max_bytes: ANSWER_MAX_BYTES }
}
