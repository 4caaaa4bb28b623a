//! The two proofs of the line: a place in it, and a pass out of it.

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::id::{AccountId, PerformanceId};
use crate::signing::{Sealer, SigningKey};

/// A buyer's position in the line of a performance. Only joining, or a token that joining gave,
/// makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub(super) performance: PerformanceId,
    pub(super) account: AccountId,
    pub(super) epoch: u32,
    pub(super) number: u64,
}

impl Place {
    /// Which line.
    pub const fn performance(&self) -> PerformanceId {
        self.performance
    }

    /// Whose place.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The number, from 1.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The line's epoch that gave the number.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }
}

/// Admission to seat selection: bound to account and performance, with a lease. Only an admitted
/// place, or a token that admission gave, makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    place: Place,
    expires_at: Timestamp,
}

impl Pass {
    pub(crate) const fn admitted(place: Place, expires_at: Timestamp) -> Self {
        Self { place, expires_at }
    }

    /// The place that was admitted.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Which performance.
    pub const fn performance(&self) -> PerformanceId {
        self.place.performance
    }

    /// Whose pass.
    pub const fn account(&self) -> AccountId {
        self.place.account
    }

    /// When the lease ends.
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

const PLACE_LENGTH: usize = 16 + 16 + 4 + 8;

fn place_facts(place: &Place) -> [u8; PLACE_LENGTH] {
    let mut facts = [0; PLACE_LENGTH];
    facts[..16].copy_from_slice(place.performance.uuid().as_bytes());
    facts[16..32].copy_from_slice(place.account.uuid().as_bytes());
    facts[32..36].copy_from_slice(&place.epoch.to_be_bytes());
    facts[36..].copy_from_slice(&place.number.to_be_bytes());
    facts
}

fn place_from(facts: &[u8]) -> Option<Place> {
    Some(Place {
        performance: Uuid::from_slice(facts.get(..16)?).ok()?.into(),
        account: Uuid::from_slice(facts.get(16..32)?).ok()?.into(),
        epoch: u32::from_be_bytes(facts.get(32..36)?.try_into().ok()?),
        number: u64::from_be_bytes(facts.get(36..44)?.try_into().ok()?),
    })
}

/// Turns places into tokens and back.
#[derive(Debug)]
pub(crate) struct PlaceTokens(Sealer);

impl PlaceTokens {
    pub(crate) fn new(key: &SigningKey) -> Self {
        Self(Sealer::new(key, "place token"))
    }

    pub(crate) fn seal(&self, place: &Place) -> String {
        self.0.seal(&place_facts(place))
    }

    pub(crate) fn open(&self, token: &str) -> Option<Place> {
        place_from(&self.0.open::<PLACE_LENGTH>(token)?)
    }
}

/// Turns passes into tokens and back.
#[derive(Debug)]
pub(crate) struct PassTokens(Sealer);

impl PassTokens {
    pub(crate) fn new(key: &SigningKey) -> Self {
        Self(Sealer::new(key, "pass token"))
    }

    pub(crate) fn seal(&self, pass: &Pass) -> String {
        let mut facts = place_facts(&pass.place).to_vec();
        facts.extend_from_slice(&pass.expires_at.as_millis().to_be_bytes());
        self.0.seal(&facts)
    }

    pub(crate) fn open(&self, token: &str) -> Option<Pass> {
        let facts = self.0.open::<{ PLACE_LENGTH + 8 }>(token)?;
        let expires_at = i64::from_be_bytes(facts[PLACE_LENGTH..].try_into().ok()?);
        let expires_at = Timestamp::from_millis(expires_at);
        Some(Pass { place: place_from(&facts)?, expires_at })
    }
}
