use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use secrecy::SecretString;

use super::order::{may_begin_payment, may_cancel, refund_id, ticket_id};
use super::stored::{read_order, write_order};
use super::{
    AttemptStatus, BATCH, BeginPayment, BegunPayment, CancelOrder, CheckIn, DueAttempt, DueRefund,
    LOOK_AFTER_MS, NewOrder, Order, OrderStatus, Orders, REFUND_LEASE_MS, Sales, Settled, Ticket,
};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::memory::MemoryOutbox;
use crate::events::{Event, EventKind};
use crate::guards::Guards;
use crate::id::{AccountId, HoldId, OrderId, PaymentId, PerformanceId, RefundId, TicketId};
use crate::idempotency::{IdempotencyKey, Kept, MemoryKeys, RequestHash};
use crate::money::Money;
use crate::page::{Page, Paged, Position};
use crate::payments::{Decision, Due, Fact, Stage, decide};

/// The orders in memory, behind one mutex.
pub(crate) struct MemoryOrders {
    guards: Guards,
    outbox: Arc<MemoryOutbox>,
    keys: Arc<MemoryKeys>,
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    orders: BTreeMap<OrderId, Order>,
    claims: HashMap<(PerformanceId, u32), OrderId>,
    quotas: HashMap<(PerformanceId, AccountId), Quota>,
    ordered_holds: HashMap<HoldId, OrderId>,
    by_account: HashMap<AccountId, BTreeSet<OrderId>>,
    attempts: HashMap<PaymentId, Attempt>,
    open_attempts: BTreeSet<PaymentId>,
    refunds: BTreeMap<RefundId, Refund>,
    tickets: BTreeMap<TicketId, (OrderId, Ticket, bool)>,
    pending: BTreeSet<(Timestamp, OrderId)>,
}

#[derive(Clone, Copy, Default)]
struct Quota {
    seats: u32,
    limit: u32,
}

struct Attempt {
    order: OrderId,
    status: AttemptStatus,
    token: Option<SecretString>,
    look_at: Timestamp,
    captured: i64,
}

struct Refund {
    payment: PaymentId,
    order: OrderId,
    amount: Money,
    done: bool,
    next_at: Timestamp,
}

impl MemoryOrders {
    pub(crate) fn new(outbox: Arc<MemoryOutbox>, keys: Arc<MemoryKeys>, guards: Guards) -> Self {
        Self { guards, outbox, keys, tables: Mutex::new(Tables::default()) }
    }

    /// Changes the order's status, raises its version and says so in the outbox.
    fn move_to(&self, order: &mut Order, status: OrderStatus, kind: EventKind, now: Timestamp) {
        order.status = status;
        order.version += 1;
        self.tell(order, kind, now);
    }

    fn tell(&self, order: &Order, kind: EventKind, now: Timestamp) {
        self.outbox.append(Event {
            id: 0,
            aggregate: order.id.uuid(),
            version: order.version,
            performance: order.performance,
            kind,
            seats: u32::try_from(order.seats.len()).unwrap_or(u32::MAX),
            at: now,
        });
    }
}

impl Tables {
    /// The seats of an order that somebody else's order has claimed.
    fn claimed(&self, order: &Order) -> Vec<u32> {
        let taken = |seat: &&u32| {
            let owner = self.claims.get(&(order.performance, **seat));
            owner.is_some_and(|owner| *owner != order.id)
        };
        order.seats.iter().filter(taken).copied().collect()
    }

    fn claim(&mut self, order: &Order) {
        for seat in &order.seats {
            self.claims.insert((order.performance, *seat), order.id);
        }
        self.quotas.entry((order.performance, order.account)).or_default().seats += count(order);
    }

    fn unclaim(&mut self, order: &Order) {
        for seat in &order.seats {
            if self.claims.get(&(order.performance, *seat)) == Some(&order.id) {
                self.claims.remove(&(order.performance, *seat));
            }
        }
        if let Some(quota) = self.quotas.get_mut(&(order.performance, order.account)) {
            quota.seats = quota.seats.saturating_sub(count(order));
        }
        self.pending.remove(&(order.expires_at, order.id));
    }

    fn add_attempt(&mut self, payment: PaymentId, order: OrderId) {
        let attempt = Attempt {
            order,
            status: AttemptStatus::Created,
            token: None,
            look_at: Timestamp::EPOCH,
            captured: 0,
        };
        self.attempts.insert(payment, attempt);
    }

    fn end_attempt(&mut self, payment: PaymentId, status: AttemptStatus) {
        self.open_attempts.remove(&payment);
        if let Some(attempt) = self.attempts.get_mut(&payment) {
            attempt.status = status;
            attempt.token = None;
        }
    }

