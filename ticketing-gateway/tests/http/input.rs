//! Strangers, nonsense and noise.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use serde_json::json;

use crate::shop::{SECRET, Shop, assert_refused, signed};

#[tokio::test]
async fn without_the_secret_nothing_is_told_and_nothing_is_done() {
    let shop = Shop::new();
    shop.pre_register("pay1", 900).await;
    let token = shop.authorize("pay1", "approve").await;
    let body = json!({ "paymentToken": token }).to_string();
    for header in ["", "PortOne wrong", "Bearer x", SECRET, "PortOne "] {
        for (method, path) in [
            (Method::POST, "/payments/pay1/confirm"),
            (Method::POST, "/payments/pay1/cancel"),
            (Method::POST, "/payments/pay1/pre-register"),
            (Method::GET, "/payments/pay1"),
            (Method::GET, "/payments/unknown"),
        ] {
            let request = Request::builder().method(method).uri(path);
            let request = request.header("authorization", header);
            let answer = shop.send(request.body(Body::from(body.clone())).unwrap()).await;
            assert_refused(&answer, 401, "UNAUTHORIZED");
        }
    }
    assert!(shop.ledger().await.is_empty());
}

#[tokio::test]
async fn an_unknown_payment_is_not_found() {
    let shop = Shop::new();
    assert_refused(&shop.get("/payments/nobody").await, 404, "PAYMENT_NOT_FOUND");
    assert_refused(&shop.confirm("nobody", "token", 5).await, 404, "PAYMENT_NOT_FOUND");
    let approve = json!({ "outcome": "approve" });
    let answer = shop.post("/sandbox/payments/nobody/authorize", &approve).await;
    assert_refused(&answer, 404, "PAYMENT_NOT_FOUND");
    assert_refused(&shop.get("/checkout/nobody").await, 404, "PAYMENT_NOT_FOUND");
}

#[tokio::test]
async fn bad_bodies_and_addresses_are_refused_with_the_reason() {
    let shop = Shop::new();
    shop.pre_register("pay1", 900).await;
    for bad in [json!({ "outcome": "maybe" }), json!({}), json!([1]), json!({"outcome": 1})] {
        let answer = shop.post("/sandbox/payments/pay1/authorize", &bad).await;
        assert_refused(&answer, 400, "INVALID_REQUEST");
    }
    for bad in
        [json!({ "totalAmount": -1 }), json!({ "totalAmount": 0 }), json!({"currency": "won"})]
    {
        let answer = shop.post("/payments/pay2/pre-register", &bad).await;
        assert_refused(&answer, 400, "INVALID_REQUEST");
    }
    assert_refused(&shop.post("/payments/pay1/confirm", &json!({})).await, 400, "INVALID_REQUEST");
    assert_refused(&shop.get("/payments/a%20b").await, 400, "INVALID_REQUEST");
    assert_refused(&shop.get("/sandbox/ledger?limit=0").await, 400, "INVALID_REQUEST");
    assert_refused(&shop.get("/nowhere").await, 404, "NOT_FOUND");
    assert_refused(&shop.get("/payments/pay1/cancel").await, 405, "METHOD_NOT_ALLOWED");
    let huge = json!({ "customData": "x".repeat(100_000) });
    assert_refused(&shop.post("/payments/pay1/pre-register", &huge).await, 413, "INVALID_REQUEST");
}

#[tokio::test]
async fn the_checkout_page_shows_the_amount_and_ends_with_the_charge() {
    let shop = Shop::new();
    shop.pre_register("pay1", 132_000).await;
    let (status, page) = shop.get("/checkout/pay1").await;
    let page = page.as_str().unwrap();
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(">132,000 KRW<"), "{page}");
    assert!(page.contains("/sandbox/payments/pay1/authorize"));
    assert!(!page.contains("{{"), "every blank is filled in");
    assert!(page.contains("<p hidden>This payment was charged"));
    let token = shop.authorize("pay1", "approve").await;
    shop.confirm("pay1", &token, 132_000).await;
    let (_, page) = shop.get("/checkout/pay1").await;
    assert!(page.as_str().unwrap().contains("<p >This payment was charged"));
}

#[tokio::test]
async fn random_bytes_never_give_a_server_error() {
    let shop = Shop::new();
    shop.pre_register("pay1", 900).await;
    let mut random = ChaCha20Rng::seed_from_u64(7);
    let paths = [
        "/payments/pay1/pre-register",
        "/payments/pay1/confirm",
        "/payments/pay1/cancel",
        "/sandbox/payments/pay1/authorize",
        "/sandbox/ledger",
    ];
    for round in 0..2_000 {
        let length = random.random_range(0..64);
        let bytes: Vec<u8> = (0..length).map(|_| random.random()).collect();
        let path = match round % 3 {
            0 => paths[round % paths.len()].to_owned(),
            1 => format!("/payments/{}", percent_encoded(&bytes)),
            _ => format!("/sandbox/ledger?cursor={}", percent_encoded(&bytes)),
        };
        let method = if round % 2 == 0 { Method::POST } else { Method::GET };
        let mut request = signed(method, &path);
        if let Ok(value) = axum::http::HeaderValue::from_bytes(&bytes) {
            request = request.header("idempotency-key", value);
        }
        let (status, body) = shop.send(request.body(Body::from(bytes)).unwrap()).await;
        assert!(!status.is_server_error(), "{path}: {status} {body}");
    }
    assert!(shop.ledger().await.is_empty());
}

fn percent_encoded(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "%{byte:02X}").unwrap();
        text
    })
}
