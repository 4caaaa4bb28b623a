//! Who may do what: every route, asked by everyone, about things of one buyer and one organizer.

use reqwest::RequestBuilder;

use crate::house::{House, Inside};
use crate::routes::{Names, Route, all};
use crate::wire::{Request, text};

/// Answers to: nobody, another buyer, the buyer, another organizer, the organizer, an
/// administrator. Each of them shows the buyer's own place and pass.
const EXPECTED: [(&str, [u16; 6]); 95] = [
    ("GET /v1/performances/{performance}/reviews", [200, 200, 200, 200, 200, 200]),
    // The buyer has written one.
    ("POST /v1/performances/{performance}/reviews", [401, 403, 409, 403, 403, 403]),
    ("GET /v1/me/reviews", [401, 200, 200, 200, 200, 200]),
    ("GET /v1/reviews/reported", [401, 403, 403, 403, 403, 200]),
    ("GET /v1/reviews/{review}", [200, 200, 200, 200, 200, 200]),
    ("PATCH /v1/reviews/{review}", [401, 403, 200, 403, 403, 403]),
    ("PUT /v1/reviews/{review}/like", [401, 200, 200, 200, 200, 200]),
    ("DELETE /v1/reviews/{review}/like", [401, 200, 200, 200, 200, 200]),
    ("POST /v1/reviews/{review}/reports", [401, 204, 204, 204, 204, 204]),
    ("GET /v1/reviews/{review}/reports", [401, 403, 403, 403, 403, 200]),
    // The organizer has replied.
    ("POST /v1/reviews/{review}/reply", [401, 403, 403, 403, 200, 409]),
    ("POST /v1/reviews/{review}/hide", [401, 403, 403, 403, 403, 200]),
    ("POST /v1/reviews/{review}/objection", [401, 404, 200, 404, 404, 404]),
    ("POST /v1/reviews/{review}/restore", [401, 403, 403, 403, 403, 200]),
    // The buyer has taken it back.
    ("DELETE /v1/reviews/{review}", [401, 403, 204, 404, 404, 404]),
    ("GET /v1/pictures/{picture}", [200, 200, 200, 200, 200, 200]),
    ("PUT /v1/performances/{performance}/poster", [401, 403, 403, 403, 200, 200]),
    ("DELETE /v1/performances/{performance}/poster", [401, 403, 403, 403, 204, 204]),
    ("GET /livez", [200, 200, 200, 200, 200, 200]),
    ("GET /readyz", [200, 200, 200, 200, 200, 200]),
    ("POST /v1/accounts", [201, 409, 409, 409, 409, 409]),
    ("POST /v1/sessions", [401, 401, 401, 401, 401, 401]),
    ("POST /v1/sessions/refresh", [401, 401, 401, 401, 401, 401]),
    ("GET /v1/me", [401, 200, 200, 200, 200, 200]),
    ("PUT /v1/accounts/{account}/role", [401, 403, 403, 403, 403, 200]),
    ("POST /v1/venues", [401, 403, 403, 201, 201, 201]),
    ("GET /v1/venues", [401, 200, 200, 200, 200, 200]),
    ("GET /v1/venues/{venue}", [401, 200, 200, 200, 200, 200]),
    ("PATCH /v1/venues/{venue}", [401, 403, 403, 403, 200, 200]),
    ("GET /v1/venues/{venue}/sellers", [401, 403, 403, 403, 200, 200]),
    ("PUT /v1/venues/{venue}/sellers", [401, 403, 403, 403, 200, 200]),
    // A performance is in it.
    ("DELETE /v1/venues/{venue}", [401, 403, 403, 403, 409, 409]),
    ("POST /v1/performances", [401, 403, 403, 403, 201, 201]),
    ("GET /v1/performances", [200, 200, 200, 200, 200, 200]),
    ("GET /v1/ranking", [200, 200, 200, 200, 200, 200]),
    ("POST /v1/productions", [401, 403, 403, 201, 201, 201]),
    ("GET /v1/productions", [200, 200, 200, 200, 200, 200]),
    ("GET /v1/productions/{production}", [200, 200, 200, 200, 200, 200]),
    ("PATCH /v1/productions/{production}", [401, 403, 403, 403, 200, 200]),
    ("GET /v1/performances/{performance}", [200, 200, 200, 200, 200, 200]),
    ("PATCH /v1/performances/{performance}", [401, 403, 403, 403, 200, 200]),
    ("GET /v1/performances/{performance}/line/status", [200, 200, 200, 200, 200, 200]),
    ("GET /v1/performances/{performance}/line/report", [401, 403, 403, 403, 200, 200]),
    ("GET /v1/performances/{performance}/line/draw", [404, 404, 404, 404, 404, 404]),
    ("GET /v1/performances/{performance}/audit", [401, 403, 403, 403, 200, 200]),
    ("POST /v1/performances/{performance}/line/pause", [401, 403, 403, 403, 200, 200]),
    ("POST /v1/performances/{performance}/line/resume", [401, 403, 403, 403, 200, 200]),
    ("POST /v1/performances/{performance}/line/rate", [401, 403, 403, 403, 200, 200]),
    ("POST /v1/performances/{performance}/line/capacity", [401, 403, 403, 403, 200, 200]),
    ("POST /v1/performances/{performance}/line/entropy", [401, 403, 403, 403, 404, 404]),
    ("GET /v1/performances/{performance}/layout", [307, 307, 307, 307, 307, 307]),
    ("GET /v1/performances/{performance}/layout/{layout}", [200, 200, 200, 200, 200, 200]),
    ("GET /v1/performances/{performance}/seats", [401, 200, 200, 200, 200, 200]),
    ("GET /v1/performances/{performance}/orders", [401, 403, 403, 403, 200, 200]),
    ("GET /v1/performances/{performance}/sales", [401, 403, 403, 403, 200, 200]),
    ("GET /v1/performances/{performance}/ledger", [401, 403, 403, 403, 200, 200]),
    ("POST /v1/performances/{performance}/check-ins", [401, 403, 403, 403, 200, 200]),
    ("GET /v1/performances/{performance}/check-ins", [401, 403, 403, 403, 200, 200]),
    ("GET /v1/performances/{performance}/check-ins/list", [401, 403, 403, 403, 200, 200]),
    ("POST /v1/performances/{performance}/check-ins/uploads", [401, 403, 403, 403, 200, 200]),
    ("POST /v1/performances/{performance}/check-ins/annul", [401, 403, 403, 403, 404, 404]),
    ("POST /v1/performances/{performance}/line", [401, 202, 202, 202, 202, 202]),
    ("GET /v1/performances/{performance}/line", [401, 403, 200, 403, 403, 403]),
    ("POST /v1/performances/{performance}/holds", [401, 403, 201, 403, 403, 403]),
    ("POST /v1/orders", [401, 403, 201, 403, 403, 403]),
    ("GET /v1/orders", [401, 200, 200, 200, 200, 200]),
    ("GET /v1/orders/{order}", [401, 404, 200, 404, 404, 404]),
    ("GET /v1/orders/{order}/cancellation", [401, 404, 200, 404, 200, 200]),
    ("GET /v1/orders/{order}/checkout", [401, 404, 200, 404, 404, 404]),
    ("GET /v1/orders/{order}/tickets", [401, 404, 200, 404, 404, 404]),
    // It is not paid: nothing to print, and no ticket to draw.
    ("GET /v1/orders/{order}/tickets.pdf", [401, 404, 409, 404, 404, 404]),
    ("GET /v1/tickets/{ticket}.png", [401, 404, 404, 404, 404, 404]),
    ("GET /v1/payments/attention", [401, 403, 403, 403, 403, 200]),
    ("GET /v1/payments/{payment}", [401, 403, 403, 403, 403, 200]),
    ("POST /v1/payments/{payment}/settle", [401, 403, 403, 403, 403, 200]),
    ("POST /v1/payments/{payment}/refund", [401, 403, 403, 403, 403, 409]),
    ("GET /v1/events/parked", [401, 403, 403, 403, 403, 200]),
    ("GET /v1/events/parked/{ticket}", [401, 403, 403, 403, 403, 404]),
    ("POST /v1/events/parked/{ticket}/redrive", [401, 403, 403, 403, 403, 404]),
    ("DELETE /v1/events/parked/{ticket}", [401, 403, 403, 403, 403, 404]),
    ("POST /v1/events/consumers/{consumer}/rebuild", [401, 403, 403, 403, 403, 200]),
    ("POST /v1/webhooks/portone", [401, 401, 401, 401, 401, 401]),
    ("POST /v1/orders/{order}/payment", [401, 404, 409, 404, 404, 404]),
    // Its organizer has to say why.
    ("POST /v1/orders/{order}/cancel", [401, 404, 200, 404, 400, 400]),
    ("POST /v1/tickets/{ticket}/reissue", [401, 404, 404, 404, 404, 404]),
    ("DELETE /v1/holds/{hold}", [401, 403, 204, 403, 403, 403]),
    ("DELETE /v1/performances/{performance}/line", [401, 403, 204, 403, 403, 403]),
    ("POST /v1/performances/{performance}/line/revoke", [401, 403, 403, 403, 204, 204]),
    ("POST /v1/performances/{performance}/line/drain", [401, 403, 403, 403, 200, 200]),
    ("DELETE /v1/performances/{performance}", [401, 403, 403, 403, 202, 202]),
    ("GET /v1/performances/{performance}/cancellation", [401, 403, 403, 403, 200, 200]),
    ("POST /v1/performances/{performance}/cancellation/redrive", [401, 403, 403, 403, 403, 200]),
    ("DELETE /v1/sessions/current", [401, 204, 204, 204, 204, 204]),
    ("POST /v1/synthetic-buyers", [401, 403, 403, 403, 403, 201]),
    ("DELETE /v1/synthetic-buyers", [401, 403, 403, 403, 403, 204]),
];

