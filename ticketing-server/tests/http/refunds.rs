//! What an administrator gives back: a payment, or seats that it was for.

use serde_json::{Value, json};

use crate::house::House;
use crate::wire::{Request, text};

#[tokio::test]
async fn an_administrator_gives_a_paid_order_back() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let order = house.order(&buyer, &[0]).await;
    let payment = house.payment_of(&order, "approve").await;
    let path = format!("/v1/orders/{}/payment", text(&order["id"]));
    house.post(&path).proven(&buyer).key(&house.key()).json(&payment).ask().await.expect(200);
    let path = format!("/v1/payments/{}", text(&payment["payment_id"]));
    let key = house.key();
    for _ in 0..2 {
        let refund = house.post(&format!("{path}/refund")).bearer_auth(&house.administrator);
        let report = refund.key(&key).json(&json!({})).ask().await.expect(202);
        assert_eq!((&report["order_status"], &report["seats"]), (&json!("refund_due"), &json!([])));
        assert_eq!(report["refunds"].as_array().unwrap().len(), 1);
    }
    house.step_refunds().await;
    let report = house.get(&path).bearer_auth(&house.administrator).ask().await.expect(200);
    assert_eq!(
        (&report["order_status"], &report["status"]),
        (&json!("refunded"), &json!("returned"))
    );
    let tickets = format!("/v1/orders/{}/tickets", text(&order["id"]));
    let tickets = house.get(&tickets).bearer_auth(&buyer.token).ask().await.expect(200);
    assert_eq!(tickets["items"], json!([]));
}

#[tokio::test]
async fn an_administrator_gives_a_seat_back_and_the_order_goes_on() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let order = house.order(&buyer, &[0, 1]).await;
    let payment = house.payment_of(&order, "approve").await;
    let order = format!("/v1/orders/{}", text(&order["id"]));
    let path = format!("{order}/payment");
    house.post(&path).proven(&buyer).key(&house.key()).json(&payment).ask().await.expect(200);
    let path = format!("/v1/payments/{}/refund", text(&payment["payment_id"]));
    let ask = async |body: Value| {
        let refund = house.post(&path).bearer_auth(&house.administrator).key(&house.key());
        refund.json(&body).ask().await
    };
    for wrong in [json!({"seats": null}), json!({"seats": []}), json!({"seats": [7]})] {
        ask(wrong).await.expect_problem("validation", 400);
    }
    let refund = house.post(&path).bearer_auth(&house.administrator).key(&house.key());
    refund.ask().await.expect_problem("unsupported-media-type", 415);
    let report = ask(json!({"seats": [1]})).await.expect(202);
    assert_eq!((&report["order_status"], &report["seats"]), (&json!("paid"), &json!([0])));
    assert_eq!(report["refunds"][0]["seats"], json!([1]));
    ask(json!({"seats": [1]})).await.expect_problem("conflict", 409);
    let shown = house.get(&order).proven(&buyer).ask().await.expect(200);
    assert_eq!((&shown["seats"], &shown["returned"]), (&json!([0, 1]), &json!([1])));
    assert_eq!(shown["refunds"][0]["seats"], json!([1]));
    let tickets = house.get(&format!("{order}/tickets")).proven(&buyer).ask().await.expect(200);
    assert_eq!(tickets["items"].as_array().unwrap().len(), 1);
}
