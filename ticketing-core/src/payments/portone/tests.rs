use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::answers::Payment;
use super::*;
use crate::payments::{CancellationStatus, FactStatus};

fn fact(payment: Value) -> Option<Fact> {
    let payment: Payment = serde_json::from_value(payment).expect("it is read");
    payment.fact(Uuid::nil().into(), Channel::Live)
}

fn paid() -> Value {
    json!({
        "status": "PAID", "currency": "KRW", "channel": {"type": "LIVE"},
        "amount": {"total": 1_000, "paid": 1_000, "cancelled": 0},
        "statusChangedAt": "2026-05-01T10:00:00.123456789Z",
    })
}

fn with(change: &Value) -> Fact {
    let mut payment = paid();
    let fields = change.as_object().expect("fields").clone();
    payment.as_object_mut().expect("a payment").extend(fields);
    fact(payment).expect("it says something")
}

#[test]
fn a_payment_is_read_whatever_else_it_says() {
    let fact = with(&json!({"ofALaterVersion": [1], "statusChangedAt": "yesterday"}));
    assert_eq!((fact.status, fact.captured.amount), (FactStatus::Paid, 1_000));
    assert!(fact.is_ours && fact.changed_at.is_none());
    assert!(with(&json!({})).changed_at.is_some());
    assert_eq!(with(&json!({"status": "SOMETHING_NEW"})).status, FactStatus::Other);
    assert_eq!(with(&json!({"status": "PAY_PENDING"})).status, FactStatus::Ready);
}

#[test]
fn a_capture_that_does_not_say_how_much_says_nothing() {
    for amount in [json!({}), json!({"total": 1_000}), json!({"paid": 0}), json!({"paid": -5})] {
        assert_eq!(with(&json!({"amount": amount})).status, FactStatus::Other, "{amount}");
    }
    let mut nameless = paid();
    nameless["currency"] = json!("XYZ");
    assert_eq!(fact(nameless), None);
}

#[test]
fn money_of_another_channel_or_of_none_is_not_ours() {
    for channel in [json!({"type": "TEST"}), json!({}), Value::Null] {
        assert!(!with(&json!({"channel": channel})).is_ours, "{channel}");
    }
}

#[test]
fn what_was_given_back_says_how_far_it_is() {
    let cancellations = json!([
        {"id": "a", "status": "REQUESTED", "totalAmount": 100},
        {"id": "b", "status": "SUCCEEDED", "totalAmount": 200},
        {"id": "c", "status": "FAILED", "totalAmount": 300},
        {"id": "d", "status": "SOMETHING_NEW"},
    ]);
    let fact = with(&json!({"status": "PARTIAL_CANCELLED", "cancellations": cancellations}));
    assert_eq!(fact.status, FactStatus::Cancelled);
    let read: Vec<_> = fact.cancellations.iter().map(|one| (one.amount, one.status)).collect();
    let expected = [
        (100, CancellationStatus::Requested),
        (200, CancellationStatus::Succeeded),
        (300, CancellationStatus::Failed),
    ];
    assert_eq!(read, expected);
    assert!(with(&json!({"disputes": [{"status": "OPEN"}]})).disputed);
    assert!(!with(&json!({"disputes": [{"status": "RESOLVED"}]})).disputed);
}

#[test]
fn only_what_is_about_the_payment_itself_says_that_a_call_did_nothing() {
    let definite = [
        (400, "INVALID_PAYMENT_TOKEN"),
        (404, "PAYMENT_NOT_FOUND"),
        (409, "INFORMATION_MISMATCH"),
        (409, "ALREADY_PAID"),
        (502, "PG_PROVIDER"),
    ];
    let open = [
        (409, "IDEMPOTENCY_OUTSTANDING_REQUEST"),
        (429, "TOO_MANY_REQUESTS"),
        (401, "UNAUTHORIZED"),
        (403, "FORBIDDEN"),
        (408, "REQUEST_TIMEOUT"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
    ];
    let is_definite =
        |(status, kind)| super::is_definite(StatusCode::from_u16(status).expect("one"), kind);
    assert!(definite.into_iter().all(is_definite));
    assert!(!open.into_iter().any(is_definite));
}

#[tokio::test]
async fn an_answer_without_end_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a caller");
        // An answer before the question would be refused for that.
        let mut question = [0; 1_024];
        let _ = stream.read(&mut question).await.expect("it asks");
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n";
        stream.write_all(head.as_bytes()).await.expect("it listens");
        while stream.write_all(&[b' '; 8_192]).await.is_ok() {}
    });
    let client = PortOne::new(PortOneSettings::live(url, "secret".into())).expect("a client");
    match client.payment(Uuid::nil().into()).await {
        Err(ProviderError::Unknown(why)) => assert!(why.contains("no end"), "{why}"),
        other => panic!("{other:?}"),
    }
}
