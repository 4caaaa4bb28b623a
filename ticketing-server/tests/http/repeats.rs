//! A request repeated with its key gets the first answer again, byte for byte.

use reqwest::RequestBuilder;
use serde_json::json;

use crate::house::{House, Inside};
use crate::wire::{Answer, Request, text};

/// The first answer and the second, which must be the same.
async fn twice(request: impl Fn() -> RequestBuilder) -> Answer {
    let first = request().ask().await;
    let second = request().ask().await;
    assert!(first.status < 300, "{first:?}");
    assert_eq!((second.status, &second.body), (first.status, &first.body));
    first
}

fn post(house: &House, path: &str, buyer: &Inside, key: &str) -> RequestBuilder {
    house.post(path).proven(buyer).key(key)
}

#[tokio::test]
async fn a_repeated_hold_order_and_cancel_get_the_first_answer_byte_for_byte() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let holds = house.of_performance("/holds");
    let keys = [house.key(), house.key(), house.key(), house.key()];

    let wish = json!({"seats": [4, 5]});
    let hold = twice(|| post(&house, &holds, &buyer, &keys[0]).json(&wish)).await.expect(201);
    let best = json!({"best": {"count": 2}});
    twice(|| post(&house, &holds, &buyer, &keys[1]).json(&best)).await;

    let order = json!({"hold_id": hold["id"]});
    let request = || post(&house, "/v1/orders", &buyer, &keys[2]).json(&order);
    let order = twice(request).await.expect(201);
    let orders = house.get("/v1/orders").bearer_auth(&buyer.token).ask().await.expect(200);
    assert_eq!(orders["items"].as_array().unwrap().len(), 1);

    let cancel = format!("/v1/orders/{}/cancel", text(&order["id"]));
    let cancelled =
        twice(|| post(&house, &cancel, &buyer, &keys[3]).json(&json!({}))).await.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
    // The order as it was placed is still what its key answers.
    assert_eq!(request().ask().await.expect(201), order);
}

#[tokio::test]
async fn a_repeated_payment_charges_once_and_answers_the_same() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let order = house.order(&buyer, &[0]).await;
    let payment = house.payment_of(&order, "approve").await;
    let (path, key) = (format!("/v1/orders/{}/payment", text(&order["id"])), house.key());
    twice(|| post(&house, &path, &buyer, &key).json(&payment)).await;
    let ledger = house.http.get(format!("{}/sandbox/ledger", house.gateway_url)).ask().await;
    assert_eq!(ledger.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_is_good_for_one_request_of_one_account() {
    let house = House::open().await;
    let (buyer, other) = (house.new_inside().await, house.new_inside().await);
    let holds = house.of_performance("/holds");
    let key = house.key();
    let hold = |buyer, seat: u32| post(&house, &holds, buyer, &key).json(&json!({"seats": [seat]}));
    hold(&buyer, 1).ask().await.expect(201);
    hold(&buyer, 2).ask().await.expect_problem("idempotency-reused", 422);
    hold(&other, 2).ask().await.expect(201);
}
