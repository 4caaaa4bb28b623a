//! What the books can do with the orders, by activity. Every verb is one transaction.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

use super::attention::{Attention, AttentionReason};
use super::change::{Change, Outcome};
use super::dossier::Dossier;
use super::{
    Annulled, EntryRules, Judged, Movement, NewScan, Order, OrderStatus, Period, Purchase,
    RefundReport, Scan, Ticket, Totals,
};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, HoldId, OrderId, PaymentId, PerformanceId, RefundId, ScanId, TicketId};
use crate::idempotency::{IdempotencyKey, Kept, RequestHash};
use crate::page::{Page, Paged};

/// Reading an order whole, and changing it: the only way in which anything happens to one.
#[async_trait]
pub(crate) trait Changing: Send + Sync {
    async fn dossier(&self, order: OrderId) -> Result<Option<Dossier>>;
    /// The order that a payment is for.
    async fn order_of(&self, payment: PaymentId) -> Result<Option<OrderId>>;
    /// What a key stands for.
    async fn kept(
        &self,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
    ) -> Result<Option<Kept>>;
    /// All of the change, its events included, or nothing and the demand that is not met. Lock order
    /// everywhere: order, quota, claims by seat. A token is kept for as long as the attempt that the
    /// order waits for is open.
    async fn apply(&self, change: &Change, token: Option<&SecretString>) -> Result<Outcome>;
}

/// What was sold, in minor units of the performance's currency.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sales {
    pub(crate) orders: BTreeMap<OrderStatus, u64>,
    /// What the seats of paid orders cost, less those that were given back.
    pub(crate) gross: i64,
    pub(crate) refunded: i64,
}

/// How far the orders of a cancelled performance are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    /// Orders for which money came in.
    pub(crate) paid: u64,
    /// Of those, whose money is back.
    pub(crate) refunded: u64,
    /// Orders that are not at their end.
    pub(crate) left: u64,
    /// Of those, which wait for a person: [`Dossier::waits_for`].
    pub(crate) waiting: u64,
    /// Which, and why, by id; at most [`PARKED_MAX`].
    pub(crate) parked: Vec<(OrderId, AttentionReason)>,
}

/// Looking at what was sold.
#[async_trait]
pub(crate) trait Selling: Send + Sync {
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
    /// What of these orders' money goes back, or is back; nothing of an order without any. Passes over
    /// what cannot be read.
    async fn refunds(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<RefundReport>>>;
    /// Every order whose seats are its own now.
    async fn live(&self, performance: PerformanceId) -> Result<Vec<Order>>;
    /// Orders past their deadline and grace, at most a batch. Passes over what cannot be read.
    async fn overdue(&self, now: Timestamp) -> Result<Vec<Dossier>>;
    async fn sales(&self, performance: PerformanceId) -> Result<Sales>;
    /// Money that moved in a period, as it was written down. Passes over what cannot be read.
    async fn ledger(
        &self,
        performance: PerformanceId,
        period: Period,
        page: Page,
    ) -> Result<Paged<Movement>>;
    /// The same, added up.
    async fn totals(&self, performance: PerformanceId, period: Period) -> Result<Totals>;
    /// Whether the whole ledger comes to what came in and did not go back by what is known of each
    /// payment, at one moment.
    async fn agrees(&self, performance: PerformanceId) -> Result<bool>;
    /// Orders of a cancelled performance that its end has not reached, by id, behind that one: those for
    /// which [`Dossier::is_to_end`] holds. At most a batch.
    async fn to_end(
        &self,
        performance: PerformanceId,
        after: Option<OrderId>,
    ) -> Result<Vec<OrderId>>;
    /// Whether an order of a cancelled performance is not at its end, or money of it not back.
    async fn is_left(&self, performance: PerformanceId) -> Result<bool>;
    /// How far the end of a performance is.
    async fn ending(&self, performance: PerformanceId) -> Result<Ending>;
    /// How many seats each buyer may still order of a performance is not kept any more; at most a batch at a
    /// time. Answers whether there may be more.
    async fn remove_quotas(&self, performance: PerformanceId) -> Result<bool>;
    /// What an account has paid for and not given back whole; at most [`PURCHASES_MAX`].
    ///
    /// [`PURCHASES_MAX`]: super::purchase::PURCHASES_MAX
    async fn purchases(&self, account: AccountId) -> Result<Vec<Purchase>>;
    /// The accounts that have an order.
    async fn accounts_with_orders(&self) -> Result<Vec<AccountId>>;
}

/// A payment attempt that somebody has to look after, leased to the caller for a while.
#[derive(Clone, Debug)]
pub(crate) struct DueAttempt {
    pub(crate) payment: PaymentId,
    pub(crate) order: OrderId,
    /// What the buyer paid with, where the charge may have to be sent again.
    pub(crate) token: Option<SecretString>,
}

/// Money to give back, leased to the caller for a while.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DueRefund {
    pub(crate) id: RefundId,
    pub(crate) order: OrderId,
}

/// How far the provider's listing of what moved money was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) since: Timestamp,
    pub(crate) cursor: Option<String>,
    /// How often the page after the cursor was read, and not all of it could be looked at.
    pub(crate) tries: i32,
}

impl Listing {
    /// From then on.
    pub(crate) const fn since(since: Timestamp) -> Self {
        Self { since, cursor: None, tries: 0 }
    }
}

