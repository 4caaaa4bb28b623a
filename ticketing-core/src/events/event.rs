#[cfg(feature = "services")]
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::id::PerformanceId;

/// What happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// Placed: its seats are reserved.
    OrderPlaced,
    /// A payment is under way.
    OrderConfirming,
    /// A payment was declined; the order waits for another.
    OrderReopened,
    /// Paid: its seats are sold.
    OrderPaid,
    /// Not paid in time: its seats are free.
    OrderExpired,
    /// Given up by the buyer: its seats are free.
    OrderCancelled,
    /// Money is on its way back: its seats are free.
    OrderRefundDue,
    /// Money is back.
    OrderRefunded,
    /// A paid order ended: its tickets are void, its seats are free, and its money is on its way back
    /// or back.
    OrderVoided,
    /// Some seats of a paid order were given back: their tickets are void, they are free, and their
    /// money is on its way back.
    OrderReduced,
}

impl EventKind {
    #[cfg(feature = "services")]
    const ALL: [Self; 10] = [
        Self::OrderPlaced,
        Self::OrderConfirming,
        Self::OrderReopened,
        Self::OrderPaid,
        Self::OrderExpired,
        Self::OrderCancelled,
        Self::OrderRefundDue,
        Self::OrderRefunded,
        Self::OrderVoided,
        Self::OrderReduced,
    ];

    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrderPlaced => "order_placed",
            Self::OrderConfirming => "order_confirming",
            Self::OrderReopened => "order_reopened",
            Self::OrderPaid => "order_paid",
            Self::OrderExpired => "order_expired",
            Self::OrderCancelled => "order_cancelled",
            Self::OrderRefundDue => "order_refund_due",
            Self::OrderRefunded => "order_refunded",
            Self::OrderVoided => "order_voided",
            Self::OrderReduced => "order_reduced",
        }
    }

    #[cfg(feature = "services")]
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Rises with every event of an aggregate.
    pub id: i64,
    /// What it happened to.
    pub aggregate: Uuid,
    /// The aggregate's version that it made.
    pub version: i64,
    /// Of which performance.
    pub performance: PerformanceId,
    /// What happened.
    pub kind: EventKind,
    /// How many seats it is about.
    pub seats: u32,
    /// When.
    pub at: Timestamp,
}

/// An event as it is published. Its kind is a word: a relay carries on what it does not know itself,
/// and a consumer passes over what is not for it.
#[cfg(feature = "services")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredEvent {
    pub(crate) id: i64,
    pub(crate) aggregate: Uuid,
    pub(crate) version: i64,
    pub(crate) performance: PerformanceId,
    pub(crate) kind: String,
    pub(crate) seats: u32,
    pub(crate) at: Timestamp,
}

#[cfg(feature = "services")]
impl StoredEvent {
    pub(crate) fn of(event: &Event) -> Self {
        Self {
            id: event.id,
            aggregate: event.aggregate,
            version: event.version,
            performance: event.performance,
            kind: event.kind.name().to_owned(),
            seats: event.seats,
            at: event.at,
        }
    }

    /// The event; nothing where this version does not know its kind.
    pub(crate) fn read(self) -> Option<Event> {
        Some(Event {
            id: self.id,
            aggregate: self.aggregate,
            version: self.version,
            performance: self.performance,
            kind: EventKind::from_name(&self.kind)?,
            seats: self.seats,
            at: self.at,
        })
    }
}
