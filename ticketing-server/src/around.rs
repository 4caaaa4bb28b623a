//! What stands around every handler: the request's id, its time, its panics and its measure, and
//! the habits of HTTP that no handler needs to know. One layer of our own, because each one of axum's
//! boxes the handler and its future once more; and the clock runs only for a handler that has to wait.

use std::collections::HashMap;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use serde_json::Value;
use ticketing_core::{Error, Randomness};
use ticketing_wire::problem::ProblemType;
use tower::Service;
use tracing::Instrument;
use uuid::Uuid;

use crate::accept::admits;
use crate::problem::Problem;
use crate::telemetry;

/// How long a request may take; a payment has its own, shorter wait inside.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(25);
/// The longest id that a caller may give its request.
const REQUEST_ID_MAX: usize = 128;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the layer knows.
pub(crate) struct Around {
    /// What each route answers, as the document says: the kinds of its successes.
    kinds: HashMap<(String, Method), Vec<String>>,
    /// Of the ids that this process gives to requests.
    prefix: u64,
    given: AtomicU64,
}

impl Around {
    pub(crate) fn new(document: &Value) -> Self {
        let mut kinds = HashMap::new();
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let successes = operation["responses"].as_object().into_iter().flatten();
                let successes = successes.filter(|(status, _)| status.starts_with('2'));
                let contents = successes.filter_map(|(_, answer)| answer["content"].as_object());
                let kind = contents.flat_map(|content| content.keys().cloned()).collect();
                if let Ok(method) = method.to_uppercase().parse::<Method>() {
                    kinds.insert((path.clone(), method), kind);
                }
            }
        }
        let prefix = u64::from_be_bytes(Randomness::from_system().bytes());
        Self { kinds, prefix, given: AtomicU64::new(0) }
    }

    /// The caller's own id where it can stand in a log, or a new one.
    fn request_id(&self, headers: &HeaderMap) -> HeaderValue {
        let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_.:/+=".contains(b);
        let fits = |id: &&HeaderValue| {
            (1..=REQUEST_ID_MAX).contains(&id.len()) && id.as_bytes().iter().all(plain)
        };
        if let Some(given) = headers.get(REQUEST_ID).filter(fits) {
            return given.clone();
        }
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        let mut digits = Uuid::encode_buffer();
        let id = Uuid::from_u64_pair(self.prefix, number).simple().encode_lower(&mut digits);
        HeaderValue::from_str(id).expect("hexadecimal digits")
    }

    /// Whether a caller takes what this request would be answered with.
    fn suits(&self, request: &Request, route: Option<&MatchedPath>) -> bool {
        let headers = request.headers();
        if headers.get(ACCEPT).is_none_or(|accept| accept == "*/*") {
            return true;
        }
        let Some(route) = route else { return true };
        let asked = (route.as_str().to_owned(), request.method().clone());
        let kinds = self.kinds.get(&asked).map_or(&[][..], Vec::as_slice);
        kinds.is_empty() || kinds.iter().any(|kind| admits(headers, kind))
    }
}

/// Stands around one handler.
#[derive(Clone)]
pub(crate) struct Surrounded<S> {
    known: Arc<Around>,
    inner: S,
}

impl<S> Surrounded<S> {
    pub(crate) fn new(known: Arc<Around>, inner: S) -> Self {
        Self { known, inner }
    }
}

impl<S> Service<Request> for Surrounded<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let id = self.known.request_id(request.headers());
        let route = request.extensions().get::<MatchedPath>().cloned();
        let method = request.method().clone();
        let answer = match refusal(&self.known, &request, route.as_ref()) {
            Some(problem) => Err(problem),
            None => Ok(self.inner.call(request)),
        };
        Box::pin(async move {
            let shown = route.as_ref().map_or("(none)", MatchedPath::as_str);
            let text = id.to_str().unwrap_or_default();
            let span = tracing::info_span!("request", id = text, %method, route = shown);
            let answer = async {
                match answer {
                    Err(problem) => problem.into_response(),
                    Ok(answer) => in_time(answer).await,
                }
            };
            let response = telemetry::observe(&method, shown, answer).instrument(span).await;
            Ok(finished(response, id))
        })
    }
}

/// What is refused before any handler sees it.
fn refusal(known: &Around, request: &Request, route: Option<&MatchedPath>) -> Option<Problem> {
    let coding = request.headers().get(CONTENT_ENCODING);
    if coding.is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let why = "send the body as it is, without a content coding";
        return Some(Problem::new(ProblemType::UnsupportedMediaType, status, why));
    }
    if !known.suits(request, route) {
        let why = "this route answers nothing that the header Accept takes";
        return Some(Problem::new(ProblemType::NotAcceptable, StatusCode::NOT_ACCEPTABLE, why));
    }
    None
}

async fn in_time(answer: impl Future<Output = Result<Response, Infallible>>) -> Response {
    let answer = AssertUnwindSafe(answer).catch_unwind();
    match tokio::time::timeout(REQUEST_TIMEOUT, answer).await {
        Ok(Ok(Ok(response))) => response,
        Ok(Err(_)) => Problem::from(Error::internal("a handler panicked")).into_response(),
        Err(_) => {
            let late = Error::Unavailable("a handler took too long".into());
            Problem::from(late).into_response()
        }
    }
}

/// What every answer says.
fn finished(response: Response, id: HeaderValue) -> Response {
    let mut response = Problem::write(response, id.to_str().unwrap_or_default());
    let status = response.status();
    let headers = response.headers_mut();
    if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REQUEST_ID, id);
    response
}
