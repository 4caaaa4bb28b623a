use super::attention::derived;
use crate::catalog::RefundRule;
use crate::clock::Timestamp;
use crate::events::OrderEvent;
use crate::id::{AccountId, HoldId, OrderId, PaymentId, PerformanceId, RefundId, TicketId};
use crate::money::{Money, PayMethod};
use crate::seats::{LineKind, OrderLine, Projection, SeatStatus};
use crate::text::OneLine;

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

    /// What an event leaves an order as.
    pub(super) const fn after(event: OrderEvent) -> Self {
        match event {
            OrderEvent::Placed | OrderEvent::Reopened => Self::PendingPayment,
            OrderEvent::Confirming => Self::Confirming,
            OrderEvent::Paid | OrderEvent::Reduced => Self::Paid,
            OrderEvent::Expired => Self::Expired,
            OrderEvent::Cancelled => Self::Cancelled,
            OrderEvent::RefundDue | OrderEvent::Voided => Self::RefundDue,
            OrderEvent::Refunded => Self::Refunded,
        }
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
    /// Those of them that were given back while it went on with the others, ascending.
    pub returned: Vec<u32>,
    /// What is paid for: frozen in the hold, whatever happens to prices.
    pub lines: Vec<OrderLine>,
    /// With what its buyer may pay: frozen when it was placed. Any, where it names none.
    pub methods: Vec<PayMethod>,
    /// What is kept of what its buyer gives back: frozen when it was placed.
    pub refund_terms: Vec<RefundRule>,
    /// What it costs: the sum of the lines.
    pub total: Money,
    /// What was kept of seats that were given back.
    pub fees_kept: Money,
    /// Why its organizer gave seats of it back, the last time.
    pub cancel_reason: Option<OneLine>,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// The payment it waits for, or was paid by.
    pub payment: PaymentId,
    /// Its buyer gave it up while a payment was under way: that payment goes back.
    pub cancel_wanted: bool,
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

    /// The seats are its own, and it is not paid.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.status, OrderStatus::PendingPayment | OrderStatus::Confirming)
    }

    /// The seats that were not given back.
    pub fn kept_seats(&self) -> Vec<u32> {
        let is_kept = |seat: &&u32| self.returned.binary_search(seat).is_err();
        self.seats.iter().filter(is_kept).copied().collect()
    }

    /// How many seats it has that are paid for and cost something.
    pub(crate) fn paid_seats(&self) -> u32 {
        let is_kept = |seat: u32| self.returned.binary_search(&seat).is_err();
        let is_sold = |line: &&OrderLine| {
            let costs = line.kind == LineKind::Ticket && line.amount.amount > 0;
            costs && line.seat.is_some_and(is_kept)
        };
        let sold = self.lines.iter().filter(is_sold).count();
        let is_paid = self.status == OrderStatus::Paid;
        if is_paid { u32::try_from(sold).unwrap_or(u32::MAX) } else { 0 }
    }

    /// What is paid for: the total, less what the seats cost that were given back.
    pub fn kept_total(&self) -> Money {
        self.price_without(&[])
    }

    /// What of its money stays: what its seats cost while it is paid, and what was kept of others.
    pub fn earned(&self) -> Money {
        let kept = if self.status == OrderStatus::Paid { self.kept_total().amount } else { 0 };
        Money { amount: kept + self.fees_kept.amount, ..self.total }
    }

    /// What is paid for without these seats and those that were given back: what the other seats cost,
    /// and what belongs to none.
    pub(super) fn price_without(&self, seats: &[u32]) -> Money {
        let is_gone = |seat: u32| seats.contains(&seat) || self.returned.contains(&seat);
        let lines = self.lines.iter().filter(|line| !line.seat.is_some_and(is_gone));
        let amount = lines.map(|line| line.amount.amount).sum();
        Money { amount, ..self.total }
    }

    /// What the seats have to show for it.
    pub(crate) fn projection(&self) -> Projection {
        Projection {
            order: self.id,
            version: self.version,
            account: self.account,
            hold: self.hold,
            seats: self.kept_seats(),
            free: self.returned.clone(),
            state: self.status.seats_show(),
        }
    }
}

/// A ticket's id follows from its order and seat, so that paying twice cannot make two.
pub(super) fn ticket_id(order: OrderId, seat: u32) -> TicketId {
    derived(order.uuid(), &format!("ticket {seat}")).into()
}

/// The id of a payment's next refund: whoever finds that it is due finds the same one.
pub(super) fn refund_id(payment: PaymentId, before: usize) -> RefundId {
    match before {
        0 => derived(payment.uuid(), "refund"),
        before => derived(payment.uuid(), &format!("refund {before}")),
    }
    .into()
}
