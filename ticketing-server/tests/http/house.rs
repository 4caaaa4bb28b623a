//! A server to ask, with somebody of every role and a small performance on sale.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use secrecy::SecretString;
use serde_json::{Value, json};
use ticketing_core::payments::{PortOne, PortOneSettings, WebhookSecrets};
use ticketing_core::pictures::PictureStore;
use ticketing_core::{BoxOffice, Clock, EmbeddedSettings, Randomness, SigningKey, Timestamp};
use ticketing_server::{App, router};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::wire::{Request, text};

/// 2026-05-01T10:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_777_629_600_000);
const TICK: Duration = Duration::from_millis(200);
pub(crate) const GATEWAY_SECRET: &str = "a secret of this test";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// Twenty seats in two rows.
pub(crate) const PLAN: &str = r#"
name = "Small hall"
[[categories]]
name = "All"
[[sections]]
name = "Floor"
category = "All"
rows = [{ label = "1", seats = "1-10" }, { label = "2", seats = "1-10" }]
"#;

pub(crate) struct House {
    pub(crate) url: String,
    pub(crate) gateway_url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) administrator: String,
    pub(crate) organizer: String,
    pub(crate) venue: String,
    pub(crate) performance: String,
    pub(crate) draining: Arc<watch::Sender<bool>>,
    office: BoxOffice,
    clock: Clock,
    keys: AtomicU64,
}

