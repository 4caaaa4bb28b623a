//! The page of an order, and its tickets as pictures and on paper.

use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use serde_json::{Value, json};

use crate::house::{House, Inside};
use crate::wire::{Answer, Request, text};

/// An order, its page's address without the link, and the link.
async fn ordered(house: &House, buyer: &Inside, seats: &[u32]) -> (Value, String, String) {
    let order = house.order(buyer, seats).await;
    let (page, link) = linked(&order);
    (order, page, link)
}

fn linked(order: &Value) -> (String, String) {
    let address = text(&order["payment"]["checkout_url"]);
    let (page, link) = address.split_once('#').expect("the link stands behind the #");
    (page.to_owned(), link.to_owned())
}

fn with(link: &str, request: RequestBuilder) -> RequestBuilder {
    request.header("Checkout-Token", link)
}

fn header<'answer>(answer: &'answer Answer, name: &reqwest::header::HeaderName) -> &'answer str {
    answer.headers[name].to_str().unwrap()
}

#[tokio::test]
async fn whoever_has_its_link_does_with_one_order_what_its_buyer_may() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let (order, _, link) = ordered(&house, &buyer, &[0, 1]).await;
    let path = format!("/v1/orders/{}", text(&order["id"]));
    let get = |rest: &str| with(&link, house.get(&format!("{path}{rest}"))).ask();
    let post = |rest: &str, body: Value| {
        let post = with(&link, house.post(&format!("{path}{rest}"))).key(&house.key());
        post.json(&body).ask()
    };
    let shown = get("/checkout").await.expect(200);
    assert_eq!((&shown["order"], &shown["labels"][1]), (&order, &json!("Floor, row 1, seat 2")));
    assert_eq!((&shown["tickets"], &shown["portone"]), (&json!([]), &Value::Null));
    get("/tickets.pdf").await.expect_problem("conflict", 409);
    assert_eq!(shown["declined"], false);
    let declined = house.payment_of(&order, "decline").await;
    post("/payment", declined).await.expect_problem("payment-declined", 402);
    let shown = get("/checkout").await.expect(200);
    assert_eq!(shown["declined"], true);
    let payment = house.payment_of(&shown["order"], "approve").await;
    let paid = post("/payment", payment).await.expect(200);
    assert_eq!(paid["status"], "paid");
    let shown = get("/checkout").await.expect(200);
    let tickets = get("/tickets").await.expect(200);
    assert_eq!(shown["tickets"][1]["code"], tickets["items"][1]["code"]);
    assert_eq!(shown["tickets"][0]["status"], "valid");
    let quote = get("/cancellation?seats=1").await.expect(200);
    let given_back = json!({"seats": [1], "refund": quote["refund"]});
    assert_eq!(post("/cancel", given_back).await.expect(200)["returned"], json!([1]));
    assert_eq!(get("/checkout").await.expect(200)["tickets"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_link_opens_nothing_else_and_a_changed_one_nothing_at_all() {
    let house = House::open().await;
    let (buyer, other) = (house.new_inside().await, house.new_inside().await);
    let (order, _, link) = ordered(&house, &buyer, &[0]).await;
    let (others, _, others_link) = ordered(&house, &other, &[1]).await;
    let second = house.order(&buyer, &[2]).await;
    let path = format!("/v1/orders/{}", text(&order["id"]));
    assert_eq!(linked(&house.get(&path).proven(&buyer).ask().await.expect(200)).1, link);
    let ways = ["", "/checkout", "/cancellation", "/tickets", "/tickets.pdf"];
    for stranger in [&others, &second] {
        let path = format!("/v1/orders/{}", text(&stranger["id"]));
        for rest in ways {
            let asked = with(&link, house.get(&format!("{path}{rest}")));
            asked.ask().await.expect_problem("unauthenticated", 401);
        }
        let cancel = with(&link, house.post(&format!("{path}/cancel"))).key(&house.key());
        cancel.json(&json!({})).ask().await.expect_problem("unauthenticated", 401);
    }
    let turned: String = link.chars().rev().collect();
    for wrong in ["", "x", &link[1..], &turned, &others_link, &buyer.token, &buyer.pass] {
        let asked = with(wrong, house.get(&format!("{path}/checkout")));
        asked.ask().await.expect_problem("unauthenticated", 401);
    }
    for path in ["/v1/me", "/v1/orders", &house.of_performance("/sales")] {
        with(&link, house.get(path)).ask().await.expect_problem("unauthenticated", 401);
    }
    // Who is signed in is asked as that, whatever link comes along.
    let asked = with(&link, house.get(&path)).bearer_auth(&other.token);
    asked.ask().await.expect_problem("not-found", 404);
}

#[tokio::test]
async fn the_page_and_its_parts_run_nothing_but_their_own_script() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let (_, page, link) = ordered(&house, &buyer, &[0]).await;
    let parts = ["page.css", "page.js", "server.js", "shown.js", "words.js"];
    let parts = parts.map(|part| (format!("/checkout/{part}"), false));
    for (path, is_page) in [(page, true)].into_iter().chain(parts) {
        let answer = house.get(&path).ask().await;
        answer.expect(200);
        let policy = header(&answer, &CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(header(&answer, &REFERRER_POLICY), "no-referrer");
        let body = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(header(&answer, &CONTENT_TYPE).starts_with("text/html"), is_page);
        assert!(!body.contains(&link) && !body.contains("innerHTML"), "{path}");
    }
}

#[tokio::test]
async fn tickets_are_drawn_and_printed_for_their_buyer_alone() {
    let house = House::open().await;
    let (buyer, stranger) = (house.new_inside().await, house.new_inside().await);
    let (order, ..) = ordered(&house, &buyer, &[0, 1]).await;
    let path = format!("/v1/orders/{}", text(&order["id"]));
    let payment = house.payment_of(&order, "approve").await;
    let pay = house.post(&format!("{path}/payment")).proven(&buyer).key(&house.key());
    pay.json(&payment).ask().await.expect(200);
    let tickets = house.get(&format!("{path}/tickets")).proven(&buyer).ask().await.expect(200);
    let id = text(&tickets["items"][0]["id"]);
    let drawn = house.get(&format!("/v1/tickets/{id}.png")).proven(&buyer).ask().await;
    drawn.expect(200);
    assert_eq!(header(&drawn, &CONTENT_TYPE), "image/png");
    assert!(drawn.body.starts_with(b"\x89PNG"));
    let foreign = house.get(&format!("/v1/tickets/{id}.png")).proven(&stranger);
    foreign.ask().await.expect_problem("not-found", 404);
    for wrong in ["", ".gif", ".png.png", ".PNG"] {
        let asked = house.get(&format!("/v1/tickets/{id}{wrong}")).proven(&buyer);
        asked.ask().await.expect_problem("not-found", 404);
    }
    let print = |query: &str| house.get(&format!("{path}/tickets.pdf{query}"));
    for query in ["", "?paper=a4", "?paper=80mm"] {
        let printed = print(query).proven(&buyer).ask().await;
        printed.expect(200);
        assert_eq!(header(&printed, &CONTENT_TYPE), "application/pdf");
        let pages = printed.body.windows(12).filter(|part| part == b"/Type /Page\n").count();
        assert_eq!(pages, 2, "{query}");
    }
    for wrong in ["?paper=letter", "?paper=", "?size=a4"] {
        print(wrong).proven(&buyer).ask().await.expect_problem("validation", 400);
    }
    print("").proven(&stranger).ask().await.expect_problem("not-found", 404);
}
