//! Idempotency keys.

use axum::http::StatusCode;
use serde_json::json;

use crate::shop::{Shop, assert_refused};

const KEY: &str = "cancel-attempt-0001";

#[tokio::test]
async fn a_repeated_cancel_gives_money_back_once_and_answers_the_same() {
    let shop = Shop::new();
    shop.paid("pay1", 1_000).await;
    let part = json!({ "reason": "part", "amount": 300 });
    let first = shop.post_keyed("/payments/pay1/cancel", KEY, &part).await;
    let second = shop.post_keyed("/payments/pay1/cancel", KEY, &part).await;
    assert_eq!(first.0, StatusCode::OK);
    assert_eq!(first, second);
    assert_eq!(shop.ledger().await.len(), 2);

    let other = shop.post_keyed("/payments/pay1/cancel", "cancel-attempt-0002", &part).await;
    assert_ne!(other.1, first.1);
    assert_eq!(shop.ledger().await.len(), 3);
}

#[tokio::test]
async fn a_refusal_is_repeated_too_so_a_new_attempt_needs_a_new_key() {
    let shop = Shop::new();
    shop.pre_register("pay1", 1_000).await;
    let full = json!({ "reason": "full" });
    let early = shop.post_keyed("/payments/pay1/cancel", KEY, &full).await;
    assert_refused(&early, 409, "PAYMENT_NOT_PAID");
    shop.paid("pay1", 1_000).await;
    assert_eq!(shop.post_keyed("/payments/pay1/cancel", KEY, &full).await, early);
    let fresh = shop.post_keyed("/payments/pay1/cancel", "cancel-attempt-0002", &full).await;
    assert_eq!(fresh.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_uses_of_one_key_do_the_work_once() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Some(folder.path().join("ledger"));
    let shop = Shop::with(ledger, ticketing_gateway::FaultPlan::default());
    shop.paid("pay1", 1_000).await;
    let part = json!({ "reason": "part", "amount": 10 });
    let tasks = (0..32).map(|_| {
        let (shop, part) = (shop.clone(), part.clone());
        tokio::spawn(async move { shop.post_keyed("/payments/pay1/cancel", KEY, &part).await })
    });
    for answer in futures_util::future::join_all(tasks).await {
        let answer = answer.unwrap();
        if answer.0 != StatusCode::OK {
            assert_refused(&answer, 409, "IDEMPOTENCY_OUTSTANDING_REQUEST");
        }
    }
    assert_eq!(shop.ledger().await.len(), 2);
}

#[tokio::test]
async fn an_unusable_key_is_refused_before_anything_happens() {
    let shop = Shop::new();
    shop.paid("pay1", 1_000).await;
    let full = json!({ "reason": "full" });
    let answer = shop.post_keyed("/payments/pay1/cancel", "short", &full).await;
    assert_refused(&answer, 400, "INVALID_REQUEST");
    assert_eq!(shop.ledger().await.len(), 1);
}
