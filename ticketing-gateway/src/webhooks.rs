//! What the gateway tells a shop by itself (Standard Webhooks), on `PortOne`'s schedule of repeats.
//!
//! What is still to be told is in memory: a gateway that ends forgets it, as a provider may.

mod notice;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use reqwest::redirect;
use secrecy::{ExposeSecret as _, SecretString};
use standardwebhooks::Webhook;
use tokio::sync::Semaphore;

use self::notice::Notice;
use crate::entry::Entry;
use crate::faults::Mischief;
use crate::payment::Payment;
use crate::{Clock, Fault, edge};

/// How long an answer may take.
const TIME_OUT: Duration = Duration::from_secs(30);
/// After each failure the next try comes up to so many minutes later; then there is none.
const RETRY_WITHIN_MINUTES: [i64; 5] = [1, 4, 16, 64, 256];
/// How many are under way at once.
const MAX_UNDER_WAY: usize = 64;
/// How many wait; past it the next that is due goes unsaid.
const MAX_WAITING: usize = 100_000;
/// What a stale one says it is old.
const STALE: SignedDuration = SignedDuration::from_mins(10);
/// What a forged one is signed with.
const FORGER: &str = "Zm9yZ2VkLWZvcmdlZC1mb3JnZWQ=";

/// Where a shop listens.
#[derive(Debug)]
pub struct Webhooks {
    /// Each is told everything.
    pub urls: Vec<String>,
    /// Is asked before a charge that the shop does not confirm itself.
    pub confirm_url: Option<String>,
    /// In base64, with or without `whsec_`.
    pub secret: SecretString,
}

/// A secret that cannot sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the webhook secret is not base64, such as whsec_..")]
pub struct UnusableWebhookSecret;

impl Webhooks {
    /// Whether the secret can sign.
    pub fn check(&self) -> Result<(), UnusableWebhookSecret> {
        Webhook::new(self.secret.expose_secret()).map(drop).map_err(|_| UnusableWebhookSecret)
    }
}

/// What is still to be told.
#[derive(Debug)]
pub(crate) struct Outbox {
    shop: Option<Webhooks>,
    clock: Clock,
    http: reqwest::Client,
    waiting: Mutex<Waiting>,
    under_way: Arc<Semaphore>,
}

#[derive(Debug)]
struct Waiting {
    by_time: BTreeMap<(Timestamp, u64), Message>,
    told: u64,
    jitter: ChaCha20Rng,
}

/// One notice for one listener.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    id: String,
    url: String,
    body: String,
    failures: usize,
    is_forged: bool,
    is_stale: bool,
}

/// How a delivery went, in `PortOne`'s words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Delivered {
    Succeeded,
    Refused,
    Failed,
}

impl Delivered {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Refused => "FAILED_NOT_OK_RESPONSE",
            Self::Failed => "FAILED_UNEXPECTED_ERROR",
        }
    }
}

impl Outbox {
    pub(crate) fn new(shop: Option<Webhooks>, clock: Clock) -> Self {
        // The one TLS stack of the process; a second call finds it installed and changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(clock.time_out(TIME_OUT))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client of these settings can be built");
        let jitter = ChaCha20Rng::from_seed(edge::seed());
        let waiting = Waiting { by_time: BTreeMap::new(), told: 0, jitter };
        let under_way = Arc::new(Semaphore::new(MAX_UNDER_WAY));
        Self { shop, clock, http, waiting: Mutex::new(waiting), under_way }
    }

    /// What the entry says to the shop waits to be told, as far as nothing goes wrong.
    pub(crate) fn tell(&self, payment: &Payment, entry: &Entry, mischief: &Mutex<Mischief>) {
        let (Some(shop), Some(notice)) = (&self.shop, Notice::of(payment, entry)) else { return };
        let now = self.clock.now();
        for url in &shop.urls {
            let mut mischief = mischief.lock();
            if mischief.strikes(Fault::WebhookDropped) {
                continue;
            }
            let is_delayed = mischief.strikes(Fault::WebhookDelayed);
            let delay = if is_delayed { mischief.delay() } else { SignedDuration::ZERO };
            let mut message = Message::new(&notice, url);
            message.is_forged = mischief.strikes(Fault::WebhookForged);
            message.is_stale = mischief.strikes(Fault::WebhookStale);
            if mischief.strikes(Fault::WebhookDuplicated) {
                self.waiting.lock().push(now, message.clone());
            }
            self.waiting.lock().push(now + delay, message);
        }
    }

