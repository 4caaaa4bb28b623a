//! The gateway's verbs. Each decides under one lock, appends one entry in that order, and answers
//! only when everything it speaks of is on disk.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use parking_lot::Mutex;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use ticketing_wire::sandbox::Outcome;

use crate::awaited::Awaited;
use crate::entry::{Entry, Fact};
use crate::idempotency::Answers;
use crate::ledger::{Broken, Ledger};
use crate::payment::{self, Cancel, Confirm, Impossible, Payment, PreRegister};
use crate::refusal::Refusal;
use crate::{FaultPlan, LedgerError, Options, edge};

/// Random bytes in a payment token.
const TOKEN_BYTES: usize = 24;

/// One sandbox gateway: its payments, its ledger and its faults.
#[derive(Debug)]
pub struct Gateway {
    secret_digest: [u8; 32],
    faults: FaultPlan,
    payments: Mutex<Payments>,
    ledger: Ledger,
    tokens: Mutex<ChaCha20Rng>,
    awaited: Awaited,
    pub(crate) answers: Mutex<Answers>,
}

/// The ledger replayed.
#[derive(Debug, Default)]
struct Payments {
    by_id: HashMap<String, Payment>,
    /// Captures and cancels, oldest first.
    money: Vec<Entry>,
    captures: u64,
    last_entry: u64,
}

/// A payment after a fact about it was recorded.
#[derive(Debug)]
struct Recorded {
    payment: Payment,
    fact: Fact,
    /// How many captures there are now.
    captures: u64,
}

impl Gateway {
    /// Opens the ledger and replays it.
    pub fn open(options: Options) -> Result<Arc<Self>, LedgerError> {
        let Options { secret, ledger: path, faults } = options;
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
            secret_digest: digest(secret.expose_secret().as_bytes()),
            faults,
            payments: Mutex::new(payments),
            ledger,
            tokens: Mutex::new(ChaCha20Rng::from_seed(edge::seed())),
            awaited: Awaited::default(),
            answers: Mutex::default(),
        }))
    }

    /// Whether this is the secret. Digests are compared, so that time tells nothing about it.
    pub(crate) fn knows_secret(&self, secret: &[u8]) -> bool {
        digest(secret) == self.secret_digest
    }

    pub(crate) async fn pre_register(
        &self,
        id: &str,
        terms: PreRegister,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.record(id, now, |payments| terms.decide(payments.by_id.get(id))).await?;
        self.awaited.came(id);
        Ok(())
    }

    /// Waits a while for a payment that is not registered: its shop may be about to do it.
    pub(crate) async fn registered(&self, id: &str) {
        let is_known = || self.payments.lock().by_id.contains_key(id);
        self.awaited.wait(id, is_known).await;
    }

    /// Answers a token that confirms the payment, or declines it, as the buyer said.
    pub(crate) async fn authorize(
        &self,
        id: &str,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let token = self.token();
        let decide = |payments: &Payments| payments.get(id)?.authorize(outcome, token.clone());
        self.record(id, now, decide).await?;
        Ok(token)
    }

    /// The charge.
    pub(crate) async fn confirm(
        &self,
        id: &str,
        confirm: &Confirm,
        now: Timestamp,
    ) -> Result<Confirmed, Refusal> {
        let decide = |payments: &Payments| {
            let ordinal = payments.captures + 1;
            let taken = |total| self.faults.captured_amount(ordinal, total);
            payments.get(id)?.confirm(confirm, taken)
        };
        let recorded = self.record(id, now, decide).await?;
        match recorded.fact {
            Fact::Capture { .. } => Ok(Confirmed {
                payment: recorded.payment,
                reply_is_lost: self.faults.loses_reply(recorded.captures),
            }),
            _ => Err(Refusal::PgProvider),
        }
    }

    pub(crate) async fn cancel(
        &self,
        id: &str,
        cancel: &Cancel,
        now: Timestamp,
    ) -> Result<Payment, Refusal> {
        let recorded = self.record(id, now, |payments| payments.get(id)?.cancel(cancel)).await?;
        Ok(recorded.payment)
    }

    pub(crate) async fn payment(&self, id: &str) -> Result<Payment, Refusal> {
        let payment = self.payments.lock().get(id)?.clone();
        self.durable(payment.last_entry).await?;
        Ok(payment)
    }

    /// Captures and cancels after the entry with this number, oldest first, and whether more follow.
    pub(crate) fn money_after(&self, number: u64, limit: usize) -> (Vec<Entry>, bool) {
        let payments = self.payments.lock();
        let start = payments.money.partition_point(|entry| entry.number <= number);
        let durable = self.ledger.durable_through(payments.last_entry);
        let end = payments.money.partition_point(|entry| entry.number <= durable).max(start);
        let page = &payments.money[start..end.min(start.saturating_add(limit))];
        (page.to_vec(), start + page.len() < end)
    }

    /// Decides and appends under one lock, then waits for the disk. A refusal waits too: it may
    /// speak of an entry that is still being written.
    async fn record(
        &self,
        id: &str,
        now: Timestamp,
        decide: impl FnOnce(&Payments) -> Result<Fact, Refusal>,
    ) -> Result<Recorded, Refusal> {
        let (number, outcome) = {
            let mut payments = self.payments.lock();
            match decide(&payments) {
                Ok(fact) => {
                    let number = payments.last_entry + 1;
                    let entry = Entry { number, payment_id: id.to_owned(), at: now, fact };
                    self.ledger.append(&entry).map_err(|Broken| Refusal::LedgerBroken)?;
                    let payment = payments
                        .apply(&entry)
                        .expect("a decided fact can follow what it was decided from");
                    (
                        number,
                        Ok(Recorded { payment, fact: entry.fact, captures: payments.captures }),
                    )
                }
                Err(refusal) => {
                    let known = payments.by_id.get(id);
                    (known.map_or(0, |payment| payment.last_entry), Err(refusal))
                }
            }
        };
        self.durable(number).await?;
        outcome
    }

    async fn durable(&self, number: u64) -> Result<(), Refusal> {
        self.ledger.durable(number).await.map_err(|Broken| Refusal::LedgerBroken)
    }

    fn token(&self) -> String {
        let bytes: [u8; TOKEN_BYTES] = self.tokens.lock().random();
        format!("paytoken_{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// A charge that was made.
#[derive(Debug)]
pub(crate) struct Confirmed {
    pub(crate) payment: Payment,
    pub(crate) reply_is_lost: bool,
}

impl Payments {
    fn get(&self, id: &str) -> Result<&Payment, Refusal> {
        self.by_id.get(id).ok_or(Refusal::PaymentNotFound)
    }

    fn apply(&mut self, entry: &Entry) -> Result<Payment, Impossible> {
        let payment = payment::apply(self.by_id.get(&entry.payment_id).cloned(), entry)?;
        self.by_id.insert(entry.payment_id.clone(), payment.clone());
        self.last_entry = entry.number;
        self.captures += u64::from(matches!(entry.fact, Fact::Capture { .. }));
        if entry.fact.moves_money() {
            self.money.push(entry.clone());
        }
        Ok(payment)
    }
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
