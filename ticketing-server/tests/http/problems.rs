//! The stable types of problems, each with its status.

use axum::body::to_bytes;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use ticketing_core::{Error, Timestamp};
use ticketing_server::Problem;
use uuid::Uuid;

use crate::house::House;
use crate::wire::{Request, text};

const BODY_MAX: usize = 10_000;

#[tokio::test]
async fn every_refusal_has_its_type_and_status() {
    let seats = || vec![3, 4];
    let on_sale_at = Timestamp::EPOCH;
    let table = [
        (Error::field("title", "1 to 255 characters"), "validation", 400),
        (Error::Unauthenticated, "unauthenticated", 401),
        (Error::PaymentDeclined, "payment-declined", 402),
        (Error::Forbidden("for organizers"), "forbidden", 403),
        (Error::PassRequired, "pass-required", 403),
        (Error::PassExpired, "pass-expired", 403),
        (Error::NotFound("order"), "not-found", 404),
        (Error::conflict("twice"), "conflict", 409),
        (Error::SeatTaken { seats: seats() }, "seat-taken", 409),
        (Error::OrphanSeat { seats: seats() }, "orphan-seat", 409),
        (Error::HoldExpired, "hold-expired", 409),
        (Error::LimitExceeded { limit: 4 }, "limit-exceeded", 409),
        (Error::NotOnSale { on_sale_at }, "not-on-sale", 409),
        (Error::SaleEnded { ended_at: Timestamp::EPOCH }, "not-on-sale", 409),
        (Error::HoldOrdered { order: Uuid::nil().into() }, "conflict", 409),
        (Error::Frozen(Vec::new()), "conflict", 409),
        (Error::SoldOut, "sold-out", 409),
        (Error::OrderExpired, "order-expired", 409),
        (Error::NotRefundable("the show began".into()), "not-refundable", 409),
        (Error::PaymentMismatch("another amount".into()), "payment-mismatch", 409),
        (Error::IdempotencyReused, "idempotency-reused", 422),
        (Error::TooManyRequests { retry_after_seconds: 2 }, "too-many-requests", 429),
        (Error::internal("a secret of the house"), "internal", 500),
        (Error::LostRace("a secret of the database".into()), "unavailable", 503),
        (Error::Unavailable("postgres://user:secret@host".into()), "unavailable", 503),
    ];
    for (error, kind, status) in table {
        let response = Problem::from(error).into_response();
        assert_eq!(response.status().as_u16(), status, "{kind}");
        let waits = response.headers().contains_key("retry-after");
        assert_eq!(waits, matches!(status, 429 | 503), "{kind}");
        let body = to_bytes(response.into_body(), BODY_MAX).await.unwrap();
        let document: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(document["type"], format!("/problems/{kind}"));
        assert_eq!(document["status"], status);
        assert!(!document.to_string().contains("secret"), "{document}");
        assert_eq!(document["seats"].is_array(), kind.contains("seat"), "{document}");
    }
}

#[tokio::test]
async fn deadlines_and_limits_are_told_apart_on_the_wire() {
    let house = House::open().await;
    let (buyer, other) = (house.new_inside().await, house.new_inside().await);
    let order = house.order(&buyer, &[0, 1]).await;
    let hold = house.hold(&buyer, &[2]).await;
    let holds = house.of_performance("/holds");
    let wish = |seats: &[u32]| house.post(&holds).key(&house.key()).json(&json!({"seats": seats}));

    let taken = wish(&[1, 2, 3]).proven(&other).ask().await.expect_problem("seat-taken", 409);
    assert_eq!(taken["seats"], json!([1, 2]));
    let all: Vec<u32> = (0..20).collect();
    let many = wish(&all[3..]).proven(&buyer).ask().await;
    many.expect_problem("limit-exceeded", 409);

    let pay = format!("/v1/orders/{}/payment", text(&order["id"]));
    let pay = |payment: &Value| house.post(&pay).proven(&buyer).key(&house.key()).json(payment);
    let declined = house.payment_of(&order, "decline").await;
    pay(&declined).ask().await.expect_problem("payment-declined", 402);
    pay(&declined).ask().await.expect_problem("payment-mismatch", 409);

    house.advance_seconds(601);
    wish(&[9]).proven(&buyer).ask().await.expect_problem("pass-expired", 403);
    let late = house.post("/v1/orders").proven(&buyer).key(&house.key());
    let late = late.json(&json!({"hold_id": hold["id"]})).ask().await;
    late.expect_problem("hold-expired", 409);
    let order = house.get(&format!("/v1/orders/{}", text(&order["id"])));
    let order = order.bearer_auth(&buyer.token).ask().await.expect(200);
    let payment = json!({"payment_id": order["payment"]["payment_id"], "payment_token": "x"});
    pay(&payment).ask().await.expect_problem("order-expired", 409);
}
