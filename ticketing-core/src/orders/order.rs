use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::id::{AccountId, HoldId, OrderId, PaymentId, PerformanceId, RefundId, TicketId};
use crate::money::Money;
use crate::payments::Stage;
use crate::seats::{OrderLine, Projection, SeatStatus};

/// How far an order is. Orders are never deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OrderStatus {
    /// The seats are its own until the deadline.
    PendingPayment,
    /// A payment is under way; the seats stay until its end is known.
    Confirming,
    /// Tickets.
    Paid,
    /// Money is on its way back.
    RefundDue,
    /// Money is back.
    Refunded,
    /// Not paid in time.
    Expired,
    /// Given up by the buyer before paying.
    Cancelled,
}

impl OrderStatus {
    /// Every status, in the order of a sale.
    pub const ALL: [Self; 7] = [
        Self::PendingPayment,
        Self::Confirming,
        Self::Paid,
        Self::RefundDue,
        Self::Refunded,
        Self::Expired,
        Self::Cancelled,
    ];

    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PendingPayment => "pending_payment",
            Self::Confirming => "confirming",
            Self::Paid => "paid",
            Self::RefundDue => "refund_due",
            Self::Refunded => "refunded",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// What its seats show; free where the order has none.
    pub(crate) const fn seats_show(self) -> SeatStatus {
        match self {
            Self::PendingPayment | Self::Confirming => SeatStatus::Reserved,
            Self::Paid => SeatStatus::Sold,
            Self::RefundDue | Self::Refunded | Self::Expired | Self::Cancelled => SeatStatus::Free,
        }
    }
}

/// Seats that one buyer ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Of which performance.
    pub performance: PerformanceId,
    /// Whose.
    pub account: AccountId,
    /// The hold it came from.
    pub hold: HoldId,
    /// How far it is.
    pub status: OrderStatus,
    /// The seat indices, ascending.
    pub seats: Vec<u32>,
    /// What is paid for: frozen in the hold, whatever happens to prices.
    pub lines: Vec<OrderLine>,
    /// What it costs: the sum of the lines.
    pub total: Money,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// The payment it waits for, or was paid by.
    pub payment: PaymentId,
    /// Raised by every change.
    pub version: i64,
    /// The place in line that led here.
    pub line_number: u64,
    /// The line's epoch that gave the number.
    pub line_epoch: u32,
    /// When it was placed.
    pub created_at: Timestamp,
}

impl Order {
    /// Nothing is to be paid for it.
    pub fn is_free(&self) -> bool {
        self.total.amount == 0
    }

    /// What the seats have to show for it.
    pub(crate) fn projection(&self) -> Projection {
        Projection {
            order: self.id,
            version: self.version,
            account: self.account,
            hold: self.hold,
            seats: self.seats.clone(),
            state: self.status.seats_show(),
        }
    }

    /// How far it is, seen from one of its payments.
    pub(crate) fn stage(&self, payment: PaymentId) -> Stage {
        match self.status {
            OrderStatus::PendingPayment | OrderStatus::Confirming => Stage::Open,
            OrderStatus::Paid if self.payment == payment => Stage::PaidByThis,
            OrderStatus::Paid => Stage::PaidByOther,
            OrderStatus::Expired | OrderStatus::Cancelled => Stage::Ended,
            OrderStatus::RefundDue | OrderStatus::Refunded => Stage::Refunding,
        }
    }
}

/// The gate's rule: exactly the payment the order waits for, in time.
pub(super) fn may_begin_payment(order: &Order, payment: PaymentId, now: Timestamp) -> Result<()> {
    match order.status {
        OrderStatus::PendingPayment => {}
        OrderStatus::Confirming => return Err(Error::conflict("a payment is under way")),
        OrderStatus::Paid => return Err(Error::conflict("the order is paid")),
        OrderStatus::Expired => return Err(Error::OrderExpired),
        OrderStatus::Cancelled => return Err(Error::conflict("the order was cancelled")),
        OrderStatus::RefundDue | OrderStatus::Refunded => {
            return Err(Error::conflict("the order's money goes back"));
        }
    }
    if payment != order.payment {
        let why = format!("the order waits for payment {}", order.payment);
        return Err(Error::PaymentMismatch(why));
    }
    if !now.is_before(order.expires_at) {
        return Err(Error::OrderExpired);
    }
    Ok(())
}

/// Before payment only.
pub(super) fn may_cancel(order: &Order) -> Result<()> {
    match order.status {
        OrderStatus::PendingPayment => Ok(()),
        OrderStatus::Confirming => Err(Error::conflict("a payment is under way")),
        OrderStatus::Paid => Err(Error::conflict("a paid order cannot be cancelled here yet")),
        OrderStatus::Expired => Err(Error::OrderExpired),
        OrderStatus::Cancelled => Err(Error::conflict("the order was cancelled")),
        OrderStatus::RefundDue | OrderStatus::Refunded => {
            Err(Error::conflict("the order's money goes back"))
        }
    }
}

/// A ticket's id follows from its order and seat, so that paying twice cannot make two.
pub(super) fn ticket_id(order: OrderId, seat: u32) -> TicketId {
    derived(order.uuid(), &format!("ticket {seat}")).into()
}

/// A payment is given back at most once, whoever finds that it must be.
pub(super) fn refund_id(payment: PaymentId) -> RefundId {
    derived(payment.uuid(), "refund").into()
}

fn derived(from: Uuid, what: &str) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(from.as_bytes());
    hash.update(what);
    let hash: [u8; 32] = hash.finalize().into();
    let bytes = *hash.first_chunk::<16>().expect("32 bytes have 16");
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
