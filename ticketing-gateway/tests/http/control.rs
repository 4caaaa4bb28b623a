//! Acting at the provider without the shop.

use axum::http::StatusCode;
use serde_json::{Value, json};
use ticketing_gateway::Options;

use crate::shop::{SECRET, Shop, assert_refused};

fn controlled() -> Shop {
    Shop::of(Options { control: true, ..Options::plain(SECRET.into()) }).unwrap()
}

#[tokio::test]
async fn a_gateway_that_is_not_controlled_has_no_such_routes() {
    let shop = Shop::new();
    shop.pre_register("pay1", 900).await;
    for verb in ["pay", "cancel", "dispute", "dispute/resolve"] {
        assert_refused(&shop.control("pay1", verb, &json!({})).await, 404, "NOT_FOUND");
    }
    assert_refused(&shop.get("/sandbox/control/faults").await, 404, "NOT_FOUND");
}

#[tokio::test]
async fn a_payment_is_paid_without_the_shop_also_one_that_no_shop_knows() {
    let shop = controlled();
    shop.pre_register("pay1", 900).await;
    let (status, body) = shop.control("pay1", "pay", &json!({})).await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &json!("PAID")));
    let stranger = json!({ "amount": 70, "currency": "KRW", "test": true });
    let (_, body) = shop.control("stranger", "pay", &stranger).await;
    assert_eq!((&body["status"], &body["channel"]["type"]), (&json!("PAID"), &json!("TEST")));
    assert_refused(&shop.control("stranger", "pay", &stranger).await, 409, "ALREADY_PAID");
    assert_refused(&shop.control("another", "pay", &json!({})).await, 400, "INVALID_REQUEST");
    assert_eq!(shop.ledger().await.len(), 2);
}

#[tokio::test]
async fn a_cancel_at_the_console_and_a_dispute_are_seen_on_the_payment() {
    let shop = controlled();
    shop.paid("pay1", 900).await;
    let (_, body) = shop.control("pay1", "cancel", &json!({ "amount": 300 })).await;
    assert_eq!(body["cancellations"][0]["trigger"], "CONSOLE");
    assert_eq!(body["amount"]["cancelled"], 300);
    let (_, body) = shop.control("pay1", "dispute", &json!({})).await;
    assert_eq!(body["disputes"][0]["status"], "UNRESOLVED");
    let (_, body) = shop.control("pay1", "dispute/resolve", &json!({})).await;
    assert_eq!(body["disputes"][0]["status"], "RESOLVED");
    let again = shop.control("pay1", "dispute/resolve", &json!({})).await;
    assert_refused(&again, 400, "INVALID_REQUEST");
    let other = shop.control("pay1", "cancel", &json!({ "amout": 300 })).await;
    assert_refused(&other, 400, "INVALID_REQUEST");
}

#[tokio::test]
async fn faults_are_set_and_read_by_name() {
    let shop = controlled();
    let plan = json!({ "seed": 7, "rates": { "reply-lost": 1000, "cancel-requested": 20 } });
    let put = crate::shop::signed(axum::http::Method::PUT, "/sandbox/control/faults");
    let put = put.body(plan.to_string().into()).unwrap();
    assert_eq!(shop.send(put).await, (StatusCode::OK, plan.clone()));
    assert_eq!(shop.get("/sandbox/control/faults").await.1, plan);
    let terms = json!({ "totalAmount": 900 });
    let answer = shop.post("/payments/pay1/pre-register", &terms).await;
    assert_eq!(answer.0, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn the_bank_returns_nothing_of_the_payments_that_are_named_until_they_are_no_more() {
    let shop = controlled();
    for payment in ["pay1", "pay2"] {
        shop.paid(payment, 900).await;
    }
    let put = async |plan: Value| {
        let put = crate::shop::signed(axum::http::Method::PUT, "/sandbox/control/faults");
        assert_eq!(shop.send(put.body(plan.to_string().into()).unwrap()).await.0, StatusCode::OK);
    };
    put(json!({ "not_returned": ["pay1"] })).await;
    let whole = json!({ "reason": "refund" });
    for _ in 0..2 {
        assert_refused(&shop.cancel("pay1", &whole).await, 502, "PG_PROVIDER");
    }
    assert_eq!(shop.cancel("pay2", &whole).await.0, StatusCode::OK);
    put(json!({})).await;
    assert_eq!(shop.cancel("pay1", &whole).await.0, StatusCode::OK);
}
