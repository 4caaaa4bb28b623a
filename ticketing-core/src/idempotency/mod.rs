//! What makes a repeated request the same request.

#[cfg(feature = "services")]
pub(crate) mod postgres;

use std::collections::HashMap;
use std::fmt;

use parking_lot::Mutex;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::id::{AccountId, PaymentId};

/// What makes a repeated request the same request: 16 to 64 printable ASCII characters that the
/// client chose.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Refused when it is too short, too long or not printable ASCII.
    pub fn new(text: &str) -> Result<Self> {
        let fits = (16..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::field("Idempotency-Key", "16 to 64 printable ASCII characters"))
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What the key was used for: a hash of the verb and everything it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestHash(pub(crate) [u8; 32]);

impl RequestHash {
    /// `verb` names the verb and what it acts on; `request` is what it was asked.
    pub(crate) fn of(verb: &str, subject: impl fmt::Display, request: &impl Serialize) -> Self {
        let request = serde_json::to_vec(request).expect("a request serialises");
        let mut hash = Sha256::new();
        hash.update(format!("{verb}\n{subject}\n"));
        hash.update(request);
        Self(hash.finalize().into())
    }
}

/// What a key was used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// A request whose answer is rendered from these facts.
    Facts(String),
    /// A payment attempt that a repeat joins.
    Attempt(PaymentId),
}

impl Kept {
    /// The facts; a key of a payment was used for another request.
    pub(crate) fn facts(self) -> Result<String> {
        match self {
            Self::Facts(facts) => Ok(facts),
            Self::Attempt(_) => Err(Error::IdempotencyReused),
        }
    }

    /// The attempt; a key of anything else was used for another request.
    pub(crate) fn attempt(self) -> Result<PaymentId> {
        match self {
            Self::Attempt(payment) => Ok(payment),
            Self::Facts(_) => Err(Error::IdempotencyReused),
        }
    }
}

/// The keys of the books in memory, over all verbs. Locked last, under the lock of whatever the
/// request does.
#[derive(Default)]
pub(crate) struct MemoryKeys(Mutex<HashMap<(AccountId, String), (RequestHash, Kept)>>);

impl MemoryKeys {
    pub(crate) fn kept(
        &self,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
    ) -> Result<Option<Kept>> {
        match self.0.lock().get(&(account, key.as_str().to_owned())) {
            None => Ok(None),
            Some((first, _)) if *first != request => Err(Error::IdempotencyReused),
            Some((_, kept)) => Ok(Some(kept.clone())),
        }
    }

    pub(crate) fn keep(
        &self,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
        kept: Kept,
    ) {
        self.0.lock().insert((account, key.as_str().to_owned()), (request, kept));
    }
}
