//! The wires from the box office to its gateway, which a test can cut or hold, and to its store.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use parking_lot::RwLock;
use tokio::sync::watch;

use ticketing_core::payments::{
    Confirmation, Fact, Movements, PaymentWindow, PreRegistration, Provider, ProviderError,
    Refunding, Reversal,
};
use ticketing_core::{PayMethod, PaymentId, Timestamp};

use crate::gateway::Gateway;
use crate::store::Store;

/// The provider of the box office: the gateway's client over a wire that a test can cut (questions
/// and refunds get no answer) or hold (a charge waits before it leaves us).
pub(crate) struct Wire {
    gateway: RwLock<Arc<Gateway>>,
    /// Where the box office keeps pictures.
    pub(crate) store: Arc<Store>,
    cut: AtomicBool,
    held: AtomicBool,
    broken: AtomicBool,
    unannounced: AtomicBool,
    announcements_held: AtomicBool,
    announcements_lost: AtomicBool,
    forgetful: AtomicBool,
    silent: AtomicBool,
    refunds_held: AtomicBool,
    refunds_sent: AtomicU32,
    /// The payments that the gateway was told of, with or without success.
    announced: watch::Sender<BTreeMap<PaymentId, bool>>,
    /// How many announcements wait, as charges do.
    announcing: watch::Sender<u32>,
    /// Raised when waiting charges may go.
    releases: watch::Sender<u64>,
    waiting: watch::Sender<u32>,
    under_way: watch::Sender<u32>,
}

impl Wire {
    pub(crate) fn to(gateway: Gateway) -> Self {
        Self {
            gateway: RwLock::new(Arc::new(gateway)),
            store: Arc::default(),
            cut: AtomicBool::new(false),
            held: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            unannounced: AtomicBool::new(false),
            announcements_held: AtomicBool::new(false),
            announcements_lost: AtomicBool::new(false),
            forgetful: AtomicBool::new(false),
            silent: AtomicBool::new(false),
            refunds_held: AtomicBool::new(false),
            refunds_sent: AtomicU32::new(0),
            announced: watch::Sender::default(),
            announcing: watch::Sender::new(0),
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

    /// Announcements wait before they leave us.
    pub(crate) fn hold_announcements(&self) {
        self.announcements_held.store(true, Ordering::SeqCst);
    }

    /// Those that wait go, and later ones do not wait.
    pub(crate) fn let_announcements_go(&self) {
        self.announcements_held.store(false, Ordering::SeqCst);
        self.releases.send_modify(|releases| *releases += 1);
    }

    /// Those that wait are lost, and later ones do not wait.
    pub(crate) fn lose_waiting_announcements(&self) {
        self.announcements_lost.store(true, Ordering::SeqCst);
        self.let_announcements_go();
    }

    pub(crate) fn announcements_waiting(&self) -> u32 {
        *self.announcing.borrow()
    }

    /// Until the gateway has answered an announcement of a payment.
    pub(crate) async fn is_announced(&self, payment: PaymentId) {
        let told = |announced: &BTreeMap<PaymentId, bool>| announced.contains_key(&payment);
        self.announced.subscribe().wait_for(told).await.unwrap();
    }

    /// Whether it took one.
    pub(crate) fn can_be_paid(&self, payment: PaymentId) -> bool {
        self.announced.borrow().get(&payment).is_some_and(|is_taken| *is_taken)
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

    /// The provider lists what moved, and says nothing of any payment.
    pub(crate) fn say_nothing_of_payments(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
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
        if self.announcements_held.load(Ordering::SeqCst) {
            wait(self.announcing.clone(), self.releases.subscribe()).await;
            if self.announcements_lost.load(Ordering::SeqCst) {
                return Err(ProviderError::Unknown("the announcement was lost".into()));
            }
        }
        let answer = self.gateway().client.pre_register(registration).await;
        self.announced.send_modify(|announced| {
            *announced.entry(registration.payment).or_default() |= answer.is_ok();
        });
        answer
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
        if self.silent.load(Ordering::SeqCst) {
            return Err(ProviderError::Unknown("the provider says nothing".into()));
        }
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

    fn window(&self, payment: PaymentId, methods: &[PayMethod]) -> Option<PaymentWindow> {
        self.gateway().client.window(payment, methods)
    }
}

/// Until waiting charges may go.
async fn wait(waiting: watch::Sender<u32>, mut releases: watch::Receiver<u64>) {
    waiting.send_modify(|charges| *charges += 1);
    releases.changed().await.unwrap();
    waiting.send_modify(|charges| *charges -= 1);
}
