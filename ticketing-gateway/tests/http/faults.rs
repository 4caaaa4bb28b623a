//! What goes wrong on purpose.

use axum::http::StatusCode;
use serde_json::{Value, json};
use ticketing_gateway::{Fault, FaultPlan, Options};

use crate::shop::{Hands, SECRET, Shop, assert_refused};

/// Longer than any delay.
const LONG_SECONDS: i64 = 91;
const KEY: &str = "confirm-attempt-0001";
const CONFIRM: &str = "/payments/pay1/confirm";

fn shop(hands: &Hands) -> Shop {
    let options = Options { clock: hands.clock(), control: true, ..Options::plain(SECRET.into()) };
    Shop::of(options).unwrap()
}

/// A registered payment and a token that pays it; from then on this goes wrong.
async fn before_paying(shop: &Shop, fault: Fault) -> Value {
    shop.pre_register("pay1", 900).await;
    let token = shop.authorize("pay1", "approve").await;
    shop.gateway.set_faults(FaultPlan::always(fault));
    json!({ "paymentToken": token, "totalAmount": 900, "currency": "KRW", "isTest": false })
}

fn is_bare_error(answer: &(StatusCode, Value)) -> bool {
    answer.0 == StatusCode::INTERNAL_SERVER_ERROR
}

