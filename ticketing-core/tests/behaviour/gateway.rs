//! The sandbox gateway of one test, and the wire to it, which a test can cut or hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use parking_lot::RwLock;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

use ticketing_core::payments::{
    Confirmation, Fact, Movements, PortOne, PortOneSettings, PreRegistration, Provider,
    ProviderError, Refunding, Reversal,
};
use ticketing_core::{Clock, PaymentId, Randomness, Timestamp};
use ticketing_gateway::{FaultPlan, Options};

/// A capture or a cancel, as the gateway's ledger has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct LedgerItem {
    pub(crate) payment_id: String,
    pub(crate) kind: String,
    pub(crate) amount: i64,
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
    client: PortOne,
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

/// The provider of the box office: the gateway's client over a wire that a test can cut (questions
/// and refunds get no answer) or hold (a charge waits before it leaves us).
pub(crate) struct Wire {
    gateway: RwLock<Arc<Gateway>>,
    cut: AtomicBool,
    held: AtomicBool,
    broken: AtomicBool,
    unannounced: AtomicBool,
    forgetful: AtomicBool,
    refunds_held: AtomicBool,
    refunds_sent: AtomicU32,
    /// Raised when waiting charges may go.
    releases: watch::Sender<u64>,
    waiting: watch::Sender<u32>,
    under_way: watch::Sender<u32>,
}

impl Wire {
    pub(crate) fn to(gateway: Gateway) -> Self {
        Self {
            gateway: RwLock::new(Arc::new(gateway)),
            cut: AtomicBool::new(false),
            held: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            unannounced: AtomicBool::new(false),
            forgetful: AtomicBool::new(false),
            refunds_held: AtomicBool::new(false),
            refunds_sent: AtomicU32::new(0),
            releases: watch::Sender::new(0),
            waiting: watch::Sender::new(0),
            under_way: watch::Sender::new(0),
        }
    }

    pub(crate) fn gateway(&self) -> Arc<Gateway> {
        self.gateway.read().clone()
    }

    /// From now on another gateway answers.
    pub(crate) fn replug(&self, gateway: Gateway) {
        *self.gateway.write() = Arc::new(gateway);
    }

    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    pub(crate) fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }

    pub(crate) fn hold_charges(&self) {
        self.held.store(true, Ordering::SeqCst);
    }

    /// Charges wait, and we are told at once that the connection broke.
    pub(crate) fn break_charges(&self) {
        self.broken.store(true, Ordering::SeqCst);
        self.hold_charges();
    }

    /// The gateway is told of no payment.
    pub(crate) fn lose_announcements(&self, lose: bool) {
        self.unannounced.store(lose, Ordering::SeqCst);
    }

    /// How many refunds left us, answered or not.
    pub(crate) fn refunds_sent(&self) -> u32 {
        self.refunds_sent.load(Ordering::SeqCst)
    }

    /// Refunds wait before they leave us, as charges do.
    #[cfg(all(feature = "broken-guards", feature = "services"))]
    pub(crate) fn hold_refunds(&self) {
        self.refunds_held.store(true, Ordering::SeqCst);
    }

    /// The provider's listing takes no cursor.
    pub(crate) fn refuse_cursors(&self) {
        self.forgetful.store(true, Ordering::SeqCst);
    }

    pub(crate) fn let_charges_go(&self) {
        self.refunds_held.store(false, Ordering::SeqCst);
        self.broken.store(false, Ordering::SeqCst);
        self.held.store(false, Ordering::SeqCst);
        self.releases.send_modify(|releases| *releases += 1);
    }

    /// Charges that wait never leave us, as if their server had died; later ones go.
    pub(crate) fn lose_waiting_charges(&self) {
        self.held.store(false, Ordering::SeqCst);
    }

    /// Until a charge waits on the held wire.
    pub(crate) async fn charge_waits(&self) {
        self.waiting.subscribe().wait_for(|waiting| *waiting > 0).await.unwrap();
    }

    /// Until the gateway has answered every charge that was begun.
    pub(crate) async fn no_charge_is_under_way(&self) {
        self.under_way.subscribe().wait_for(|charges| *charges == 0).await.unwrap();
    }

    fn whole(&self) -> Result<Arc<Gateway>, ProviderError> {
        if self.cut.load(Ordering::SeqCst) {
            return Err(ProviderError::Unknown("the wire is cut".into()));
        }
        Ok(self.gateway())
    }
}

#[async_trait]
impl Provider for Wire {
    async fn pre_register(&self, registration: PreRegistration) -> Result<(), ProviderError> {
        if self.unannounced.load(Ordering::SeqCst) {
            return Err(ProviderError::Unknown("the announcement was lost".into()));
        }
        self.gateway().client.pre_register(registration).await
    }

    async fn confirm(&self, confirmation: Confirmation) -> Result<(), ProviderError> {
        self.under_way.send_modify(|charges| *charges += 1);
        let (gateway, releases) = (self.gateway(), self.releases.subscribe());
        let (waiting, under_way) = (self.waiting.clone(), self.under_way.clone());
        let is_held = self.held.load(Ordering::SeqCst);
        let charge = async move {
            if is_held {
                wait(waiting, releases).await;
            }
            let answer = gateway.client.confirm(confirmation).await;
            under_way.send_modify(|charges| *charges -= 1);
            answer
        };
        if self.broken.load(Ordering::SeqCst) {
            tokio::spawn(charge);
            return Err(ProviderError::Unknown("the connection broke".into()));
        }
        charge.await
    }

    async fn payment(&self, payment: PaymentId) -> Result<Option<Fact>, ProviderError> {
        self.whole()?.client.payment(payment).await
    }

    async fn movements(
        &self,
        since: Timestamp,
        after: Option<&str>,
    ) -> Result<Movements, ProviderError> {
        if after.is_some() && self.forgetful.load(Ordering::SeqCst) {
            let (kind, message) = ("INVALID_REQUEST".into(), "no such cursor".into());
            return Err(ProviderError::Refused { kind, message });
        }
        self.whole()?.client.movements(since, after).await
    }

    async fn cancel(&self, refunding: Refunding) -> Result<Reversal, ProviderError> {
        let gateway = self.whole()?;
        self.refunds_sent.fetch_add(1, Ordering::SeqCst);
        if self.refunds_held.load(Ordering::SeqCst) {
            wait(self.waiting.clone(), self.releases.subscribe()).await;
        }
        gateway.client.cancel(refunding).await
    }

    fn checkout_url(&self, payment: PaymentId) -> Option<String> {
        self.gateway().client.checkout_url(payment)
    }
}

/// Until waiting charges may go.
async fn wait(waiting: watch::Sender<u32>, mut releases: watch::Receiver<u64>) {
    waiting.send_modify(|charges| *charges += 1);
    releases.changed().await.unwrap();
    waiting.send_modify(|charges| *charges -= 1);
}