    fn add_tickets(&mut self, order: &Order) {
        for seat in &order.seats {
            let id = ticket_id(order.id, *seat);
            let ticket = Ticket { id, performance: order.performance, seat: *seat };
            self.tickets.insert(id, (order.id, ticket, false));
        }
    }

    fn add_refund(&mut self, fact: &Fact, order: OrderId, now: Timestamp) {
        let id = refund_id(fact.payment);
        let payment = fact.payment;
        let refund = Refund { payment, order, amount: fact.captured, done: false, next_at: now };
        self.refunds.entry(id).or_insert(refund);
    }

    fn tickets_of(&self, order: &Order) -> Vec<Ticket> {
        let ticket = |seat: &u32| self.tickets.get(&ticket_id(order.id, *seat));
        order.seats.iter().filter_map(ticket).map(|(_, ticket, _)| ticket.clone()).collect()
    }

    /// The order can have its seats again: nobody else claimed them, and the buyer's limit allows.
    fn reclaimable(&self, order: &Order) -> bool {
        let quota = self.quotas.get(&(order.performance, order.account));
        let within = quota.is_none_or(|quota| quota.seats + count(order) <= quota.limit);
        within && self.claimed(order).is_empty()
    }
}

fn count(order: &Order) -> u32 {
    u32::try_from(order.seats.len()).unwrap_or(u32::MAX)
}

#[async_trait]
impl Orders for MemoryOrders {
    async fn place(&self, new: NewOrder) -> Result<Order> {
        let NewOrder { order, key, request, seats_per_buyer } = new;
        let mut tables = self.tables.lock();
        if let Some(kept) = self.keys.kept(order.account, &key, request)? {
            return read_order(&kept.facts()?);
        }
        if let Some(order) = tables.ordered_holds.get(&order.hold) {
            return Err(Error::HoldOrdered { order: *order });
        }
        let quota = tables.quotas.entry((order.performance, order.account)).or_default();
        quota.limit = seats_per_buyer;
        if quota.seats + count(&order) > quota.limit {
            return Err(Error::LimitExceeded { limit: seats_per_buyer });
        }
        let seats = if self.guards.claim() { tables.claimed(&order) } else { Vec::new() };
        if !seats.is_empty() {
            return Err(Error::SeatTaken { seats });
        }
        tables.claim(&order);
        tables.ordered_holds.insert(order.hold, order.id);
        tables.by_account.entry(order.account).or_default().insert(order.id);
        self.keys.keep(order.account, &key, request, Kept::Facts(write_order(&order)));
        tables.orders.insert(order.id, order.clone());
        let placed = Order { version: 1, ..order.clone() };
        self.tell(&placed, EventKind::OrderPlaced, order.created_at);
        if order.status == OrderStatus::Paid {
            tables.add_tickets(&order);
            self.tell(&order, EventKind::OrderPaid, order.created_at);
        } else {
            tables.add_attempt(order.payment, order.id);
            tables.pending.insert((order.expires_at, order.id));
        }
        Ok(order)
    }

    async fn placed(
        &self,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
    ) -> Result<Option<Order>> {
        let kept = self.keys.kept(account, key, request)?.map(Kept::facts).transpose()?;
        kept.as_deref().map(read_order).transpose()
    }

    async fn of_hold(&self, hold: HoldId) -> Result<Option<OrderId>> {
        Ok(self.tables.lock().ordered_holds.get(&hold).copied())
    }

    async fn order(&self, id: OrderId) -> Result<Option<Order>> {
        Ok(self.tables.lock().orders.get(&id).cloned())
    }

    async fn of_account(&self, account: AccountId, page: Page) -> Result<Paged<Order>> {
        let tables = self.tables.lock();
        let mine = tables.by_account.get(&account).into_iter().flatten();
        let mine = mine.map(|order| tables.orders[order].clone());
        Ok(page.cut(mine, |order| Position::by_id(order.id.uuid()), Some))
    }

    async fn of_performance(
        &self,
        performance: PerformanceId,
        status: Option<OrderStatus>,
        page: Page,
    ) -> Result<Paged<(Order, Vec<Ticket>)>> {
        let tables = self.tables.lock();
        let wanted = |order: &&Order| {
            order.performance == performance && status.is_none_or(|status| order.status == status)
        };
        let orders = tables.orders.values().filter(wanted).cloned();
        let page = page.cut(orders, |order| Position::by_id(order.id.uuid()), Some);
        Ok(page.map(|order| (order.clone(), tables.tickets_of(&order))))
    }

    async fn live(&self, performance: PerformanceId) -> Result<Vec<Order>> {
        let tables = self.tables.lock();
        let live: BTreeSet<OrderId> = tables
            .claims
            .iter()
            .filter(|((of, _), _)| *of == performance)
            .map(|(_, order)| *order)
            .collect();
        Ok(live.iter().filter_map(|order| tables.orders.get(order)).cloned().collect())
    }