#[tokio::test]
async fn an_error_before_the_effect_has_none_and_leaves_the_key_free() {
    let shop = shop(&Hands::new());
    let body = before_paying(&shop, Fault::ErrorBefore).await;
    assert!(is_bare_error(&shop.post_keyed(CONFIRM, KEY, &body).await));
    assert_eq!(shop.payment("pay1").await["status"], "READY");
    shop.gateway.set_faults(FaultPlan::default());
    assert_eq!(shop.post_keyed(CONFIRM, KEY, &body).await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_error_at_once_is_followed_by_the_effect_and_meanwhile_the_key_is_taken() {
    let hands = Hands::new();
    let shop = shop(&hands);
    let body = before_paying(&shop, Fault::ErrorAtOnce).await;
    assert!(is_bare_error(&shop.post_keyed(CONFIRM, KEY, &body).await));
    shop.gateway.set_faults(FaultPlan::default());
    let meanwhile = shop.post_keyed(CONFIRM, KEY, &body).await;
    assert_refused(&meanwhile, 409, "IDEMPOTENCY_OUTSTANDING_REQUEST");
    assert_eq!(shop.payment("pay1").await["status"], "READY");
    hands.advance_seconds(LONG_SECONDS);
    let mut answer = shop.post_keyed(CONFIRM, KEY, &body).await;
    while answer.0 == StatusCode::CONFLICT {
        tokio::task::yield_now().await;
        answer = shop.post_keyed(CONFIRM, KEY, &body).await;
    }
    assert_eq!((answer.0, shop.ledger().await.len()), (StatusCode::OK, 1));
}

#[tokio::test]
async fn an_outstanding_request_was_not_done_and_a_call_without_a_key_is_none() {
    let shop = shop(&Hands::new());
    let body = before_paying(&shop, Fault::Outstanding).await;
    let answer = shop.post_keyed(CONFIRM, KEY, &body).await;
    assert_refused(&answer, 409, "IDEMPOTENCY_OUTSTANDING_REQUEST");
    assert_eq!(shop.payment("pay1").await["status"], "READY");
    assert_eq!(shop.post(CONFIRM, &body).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_mismatch_and_a_bank_that_is_down_charge_nothing() {
    for (fault, status, kind) in
        [(Fault::Mismatch, 409, "INFORMATION_MISMATCH"), (Fault::BankDown, 502, "PG_PROVIDER")]
    {
        let shop = shop(&Hands::new());
        let body = before_paying(&shop, fault).await;
        assert_refused(&shop.post(CONFIRM, &body).await, status, kind);
        assert_eq!(shop.payment("pay1").await["status"], "READY");
        assert!(shop.ledger().await.is_empty());
    }
}

#[tokio::test]
async fn a_late_capture_comes_after_the_failure_also_after_a_restart_and_another_plan() {
    let (hands, folder) = (Hands::new(), tempfile::tempdir().unwrap());
    let open = || {
        let ledger = Some(folder.path().join("ledger"));
        let options = Options { clock: hands.clock(), ledger, ..Options::plain(SECRET.into()) };
        Shop::of(options).unwrap()
    };
    let shop = open();
    let body = before_paying(&shop, Fault::LateCapture).await;
    assert_refused(&shop.post(CONFIRM, &body).await, 502, "PG_PROVIDER");
    drop(shop);
    let shop = open();
    assert_eq!(shop.payment("pay1").await["status"], "FAILED");
    hands.advance_seconds(LONG_SECONDS);
    shop.gateway.step().await;
    assert_eq!(shop.payment("pay1").await["status"], "PAID");
    assert_eq!(shop.ledger().await, [json!(["pay1", "capture", 900])]);
}

#[tokio::test]
async fn a_payment_through_a_test_channel_says_so() {
    let shop = shop(&Hands::new());
    let body = before_paying(&shop, Fault::TestChannel).await;
    assert_eq!(shop.post(CONFIRM, &body).await.0, StatusCode::OK);
    assert_eq!(shop.payment("pay1").await["channel"]["type"], "TEST");
}

#[tokio::test]
async fn a_cancel_that_was_only_taken_is_no_money_until_it_succeeds() {
    let hands = Hands::new();
    let shop = shop(&hands);
    shop.paid("pay1", 900).await;
    shop.gateway.set_faults(FaultPlan::always(Fault::CancelRequested));
    let part = json!({ "reason": "part", "amount": 400 });
    let (_, body) = shop.cancel("pay1", &part).await;
    assert_eq!(body["cancellation"]["status"], "REQUESTED");
    let payment = shop.payment("pay1").await;
    assert_eq!((&payment["status"], &payment["amount"]["cancelled"]), (&json!("PAID"), &json!(0)));
    let too_much = shop.cancel("pay1", &json!({ "reason": "more", "amount": 501 })).await;
    assert_refused(&too_much, 409, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT");
    hands.advance_seconds(LONG_SECONDS);
    shop.gateway.step().await;
    let payment = shop.payment("pay1").await;
    assert_eq!(payment["status"], "PARTIAL_CANCELLED");
    assert_eq!(payment["cancellations"][0]["status"], "SUCCEEDED");
    assert_eq!(payment["cancellations"][0]["id"], body["cancellation"]["id"]);
    assert_eq!(shop.ledger().await.len(), 2);
}

#[tokio::test]
async fn a_cancel_that_fails_leaves_the_money_to_be_given_back() {
    let hands = Hands::new();
    let shop = shop(&hands);
    shop.paid("pay1", 900).await;
    shop.gateway.set_faults(FaultPlan::always(Fault::CancelFails));
    let whole = json!({ "reason": "whole" });
    assert_eq!(shop.cancel("pay1", &whole).await.1["cancellation"]["status"], "REQUESTED");
    assert_refused(&shop.cancel("pay1", &whole).await, 409, "PAYMENT_ALREADY_CANCELLED");
    hands.advance_seconds(LONG_SECONDS);
    shop.gateway.step().await;
    let payment = shop.payment("pay1").await;
    assert_eq!(payment["cancellations"][0]["status"], "FAILED");
    shop.gateway.set_faults(FaultPlan::default());
    assert_eq!(shop.cancel("pay1", &whole).await.1["cancellation"]["status"], "SUCCEEDED");
    assert_eq!(shop.ledger().await.len(), 2);
}

#[tokio::test]
async fn what_happens_to_one_payment_by_itself_happens_to_each_at_its_time() {
    let hands = Hands::new();
    let shop = shop(&hands);
    let ids: Vec<String> = (0..50).map(|number| format!("pay{number}")).collect();
    for id in &ids {
        shop.paid(id, 900).await;
    }
    shop.gateway.set_faults(FaultPlan::whole(3, 0).with(Fault::CancelRequested, 1_000));
    for id in &ids {
        shop.cancel(id, &json!({ "reason": "whole" })).await;
    }
    hands.advance_seconds(45);
    shop.gateway.step().await;
    let half = shop.ledger().await.len() - ids.len();
    assert!((1..ids.len()).contains(&half), "{half}");
    hands.advance_seconds(LONG_SECONDS);
    shop.gateway.step().await;
    assert_eq!(shop.ledger().await.len(), 2 * ids.len());
}
