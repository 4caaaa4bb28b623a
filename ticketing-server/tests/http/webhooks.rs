//! What the payment provider tells by itself: believed when it is signed, and even then only looked
//! up.

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::house::{GATEWAY_SECRET, House, START, WEBHOOK_SECRET};
use crate::wire::{Request, text};

fn delivery(house: &House, secret: &str, id: &str, body: &Value) -> RequestBuilder {
    let (seconds, body) = (START.as_millis() / 1_000, body.to_string());
    let signature = Webhook::new(secret).unwrap().sign(id, seconds, body.as_bytes()).unwrap();
    house
        .post("/v1/webhooks/portone")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature)
        .body(body)
}

fn notice(kind: &str, payment: &str) -> Value {
    json!({"type": format!("Transaction.{kind}"), "data": {"paymentId": payment}})
}

/// A capture that the box office did not make.
async fn capture(house: &House, payment: &str) {
    let authorize = format!("{}/sandbox/payments/{payment}/authorize", house.gateway_url);
    let authorized = house.http.post(authorize).json(&json!({"outcome": "approve"})).ask().await;
    let token = text(&authorized.expect(200)["payment_token"]);
    let confirm = format!("{}/payments/{payment}/confirm", house.gateway_url);
    let confirm = house.http.post(confirm).json(&json!({"paymentToken": token}));
    let confirm = confirm.header("Authorization", format!("PortOne {GATEWAY_SECRET}"));
    confirm.send().await.unwrap().error_for_status().unwrap();
}

async fn ledger(house: &House) -> Vec<Value> {
    let ledger = house.http.get(format!("{}/sandbox/ledger", house.gateway_url)).ask().await;
    ledger.expect(200)["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_capture_that_we_did_not_make_is_found_by_its_webhook_and_by_no_forged_one() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let order = house.order(&buyer, &[0]).await;
    let payment = text(&order["payment"]["payment_id"]);
    capture(&house, &payment).await;
    let status = async || {
        let path = format!("/v1/orders/{}", text(&order["id"]));
        let order = house.get(&path).bearer_auth(&buyer.token).ask().await.expect(200);
        text(&order["status"])
    };
    let paid = notice("Paid", &payment);
    let forged = delivery(&house, "AAAA", "one", &paid).ask().await;
    forged.expect_problem("unauthenticated", 401);
    let twice = delivery(&house, WEBHOOK_SECRET, "one", &paid).header("webhook-id", "two");
    twice.ask().await.expect_problem("unauthenticated", 401);
    assert_eq!(status().await, "pending_payment");
    // What it says is not believed: the provider is asked.
    let failed = notice("Failed", &payment);
    delivery(&house, WEBHOOK_SECRET, "one", &failed).ask().await.expect(200);
    assert_eq!(status().await, "paid");
    delivery(&house, WEBHOOK_SECRET, "one", &failed).ask().await.expect(200);
    assert_eq!(ledger(&house).await.len(), 1);
}

#[tokio::test]
async fn the_provider_may_charge_what_the_order_costs_and_nothing_else() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let order = house.order(&buyer, &[0]).await;
    let payment = text(&order["payment"]["payment_id"]);
    let ask = async |amount: i64| {
        let mut question = notice("Confirm", &payment);
        question["data"]["totalAmount"] = json!(amount);
        delivery(&house, WEBHOOK_SECRET, "question", &question).ask().await
    };
    ask(9_999).await.expect_problem("payment-mismatch", 409);
    ask(10_000).await.expect(200);
    ask(10_000).await.expect_problem("conflict", 409);
}

#[tokio::test]
async fn money_for_no_order_needs_a_person_who_gives_it_back() {
    let house = House::open().await;
    let payment = uuid::Uuid::from_u128(77).simple().to_string();
    let register = format!("{}/payments/{payment}/pre-register", house.gateway_url);
    let register = house.http.post(register).json(&json!({"totalAmount": 700, "currency": "EUR"}));
    let register = register.header("Authorization", format!("PortOne {GATEWAY_SECRET}"));
    register.send().await.unwrap().error_for_status().unwrap();
    capture(&house, &payment).await;
    for id in ["one", "two"] {
        delivery(&house, WEBHOOK_SECRET, id, &notice("Paid", &payment)).ask().await.expect(200);
    }
    let attention = async || {
        let list = house.get("/v1/payments/attention").bearer_auth(&house.administrator);
        list.ask().await.expect(200)["items"].as_array().unwrap().clone()
    };
    let matters = attention().await;
    assert_eq!(matters.len(), 1, "{matters:?}");
    assert_eq!(matters[0]["reason"], "unknown_payment");
    let refund = house.post(&format!("/v1/payments/{payment}/refund"));
    let refund = refund.bearer_auth(&house.administrator).key(&house.key());
    refund.json(&json!({})).ask().await.expect(202);
    assert_eq!(attention().await, [] as [Value; 0]);
    let kinds: Vec<Value> = ledger(&house).await.iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["capture", "cancel"]);
}
