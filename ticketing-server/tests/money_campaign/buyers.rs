//! Buyers over HTTP: they ask again, and the other server, when one does not answer; some change
//! their mind, some walk away.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// How often a buyer tries to buy something.
const PURCHASES: u32 = 4;
/// How many of their purchases are for the performance that is cancelled.
const DOOMED: f64 = 0.3;
/// How often a request is sent before it is given up, and how long the wait between is.
const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(100);
/// How often a buyer looks whether it is their turn, or what became of a payment.
const LOOKS: u32 = 40;
const TIME_OUT: Duration = Duration::from_secs(5);
/// The seats that they choose from.
pub(crate) const SEATS: u32 = 200;

/// Where everything is.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) servers: Vec<String>,
    pub(crate) gateway: String,
    pub(crate) performance: String,
    /// One that is moved, and then cancelled.
    pub(crate) doomed: String,
}

pub(crate) struct Buyer {
    pub(crate) places: Places,
    http: reqwest::Client,
    token: String,
    random: ChaCha20Rng,
    /// The performance that it is at.
    at: String,
}

/// The proofs of a turn.
pub(crate) struct Inside {
    place: String,
    pass: String,
}

impl Buyer {
    pub(crate) fn new(places: Places, token: String, seed: u64) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(TIME_OUT).build();
        let random = ChaCha20Rng::seed_from_u64(seed);
        let at = places.performance.clone();
        Self { places, http: http.expect("a client"), token, random, at }
    }

    /// The same buyer in another tab.
    pub(crate) fn again(&mut self) -> Self {
        let seed = self.random.random();
        Self { at: self.at.clone(), ..Self::new(self.places.clone(), self.token.clone(), seed) }
    }

    /// At the performance that is cancelled.
    pub(crate) fn at_the_doomed(self) -> Self {
        Self { at: self.places.doomed.clone(), ..self }
    }

    /// Buys until enough was tried. That something does not work out is no finding.
    pub(crate) async fn buy(mut self) {
        for _ in 0..PURCHASES {
            let is_doomed = self.random.random_bool(DOOMED);
            let at = if is_doomed { &self.places.doomed } else { &self.places.performance };
            self.at.clone_from(at);
            let Some(inside) = self.come_in().await else { continue };
            let _ = self.purchase(&inside).await;
        }
    }

    /// Orders something, and pays it where it is wanted; answers the payment.
    #[cfg(feature = "broken-guards")]
    pub(crate) async fn begin(&mut self, pays: bool) -> Option<String> {
        let inside = self.come_in().await?;
        let order = self.order_something(&inside).await?;
        let path = path(&order);
        if pays {
            self.pay(&order, "approve").await?;
            self.watch(&path).await?;
        }
        Some(order["payment"]["payment_id"].as_str()?.to_owned())
    }

    async fn come_in(&mut self) -> Option<Inside> {
        let place = self.join().await?;
        for _ in 0..LOOKS {
            if let Some(inside) = self.turn(&place).await {
                return Some(inside);
            }
            tokio::time::sleep(PAUSE).await;
        }
        None
    }

    /// Answers the place in the line.
    pub(crate) async fn join(&mut self) -> Option<String> {
        let line = self.line();
        let (_, joined) = self.ask(Method::POST, &line, &[], None).await?;
        Some(joined["place_token"].as_str()?.to_owned())
    }

    /// In, where it is their turn.
    pub(crate) async fn turn(&mut self, place: &str) -> Option<Inside> {
        let line = self.line();
        let (_, answer) = self.ask(Method::GET, &line, &[("Place-Token", place)], None).await?;
        Some(Inside { pass: answer["pass_token"].as_str()?.to_owned(), place: place.to_owned() })
    }

    fn line(&self) -> String {
        format!("/v1/performances/{}/line", self.at)
    }

    async fn purchase(&mut self, inside: &Inside) -> Option<()> {
        let order = self.order_something(inside).await?;
        let path = path(&order);
        match self.random.random_range(0..100) {
            0..5 => return Some(()),
            5..12 => return self.give_up(&path).await,
            12..22 => {
                self.pay(&order, "decline").await?;
                let (_, order) = self.ask(Method::GET, &path, &[], None).await?;
                self.pay(&order, "approve").await?;
            }
            22..30 => {
                let payment = self.payment(&order, "approve").await?;
                let mut other = self.again();
                let paying = tokio::spawn(async move { other.pay_with(&order, &payment).await });
                self.give_up(&path).await?;
                paying.await.ok()??;
            }
            30..45 => {
                self.pay(&order, "approve").await?;
                self.watch(&path).await?;
                let seats = order["seats"].as_array()?;
                let one = format!("?seats={}", seats[0]);
                let seats = if self.random.random_bool(0.5) { "" } else { &one };
                self.give_back(&path, seats, None).await?;
            }
            _ => {
                self.pay(&order, "approve").await?;
            }
        }
        self.watch(&path).await
    }

    /// What is quoted comes back, however often it has to be asked.
    pub(crate) async fn give_back(
        &mut self,
        path: &str,
        seats: &str,
        reason: Option<&str>,
    ) -> Option<()> {
        let (_, quote) =
            self.ask(Method::GET, &format!("{path}/cancellation{seats}"), &[], None).await?;
        let mut said = json!({ "seats": quote["seats"], "refund": quote["refund"] });
        if let Some(reason) = reason {
            said["reason"] = json!(reason);
        }
        let key = self.key();
        let keyed = [("Idempotency-Key", key.as_str())];
        self.ask(Method::POST, &format!("{path}/cancel"), &keyed, Some(&said)).await.map(drop)
    }

    async fn order_something(&mut self, inside: &Inside) -> Option<Value> {
        let first = self.random.random_range(0..SEATS - 1);
        let seats: Vec<u32> = (first..first + self.random.random_range(1..=2)).collect();
        self.order(inside, &seats).await
    }

    pub(crate) async fn order(&mut self, inside: &Inside, seats: &[u32]) -> Option<Value> {
        let holds = format!("/v1/performances/{}/holds", self.at);
        let hold = self.keyed(&holds, inside, &json!({ "seats": seats })).await?;
        self.keyed("/v1/orders", inside, &json!({ "hold_id": hold["id"] })).await
    }

    pub(crate) async fn pay(&mut self, order: &Value, outcome: &str) -> Option<()> {
        let payment = self.payment(order, outcome).await?;
        self.pay_with(order, &payment).await
    }

    pub(crate) async fn pay_with(&mut self, order: &Value, payment: &Value) -> Option<()> {
        let key = self.key();
        let keyed = [("Idempotency-Key", key.as_str())];
        let path = format!("{}/payment", path(order));
        self.ask(Method::POST, &path, &keyed, Some(payment)).await.map(drop)
    }

    pub(crate) async fn payment(&mut self, order: &Value, outcome: &str) -> Option<Value> {
        let payment = order["payment"]["payment_id"].as_str()?;
        let url = format!("{}/sandbox/payments/{payment}/authorize", self.places.gateway);
        let answer = self.http.post(url).json(&json!({ "outcome": outcome })).send().await.ok()?;
        let answer: Value = answer.json().await.ok()?;
        let token = answer["payment_token"].as_str()?;
        Some(json!({ "payment_id": payment, "payment_token": token }))
    }

    pub(crate) async fn give_up(&mut self, path: &str) -> Option<()> {
        let key = self.key();
        let keyed = [("Idempotency-Key", key.as_str())];
        let nothing = json!({});
        self.ask(Method::POST, &format!("{path}/cancel"), &keyed, Some(&nothing)).await.map(drop)
    }

    /// Until the order is no longer on its way.
    pub(crate) async fn watch(&mut self, path: &str) -> Option<()> {
        for _ in 0..LOOKS {
            let (_, order) = self.ask(Method::GET, path, &[], None).await?;
            if !matches!(order["status"].as_str(), Some("confirming" | "pending_payment")) {
                return Some(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        None
    }

    async fn keyed(&mut self, path: &str, inside: &Inside, body: &Value) -> Option<Value> {
        let key = self.key();
        let proofs = [
            ("Place-Token", inside.place.as_str()),
            ("Pass-Token", inside.pass.as_str()),
            ("Idempotency-Key", key.as_str()),
        ];
        let (status, answer) = self.ask(Method::POST, path, &proofs, Some(body)).await?;
        status.is_success().then_some(answer)
    }

    /// The answer of whichever server answers, within a few tries.
    pub(crate) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Option<(StatusCode, Value)> {
        for _ in 0..TRIES {
            let server = self.random.random_range(0..self.places.servers.len());
            let url = format!("{}{path}", self.places.servers[server]);
            let mut call = self.http.request(method.clone(), url).bearer_auth(&self.token);
            for (name, value) in headers {
                call = call.header(*name, *value);
            }
            if let Some(body) = body {
                call = call.json(body);
            }
            match call.send().await {
                Ok(answer) if !answer.status().is_server_error() => {
                    return Some((answer.status(), answer.json().await.unwrap_or_default()));
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
        None
    }

    pub(crate) fn key(&mut self) -> String {
        format!("key-of-a-campaign-{:032x}", self.random.random::<u128>())
    }
}

pub(crate) fn path(order: &Value) -> String {
    format!("/v1/orders/{}", order["id"].as_str().expect("an order has an id"))
}
