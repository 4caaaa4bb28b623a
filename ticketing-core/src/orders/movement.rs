//! The ledger of a performance: money that moved, each once and for good.

use super::attention::{AttentionReason, derived};
use super::dossier::Dossier;
use super::refund::RefundStatus;
use crate::clock::Timestamp;
use crate::id::{MovementId, OrderId, PaymentId, PerformanceId};
use crate::money::Money;

/// What moved money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MovementKind {
    /// It came in.
    Capture,
    /// It went back.
    Refund,
    /// It went back while its buyer disputed it with the bank.
    Dispute,
}

impl MovementKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Capture, Self::Refund, Self::Dispute];

    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Money that moved. Written down with what it followed from, and never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Follows from the order and its version.
    pub id: MovementId,
    /// Of which performance.
    pub performance: PerformanceId,
    /// Of which order.
    pub order: OrderId,
    /// Of which payment.
    pub payment: PaymentId,
    /// What it was.
    pub kind: MovementKind,
    /// Above zero what came in, below what went back.
    pub amount: Money,
    /// When it was written down here: an entry never gets into a time that is over.
    pub at: Timestamp,
}

/// Movements of a time, added up, in minor units of the performance's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// What came in.
    pub captured: i64,
    /// What went back: zero or less.
    pub refunded: i64,
    /// What went back by disputes: zero or less.
    pub disputed: i64,
}

impl Totals {
    /// With so much of one kind.
    #[must_use]
    pub fn with(mut self, kind: MovementKind, amount: i64) -> Self {
        match kind {
            MovementKind::Capture => self.captured += amount,
            MovementKind::Refund => self.refunded += amount,
            MovementKind::Dispute => self.disputed += amount,
        }
        self
    }

    /// What is left.
    pub fn net(&self) -> i64 {
        self.captured + self.refunded + self.disputed
    }
}

/// From when, and until before when. All, where neither is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// From then on.
    pub from: Option<Timestamp>,
    /// Before then.
    pub to: Option<Timestamp>,
}

impl Period {
    /// From and until before when, as the books compare it.
    pub(crate) fn bounds(self) -> (i64, i64) {
        let millis = |at: Timestamp| at.as_millis();
        (self.from.map_or(i64::MIN, millis), self.to.map_or(i64::MAX, millis))
    }
}

/// What of an order's money moved between two states of it.
pub(super) fn moved(before: &Dossier, after: &Dossier, at: Timestamp) -> Vec<Movement> {
    let order = &after.order;
    let captures = after.attempts.iter().map(|attempt| {
        let known = before.attempt(attempt.payment).map_or(0, |known| known.captured);
        (attempt.payment, MovementKind::Capture, attempt.captured - known)
    });
    let done = after.refunds.iter().filter(|refund| {
        let known = before.refunds.iter().find(|known| known.id == refund.id);
        let was_done = known.is_some_and(|known| known.status == RefundStatus::Done);
        refund.status == RefundStatus::Done && !was_done
    });
    let refunds = done.map(|refund| {
        let matter = (refund.payment, AttentionReason::Disputed);
        let disputed = [before, after].iter().any(|dossier| dossier.attended.contains(&matter));
        let by_the_bank = refund.elsewhere && disputed;
        let kind = if by_the_bank { MovementKind::Dispute } else { MovementKind::Refund };
        (refund.payment, kind, -refund.amount.amount)
    });
    let moved = captures.chain(refunds).filter(|(_, _, amount)| *amount != 0).enumerate();
    let movement = |(place, (payment, kind, amount)): (usize, (PaymentId, MovementKind, i64))| {
        let which = format!("movement {} {place}", order.version);
        Movement {
            id: derived(order.id.uuid(), &which).into(),
            performance: order.performance,
            order: order.id,
            payment,
            kind,
            amount: Money { amount, ..order.total },
            at,
        }
    };
    moved.map(movement).collect()
}
