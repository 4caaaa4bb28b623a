//! The sandbox gateway of one test.

use std::sync::Arc;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpListener;

use ticketing_core::payments::{PortOne, PortOneSettings};
use ticketing_core::{Clock, PaymentId, Randomness};
use ticketing_gateway::{FaultPlan, Options};

/// A capture or a cancel, as the gateway's ledger has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct LedgerItem {
    pub(crate) payment_id: String,
    pub(crate) kind: String,
    pub(crate) amount: i64,
    /// What the box office had said of the payment.
    pub(crate) custom_data: Value,
}

#[derive(Deserialize)]
struct LedgerPage {
    items: Vec<LedgerItem>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Authorized {
    payment_token: String,
}

/// A gateway in this process, on a port of its own, and our client of it.
pub(crate) struct Gateway {
    url: String,
    http: reqwest::Client,
    pub(crate) client: PortOne,
    process: Arc<ticketing_gateway::Gateway>,
}

impl Gateway {
    /// Its time is the box office's.
    pub(crate) async fn start(faults: FaultPlan, clock: &Clock) -> Self {
        let secret = u128::from_be_bytes(Randomness::from_system().bytes());
        let secret = SecretString::from(format!("{secret:032x}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let hands = clock.clone();
        let now = move || jiff::Timestamp::from_millisecond(hands.now().as_millis()).unwrap();
        let clock = ticketing_gateway::Clock::from_fn(now);
        let options = Options { faults, clock, control: true, ..Options::plain(secret.clone()) };
        let process = ticketing_gateway::Gateway::open(options).unwrap();
        let forever = std::future::pending();
        // It ends with the test's runtime.
        tokio::spawn(ticketing_gateway::serve_opened(listener, Arc::clone(&process), forever));
        // The client comes first: it installs the process's one TLS stack.
        let client = PortOne::new(PortOneSettings::live(&base_url, secret)).unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { url: base_url, http, client, process }
    }

    /// What the payment window does: the buyer says `approve` or `decline`.
    pub(crate) async fn authorize(&self, payment: PaymentId, outcome: &str) -> SecretString {
        self.try_authorize(payment, outcome).await.expect("it is to be paid")
    }

    /// The same, where it is not paid already.
    pub(crate) async fn try_authorize(
        &self,
        payment: PaymentId,
        outcome: &str,
    ) -> Option<SecretString> {
        let url = format!("{}/sandbox/payments/{payment}/authorize", self.url);
        let said = self.http.post(url).json(&serde_json::json!({ "outcome": outcome }));
        let answer = said.send().await.unwrap().error_for_status().ok()?;
        Some(answer.json::<Authorized>().await.unwrap().payment_token.into())
    }

    /// From now on this goes wrong.
    pub(crate) fn set_faults(&self, faults: FaultPlan) {
        self.process.set_faults(faults);
    }

    /// What is due by itself there has happened.
    pub(crate) async fn step(&self) {
        self.process.step().await;
    }

    /// Acts at the provider without the shop.
    pub(crate) async fn control(&self, payment: PaymentId, verb: &str, body: Value) {
        assert!(self.try_control(payment, verb, body).await, "{verb} of {payment}");
    }

    /// The same, where it is possible.
    pub(crate) async fn try_control(&self, payment: PaymentId, verb: &str, body: Value) -> bool {
        let url = format!("{}/sandbox/control/payments/{payment}/{verb}", self.url);
        self.http.post(url).json(&body).send().await.unwrap().status().is_success()
    }

    pub(crate) async fn ledger(&self) -> Vec<LedgerItem> {
        let mut items = Vec::new();
        let mut cursor = Some("0".to_owned());
        while let Some(from) = cursor {
            let url = format!("{}/sandbox/ledger?cursor={from}", self.url);
            let page = self.http.get(url).send().await.unwrap().error_for_status().unwrap();
            let page: LedgerPage = page.json().await.unwrap();
            items.extend(page.items);
            cursor = page.next_cursor;
        }
        items
    }
}
