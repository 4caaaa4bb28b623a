//! How every route answers, letter for letter, and that the client's types read it without loss:
//! what the document, the server and the client could be wrong about together.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use ticketing_wire::{
    Page, accounts, checkout, door, events, ledger, line, orders, payments, performances,
    productions, ranking, reviews, sales, seats, venues,
};

use crate::house::{House, Inside};
use crate::routes::{Names, Route, all, names};
use crate::wire::{Answer, Request};

/// Proofs: other bytes for other keys, and nothing to look at.
const PROOFS: [&str; 7] =
    ["access_token", "refresh_token", "place_token", "pass_token", "receipt", "code", "layout"];

#[tokio::test]
async fn every_answer_looks_as_it_did_and_is_read_without_loss() {
    let house = House::open().await;
    let buyer = house.new_inside().await;
    let names = names(&house, &buyer).await;
    let mut answers = Map::new();
    for route in all(&house, &names) {
        let answer = allowed(&house, &route, &names, &buyer).await;
        let what = format!("{} {}", route.method, route.path);
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if (200..300).contains(&answer.status) && body.is_object() {
            assert_eq!(read_by_the_client(&what, body.clone()), Some(body.clone()), "{what}");
        }
        hide(&house, &mut body);
        answers.insert(what, json!({"status": answer.status, "body": body}));
    }
    insta::assert_json_snapshot!("answers", answers);
}

/// As the first of buyer, organizer and administrator who may.
async fn allowed(house: &House, route: &Route, names: &Names, buyer: &Inside) -> Answer {
    let mut last = None;
    for token in [&buyer.token, &house.organizer, &house.administrator] {
        let request = route.request(house, names, buyer).bearer_auth(token);
        let request = match &route.body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.ask().await;
        let done = answer.status < 400;
        last = Some(answer);
        if done {
            break;
        }
    }
    last.expect("somebody asked")
}

fn hide(house: &House, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let proof = PROOFS.contains(&name.as_str()) && field.is_string();
                if proof || name == "request_id" {
                    *field = json!(format!("[{name}]"));
                } else {
                    hide(house, field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(house, item)),
        Value::String(text) => {
            // The link of an order is a proof.
            let shown = text.split_once('#').map_or(text.as_str(), |(page, _)| page);
            *text = shown.replace(&house.gateway_url, "[gateway]");
        }
        _ => {}
    }
}

fn same<Answer: DeserializeOwned + Serialize>(body: Value) -> Option<Value> {
    let read: Answer = serde_json::from_value(body).expect("the client reads it");
    serde_json::to_value(read).ok()
}

/// What the client's types make of a success.
fn read_by_the_client(route: &str, body: Value) -> Option<Value> {
    match route {
        "POST /v1/accounts" | "GET /v1/me" | "PUT /v1/accounts/{account}/role" => {
            same::<accounts::Account>(body)
        }
        "POST /v1/venues" | "GET /v1/venues/{venue}" | "PATCH /v1/venues/{venue}" => {
            same::<venues::Venue>(body)
        }
        "GET /v1/venues/{venue}/sellers" | "PUT /v1/venues/{venue}/sellers" => {
            same::<venues::Sellers>(body)
        }
        "GET /v1/venues" => same::<Page<venues::Venue>>(body),
        "POST /v1/productions"
        | "GET /v1/productions/{production}"
        | "PATCH /v1/productions/{production}" => same::<productions::Production>(body),
        "PUT /v1/performances/{performance}/poster" => same::<productions::Poster>(body),
        "GET /v1/productions" => same::<Page<productions::Production>>(body),
        "POST /v1/performances"
        | "GET /v1/performances/{performance}"
        | "PATCH /v1/performances/{performance}" => same::<performances::Performance>(body),
        "GET /v1/performances/{performance}/cancellation"
        | "POST /v1/performances/{performance}/cancellation/redrive"
        | "DELETE /v1/performances/{performance}" => {
            same::<performances::PerformanceCancellation>(body)
        }
        "GET /v1/performances" => same::<Page<performances::Performance>>(body),
        "POST /v1/performances/{performance}/line" | "GET /v1/performances/{performance}/line" => {
            same::<line::Place>(body)
        }
        "GET /v1/performances/{performance}/line/report" => same::<line::LineReport>(body),
        "GET /v1/performances/{performance}/audit" => same::<line::Audit>(body),
        "GET /v1/performances/{performance}/layout/{layout}" => same::<seats::Layout>(body),
        "GET /v1/performances/{performance}/seats" => same::<seats::SeatsNow>(body),
        "POST /v1/performances/{performance}/holds" => same::<seats::Hold>(body),
        "GET /v1/performances/{performance}/orders" => same::<Page<sales::OrganizerOrder>>(body),
        "GET /v1/performances/{performance}/ledger" => same::<ledger::Ledger>(body),
        "GET /v1/performances/{performance}/sales" => same::<sales::SalesReport>(body),
        "POST /v1/performances/{performance}/check-ins" => same::<door::CheckIn>(body),
        "GET /v1/performances/{performance}/check-ins" => same::<Page<door::CheckIn>>(body),
        "GET /v1/performances/{performance}/check-ins/list" => same::<door::DoorList>(body),
        "POST /v1/performances/{performance}/check-ins/uploads" => {
            same::<door::UploadedScans>(body)
        }
        "GET /v1/orders" => same::<Page<orders::Order>>(body),
        "GET /v1/orders/{order}/cancellation" => same::<orders::Cancellation>(body),
        "GET /v1/orders/{order}/checkout" => same::<checkout::Checkout>(body),
        "GET /v1/orders/{order}/tickets" => same::<Page<orders::Ticket>>(body),
        "GET /v1/ranking" => same::<ranking::Ranking>(body),
        "GET /v1/performances/{performance}/reviews" => same::<reviews::Reviews>(body),
        "GET /v1/me/reviews" => same::<Page<reviews::Review>>(body),
        "GET /v1/reviews/reported" => same::<Page<reviews::ReportedReview>>(body),
        "GET /v1/reviews/{review}/reports" => same::<reviews::Reports>(body),
        "PUT /v1/reviews/{review}/like" | "DELETE /v1/reviews/{review}/like" => {
            same::<reviews::Likes>(body)
        }
        "GET /v1/reviews/{review}"
        | "PATCH /v1/reviews/{review}"
        | "POST /v1/reviews/{review}/reply"
        | "POST /v1/reviews/{review}/hide"
        | "POST /v1/reviews/{review}/objection"
        | "POST /v1/reviews/{review}/restore" => same::<reviews::Review>(body),
        "POST /v1/events/consumers/{consumer}/rebuild" => same::<events::Rebuilt>(body),
        "GET /v1/events/parked" => same::<Page<events::ParkedEvent>>(body),
        "GET /v1/payments/attention" => same::<Page<payments::Attention>>(body),
        payment if payment.contains("/v1/payments/") => same::<payments::PaymentReport>(body),
        "POST /v1/synthetic-buyers" => same::<accounts::SyntheticBuyers>(body),
        order if order.contains("/orders") => same::<orders::Order>(body),
        line if line.contains("/line/") => same::<line::LineStatus>(body),
        _ => None,
    }
}
