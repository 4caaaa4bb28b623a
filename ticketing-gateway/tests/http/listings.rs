//! `PortOne`'s listings by cursor, and access tokens.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::shop::{Shop, assert_refused};

async fn listed(shop: &Shop, what: &str, question: &Value) -> (StatusCode, Value) {
    let mut encoded = String::new();
    question.to_string().bytes().for_each(|byte| write!(encoded, "%{byte:02X}").unwrap());
    shop.get(&format!("/{what}?requestBody={encoded}")).await
}

#[tokio::test]
async fn every_payment_and_every_movement_is_listed_once_page_by_page() {
    let shop = Shop::new();
    for number in 0..25 {
        shop.paid(&format!("pay{number}"), 900).await;
    }
    shop.cancel("pay3", &json!({ "reason": "part", "amount": 100 })).await;
    for (what, item, expected) in
        [("payments-by-cursor", "payment", 25), ("payment-events-by-cursor", "paymentEvent", 26)]
    {
        let (mut cursor, mut ids) = (Value::Null, Vec::new());
        loop {
            let (_, page) = listed(&shop, what, &json!({ "cursor": cursor })).await;
            let items = page["items"].as_array().unwrap().clone();
            assert!(items.len() <= 10, "ten where the size is not said");
            let Some(last) = items.last() else { break };
            cursor = last["cursor"].clone();
            ids.extend(items.iter().map(|one| one[item]["id"].as_str().unwrap().to_owned()));
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), expected, "{what}");
    }
    let last = json!({ "size": 1000 });
    let (_, events) = listed(&shop, "payment-events-by-cursor", &last).await;
    let cancel = &events["items"][25]["paymentEvent"];
    assert_eq!(
        (&cancel["type"], &cancel["eventAmount"]),
        (&json!("PARTIAL_CANCELLED"), &json!(-100))
    );
}

#[tokio::test]
async fn a_listing_has_a_span_and_refuses_what_it_cannot_read() {
    let shop = Shop::new();
    shop.paid("pay1", 900).await;
    let past = json!({ "from": "2020-01-01T00:00:00Z", "until": "2020-02-01T00:00:00Z" });
    let (_, page) = listed(&shop, "payments-by-cursor", &past).await;
    assert_eq!(page["items"], json!([]));
    for bad in [
        json!({ "size": 1001 }),
        json!({ "size": 0 }),
        json!({ "from": "yesterday" }),
        json!({ "cursor": "x" }),
        json!(7),
    ] {
        let answer = listed(&shop, "payments-by-cursor", &bad).await;
        assert_refused(&answer, 400, "INVALID_REQUEST");
    }
}

#[tokio::test]
async fn an_access_token_stands_for_the_secret_and_a_refresh_token_does_not() {
    let shop = Shop::new();
    let login = json!({ "apiSecret": crate::shop::SECRET });
    let (_, tokens) = shop.post("/login/api-secret", &login).await;
    let wrong = shop.post("/login/api-secret", &json!({ "apiSecret": "guess" })).await;
    assert_refused(&wrong, 401, "UNAUTHORIZED");
    let ask = async |token: &Value| {
        let request = Request::builder().method(Method::GET).uri("/payments/none");
        let request =
            request.header("authorization", format!("Bearer {}", token.as_str().unwrap()));
        shop.send(request.body(Body::empty()).unwrap()).await
    };
    assert_refused(&ask(&tokens["accessToken"]).await, 404, "PAYMENT_NOT_FOUND");
    assert_refused(&ask(&tokens["refreshToken"]).await, 401, "UNAUTHORIZED");
    let refresh = json!({ "refreshToken": tokens["refreshToken"] });
    let (_, renewed) = shop.post("/token/refresh", &refresh).await;
    assert_refused(&ask(&renewed["accessToken"]).await, 404, "PAYMENT_NOT_FOUND");
    let not_that = json!({ "refreshToken": tokens["accessToken"] });
    assert_refused(&shop.post("/token/refresh", &not_that).await, 401, "UNAUTHORIZED");
}
