//! The gateway's verbs. Each decides under one lock, appends one entry in that order, and answers
//! only when everything it speaks of is on disk.

mod acting;
mod reading;

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use ticketing_wire::sandbox::Authorize;

use crate::awaited::Awaited;
use crate::entry::{Channel, Entry, Fact, Trigger};
use crate::faults::Mischief;
use crate::idempotency::Answers;
use crate::ledger::{Broken, Ledger};
use crate::payment::asked::{Cancel, Charge, Confirm, PreRegister, Return};
use crate::payment::{Impossible, Payment};
use crate::payments::Payments;
use crate::refusal::Refusal;
use crate::sessions::{Sessions, Use};
use crate::trouble::Trouble;
use crate::webhooks::Outbox;
use crate::{Clock, Fault, FaultPlan, LedgerError, Options, edge};

/// Random bytes in a payment token.
const TOKEN_BYTES: usize = 24;

/// One sandbox gateway: its payments, its ledger and its faults.
#[derive(Debug)]
pub struct Gateway {
    pub(crate) clock: Clock,
    secret_digest: [u8; 32],
    pub(crate) control: bool,
    mischief: Mutex<Mischief>,
    payments: Mutex<Payments>,
    unregistered: Mutex<usize>,
    ledger: Ledger,
    tokens: Mutex<ChaCha20Rng>,
    awaited: Awaited,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) answers: Mutex<Answers>,
    pub(crate) sessions: Mutex<Sessions>,
}

impl Gateway {
    /// Opens the ledger and replays it.
    pub fn open(options: Options) -> Result<Arc<Self>, LedgerError> {
        let Options { secret, ledger: path, faults, clock, control, webhooks } = options;
        let mut payments = Payments::default();
        let ledger = match path {
            None => Ledger::Memory,
            Some(path) => {
                let (ledger, entries) = Ledger::open(&path)?;
                for entry in entries {
                    payments.apply(&entry).map_err(|Impossible| LedgerError::Damaged {
                        path: path.clone(),
                        line: usize::try_from(entry.number).unwrap_or(usize::MAX),
                        reason: "it cannot follow the lines before it".into(),
                    })?;
                }
                ledger
            }
        };
        Ok(Arc::new(Self {
            outbox: Arc::new(Outbox::new(webhooks, clock.clone())),
            clock,
            secret_digest: digest(secret.expose_secret().as_bytes()),
            control,
            mischief: Mutex::new(Mischief::new(faults)),
            payments: Mutex::new(payments),
            unregistered: Mutex::new(0),
            ledger,
            tokens: Mutex::new(ChaCha20Rng::from_seed(edge::seed())),
            awaited: Awaited::default(),
            answers: Mutex::default(),
            sessions: Mutex::default(),
        }))
    }

    /// From now on this goes wrong.
    pub fn set_faults(&self, plan: FaultPlan) {
        *self.mischief.lock() = Mischief::new(plan);
    }

    /// What goes wrong at present.
    pub fn faults(&self) -> FaultPlan {
        self.mischief.lock().plan().clone()
    }

    /// Does what is due by itself: late captures, cancels that were only taken, webhooks. Whoever
    /// serves a gateway does this all the time; a test may do it at once.
    pub async fn step(&self) {
        self.move_on().await;
        self.outbox.tell_due().await;
    }

    /// The same, without waiting for those who are told.
    pub(crate) async fn tick(&self) {
        self.move_on().await;
        self.outbox.begin_due();
    }

    async fn move_on(&self) {
        let now = self.clock.now();
        let due = |payments: &Payments| {
            payments.next_by_itself(now).map(|(payment, fact)| (payment.id.clone(), fact))
        };
        loop {
            let Some((id, fact)) = due(&self.payments.lock()) else { return };
            // Somebody may have asked for something in between: then it may be due no more.
            let still = |payments: &Payments| {
                let is_due = due(payments).is_some_and(|next| next == (id.clone(), fact.clone()));
                if is_due { Ok(fact.clone()) } else { Err(Refusal::NotFound) }
            };
            if let Err(Refusal::LedgerBroken) = self.record(&id, still).await {
                return;
            }
        }
    }

    /// Whether this is the secret. Digests are compared, so that time tells nothing about it.
    pub(crate) fn knows_secret(&self, secret: &[u8]) -> bool {
        digest(secret) == self.secret_digest
    }

    pub(crate) fn knows_access_token(&self, token: &[u8]) -> bool {
        let now = self.clock.now();
        let knows = |token| self.sessions.lock().knows(token, Use::Access, now);
        std::str::from_utf8(token).is_ok_and(knows)
    }

    pub(crate) fn strikes(&self, fault: Fault) -> bool {
        self.mischief.lock().strikes(fault)
    }

    /// What goes wrong with one call.
    pub(crate) fn trouble(&self) -> Trouble {
        Trouble::draw(&mut self.mischief.lock())
    }

