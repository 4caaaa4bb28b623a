use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::error::{Error, FieldErrors, Result};
use crate::id::{AccountId, HoldId, PerformanceId};
use crate::money::Money;

/// Seats that one buyer may order until the deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id; never used twice, which makes it its own fence.
    pub id: HoldId,
    /// Of which performance.
    pub performance: PerformanceId,
    /// Whose.
    pub account: AccountId,
    /// The seat indices, ascending.
    pub seats: Vec<u32>,
    /// What they cost together.
    pub total: Money,
    /// Until when they can be ordered.
    pub expires_at: Timestamp,
}

/// Which seats a buyer wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// Exactly these.
    #[serde(rename = "seats")]
    Seats(Vec<u32>),
    /// The best that there are.
    #[serde(rename = "best")]
    Best(Best),
}

/// Some seats together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// How many.
    pub count: u32,
    /// Only of this category.
    #[serde(default)]
    pub category: Option<String>,
    /// Only in this section or area.
    #[serde(default)]
    pub section: Option<String>,
}

impl Wish {
    /// How many seats are wished for.
    pub fn count(&self) -> u32 {
        match self {
            Self::Seats(seats) => u32::try_from(seats.len()).unwrap_or(u32::MAX),
            Self::Best(best) => best.count,
        }
    }

    pub(crate) fn check(&self, seats_total: u32) -> Result<()> {
        let mut errors = FieldErrors::default();
        match self {
            Self::Seats(seats) => {
                errors.require(!seats.is_empty(), "seats", "at least one seat");
                let known = seats.iter().all(|seat| *seat < seats_total);
                errors.require(known, "seats", "a seat index of this performance");
                let mut once = seats.clone();
                once.sort_unstable();
                once.dedup();
                errors.require(once.len() == seats.len(), "seats", "each seat once");
            }
            Self::Best(best) => errors.require(best.count > 0, "best.count", "at least 1"),
        }
        errors.finish()
    }
}

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
