use super::{EventKind, OrderEvent};

/// What the events of a performance add up to: a view that follows the books, for dashboards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SalesCounters {
    /// Orders placed.
    pub orders_placed: i64,
    /// Orders paid.
    pub orders_paid: i64,
    /// Orders that ended without being paid.
    pub orders_ended: i64,
    /// Seats of paid orders, less those given back.
    pub seats_sold: i64,
}

impl SalesCounters {
    /// What one event adds.
    pub(crate) fn of(kind: EventKind, seats: u32) -> Self {
        let seats = i64::from(seats);
        let EventKind::Order(kind) = kind else { return Self::default() };
        match kind {
            OrderEvent::Placed => Self { orders_placed: 1, ..Self::default() },
            OrderEvent::Paid => Self { orders_paid: 1, seats_sold: seats, ..Self::default() },
            OrderEvent::Expired | OrderEvent::Cancelled | OrderEvent::RefundDue => {
                Self { orders_ended: 1, ..Self::default() }
            }
            OrderEvent::Voided | OrderEvent::Reduced => {
                Self { seats_sold: -seats, ..Self::default() }
            }
            OrderEvent::Confirming | OrderEvent::Reopened | OrderEvent::Refunded => Self::default(),
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.orders_placed += other.orders_placed;
        self.orders_paid += other.orders_paid;
        self.orders_ended += other.orders_ended;
        self.seats_sold += other.seats_sold;
    }
}
