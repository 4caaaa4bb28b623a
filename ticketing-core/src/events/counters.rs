use super::EventKind;

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
        match kind {
            EventKind::OrderPlaced => Self { orders_placed: 1, ..Self::default() },
            EventKind::OrderPaid => Self { orders_paid: 1, seats_sold: seats, ..Self::default() },
            EventKind::OrderExpired | EventKind::OrderCancelled | EventKind::OrderRefundDue => {
                Self { orders_ended: 1, ..Self::default() }
            }
            EventKind::OrderVoided | EventKind::OrderReduced => {
                Self { seats_sold: -seats, ..Self::default() }
            }
            EventKind::OrderConfirming | EventKind::OrderReopened | EventKind::OrderRefunded => {
                Self::default()
            }
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.orders_placed += other.orders_placed;
        self.orders_paid += other.orders_paid;
        self.orders_ended += other.orders_ended;
        self.seats_sold += other.seats_sold;
    }
}