/// A buyer inside, with the proofs of it.
pub(crate) struct Inside {
    pub(crate) token: String,
    pub(crate) place: String,
    pub(crate) pass: String,
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::with_signing_key([7; 32]).await
    }

    pub(crate) async fn with_signing_key(key: [u8; 32]) -> Self {
        let gateway_url = start_gateway().await;
        let base_url = gateway_url.clone();
        let provider = PortOne::new(PortOneSettings::live(base_url, GATEWAY_SECRET.into()));
        let clock = Clock::manual(START);
        let office = BoxOffice::embedded(EmbeddedSettings {
            clock: clock.clone(),
            randomness: Randomness::seeded(1),
            signing_key: SigningKey::new(key),
            provider: Arc::new(provider.unwrap()),
            picture_store: PictureStore::in_memory(),
            #[cfg(feature = "broken-guards")]
            broken: ticketing_core::Broken::default(),
        });
        let (email, password) = ("root@example.org", "a long password");
        office.ensure_administrator(email, &SecretString::from(password)).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let secrets = WebhookSecrets::new(&[WEBHOOK_SECRET.into()]).unwrap();
        let app = App::new(office.clone(), true).with_webhooks(Some(secrets));
        let draining = app.draining.clone();
        let app = router(app);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let mut house = Self {
            url,
            gateway_url,
            // The provider installed the cryptography that the client needs.
            // Bodies are looked at as they come.
            http: reqwest::Client::builder()
                .no_gzip()
                .no_zstd()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            administrator: String::new(),
            organizer: String::new(),
            venue: String::new(),
            performance: String::new(),
            draining,
            office,
            clock,
            keys: AtomicU64::new(0),
        };
        let session = json!({"email": email, "password": password});
        let session = house.post("/v1/sessions").json(&session).ask().await.expect(201);
        house.administrator = text(&session["access_token"]);
        house.organizer = house.new_organizer().await;
        house.venue = house.add_venue().await;
        house.performance = house.add_performance(&json!({"seats_per_buyer": 19})).await;
        house
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.call(Method::POST, path)
    }

    /// A path below the performance.
    pub(crate) fn of_performance(&self, rest: &str) -> String {
        format!("/v1/performances/{}{rest}", self.performance)
    }

    /// An idempotency key that nobody used.
    pub(crate) fn key(&self) -> String {
        format!("key-of-a-test-{:08}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// The access token of a new buyer.
    pub(crate) async fn new_buyer(&self) -> String {
        self.new_account().await.1
    }

    /// Id and access token of a new buyer.
    pub(crate) async fn new_account(&self) -> (String, String) {
        let made = self.post("/v1/synthetic-buyers").bearer_auth(&self.administrator);
        let made = made.json(&json!({"count": 1})).ask().await.expect(201);
        let buyer = &made["items"][0];
        (text(&buyer["account_id"]), text(&buyer["access_token"]))
    }

    pub(crate) async fn new_organizer(&self) -> String {
        let (id, token) = self.new_account().await;
        let role = self.call(Method::PUT, &format!("/v1/accounts/{id}/role"));
        let role = role.bearer_auth(&self.administrator).json(&json!({"role": "organizer"}));
        role.ask().await.expect(200);
        token
    }

    async fn add_venue(&self) -> String {
        let venue = json!({"name": "Small hall", "seat_map": PLAN});
        let venue = self.post("/v1/venues").bearer_auth(&self.organizer).json(&venue);
        text(&venue.ask().await.expect(201)["id"])
    }

    pub(crate) fn performance_details(&self, policy: &Value) -> Value {
        json!({
            "venue_id": self.venue,
            "title": "A concert",
            "listed_at": "2026-04-01T00:00:00Z",
            "on_sale_at": "2026-05-01T09:00:00Z",
            "starts_at": "2026-06-01T18:00:00Z",
            "prices": [{"category": "All", "price": {"amount": 10_000, "currency": "EUR"}}],
            "policy": policy,
        })
    }

    pub(crate) async fn add_performance(&self, policy: &Value) -> String {
        let details = self.performance_details(policy);
        let added = self.post("/v1/performances").bearer_auth(&self.organizer).json(&details);
        text(&added.ask().await.expect(201)["id"])
    }

    pub(crate) fn advance_seconds(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The line's next tick.
    pub(crate) async fn tick(&self) {
        self.clock.advance(TICK);
        self.office.step_lines().await.unwrap();
    }

    /// What listeners hear of what changed.
    pub(crate) async fn push(&self) {
        self.tick().await;
        self.office.step_push().await.unwrap();
    }

    /// A buyer through the line.
    pub(crate) async fn admit(&self, token: String) -> Inside {
        self.admit_at(&self.of_performance(""), token).await
    }

    async fn admit_at(&self, performance: &str, token: String) -> Inside {
        let line = format!("{performance}/line");
        let joined = self.post(&line).bearer_auth(&token).ask().await.expect(202);
        let place = text(&joined["place_token"]);
        self.tick().await;
        let asked = self.get(&line).bearer_auth(&token).header("Place-Token", &place);
        let admitted = asked.ask().await.expect(200);
        assert_eq!(admitted["state"], "admitted", "{admitted}");
        Inside { token, place, pass: text(&admitted["pass_token"]) }
    }

    pub(crate) async fn new_inside(&self) -> Inside {
        self.admit(self.new_buyer().await).await
    }

    pub(crate) async fn hold(&self, buyer: &Inside, seats: &[u32]) -> Value {
        self.hold_at(&self.of_performance(""), buyer, seats).await
    }

    async fn hold_at(&self, performance: &str, buyer: &Inside, seats: &[u32]) -> Value {
        let hold = self.post(&format!("{performance}/holds")).proven(buyer);
        hold.key(&self.key()).json(&json!({"seats": seats})).ask().await.expect(201)
    }

    pub(crate) async fn order(&self, buyer: &Inside, seats: &[u32]) -> Value {
        let hold = self.hold(buyer, seats).await;
        let order = self.post("/v1/orders").proven(buyer).key(&self.key());
        order.json(&json!({"hold_id": hold["id"]})).ask().await.expect(201)
    }

    /// A buyer's review of the production that the performance shows: of another one, which has begun and
    /// costs nothing.
    pub(crate) async fn review(&self, buyer: &str, production: &str) -> String {
        let begun = json!({
            "production_id": production,
            "starts_at": "2026-05-01T09:30:00Z",
            "prices": [{"category": "All", "price": {"amount": 0, "currency": "EUR"}}],
            "policy": {"sale_ends_at": "2026-07-01T00:00:00Z"},
        });
        let mut details = self.performance_details(&json!({}));
        for (field, value) in begun.as_object().unwrap() {
            details[field] = value.clone();
        }
        let added = self.post("/v1/performances").bearer_auth(&self.organizer).json(&details);
        let at = format!("/v1/performances/{}", text(&added.ask().await.expect(201)["id"]));
        let inside = self.admit_at(&at, buyer.to_owned()).await;
        let hold = self.hold_at(&at, &inside, &[0]).await;
        let order = self.post("/v1/orders").proven(&inside).key(&self.key());
        let order = order.json(&json!({"hold_id": hold["id"]})).ask().await.expect(201);
        assert_eq!(order["status"], "paid", "{order}");
        let review = json!({"rating": 4, "title": "A fine evening", "content": "All of it."});
        let written = self.post(&format!("{at}/reviews")).bearer_auth(buyer).json(&review);
        text(&written.ask().await.expect(201)["id"])
    }

    /// The gateway's token for an order's payment, approved or declined by its buyer.
    pub(crate) async fn payment_of(&self, order: &Value, outcome: &str) -> Value {
        let payment = &order["payment"]["payment_id"];
        let path = format!("/sandbox/payments/{}/authorize", text(payment));
        let authorize = self.http.post(format!("{}{path}", self.gateway_url));
        let authorized = authorize.json(&json!({"outcome": outcome})).ask().await.expect(200);
        json!({"payment_id": payment, "payment_token": authorized["payment_token"]})
    }

    pub(crate) async fn step_refunds(&self) {
        self.office.step_refunds().await.unwrap();
    }

    /// Everything that people see of the house: to compare before and after.
    pub(crate) async fn books(&self, buyer: &str) -> Vec<Value> {
        let mut seen = Vec::new();
        // The sales first: they read the seats anew, the others what was read a moment ago.
        let sales = ["/sales", "", "/orders", "/line/report", "/line/status", "/seats"];
        for path in sales.map(|rest| self.of_performance(rest)) {
            seen.push(self.get(&path).bearer_auth(&self.organizer).ask().await.expect(200));
        }
        for path in ["/v1/venues", "/v1/performances"] {
            seen.push(self.get(path).bearer_auth(&self.organizer).ask().await.expect(200));
        }
        for path in ["/v1/me", "/v1/orders"] {
            seen.push(self.get(path).bearer_auth(buyer).ask().await.expect(200));
        }
        seen
    }
}

async fn start_gateway() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let options = ticketing_gateway::Options::plain(GATEWAY_SECRET.into());
    let forever = std::future::pending();
    tokio::spawn(
        async move { ticketing_gateway::serve(listener, options, forever).await.unwrap() },
    );
    url
}
