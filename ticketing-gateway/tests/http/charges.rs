//! Authorizing and confirming.

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::json;
use ticketing_gateway::{Fault, FaultPlan};

use crate::shop::{Shop, assert_refused};

#[tokio::test]
async fn confirming_an_approved_token_charges_the_registered_amount() {
    let shop = Shop::new();
    shop.pre_register("pay1", 132_000).await;
    assert_eq!(shop.payment("pay1").await["status"], "READY");
    let token = shop.authorize("pay1", "approve").await;
    assert!(shop.ledger().await.is_empty(), "authorizing charges nothing");

    let (status, body) = shop.confirm("pay1", &token, 132_000).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let payment = shop.payment("pay1").await;
    assert_eq!(payment["status"], "PAID");
    assert_eq!(payment["amount"]["total"], 132_000);
    assert_eq!(payment["amount"]["paid"], 132_000);
    assert_eq!(payment["amount"]["cancelled"], 0);
    assert_eq!(payment["channel"]["type"], "LIVE");
    assert_eq!(payment["paidAt"], body["paidAt"]);
    assert_eq!(payment["pgTxId"], body["pgTxId"]);
}

#[tokio::test]
async fn the_ledger_shows_custom_data_as_the_object_it_is() {
    let shop = Shop::new();
    shop.paid("pay1", 5_000).await;
    let (_, ledger) = shop.get("/sandbox/ledger").await;
    let item = &ledger["items"][0];
    assert_eq!(item["custom_data"], json!({ "order_id": "pay1", "performance_id": "p1" }));
    assert_eq!((&item["kind"], &item["currency"]), (&json!("capture"), &json!("KRW")));
    // To the millisecond, as all times of the sandbox's own routes.
    let at = item["at"].as_str().unwrap().trim_end_matches('Z').to_owned();
    assert!(shop.payment("pay1").await["paidAt"].as_str().unwrap().starts_with(&at), "{at}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_confirms_of_one_payment_capture_once() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::with(Some(folder.path().join("ledger")), FaultPlan::default());
    shop.pre_register("pay1", 700).await;
    let first = shop.authorize("pay1", "approve").await;
    let second = shop.authorize("pay1", "approve").await;
    let tasks = (0..64).map(|index| {
        let (shop, token) = (shop.clone(), if index % 2 == 0 { &first } else { &second }.clone());
        tokio::spawn(async move { shop.confirm("pay1", &token, 700).await })
    });
    let answers = join_all(tasks).await;
    let (won, lost): (Vec<_>, Vec<_>) =
        answers.into_iter().map(Result::unwrap).partition(|(status, _)| status.is_success());
    assert_eq!(won.len(), 1);
    for answer in &lost {
        assert_refused(answer, 409, "ALREADY_PAID");
    }
    assert_eq!(shop.ledger().await, [json!(["pay1", "capture", 700])]);
}

#[tokio::test]
async fn a_declined_payment_fails_and_can_be_authorized_again() {
    let shop = Shop::new();
    shop.pre_register("pay1", 900).await;
    let declined = shop.authorize("pay1", "decline").await;
    assert_refused(&shop.confirm("pay1", &declined, 900).await, 502, "PG_PROVIDER");
    let payment = shop.payment("pay1").await;
    assert_eq!((&payment["status"], &payment["amount"]["paid"]), (&json!("FAILED"), &json!(0)));
    assert_eq!(payment["failure"]["pgCode"], "DECLINED");
    assert_refused(&shop.confirm("pay1", &declined, 900).await, 400, "INVALID_PAYMENT_TOKEN");
    assert!(shop.ledger().await.is_empty());

    let approved = shop.authorize("pay1", "approve").await;
    assert_eq!(shop.confirm("pay1", &approved, 900).await.0, StatusCode::OK);
    assert_eq!(shop.payment("pay1").await["status"], "PAID");
}

#[tokio::test]
async fn other_terms_than_the_registered_ones_are_a_mismatch_and_charge_nothing() {
    let shop = Shop::new();
    shop.pre_register("pay1", 900).await;
    let token = shop.authorize("pay1", "approve").await;
    for (field, value) in
        [("totalAmount", json!(901)), ("currency", json!("USD")), ("isTest", json!(true))]
    {
        let body = json!({ "paymentToken": token, field: value });
        let answer = shop.post("/payments/pay1/confirm", &body).await;
        assert_refused(&answer, 409, "INFORMATION_MISMATCH");
    }
    assert_eq!(shop.payment("pay1").await["status"], "READY");
    assert!(shop.ledger().await.is_empty());
}

#[tokio::test]
async fn tokens_are_good_for_their_own_payment_and_its_present_terms() {
    let shop = Shop::new();
    shop.pre_register("pay1", 900).await;
    shop.pre_register("pay2", 900).await;
    let token = shop.authorize("pay1", "approve").await;
    assert_refused(&shop.confirm("pay2", &token, 900).await, 400, "INVALID_PAYMENT_TOKEN");
    shop.pre_register("pay1", 800).await;
    assert_refused(&shop.confirm("pay1", &token, 800).await, 400, "INVALID_PAYMENT_TOKEN");
    assert!(shop.ledger().await.is_empty());
}

#[tokio::test]
async fn a_paid_payment_is_neither_registered_nor_authorized_nor_confirmed_again() {
    let shop = Shop::new();
    shop.paid("pay1", 900).await;
    let terms = json!({ "totalAmount": 5 });
    let again = shop.post("/payments/pay1/pre-register", &terms).await;
    assert_refused(&again, 409, "ALREADY_PAID");
    let approve = json!({ "outcome": "approve" });
    let again = shop.post("/sandbox/payments/pay1/authorize", &approve).await;
    assert_refused(&again, 409, "ALREADY_PAID");
    assert_refused(&shop.confirm("pay1", "whatever", 900).await, 409, "ALREADY_PAID");
}

#[tokio::test]
async fn every_second_capture_takes_a_wrong_amount_when_the_plan_says_so() {
    let faults = FaultPlan::default().with(Fault::WrongAmount, 500);
    let shop = Shop::with(None, faults);
    for id in ["a", "b", "c", "d"] {
        assert_eq!(shop.paid(id, if id == "d" { 1 } else { 900 }).await.0, StatusCode::OK);
    }
    let amounts: Vec<_> = shop.ledger().await.iter().map(|item| item[2].clone()).collect();
    assert_eq!(amounts, [900, 899, 900, 2]);
    let amount = shop.payment("b").await["amount"].take();
    assert_eq!((&amount["total"], &amount["paid"]), (&json!(899), &json!(899)));
}

#[tokio::test]
async fn a_lost_reply_is_found_by_the_same_key_and_by_looking() {
    let shop = Shop::new();
    shop.pre_register("pay1", 900).await;
    shop.gateway.set_faults(FaultPlan::always(Fault::ReplyLost));
    let token = shop.authorize("pay1", "approve").await;
    let body = json!({ "paymentToken": token });
    let key = "confirm-attempt-0001";
    let lost = shop.post_keyed("/payments/pay1/confirm", key, &body).await;
    assert_eq!(lost.0, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(shop.payment("pay1").await["status"], "PAID");
    let (status, found) = shop.post_keyed("/payments/pay1/confirm", key, &body).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    assert_eq!(shop.ledger().await.len(), 1);
}