    async fn begin_payment(&self, begin: BeginPayment, now: Timestamp) -> Result<BegunPayment> {
        let mut guard = self.tables.lock();
        let tables = &mut *guard;
        let order = tables.orders.get(&begin.order).filter(|order| order.account == begin.account);
        let mut order = order.cloned().ok_or(Error::NotFound("order"))?;
        if let Some(kept) = self.keys.kept(begin.account, &begin.key, begin.request)? {
            let attempt = tables.attempts[&kept.attempt()?].status;
            return Ok(BegunPayment { order, attempt, must_confirm: false });
        }
        may_begin_payment(&order, begin.payment, now)?;
        let attempt = tables.attempts.get_mut(&order.payment).expect("an order has its attempt");
        attempt.status = AttemptStatus::Confirming;
        attempt.token = Some(begin.token);
        attempt.look_at = now.plus_millis(LOOK_AFTER_MS);
        tables.open_attempts.insert(order.payment);
        tables.pending.remove(&(order.expires_at, order.id));
        self.move_to(&mut order, OrderStatus::Confirming, EventKind::OrderConfirming, now);
        let kept = Kept::Attempt(order.payment);
        self.keys.keep(begin.account, &begin.key, begin.request, kept);
        tables.orders.insert(order.id, order.clone());
        Ok(BegunPayment { order, attempt: AttemptStatus::Confirming, must_confirm: true })
    }

    async fn mark_unknown(&self, payment: PaymentId, now: Timestamp) -> Result<()> {
        let mut tables = self.tables.lock();
        if let Some(attempt) = tables.attempts.get_mut(&payment)
            && attempt.status.is_open()
        {
            attempt.status = AttemptStatus::Unknown;
            attempt.look_at = now.plus_millis(LOOK_AFTER_MS);
        }
        Ok(())
    }

    async fn settle(
        &self,
        fact: &Fact,
        new_payment: PaymentId,
        now: Timestamp,
    ) -> Result<Option<Settled>> {
        let mut guard = self.tables.lock();
        let tables = &mut *guard;
        let Some(attempt) = tables.attempts.get_mut(&fact.payment) else { return Ok(None) };
        attempt.captured = attempt.captured.max(fact.captured.amount);
        let mut order = tables.orders[&attempt.order].clone();
        let due = Due {
            stage: order.stage(fact.payment),
            total: order.total,
            time_left: now.is_before(order.expires_at),
            attempt_open: attempt.status.is_open(),
        };
        let mut decision = decide(fact, &due, self.guards);
        if decision == Decision::Reclaim && !tables.reclaimable(&order) {
            decision = Decision::RefundOrder;
        }
        match decision {
            Decision::Pay | Decision::Reclaim => {
                if decision == Decision::Reclaim {
                    tables.claim(&order);
                }
                tables.pending.remove(&(order.expires_at, order.id));
                tables.end_attempt(fact.payment, AttemptStatus::Paid);
                order.payment = fact.payment;
                tables.add_tickets(&order);
                self.move_to(&mut order, OrderStatus::Paid, EventKind::OrderPaid, now);
            }
            Decision::Reopen => {
                tables.end_attempt(fact.payment, AttemptStatus::Failed);
                tables.add_attempt(new_payment, order.id);
                tables.pending.insert((order.expires_at, order.id));
                order.payment = new_payment;
                let status = OrderStatus::PendingPayment;
                self.move_to(&mut order, status, EventKind::OrderReopened, now);
            }
            Decision::Expire => {
                tables.end_attempt(fact.payment, AttemptStatus::Failed);
                tables.unclaim(&order);
                self.move_to(&mut order, OrderStatus::Expired, EventKind::OrderExpired, now);
            }
            Decision::RefundOrder => {
                tables.end_attempt(fact.payment, AttemptStatus::Returned);
                if due.stage == Stage::Open {
                    tables.unclaim(&order);
                }
                tables.add_refund(fact, order.id, now);
                self.move_to(&mut order, OrderStatus::RefundDue, EventKind::OrderRefundDue, now);
            }
            Decision::RefundPayment => {
                tables.end_attempt(fact.payment, AttemptStatus::Returned);
                tables.add_refund(fact, order.id, now);
            }
            Decision::Wait | Decision::Nothing => {}
        }
        tables.orders.insert(order.id, order.clone());
        Ok(Some(Settled { attempt: tables.attempts[&fact.payment].status, order }))
    }