    pub(crate) async fn pre_register(&self, id: &str, terms: PreRegister) -> Result<(), Refusal> {
        self.record(id, |payments| terms.decide(payments.find(id))).await?;
        self.awaited.came(id);
        Ok(())
    }

    /// Waits a while for a payment that is not registered: its shop may be about to do it.
    pub(crate) async fn registered(&self, id: &str) {
        let is_known = || self.payments.lock().find(id).is_some();
        self.awaited.wait(id, is_known).await;
    }

    /// Answers a token that confirms the payment, or declines it, as the buyer said.
    pub(crate) async fn authorize(&self, id: &str, asked: Authorize) -> Result<String, Refusal> {
        let token = self.token("paytoken");
        let Authorize { outcome, method } = asked;
        let decide =
            |payments: &Payments| payments.get(id)?.authorize(outcome, method, token.clone());
        self.record(id, decide).await?;
        Ok(token)
    }

    /// The charge.
    pub(crate) async fn confirm(&self, id: &str, confirm: &Confirm) -> Result<Payment, Refusal> {
        let decide = |payments: &Payments| payments.get(id)?.confirm(confirm, || self.charge());
        match self.record(id, decide).await? {
            (payment, Fact::Capture { .. }) => Ok(payment),
            _ => Err(Refusal::PgProvider),
        }
    }

    pub(crate) async fn cancel(
        &self,
        id: &str,
        cancel: &Cancel,
        trigger: Trigger,
    ) -> Result<Payment, Refusal> {
        let decide = |payments: &Payments| {
            let how = || match trigger {
                Trigger::Api => self.give_back(id),
                Trigger::Console => Return::Done,
            };
            payments.get(id)?.give_back(cancel, trigger, how)
        };
        self.record_quietly(id, decide, cancel.skip_webhook).await.map(|(payment, _)| payment)
    }

    async fn record(
        &self,
        id: &str,
        decide: impl FnOnce(&Payments) -> Result<Fact, Refusal>,
    ) -> Result<(Payment, Fact), Refusal> {
        self.record_quietly(id, decide, false).await
    }

    /// Decides and appends under one lock, then waits for the disk. A refusal waits too: it may
    /// speak of an entry that is still being written.
    async fn record_quietly(
        &self,
        id: &str,
        decide: impl FnOnce(&Payments) -> Result<Fact, Refusal>,
        skip_webhook: bool,
    ) -> Result<(Payment, Fact), Refusal> {
        let (number, outcome) = {
            let mut payments = self.payments.lock();
            match decide(&payments) {
                Ok(fact) => {
                    let number = payments.last_entry() + 1;
                    let at = self.clock.now();
                    let entry = Entry { number, payment_id: id.to_owned(), at, fact };
                    self.ledger.append(&entry).map_err(|Broken| Refusal::LedgerBroken)?;
                    let payment = payments
                        .apply(&entry)
                        .expect("a decided fact can follow what it was decided from");
                    (number, Ok((payment.clone(), entry)))
                }
                Err(refusal) => {
                    let known = payments.find(id);
                    (known.map_or(0, |payment| payment.last_entry), Err(refusal))
                }
            }
        };
        self.durable(number).await?;
        let (payment, entry) = outcome?;
        if !skip_webhook {
            self.outbox.tell(&payment, &entry, &self.mischief);
        }
        Ok((payment, entry.fact))
    }

    async fn durable(&self, number: u64) -> Result<(), Refusal> {
        self.ledger.durable(number).await.map_err(|Broken| Refusal::LedgerBroken)
    }

    /// A word that nobody can guess.
    pub(crate) fn token(&self, kind: &str) -> String {
        let bytes: [u8; TOKEN_BYTES] = self.tokens.lock().random();
        format!("{kind}_{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    fn charge(&self) -> Charge {
        let mut mischief = self.mischief.lock();
        if mischief.strikes(Fault::Mismatch) {
            return Charge::Mismatched;
        }
        if mischief.strikes(Fault::BankDown) {
            return Charge::BankDown;
        }
        if mischief.strikes(Fault::LateCapture) {
            return Charge::Late(self.clock.now() + mischief.delay());
        }
        let is_test = mischief.strikes(Fault::TestChannel);
        let channel = if is_test { Channel::Test } else { Channel::Live };
        Charge::Taken { channel, right: !mischief.strikes(Fault::WrongAmount) }
    }

    fn give_back(&self, id: &str) -> Return {
        let mut mischief = self.mischief.lock();
        if mischief.strikes(Fault::BankDown) || !mischief.returns(id) {
            return Return::BankDown;
        }
        let fails = mischief.strikes(Fault::CancelFails);
        if fails || mischief.strikes(Fault::CancelRequested) {
            let ends_at = self.clock.now() + mischief.delay();
            return Return::Requested { ends_at, succeeds: !fails };
        }
        Return::Done
    }
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
