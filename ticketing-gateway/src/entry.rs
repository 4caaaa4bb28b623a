//! One line of the ledger: what happened to a payment, and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ticketing_wire::sandbox::{Outcome, PayMethod};

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
/// the others only let a restart go on where it stopped. What will happen by itself later stands in
/// the fact that began it, so that no restart and no other fault plan changes it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Fact {
    PreRegister {
        total: Option<u64>,
        currency: String,
        custom_data: Value,
    },
    Authorize {
        token: String,
        outcome: Outcome,
        #[serde(default)]
        method: PayMethod,
    },
    Decline {
        token: String,
        /// What is captured later all the same.
        #[serde(default)]
        later: Option<Later>,
    },
    Capture {
        amount: u64,
        currency: String,
        custom_data: Value,
        #[serde(default)]
        channel: Channel,
    },
    /// A cancel that was taken and will end later.
    CancelRequest {
        amount: u64,
        reason: String,
        trigger: Trigger,
        #[serde(with = "rfc3339")]
        ends_at: Timestamp,
        succeeds: bool,
    },
    Cancel {
        amount: u64,
        currency: String,
        custom_data: Value,
        reason: String,
        #[serde(default)]
        trigger: Trigger,
        /// The request that it ends.
        #[serde(default)]
        request: Option<u64>,
    },
    CancelFailure {
        request: u64,
    },
    Dispute {
        reason: String,
    },
    DisputeResolved,
}

/// A capture that is still to come.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Later {
    #[serde(with = "rfc3339")]
    pub(crate) at: Timestamp,
    pub(crate) amount: u64,
}

/// Whether a capture took real money, as far as a sandbox does.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Channel {
    #[default]
    Live,
    Test,
}

/// Who began a cancel.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Trigger {
    #[default]
    Api,
    Console,
}

impl Fact {
    /// Whether money moved: these are what `/sandbox/ledger` lists.
    pub(crate) fn moves_money(&self) -> bool {
        matches!(self, Fact::Capture { .. } | Fact::Cancel { .. })
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
