//! What a buyer's connection does when a server dies in the middle of a request.

use ticketing_client::{IdempotencyKey, clock, orders};
use ticketing_load::clock::RunClock;
use ticketing_load::record::Step;
use ticketing_load::wire::{Exchange, Link, Wire};
use ticketing_wire::orders::{NewCancellation, Order};
use ticketing_wire::secrets::AccessToken;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

const ORDER: &str = r#"{"id":"00000000-0000-0000-0000-000000000007",
    "performance_id":"00000000-0000-0000-0000-000000000001","status":"cancelled","seats":[1],
    "total":{"amount":1,"currency":"KRW"},"expires_at":"2026-05-01T10:00:00Z","payment":null,
    "created_at":"2026-05-01T10:00:00Z"}"#;

/// A server for one request: hands back what it was sent, after it answered with `answer`.
async fn server(answer: String) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n{}") {
            connection.read_buf(&mut request).await.unwrap();
        }
        connection.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    (address, serving)
}

/// A buyer whose server is the first cancels its order.
async fn cancel(wire: &Wire) -> Exchange<Order> {
    let token = AccessToken::from("token".to_owned());
    let key = IdempotencyKey::from_random(7);
    let call = orders::cancel(&token, Uuid::from_u128(7), &NewCancellation::default(), &key);
    wire.send(&mut Link::default(), 0, Step::Cancel, wire.clock.now(), &call).await
}

fn key_of(request: &str) -> &str {
    let line = request.lines().find(|line| line.starts_with("idempotency-key: "));
    line.expect("the request carries its key")
}

#[tokio::test]
async fn a_request_that_a_busy_server_turned_away_is_not_broken_once_it_is_served() {
    let busy = r#"{"type":"/problems/unavailable","title":"Unavailable","status":503}"#;
    let head = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json";
    let length = busy.len();
    let (first, _turned_away) =
        server(format!("{head}\r\nretry-after: 1\r\ncontent-length: {length}\r\n\r\n{busy}")).await;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
    let (second, _served) =
        server(format!("{head}\r\ncontent-length: {}\r\n\r\n{ORDER}", ORDER.len())).await;
    let servers = [first, second.clone()];
    let wire = Wire::new(&servers, &second, RunClock::start(clock::now()), None).unwrap();

    let exchange = cancel(&wire).await;

    assert!(exchange.outcome.is_ok() && exchange.broke);
    assert_eq!((wire.recorder.breaks().errors, wire.recorder.breaks().shed), (0, 1));
}

#[tokio::test]
async fn a_request_that_broke_is_repeated_on_another_server_with_the_same_key() {
    let (first, dying) = server(String::new()).await;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
    let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{ORDER}", ORDER.len());
    let (second, living) = server(answer).await;
    let servers = [first, second.clone()];
    let wire = Wire::new(&servers, &second, RunClock::start(clock::now()), None).unwrap();

    let exchange = cancel(&wire).await;

    assert_eq!(exchange.outcome.unwrap().seats, [1]);
    assert!(exchange.broke);
    assert_eq!(exchange.server, 1, "the buyer stays with the server that answered");
    assert!(exchange.first_sent < exchange.sent);
    let (first, second) = (dying.await.unwrap(), living.await.unwrap());
    assert_eq!(key_of(&first), key_of(&second));
    assert_eq!((wire.recorder.breaks().errors, wire.recorder.breaks().shed), (1, 0));
}
