//! What a shop is told by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use parking_lot::Mutex;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use ticketing_gateway::{Fault, FaultPlan, Options, Webhooks};
use tokio::net::TcpListener;

use crate::shop::{Hands, SECRET, Shop};

const WEBHOOK_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A shop's listener: what it heard, and what it answers.
#[derive(Clone)]
struct Ear(Arc<Heard>);

struct Heard {
    answer: AtomicU16,
    notices: Mutex<Vec<(HeaderMap, Bytes)>>,
}

impl Ear {
    async fn listen() -> (Self, String) {
        let heard = Heard { answer: AtomicU16::new(200), notices: Mutex::default() };
        let ear = Self(Arc::new(heard));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hear", listener.local_addr().unwrap());
        let router = Router::new().route("/hear", post(hear)).with_state(ear.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (ear, url)
    }

    fn answers(&self, status: u16) {
        self.0.answer.store(status, Ordering::SeqCst);
    }

    /// The types of what was heard, in order; the signature of each is good.
    fn kinds(&self) -> Vec<String> {
        let secret = Webhook::new(WEBHOOK_SECRET).unwrap();
        let kind = |(headers, body): &(HeaderMap, Bytes)| {
            let at = headers["webhook-timestamp"].to_str().unwrap().parse().unwrap();
            let id = headers["webhook-id"].to_str().unwrap();
            let signature = secret.sign(id, at, body).unwrap();
            let said: Value = serde_json::from_slice(body).unwrap();
            let kind = said["type"].as_str().unwrap().trim_start_matches("Transaction.");
            let is_signed = headers["webhook-signature"] == signature;
            format!("{kind}{}", if is_signed { "" } else { " forged" })
        };
        self.0.notices.lock().iter().map(kind).collect()
    }

    fn ids(&self) -> Vec<String> {
        let id = |(headers, _): &(HeaderMap, Bytes)| headers["webhook-id"].to_str().unwrap().into();
        self.0.notices.lock().iter().map(id).collect()
    }
}

async fn hear(State(ear): State<Ear>, headers: HeaderMap, body: Bytes) -> StatusCode {
    ear.0.notices.lock().push((headers, body));
    StatusCode::from_u16(ear.0.answer.load(Ordering::SeqCst)).unwrap()
}

async fn telling(hands: &Hands) -> (Shop, Ear) {
    let (ear, url) = Ear::listen().await;
    let webhooks =
        Webhooks { urls: vec![url.clone()], confirm_url: Some(url), secret: WEBHOOK_SECRET.into() };
    let options = Options {
        clock: hands.clock(),
        control: true,
        webhooks: Some(webhooks),
        ..Options::plain(SECRET.into())
    };
    (Shop::of(options).unwrap(), ear)
}

#[tokio::test]
async fn a_shop_is_told_of_everything_that_happens_to_a_payment_signed() {
    let (shop, ear) = telling(&Hands::new()).await;
    shop.paid("pay1", 900).await;
    shop.cancel("pay1", &json!({ "reason": "part", "amount": 100 })).await;
    shop.control("pay1", "dispute", &json!({})).await;
    shop.control("pay1", "dispute/resolve", &json!({})).await;
    shop.cancel("pay1", &json!({ "reason": "rest" })).await;
    shop.gateway.step().await;
    let mut kinds = ear.kinds();
    kinds.sort();
    let told =
        ["Cancelled", "DisputeCreated", "DisputeResolved", "Paid", "PartialCancelled", "Ready"];
    assert_eq!(kinds, told);
    let headers = ear.0.notices.lock()[0].0.clone();
    assert_eq!(headers["content-type"], "application/json");
}

#[tokio::test]
async fn a_cancel_can_be_kept_quiet() {
    let (shop, ear) = telling(&Hands::new()).await;
    shop.paid("pay1", 900).await;
    shop.cancel("pay1", &json!({ "reason": "quiet", "skipWebhook": true })).await;
    shop.gateway.step().await;
    assert!(!ear.kinds().contains(&"Cancelled".to_owned()));
}

#[tokio::test]
async fn who_does_not_answer_is_told_again_five_times_within_the_schedule_and_then_no_more() {
    let hands = Hands::new();
    let (shop, ear) = telling(&hands).await;
    ear.answers(500);
    shop.control("stranger", "pay", &json!({ "amount": 5 })).await;
    shop.gateway.step().await;
    // The question whether to charge was answered with no.
    assert_eq!(ear.kinds(), ["Confirm", "Failed"]);
    for (tries, minutes) in [(2, 1), (3, 4), (4, 16), (5, 64), (6, 256), (6, 10_000)] {
        hands.advance_seconds(60 * minutes);
        shop.gateway.step().await;
        let failed = ear.kinds().iter().filter(|kind| *kind == "Failed").count();
        assert_eq!(failed, tries, "after {minutes} minutes");
    }
    assert!(ear.ids()[1..].iter().all(|id| *id == ear.ids()[1]), "one notice, one id");
}

#[tokio::test]
async fn a_shop_that_says_yes_is_charged_and_one_that_says_no_is_not() {
    let (shop, ear) = telling(&Hands::new()).await;
    shop.pre_register("yes", 900).await;
    let (_, paid) = shop.control("yes", "pay", &json!({})).await;
    assert_eq!(paid["status"], "PAID");
    let asked: Value = serde_json::from_slice(&ear.0.notices.lock()[0].1).unwrap();
    assert_eq!(asked["data"]["totalAmount"], 900);
    ear.answers(409);
    shop.pre_register("no", 900).await;
    let (_, refused) = shop.control("no", "pay", &json!({})).await;
    assert_eq!(refused["status"], "FAILED");
    assert_eq!(shop.ledger().await.len(), 1);
}

#[tokio::test]
async fn webhooks_get_lost_come_twice_late_old_and_forged_as_planned() {
    let hands = Hands::new();
    for (fault, expected) in [
        (Fault::WebhookDropped, &[][..]),
        (Fault::WebhookDuplicated, &["Paid", "Paid"]),
        (Fault::WebhookForged, &["Paid forged"]),
        (Fault::WebhookStale, &["Paid"]),
        (Fault::WebhookDelayed, &[]),
    ] {
        let (shop, ear) = telling(&hands).await;
        shop.pre_register("pay1", 900).await;
        let token = shop.authorize("pay1", "approve").await;
        shop.gateway.step().await;
        ear.0.notices.lock().clear();
        shop.gateway.set_faults(FaultPlan::always(fault));
        shop.confirm("pay1", &token, 900).await;
        shop.gateway.step().await;
        assert_eq!(ear.kinds(), expected, "{fault:?}");
        if fault == Fault::WebhookStale {
            let said = ear.0.notices.lock()[0].0["webhook-timestamp"].clone();
            assert_eq!(said.to_str().unwrap(), (hands.seconds() - 600).to_string());
        }
        if fault == Fault::WebhookDelayed {
            hands.advance_seconds(91);
            shop.gateway.step().await;
            assert_eq!(ear.kinds(), ["Paid"]);
        }
    }
}

#[tokio::test]
async fn a_webhook_is_sent_again_when_the_shop_asks() {
    let (shop, ear) = telling(&Hands::new()).await;
    shop.paid("pay1", 900).await;
    shop.gateway.step().await;
    let (_, body) = shop.post("/payments/pay1/resend-webhook", &json!({})).await;
    assert_eq!(body["webhook"]["status"], "SUCCEEDED");
    assert_eq!(ear.kinds().last().unwrap(), "Paid");
    ear.answers(500);
    let (_, body) = shop.post("/payments/pay1/resend-webhook", &json!({})).await;
    assert_eq!(body["webhook"]["status"], "FAILED_NOT_OK_RESPONSE");
}
