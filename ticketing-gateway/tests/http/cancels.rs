//! Giving money back.

use axum::http::StatusCode;
use serde_json::json;

use crate::shop::{Shop, assert_refused};

#[tokio::test]
async fn a_payment_is_cancelled_in_parts_until_nothing_is_left() {
    let shop = Shop::new();
    shop.paid("pay1", 1_000).await;
    let part = json!({ "reason": "one seat", "amount": 400, "currentCancellableAmount": 1_000 });
    let (status, body) = shop.cancel("pay1", &part).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["cancellation"]["status"], "SUCCEEDED");
    assert_eq!(body["cancellation"]["totalAmount"], 400);
    assert_eq!(shop.payment("pay1").await["status"], "PARTIAL_CANCELLED");

    assert_eq!(shop.cancel("pay1", &json!({ "reason": "the rest" })).await.0, StatusCode::OK);
    let payment = shop.payment("pay1").await;
    assert_eq!(payment["status"], "CANCELLED");
    assert_eq!(payment["amount"]["cancelled"], 1_000);
    assert_eq!(payment["cancellations"].as_array().unwrap().len(), 2);
    let again = shop.cancel("pay1", &json!({ "reason": "again" })).await;
    assert_refused(&again, 409, "PAYMENT_ALREADY_CANCELLED");
    assert_eq!(
        shop.ledger().await,
        [
            json!(["pay1", "capture", 1_000]),
            json!(["pay1", "cancel", 400]),
            json!(["pay1", "cancel", 600])
        ]
    );
}

#[tokio::test]
async fn more_than_was_captured_is_never_given_back() {
    let shop = Shop::new();
    shop.paid("pay1", 1_000).await;
    shop.cancel("pay1", &json!({ "reason": "part", "amount": 400 })).await;
    let much = shop.cancel("pay1", &json!({ "reason": "too much", "amount": 601 })).await;
    assert_refused(&much, 409, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT");
    let stale = json!({ "reason": "stale", "amount": 1, "currentCancellableAmount": 1_000 });
    let stale = shop.cancel("pay1", &stale).await;
    assert_refused(&stale, 409, "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN");
    assert_eq!(shop.ledger().await.len(), 2);
}

#[tokio::test]
async fn what_was_not_paid_cannot_be_cancelled() {
    let shop = Shop::new();
    let full = json!({ "reason": "changed my mind" });
    assert_refused(&shop.cancel("pay1", &full).await, 404, "PAYMENT_NOT_FOUND");
    shop.pre_register("pay1", 1_000).await;
    assert_refused(&shop.cancel("pay1", &full).await, 409, "PAYMENT_NOT_PAID");
    shop.paid("pay2", 1_000).await;
    for bad in [json!({}), json!({ "reason": " " }), json!({ "reason": "zero", "amount": 0 })] {
        assert_refused(&shop.cancel("pay2", &bad).await, 400, "INVALID_REQUEST");
    }
}

#[tokio::test]
async fn the_ledger_is_read_page_by_page() {
    let shop = Shop::new();
    for id in ["a", "b", "c"] {
        shop.paid(id, 10).await;
    }
    let (_, first) = shop.get("/sandbox/ledger?limit=2").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let (_, second) = shop.get(&format!("/sandbox/ledger?limit=2&cursor={cursor}")).await;
    let ids = |page: &serde_json::Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["payment_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((ids(&first), ids(&second)), (vec!["a".into(), "b".into()], vec!["c".into()]));
    assert!(second["next_cursor"].is_null());
}
