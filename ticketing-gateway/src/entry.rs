//! One line of the ledger: what happened to a payment, and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ticketing_wire::sandbox::Outcome;

/// A numbered fact. Numbers start at 1 and have no gaps.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) payment_id: String,
    #[serde(with = "rfc3339")]
    pub(crate) at: Timestamp,
    #[serde(flatten)]
    pub(crate) fact: Fact,
}

/// What happened. Captures and cancels are money and repeat all that a reader of the ledger needs;
/// the others only let a restart go on where it stopped.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Fact {
    PreRegister { total: Option<u64>, currency: String, custom_data: Value },
    Authorize { token: String, outcome: Outcome },
    Decline { token: String },
    Capture { amount: u64, currency: String, custom_data: Value },
    Cancel { amount: u64, currency: String, custom_data: Value, reason: String },
}

impl Fact {
    /// Whether money moved: these are what `/sandbox/ledger` lists.
    pub(crate) fn moves_money(&self) -> bool {
        match self {
            Fact::Capture { .. } | Fact::Cancel { .. } => true,
            Fact::PreRegister { .. } | Fact::Authorize { .. } | Fact::Decline { .. } => false,
        }
    }
}

mod rfc3339 {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}
