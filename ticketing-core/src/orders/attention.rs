use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::id::{OrderId, PaymentId};

/// Why a person has to look at a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AttentionReason {
    /// Another amount or currency was captured than the order costs; it goes back in full.
    WrongAmount,
    /// Paid through a test channel where only real money counts, or at another shop.
    ForeignChannel,
    /// The provider knows a payment of ours that no order knows.
    UnknownPayment,
    /// A day has gone, and the provider has not said how the charge ended.
    NoEnd,
    /// The provider refuses a refund, or it failed too often.
    RefundRefused,
    /// Part of a payment was given back by somebody else: which tickets it was for, nobody said.
    RefundedElsewhere,
    /// The buyer disputes the payment with the bank.
    Disputed,
}

impl AttentionReason {
    /// A person ends it, by saying that it was seen.
    pub(crate) const fn by_a_person(self) -> bool {
        matches!(self, Self::RefundedElsewhere | Self::Disputed)
    }

    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::WrongAmount,
        Self::ForeignChannel,
        Self::UnknownPayment,
        Self::NoEnd,
        Self::RefundRefused,
        Self::RefundedElsewhere,
        Self::Disputed,
    ];

    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WrongAmount => "wrong_amount",
            Self::ForeignChannel => "foreign_channel",
            Self::UnknownPayment => "unknown_payment",
            Self::NoEnd => "no_end",
            Self::RefundRefused => "refund_refused",
            Self::RefundedElsewhere => "refunded_elsewhere",
            Self::Disputed => "disputed",
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// What needs a person, once per payment and reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attention {
    /// The payment.
    pub payment: PaymentId,
    /// Its order, where one knows it.
    pub order: Option<OrderId>,
    /// Why.
    pub reason: AttentionReason,
    /// What was seen, in words.
    pub detail: String,
    /// Since when.
    pub since: Timestamp,
}

impl Attention {
    /// The same payment and reason are the same matter, however often it is found.
    pub(crate) fn id(&self) -> Uuid {
        matter_id((self.payment, self.reason))
    }
}

/// Counts and logs what needs a person.
pub(crate) fn tell(attention: &Attention) {
    let Attention { payment, reason, detail, .. } = attention;
    metrics::counter!("ticketing_attention_total", "reason" => reason.name()).increment(1);
    tracing::error!(%payment, reason = reason.name(), detail, "a payment needs a person");
}

pub(super) fn matter_id((payment, reason): (PaymentId, AttentionReason)) -> Uuid {
    derived(payment.uuid(), reason.name())
}

/// An id that follows from another one.
pub(super) fn derived(from: Uuid, what: &str) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(from.as_bytes());
    hash.update(what);
    let hash: [u8; 32] = hash.finalize().into();
    let bytes = *hash.first_chunk::<16>().expect("32 bytes have 16");
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