#[tokio::test]
async fn every_route_answers_each_role_as_the_table_says() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let names = crate::routes::names(&house, &buyer).await;
    let tokens = [
        None,
        Some(house.new_buyer().await),
        Some(buyer.token.clone()),
        Some(house.new_organizer().await),
        Some(house.organizer.clone()),
        Some(house.administrator.clone()),
    ];
    let routes = all(&house, &names);
    let mut answers = Vec::new();
    for route in &routes {
        let mut row = [0; 6];
        for (column, token) in tokens.iter().enumerate() {
            row[column] = asked(&house, route, &names, &buyer, token.as_deref()).await;
        }
        answers.push((format!("{} {}", route.method, route.path), row));
    }
    let expected = EXPECTED.map(|(route, row)| (route.to_owned(), row));
    assert_eq!(answers, expected);
}

async fn asked(
    house: &House,
    route: &Route,
    names: &Names,
    buyer: &Inside,
    token: Option<&str>,
) -> u16 {
    let signed_in = |request: RequestBuilder| match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let request = signed_in(route.request(house, names, buyer));
    let request = match &route.body {
        Some(body) => request.json(body),
        None => request,
    };
    let answer = request.ask().await;
    if answer.status >= 400 {
        answer.problem();
    }
    answer.status
}

#[tokio::test]
async fn what_a_stranger_tries_on_an_order_changes_nothing() {
    let house = House::open().await;
    let (buyer, stranger) = (house.new_inside().await, house.new_inside().await);
    let order = house.order(&buyer, &[0, 1]).await;
    let hold = house.hold(&buyer, &[2]).await;
    let payment = house.payment_of(&order, "approve").await;
    let before = house.books(&buyer.token).await;
    let path = format!("/v1/orders/{}", text(&order["id"]));
    let post = |path: &str| house.post(path).proven(&stranger).key(&house.key());
    post(&format!("{path}/payment")).json(&payment).ask().await.expect_problem("not-found", 404);
    post(&format!("{path}/cancel"))
        .json(&serde_json::json!({}))
        .ask()
        .await
        .expect_problem("not-found", 404);
    let theft = serde_json::json!({"hold_id": hold["id"]});
    post("/v1/orders").json(&theft).ask().await.expect_problem("not-found", 404);
    let release = format!("/v1/holds/{}", text(&hold["id"]));
    let release = house.call(reqwest::Method::DELETE, &release).proven(&stranger);
    assert!(release.ask().await.status < 500);
    assert_eq!(house.books(&buyer.token).await, before);
}