    /// Tells what is due, and waits for the answers.
    pub(crate) async fn tell_due(&self) {
        while let due @ [_, ..] = self.due(MAX_UNDER_WAY).as_slice() {
            join_all(due.iter().cloned().map(|message| self.send(message))).await;
        }
    }

    /// Begins to tell what is due, as far as there is room.
    pub(crate) fn begin_due(self: &Arc<Self>) {
        while let Ok(permit) = Arc::clone(&self.under_way).try_acquire_owned() {
            let Some(message) = self.due(1).pop() else { return };
            let outbox = Arc::clone(self);
            tokio::spawn(async move {
                outbox.send(message).await;
                drop(permit);
            });
        }
    }

    /// Whether the shop lets the provider charge.
    pub(crate) async fn may_charge(&self, payment: &Payment) -> bool {
        let shop = self.shop.as_ref();
        let Some(url) = shop.and_then(|shop| shop.confirm_url.as_ref()) else { return true };
        let notice = Notice::question(payment, self.clock.now());
        self.deliver(&Message::new(&notice, url)).await == Delivered::Succeeded
    }

    /// Tells how the payment is, once more and at once; `None` where nobody listens.
    pub(crate) async fn tell_again(
        &self,
        payment: &Payment,
    ) -> Option<(String, String, Delivered)> {
        let url = self.shop.as_ref()?.urls.first()?;
        let message = Message::new(&Notice::again(payment, self.clock.now()), url);
        let delivered = self.deliver(&message).await;
        Some((message.id, message.url, delivered))
    }

    fn due(&self, limit: usize) -> Vec<Message> {
        let now = self.clock.now();
        let mut waiting = self.waiting.lock();
        let mut due = Vec::new();
        while due.len() < limit
            && let Some(next) = waiting.by_time.first_entry()
            && next.key().0 <= now
        {
            due.push(next.remove());
        }
        due
    }

    async fn send(&self, mut message: Message) {
        if self.deliver(&message).await == Delivered::Succeeded {
            return;
        }
        let Some(minutes) = RETRY_WITHIN_MINUTES.get(message.failures) else {
            tracing::warn!(id = message.id, "a webhook was given up");
            return;
        };
        message.failures += 1;
        let mut waiting = self.waiting.lock();
        let within = SignedDuration::from_mins(*minutes).as_millis();
        let within = i64::try_from(within).expect("minutes are few");
        let delay = SignedDuration::from_millis(waiting.jitter.random_range(0..=within));
        waiting.push(self.clock.now() + delay, message);
    }

    async fn deliver(&self, message: &Message) -> Delivered {
        let now = self.clock.now();
        let at = if message.is_stale { now - STALE } else { now };
        let Some(signature) = self.sign(message, at) else { return Delivered::Failed };
        let call = self
            .http
            .post(&message.url)
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", at.as_second().to_string())
            .header("webhook-signature", signature)
            .body(message.body.clone());
        match call.send().await {
            Ok(answer) if answer.status().is_success() => Delivered::Succeeded,
            Ok(_) => Delivered::Refused,
            Err(error) => {
                tracing::debug!(error = %error.without_url(), "a webhook was not delivered");
                Delivered::Failed
            }
        }
    }

    fn sign(&self, message: &Message, at: Timestamp) -> Option<String> {
        let secret = self.shop.as_ref()?.secret.expose_secret();
        let secret = Webhook::new(if message.is_forged { FORGER } else { secret }).ok()?;
        secret.sign(&message.id, at.as_second(), message.body.as_bytes()).ok()
    }
}

impl Waiting {
    fn push(&mut self, at: Timestamp, message: Message) {
        if self.by_time.len() >= MAX_WAITING
            && let Some((_, lost)) = self.by_time.pop_first()
        {
            tracing::warn!(id = lost.id, "too many webhooks wait; one is not told");
        }
        self.told += 1;
        self.by_time.insert((at, self.told), message);
    }
}

impl Message {
    fn new(notice: &Notice, url: &str) -> Self {
        Self {
            id: notice.id.clone(),
            url: url.to_owned(),
            body: notice.body.clone(),
            failures: 0,
            is_forged: false,
            is_stale: false,
        }
    }
}