/// The work that money leaves behind.
#[async_trait]
pub(crate) trait Paying: Send + Sync {
    /// At most so many attempts that are due for a look, the longest due first.
    async fn due_attempts(&self, now: Timestamp, most: usize) -> Result<Vec<DueAttempt>>;
    /// The provider has been told of these; nobody needs to do it again.
    async fn announced(&self, payments: &[PaymentId]) -> Result<()>;
    /// Whether a notice of the provider has been dealt with.
    async fn is_noticed(&self, notice: &str) -> Result<bool>;
    /// It has been dealt with; kept for [`NOTICES_KEPT_MS`].
    async fn noticed(&self, notice: &str, now: Timestamp) -> Result<()>;
    /// The provider's listing, leased to the caller for a while; nothing where it is not due.
    async fn take_listing(&self, now: Timestamp) -> Result<Option<Listing>>;
    /// It was read so far, and is due again then.
    async fn listed(&self, listing: &Listing, due_at: Timestamp) -> Result<()>;
    async fn due_refunds(&self, now: Timestamp, most: usize) -> Result<Vec<DueRefund>>;
    /// A person has to look at a payment that no order knows. Answers whether nobody was asked yet.
    async fn attend(&self, attention: &Attention) -> Result<bool>;
    /// A person has done with a payment that no order knows.
    async fn close(
        &self,
        payment: PaymentId,
        reason: AttentionReason,
        now: Timestamp,
    ) -> Result<()>;
    /// What a person has to look at, the oldest first.
    async fn attention(&self, page: Page) -> Result<Paged<Attention>>;
}

/// The code of a ticket is to be replaced.
#[derive(Clone, Debug)]
pub(crate) struct Reissue {
    /// As it is afterwards.
    pub(crate) ticket: Ticket,
    pub(crate) account: AccountId,
    pub(crate) key: IdempotencyKey,
    pub(crate) request: RequestHash,
    /// What the key then stands for.
    pub(crate) facts: String,
}

/// What became of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reissued {
    Now,
    /// The key stands for it already: what was kept.
    Before(String),
    /// The ticket is not as it was read.
    Otherwise,
}

/// Which scans a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScanList {
    /// All of them.
    #[default]
    All,
    /// Those that staff has to look at.
    Conflicts,
}

impl ScanList {
    /// Whether a scan is on it.
    pub(crate) fn shows(self, scan: &Scan) -> bool {
        self == Self::All || (scan.conflict.is_some() && scan.annulled.is_none())
    }
}

/// Letting people in.
#[async_trait]
pub(crate) trait Door: Send + Sync {
    /// Of a paid order.
    async fn tickets(&self, order: OrderId) -> Result<Vec<Ticket>>;
    /// The seats of an order whose tickets somebody came in with, ascending.
    async fn used(&self, order: OrderId) -> Result<Vec<u32>>;
    /// A ticket that is not void, with its buyer and whether somebody came in with it.
    async fn ticket(&self, id: TicketId) -> Result<Option<(Ticket, AccountId, bool)>>;
    /// Writes the next issue of a ticket, unless somebody came in with it, or it is void or of another
    /// issue by now. The key of the request stands for it.
    async fn reissue(&self, reissue: &Reissue, now: Timestamp) -> Result<Reissued>;
    /// Writes down a scan as [`super::enter`] judges it, while nobody else touches the ticket: only the
    /// present code of a ticket of a paid order is good. Nothing where there is no such ticket; what a
    /// device decided by itself is written down all the same, in conflict.
    async fn enter(&self, new: &NewScan, rules: &EntryRules) -> Result<Option<Judged>>;
    /// Takes a scan back, as [`super::annul`] judges it. Nothing where the performance has no such scan.
    async fn annul(
        &self,
        performance: PerformanceId,
        scan: ScanId,
        annulled: &Annulled,
        rules: &EntryRules,
    ) -> Result<Option<Judged>>;
    /// The scans of a performance, as they were written down. Passes over what cannot be read.
    async fn scans(
        &self,
        performance: PerformanceId,
        list: ScanList,
        page: Page,
    ) -> Result<Paged<Scan>>;
    /// Every ticket that is good at the door of a performance, by seat, and whether somebody came in with
    /// it.
    async fn good(&self, performance: PerformanceId, page: Page) -> Result<Paged<(Ticket, bool)>>;
}

/// The orders of one backend.
#[derive(Clone)]
pub(crate) struct Orders {
    pub(crate) changing: Arc<dyn Changing>,
    pub(crate) selling: Arc<dyn Selling>,
    pub(crate) paying: Arc<dyn Paying>,
    pub(crate) door: Arc<dyn Door>,
}

impl Orders {
    pub(crate) fn of<All: Changing + Selling + Paying + Door + 'static>(all: &Arc<All>) -> Self {
        let (changing, selling) = (all.clone(), all.clone());
        Self { changing, selling, paying: all.clone(), door: all.clone() }
    }
}

/// How long it is remembered that a notice was dealt with: the provider repeats one for hours.
pub(crate) const NOTICES_KEPT_MS: i64 = 2 * 24 * 3_600_000;
/// How many orders that wait for a person are shown at once.
pub(crate) const PARKED_MAX: usize = 1_000;
/// How many orders one background step takes.
pub(crate) const BATCH: i64 = 200;
/// How long work on money is left to whoever took it: longer than any call to the provider takes,
/// with the changes before and after it.
pub(crate) const LEASE_MS: i64 = 90_000;
