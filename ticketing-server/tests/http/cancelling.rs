//! Paid orders that their buyer or their organizer gives back.

use reqwest::Method;
use serde_json::{Value, json};

use crate::house::House;
use crate::wire::{Request, text};

fn euro(amount: i64) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

#[tokio::test]
async fn a_buyer_sees_what_comes_back_and_then_gets_it() {
    let house = House::open().await;
    let rules = json!([{"days_before": 10_000, "fee_percent": 0}, {"fee_percent": 10}]);
    let path = format!("/v1/performances/{}", house.performance);
    let change = |policy: Value| {
        let change = house.call(Method::PATCH, &path).bearer_auth(&house.organizer);
        change.json(&json!({"policy": policy})).ask()
    };
    change(json!({"refund_terms": rules})).await.expect_problem("validation", 400);
    let rules = json!([{"days_before": 3_000, "fee_percent": 0}, {"fee_percent": 10}]);
    let changed = change(json!({"refund_terms": rules})).await.expect(200);
    assert_eq!(changed["policy"]["refund_terms"][0]["days_before"], json!(3_000));
    let buyer = house.new_inside().await;
    let order = house.order(&buyer, &[0, 1]).await;
    assert_eq!(order["refund_terms"][1]["fee_percent"], json!(10));
    let payment = house.payment_of(&order, "approve").await;
    let price = order["lines"][0]["amount"]["amount"].as_i64().unwrap();
    let order = format!("/v1/orders/{}", text(&order["id"]));
    let path = format!("{order}/payment");
    house.post(&path).proven(&buyer).key(&house.key()).json(&payment).ask().await.expect(200);
    let quote = async |query: &str| {
        house.get(&format!("{order}/cancellation{query}")).proven(&buyer).ask().await
    };
    let whole = quote("").await.expect(200);
    assert_eq!((&whole["seats"], &whole["fee"]), (&json!([0, 1]), &euro(price / 5)));
    for wrong in ["?seats=a", "?seats=", "?seats=0,9", "?seat=1", "?seats=-1", "?seats=0&seats=1"] {
        quote(wrong).await.expect_problem("validation", 400);
    }
    let one = quote("?seats=1").await.expect(200);
    let refund = price - price / 10;
    assert_eq!((&one["paid"], &one["refund"]), (&euro(price), &euro(refund)));
    let cancel = async |body: Value| {
        let cancel = house.post(&format!("{order}/cancel")).proven(&buyer).key(&house.key());
        cancel.json(&body).ask().await
    };
    for wrong in [json!({}), json!({"refund": null}), json!({"seats": [1]}), json!({"all": true})] {
        cancel(wrong).await.expect_problem("validation", 400);
    }
    let unknown = json!({"seats": [1], "refund": {"amount": refund, "currency": "XYZ"}});
    cancel(unknown).await.expect_problem("validation", 400);
    let other = json!({"seats": [1], "refund": euro(refund + 1)});
    cancel(other).await.expect_problem("conflict", 409);
    let left = cancel(json!({"seats": [1], "refund": euro(refund)})).await.expect(200);
    assert_eq!((&left["status"], &left["returned"]), (&json!("paid"), &json!([1])));
    assert_eq!(left["fees_kept"], euro(price / 10));
    quote("?seats=1").await.expect_problem("conflict", 409);
    let shown = house.get(&order).proven(&buyer).ask().await.expect(200);
    assert_eq!(shown["refunds"][0]["amount"], euro(refund));
}

#[tokio::test]
async fn an_organizer_gives_all_back_and_says_why() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let order = house.order(&buyer, &[0]).await;
    let payment = house.payment_of(&order, "approve").await;
    let total = order["total"].clone();
    let order = format!("/v1/orders/{}", text(&order["id"]));
    let path = format!("{order}/payment");
    house.post(&path).proven(&buyer).key(&house.key()).json(&payment).ask().await.expect(200);
    let path = format!("{order}/cancellation");
    let quote = house.get(&path).bearer_auth(&house.organizer).ask().await.expect(200);
    assert_eq!((&quote["refund"], &quote["until"]), (&total, &json!(null)));
    let stranger = house.new_inside().await;
    house.get(&path).proven(&stranger).ask().await.expect_problem("not-found", 404);
    let path = format!("{order}/cancel");
    let cancel = async |body: Value| {
        let cancel = house.post(&path).bearer_auth(&house.organizer).key(&house.key());
        cancel.json(&body).ask().await
    };
    cancel(json!({"refund": total})).await.expect_problem("validation", 400);
    let said = json!({"refund": total, "reason": "The singer is ill."});
    let ended = cancel(said).await.expect(200);
    assert_eq!(ended["cancel_reason"], json!("The singer is ill."));
    let shown = house.get(&order).proven(&buyer).ask().await.expect(200);
    assert_eq!(shown["cancel_reason"], json!("The singer is ill."));
    let list = format!("/v1/performances/{}/orders", house.performance);
    let list = house.get(&list).bearer_auth(&house.organizer).ask().await.expect(200);
    assert_eq!(list["items"][0]["cancel_reason"], json!("The singer is ill."));
}

#[tokio::test]
async fn the_example_file_is_the_korean_standard() {
    let house = House::open().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/korean_consumer_standard.json");
    let rules: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let path = format!("/v1/performances/{}", house.performance);
    let change = house.call(Method::PATCH, &path).bearer_auth(&house.organizer);
    let changed = change.json(&json!({"policy": {"refund_terms": rules}})).ask().await.expect(200);
    let standard = ticketing_core::catalog::RefundRule::korean_consumer_standard();
    let shown = changed["policy"]["refund_terms"].as_array().unwrap();
    let facts = |rule: &Value| {
        let number = |name: &str| rule[name].as_u64().and_then(|it| u32::try_from(it).ok());
        (
            number("days_before"),
            number("hours_since_order"),
            number("fee_percent"),
            rule["keep_booking_fee"].as_bool(),
        )
    };
    let shown: Vec<_> = shown.iter().map(facts).collect();
    let standard: Vec<_> = standard
        .iter()
        .map(|rule| {
            (
                rule.days_before,
                rule.hours_since_order,
                Some(rule.fee_percent),
                Some(rule.keep_booking_fee),
            )
        })
        .collect();
    assert_eq!(shown, standard);
}
