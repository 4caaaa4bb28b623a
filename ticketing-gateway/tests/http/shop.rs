//! A caller of a gateway: the shop, its buyer, and the reader of the ledger.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use ticketing_gateway::{Clock, FaultPlan, Gateway, LedgerError, Options, router};
use tower::ServiceExt as _;

pub(crate) const SECRET: &str = "secret-of-the-shop";
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// A status and a JSON body.
pub(crate) type Answer = (StatusCode, Value);

#[derive(Clone)]
pub(crate) struct Shop {
    router: Router,
    pub(crate) gateway: Arc<Gateway>,
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self::with(None, FaultPlan::default())
    }

    pub(crate) fn with(ledger: Option<PathBuf>, faults: FaultPlan) -> Self {
        Self::open(ledger, faults).unwrap()
    }

    pub(crate) fn open(ledger: Option<PathBuf>, faults: FaultPlan) -> Result<Self, LedgerError> {
        Self::of(Options { ledger, faults, ..Options::plain(SECRET.into()) })
    }

    pub(crate) fn of(options: Options) -> Result<Self, LedgerError> {
        let gateway = Gateway::open(options)?;
        Ok(Self { router: router(Arc::clone(&gateway)), gateway })
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), MAX_ANSWER_BYTES).await.unwrap();
        let body = serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
        (status, body)
    }

    /// A request of the shop, with its secret.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(signed(Method::POST, path).body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn post_keyed(&self, path: &str, key: &str, body: &Value) -> Answer {
        let request = signed(Method::POST, path).header("idempotency-key", format!("\"{key}\""));
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(signed(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn pre_register(&self, id: &str, total: u64) {
        let custom_data = json!({ "order_id": id, "performance_id": "p1" }).to_string();
        let terms = json!({ "totalAmount": total, "currency": "KRW", "customData": custom_data });
        let answer = self.post(&format!("/payments/{id}/pre-register"), &terms).await;
        assert_eq!(answer, (StatusCode::OK, json!({})));
    }

    /// The buyer's part; answers the token.
    pub(crate) async fn authorize(&self, id: &str, outcome: &str) -> String {
        let path = format!("/sandbox/payments/{id}/authorize");
        let (status, body) = self.post(&path, &json!({ "outcome": outcome })).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["payment_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn confirm(&self, id: &str, token: &str, total: u64) -> Answer {
        let body = json!({ "paymentToken": token, "totalAmount": total, "currency": "KRW" });
        self.post(&format!("/payments/{id}/confirm"), &body).await
    }

    /// Registers, approves and confirms.
    pub(crate) async fn paid(&self, id: &str, total: u64) -> Answer {
        self.pre_register(id, total).await;
        let token = self.authorize(id, "approve").await;
        self.confirm(id, &token, total).await
    }

    pub(crate) async fn cancel(&self, id: &str, body: &Value) -> Answer {
        self.post(&format!("/payments/{id}/cancel"), body).await
    }

    pub(crate) async fn payment(&self, id: &str) -> Value {
        let (status, body) = self.get(&format!("/payments/{id}")).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }

    /// What the controller of the sandbox does to a payment.
    pub(crate) async fn control(&self, id: &str, verb: &str, body: &Value) -> Answer {
        self.post(&format!("/sandbox/control/payments/{id}/{verb}"), body).await
    }

    /// The items of the ledger's first page, without their times.
    pub(crate) async fn ledger(&self) -> Vec<Value> {
        let (status, mut body) = self.get("/sandbox/ledger?limit=1000").await;
        assert_eq!((status, &body["next_cursor"]), (StatusCode::OK, &Value::Null));
        let Value::Array(items) = body["items"].take() else { panic!("items is a list") };
        items
            .into_iter()
            .map(|item| json!([item["payment_id"], item["kind"], item["amount"]]))
            .collect()
    }
}

/// A clock that stands still until a test moves it.
#[derive(Clone)]
pub(crate) struct Hands(Arc<AtomicI64>);

impl Hands {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_777_629_600)))
    }

    pub(crate) fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn seconds(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn clock(&self) -> Clock {
        let hands = self.clone();
        Clock::from_fn(move || Timestamp::from_second(hands.seconds()).unwrap())
    }
}

pub(crate) fn signed(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("PortOne {SECRET}"))
        .header("content-type", "application/json")
}

/// Asserts the refusal's status and type.
#[track_caller]
pub(crate) fn assert_refused(answer: &Answer, status: u16, kind: &str) {
    assert_eq!(
        (answer.0.as_u16(), answer.1["type"].as_str()),
        (status, Some(kind)),
        "{}",
        answer.1
    );
}
