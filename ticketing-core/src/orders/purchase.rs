use super::{Order, OrderStatus};
use crate::id::{AccountId, OrderId, PerformanceId};

/// The most purchases of one buyer that are looked at, the latest.
pub(crate) const PURCHASES_MAX: usize = 10_000;

/// Proof that somebody has paid for seats of a performance, and not got all of it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Purchase {
    account: AccountId,
    performance: PerformanceId,
    order: OrderId,
}

impl Purchase {
    pub(super) fn of(order: &Order) -> Option<Self> {
        let Order { account, performance, id, .. } = *order;
        (order.status == OrderStatus::Paid).then_some(Self { account, performance, order: id })
    }

    #[cfg(feature = "services")]
    pub(super) const fn of_paid_row(
        account: AccountId,
        performance: PerformanceId,
        order: OrderId,
    ) -> Self {
        Self { account, performance, order }
    }

    pub(crate) const fn account(&self) -> AccountId {
        self.account
    }

    pub(crate) const fn performance(&self) -> PerformanceId {
        self.performance
    }

    pub(crate) const fn order(&self) -> OrderId {
        self.order
    }
}
