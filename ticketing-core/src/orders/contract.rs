use std::collections::BTreeMap;

use async_trait::async_trait;
use secrecy::SecretString;

use super::{CheckIn, Order, OrderStatus, Ticket};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, HoldId, OrderId, PaymentId, PerformanceId, RefundId, TicketId};
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::money::Money;
use crate::page::{Page, Paged};
use crate::payments::Fact;

/// An order to be placed, with all its rows.
#[derive(Clone, Debug)]
pub(crate) struct NewOrder {
    pub(crate) order: Order,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
    pub(crate) seats_per_buyer: u32,
}

/// The way into a charge.
#[derive(Clone, Debug)]
pub(crate) struct BeginPayment {
    pub(crate) order: OrderId,
    pub(crate) account: AccountId,
    pub(crate) payment: PaymentId,
    /// Kept until the attempt ends, so that another server can finish it.
    pub(crate) token: SecretString,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
}

/// An attempt, and whether this call is the one that has to confirm it.
#[derive(Clone, Debug)]
pub(crate) struct BegunPayment {
    pub(crate) order: Order,
    pub(crate) attempt: AttemptStatus,
    pub(crate) must_confirm: bool,
}

/// How far a payment attempt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptStatus {
    /// The order waits for it.
    Created,
    /// The charge is under way, or nobody knows its end yet.
    Confirming,
    /// The provider gave no definite answer; the reconciler looks.
    Unknown,
    /// Captured, and the order is paid by it.
    Paid,
    /// Declined.
    Failed,
    /// Captured and given back: a wrong amount, or seats that were gone.
    Returned,
}

impl AttemptStatus {
    #[cfg(feature = "services")]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Confirming => "confirming",
            Self::Unknown => "unknown",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Returned => "returned",
        }
    }

    #[cfg(feature = "services")]
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        use AttemptStatus::{Confirming, Created, Failed, Paid, Returned, Unknown};
        let all = [Created, Confirming, Unknown, Paid, Failed, Returned];
        all.into_iter().find(|status| status.name() == name)
    }

    /// Somebody has to find out how it ends.
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Confirming | Self::Unknown)
    }
}

/// An order to be given up before it is paid.
#[derive(Clone, Debug)]
pub(crate) struct CancelOrder {
    pub(crate) order: OrderId,
    pub(crate) account: AccountId,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
}

/// What a settlement left behind.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    pub(crate) order: Order,
    pub(crate) attempt: AttemptStatus,
}

/// Money to give back, leased to the caller for a while.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DueRefund {
    pub(crate) id: RefundId,
    pub(crate) payment: PaymentId,
    pub(crate) amount: Money,
}

/// A payment attempt that somebody has to look after, leased to the caller for a while.
#[derive(Clone, Debug)]
pub(crate) struct DueAttempt {
    pub(crate) payment: PaymentId,
    pub(crate) token: SecretString,
    pub(crate) total: Money,
    /// The order could still be paid: a charge that never started may be started.
    pub(crate) time_left: bool,
}

/// What was sold, in minor units of the performance's currency.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sales {
    pub(crate) orders: BTreeMap<OrderStatus, u64>,
    /// The totals of paid orders.
    pub(crate) gross: i64,
    pub(crate) refunded: i64,
}

/// The orders' part of the books. Every verb is one transaction, its outbox rows included; lock
/// order everywhere: order, quota, claims by seat.
#[async_trait]
pub(crate) trait Orders: Send + Sync {
    /// Quota, claims in seat order, rows, outbox, idempotency record: all or nothing. A repeat of
    /// the key answers the order as it was first placed. An order that is paid already, because
    /// there is nothing to pay, has its tickets and no attempt.
    async fn place(&self, new: NewOrder) -> Result<Order>;

    /// The order that a key placed.
    async fn placed(
        &self,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
    ) -> Result<Option<Order>>;

    /// The order that a hold became.
    async fn of_hold(&self, hold: HoldId) -> Result<Option<OrderId>>;

    async fn order(&self, id: OrderId) -> Result<Option<Order>>;
    async fn of_account(&self, account: AccountId, page: Page) -> Result<Paged<Order>>;
    async fn of_performance(
        &self,
        performance: PerformanceId,
        status: Option<OrderStatus>,
        page: Page,
    ) -> Result<Paged<(Order, Vec<Ticket>)>>;
    /// Every order whose seats are its own now.
    async fn live(&self, performance: PerformanceId) -> Result<Vec<Order>>;

    /// The gate: only an order that waits for exactly this payment, in time, goes to confirming.
    /// A repeat of the key joins the attempt.
    async fn begin_payment(&self, begin: BeginPayment, now: Timestamp) -> Result<BegunPayment>;

    /// The provider gave no definite answer: the attempt is unknown, and is looked after.
    async fn mark_unknown(&self, payment: PaymentId, now: Timestamp) -> Result<()>;

    /// Records the fact and does what follows from it. Idempotent; `new_payment` is the next
    /// attempt's id where one is needed. `None` for a payment nobody knows.
    async fn settle(
        &self,
        fact: &Fact,
        new_payment: PaymentId,
        now: Timestamp,
    ) -> Result<Option<Settled>>;

    /// Before payment only. A repeat of the key answers the same.
    async fn cancel(&self, cancel: CancelOrder, now: Timestamp) -> Result<Order>;

    /// Ends orders past their deadline and grace; never one whose payment is under way. Passes over
    /// what cannot be read.
    async fn expire(&self, now: Timestamp) -> Result<Vec<Order>>;

    async fn due_attempts(&self, now: Timestamp) -> Result<Vec<DueAttempt>>;
    async fn due_refunds(&self, now: Timestamp) -> Result<Vec<DueRefund>>;
    /// The money is back; an order that waited for it is refunded.
    async fn refunded(&self, refund: RefundId, now: Timestamp) -> Result<()>;

    async fn tickets(&self, order: OrderId) -> Result<Vec<Ticket>>;
    async fn check_in(&self, ticket: TicketId, now: Timestamp) -> Result<CheckIn>;
    async fn sales(&self, performance: PerformanceId) -> Result<Sales>;
    /// The accounts among these that have an order.
    async fn accounts_with_orders(&self) -> Result<Vec<AccountId>>;
}

/// How many orders, attempts or refunds one background step takes.
pub(crate) const BATCH: i64 = 200;
/// How long after its start a payment attempt is looked after, and between looks.
pub(crate) const LOOK_AFTER_MS: i64 = 5_000;
/// How long a refund that was taken up is left to whoever took it.
pub(crate) const REFUND_LEASE_MS: i64 = 15_000;