    async fn cancel(&self, cancel: CancelOrder, now: Timestamp) -> Result<Order> {
        let mut tables = self.tables.lock();
        let order = tables.orders.get(&cancel.order).filter(|o| o.account == cancel.account);
        let mut order = order.cloned().ok_or(Error::NotFound("order"))?;
        if let Some(kept) = self.keys.kept(cancel.account, &cancel.key, cancel.request)? {
            return read_order(&kept.facts()?);
        }
        may_cancel(&order)?;
        tables.unclaim(&order);
        self.move_to(&mut order, OrderStatus::Cancelled, EventKind::OrderCancelled, now);
        let kept = Kept::Facts(write_order(&order));
        self.keys.keep(cancel.account, &cancel.key, cancel.request, kept);
        tables.orders.insert(order.id, order.clone());
        Ok(order)
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Order>> {
        let mut tables = self.tables.lock();
        let due: Vec<OrderId> = tables
            .pending
            .iter()
            .take_while(|(expires_at, _)| now.is_past_grace(*expires_at))
            .take(usize::try_from(BATCH).unwrap_or(usize::MAX))
            .map(|(_, order)| *order)
            .collect();
        let mut expired = Vec::with_capacity(due.len());
        for id in due {
            let mut order = tables.orders[&id].clone();
            tables.unclaim(&order);
            self.move_to(&mut order, OrderStatus::Expired, EventKind::OrderExpired, now);
            tables.orders.insert(id, order.clone());
            expired.push(order);
        }
        Ok(expired)
    }

    async fn due_attempts(&self, now: Timestamp) -> Result<Vec<DueAttempt>> {
        let mut guard = self.tables.lock();
        let tables = &mut *guard;
        let mut due = Vec::new();
        for payment in &tables.open_attempts {
            let attempt = tables.attempts.get_mut(payment).expect("an open attempt is known");
            let Some(token) = attempt.token.clone().filter(|_| attempt.look_at <= now) else {
                continue;
            };
            attempt.look_at = now.plus_millis(LOOK_AFTER_MS);
            let order = &tables.orders[&attempt.order];
            due.push(DueAttempt {
                payment: *payment,
                token,
                total: order.total,
                time_left: now.is_before(order.expires_at),
            });
        }
        Ok(due)
    }

    async fn due_refunds(&self, now: Timestamp) -> Result<Vec<DueRefund>> {
        let mut tables = self.tables.lock();
        let due = tables.refunds.iter_mut().filter(|(_, r)| !r.done && r.next_at <= now);
        Ok(due
            .map(|(id, refund)| {
                refund.next_at = now.plus_millis(REFUND_LEASE_MS);
                DueRefund { id: *id, payment: refund.payment, amount: refund.amount }
            })
            .collect())
    }

    async fn refunded(&self, refund: RefundId, now: Timestamp) -> Result<()> {
        let mut guard = self.tables.lock();
        let tables = &mut *guard;
        let Some(refund) = tables.refunds.get_mut(&refund).filter(|refund| !refund.done) else {
            return Ok(());
        };
        refund.done = true;
        let order = tables.orders.get_mut(&refund.order).expect("a refund has its order");
        if order.status == OrderStatus::RefundDue {
            let mut next = order.clone();
            self.move_to(&mut next, OrderStatus::Refunded, EventKind::OrderRefunded, now);
            *order = next;
        }
        Ok(())
    }

    async fn tickets(&self, order: OrderId) -> Result<Vec<Ticket>> {
        let tables = self.tables.lock();
        Ok(tables.orders.get(&order).map(|order| tables.tickets_of(order)).unwrap_or_default())
    }

    async fn check_in(&self, ticket: TicketId, _now: Timestamp) -> Result<CheckIn> {
        let mut guard = self.tables.lock();
        let tables = &mut *guard;
        let Some((order, _, used)) = tables.tickets.get_mut(&ticket) else {
            return Ok(CheckIn::Void);
        };
        if tables.orders[order].status != OrderStatus::Paid {
            return Ok(CheckIn::Void);
        }
        Ok(if std::mem::replace(used, true) { CheckIn::AlreadyUsed } else { CheckIn::Admitted })
    }

    async fn sales(&self, performance: PerformanceId) -> Result<Sales> {
        let tables = self.tables.lock();
        let mut sales = Sales::default();
        for order in tables.orders.values().filter(|order| order.performance == performance) {
            *sales.orders.entry(order.status).or_default() += 1;
            if order.status == OrderStatus::Paid {
                sales.gross += order.total.amount;
            }
        }
        for refund in tables.refunds.values().filter(|refund| refund.done) {
            if tables.orders[&refund.order].performance == performance {
                sales.refunded += refund.amount.amount;
            }
        }
        Ok(sales)
    }

    async fn accounts_with_orders(&self) -> Result<Vec<AccountId>> {
        let tables = self.tables.lock();
        Ok(tables.by_account.keys().copied().collect())
    }
}
