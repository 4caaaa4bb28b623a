//! The orders in memory, behind one mutex.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use secrecy::SecretString;
use uuid::Uuid;

use super::attention::{Attention, AttentionReason};
use super::change::{Change, Demand, Outcome, Seats, Tickets};
use super::contract::{
    BATCH, Changing, Door, DueAttempt, DueRefund, LEASE_MS, Listing, NOTICES_KEPT_MS, Paying,
    Sales, Selling,
};
use super::dossier::Dossier;
use super::order::ticket_id;
use super::refund::{RefundReport, RefundStatus};
use super::{AttemptStatus, CheckIn, Order, OrderStatus, Ticket};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::events::Event;
use crate::events::memory::MemoryOutbox;
use crate::guards::Guards;
use crate::id::{AccountId, HoldId, OrderId, PaymentId, PerformanceId, RefundId, TicketId};
use crate::idempotency::{IdempotencyKey, Kept, MemoryKeys, RequestHash};
use crate::page::{Page, Paged, Position};

/// The orders in memory.
pub(crate) struct MemoryOrders {
    guards: Guards,
    outbox: Arc<MemoryOutbox>,
    keys: Arc<MemoryKeys>,
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    dossiers: BTreeMap<OrderId, Dossier>,
    payments: HashMap<PaymentId, OrderId>,
    tokens: HashMap<PaymentId, SecretString>,
    claims: HashMap<(PerformanceId, u32), OrderId>,
    quotas: HashMap<(PerformanceId, AccountId), Quota>,
    ordered_holds: HashMap<HoldId, OrderId>,
    by_account: HashMap<AccountId, BTreeSet<OrderId>>,
    tickets: BTreeMap<TicketId, Issued>,
    attention: BTreeMap<(Timestamp, Uuid), Attention>,
    notices: HashMap<String, Timestamp>,
    /// How far the provider's listing was read, and when it is due.
    listing: Option<(Listing, Timestamp)>,
    /// What is due when: orders that wait for their payment, attempts and refunds to look after.
    pending: BTreeSet<(Timestamp, OrderId)>,
    looks: BTreeSet<(Timestamp, PaymentId)>,
    refunds: BTreeSet<(Timestamp, RefundId, OrderId)>,
}

#[derive(Clone, Copy, Default)]
struct Quota {
    seats: u32,
    limit: u32,
}

struct Issued {
    ticket: Ticket,
    is_used: bool,
    is_void: bool,
}

impl MemoryOrders {
    pub(crate) fn new(outbox: Arc<MemoryOutbox>, keys: Arc<MemoryKeys>, guards: Guards) -> Self {
        Self { guards, outbox, keys, tables: Mutex::new(Tables::default()) }
    }

    /// What the change demands and is otherwise.
    fn unmet(&self, tables: &Tables, change: &Change) -> Result<Option<Demand>> {
        if let Some(remember) = &change.remember
            && let Some(kept) = self.keys.kept(remember.account, &remember.key, remember.request)?
        {
            return Ok(Some(Demand::Key(kept)));
        }
        let order = &change.order;
        let known = tables.dossiers.get(&order.id).map(|dossier| dossier.order.version);
        if known != change.seen {
            return Ok(Some(Demand::Version));
        }
        if change.seen.is_none() && tables.ordered_holds.contains_key(&order.hold) {
            return Ok(Some(Demand::Hold));
        }
        if let Seats::Claim { limit } = change.seats {
            let quota = tables.quota(order);
            let limit = limit.unwrap_or(quota.limit);
            if quota.seats + count(order) > limit {
                return Ok(Some(Demand::Quota { limit }));
            }
            let taken = if self.guards.claim() { tables.claimed(order) } else { Vec::new() };
            if !taken.is_empty() {
                return Ok(Some(Demand::Seats(taken)));
            }
        }
        Ok(None)
    }

    /// Everything that was applied passes here, in order and before its verb answers: where a file
    /// behind this backend would be written.
    fn applied(&self, change: &Change) {
        for (kind, version) in &change.events {
            self.outbox.append(Event {
                id: 0,
                aggregate: change.order.id.uuid(),
                version: *version,
                performance: change.order.performance,
                kind: *kind,
                seats: count(&change.order),
                at: change.at,
            });
        }
    }
}

impl Tables {
    fn quota(&self, order: &Order) -> Quota {
        self.quotas.get(&(order.performance, order.account)).copied().unwrap_or_default()
    }

    /// The seats of an order that somebody else's order has claimed.
    fn claimed(&self, order: &Order) -> Vec<u32> {
        let taken = |seat: &&u32| {
            let owner = self.claims.get(&(order.performance, **seat));
            owner.is_some_and(|owner| *owner != order.id)
        };
        order.seats.iter().filter(taken).copied().collect()
    }

    fn claim(&mut self, order: &Order, limit: Option<u32>) {
        for seat in &order.seats {
            self.claims.insert((order.performance, *seat), order.id);
        }
        let quota = self.quotas.entry((order.performance, order.account)).or_default();
        quota.seats += count(order);
        quota.limit = limit.unwrap_or(quota.limit);
    }

    fn give_up(&mut self, order: &Order) {
        for seat in &order.seats {
            if self.claims.get(&(order.performance, *seat)) == Some(&order.id) {
                self.claims.remove(&(order.performance, *seat));
            }
        }
        let quota = self.quotas.entry((order.performance, order.account)).or_default();
        quota.seats = quota.seats.saturating_sub(count(order));
    }

    fn issue(&mut self, order: &Order) {
        for seat in &order.seats {
            let id = ticket_id(order.id, *seat);
            let ticket = Ticket { id, performance: order.performance, seat: *seat };
            self.tickets.insert(id, Issued { ticket, is_used: false, is_void: false });
        }
    }

    fn void(&mut self, order: &Order) {
        for seat in &order.seats {
            if let Some(issued) = self.tickets.get_mut(&ticket_id(order.id, *seat)) {
                issued.is_void = true;
            }
        }
    }

    fn tickets_of(&self, order: &Order) -> Vec<Ticket> {
        let issued = |seat: &u32| self.tickets.get(&ticket_id(order.id, *seat));
        let good = order.seats.iter().filter_map(issued).filter(|issued| !issued.is_void);
        good.map(|issued| issued.ticket.clone()).collect()
    }

    /// The dossier, and what of it is due, as the change leaves them.
    fn write(&mut self, change: &Change) {
        let order = &change.order;
        let before = self.dossiers.remove(&order.id);
        if let Some(before) = &before {
            self.due_no_more(before);
        }
        let before = before.unwrap_or_else(|| Dossier {
            order: order.clone(),
            attempts: Vec::new(),
            refunds: Vec::new(),
            attended: Vec::new(),
        });
        let after = before.with(change);
        for attempt in &after.attempts {
            self.payments.insert(attempt.payment, order.id);
            self.looks.extend(attempt.look_at.map(|at| (at, attempt.payment)));
            if !attempt.status.is_open() {
                self.tokens.remove(&attempt.payment);
            }
        }
        let next = |refund: &super::refund::Refund| Some((refund.next_at?, refund.id, order.id));
        self.refunds.extend(after.refunds.iter().filter_map(next));
        if order.status == OrderStatus::PendingPayment {
            self.pending.insert((order.expires_at, order.id));
        }
        self.dossiers.insert(order.id, after);
    }

    fn due_no_more(&mut self, dossier: &Dossier) {
        let order = &dossier.order;
        self.pending.remove(&(order.expires_at, order.id));
        for attempt in &dossier.attempts {
            if let Some(at) = attempt.look_at {
                self.looks.remove(&(at, attempt.payment));
            }
        }
        for refund in &dossier.refunds {
            if let Some(at) = refund.next_at {
                self.refunds.remove(&(at, refund.id, order.id));
            }
        }
    }

    /// Answers whether nobody was asked yet.
    fn attend(&mut self, attention: &Attention) -> bool {
        let known = self.attention.values().any(|known| known.id() == attention.id());
        if !known {
            self.attention.insert((attention.since, attention.id()), attention.clone());
        }
        !known
    }
}

fn count(order: &Order) -> u32 {
    u32::try_from(order.seats.len()).unwrap_or(u32::MAX)
}

fn batch() -> usize {
    usize::try_from(BATCH).unwrap_or(usize::MAX)
}

#[async_trait]
impl Changing for MemoryOrders {
    async fn dossier(&self, order: OrderId) -> Result<Option<Dossier>> {
        Ok(self.tables.lock().dossiers.get(&order).cloned())
    }

    async fn order_of(&self, payment: PaymentId) -> Result<Option<OrderId>> {
        Ok(self.tables.lock().payments.get(&payment).copied())
    }

    async fn kept(
        &self,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
    ) -> Result<Option<Kept>> {
        self.keys.kept(account, key, request)
    }

    async fn apply(&self, change: &Change, token: Option<&SecretString>) -> Result<Outcome> {
        let mut guard = self.tables.lock();
        let tables = &mut *guard;
        if let Some(demand) = self.unmet(tables, change)? {
            return Ok(Outcome::Unmet(demand));
        }
        let order = &change.order;
        match change.seats {
            Seats::Keep => {}
            Seats::Claim { limit } => tables.claim(order, limit),
            Seats::GiveUp => tables.give_up(order),
        }
        match change.tickets {
            Tickets::Keep => {}
            Tickets::Make => tables.issue(order),
            Tickets::Void => tables.void(order),
        }
        if change.seen.is_none() {
            tables.ordered_holds.insert(order.hold, order.id);
            tables.by_account.entry(order.account).or_default().insert(order.id);
        }
        if let Some(token) = token {
            tables.tokens.insert(order.payment, token.clone());
        }
        tables.write(change);
        for attention in &change.attention {
            tables.attend(attention);
        }
        for closed in &change.closed {
            tables.attention.retain(|_, one| (one.payment, one.reason) != *closed);
        }
        if let Some(remember) = &change.remember {
            let kept = remember.kept.clone();
            self.keys.keep(remember.account, &remember.key, remember.request, kept);
        }
        self.applied(change);
        Ok(Outcome::Applied)
    }
}

#[async_trait]
impl Selling for MemoryOrders {
    async fn of_hold(&self, hold: HoldId) -> Result<Option<OrderId>> {
        Ok(self.tables.lock().ordered_holds.get(&hold).copied())
    }

    async fn order(&self, id: OrderId) -> Result<Option<Order>> {
        Ok(self.tables.lock().dossiers.get(&id).map(|dossier| dossier.order.clone()))
    }

    async fn of_account(&self, account: AccountId, page: Page) -> Result<Paged<Order>> {
        let tables = self.tables.lock();
        let mine = tables.by_account.get(&account).into_iter().flatten();
        let mine = mine.map(|order| tables.dossiers[order].order.clone());
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
        let orders = tables.dossiers.values().map(|dossier| &dossier.order);
        let orders = orders.filter(wanted).cloned();
        let page = page.cut(orders, |order| Position::by_id(order.id.uuid()), Some);
        Ok(page.map(|order| (order.clone(), tables.tickets_of(&order))))
    }

    async fn refunds(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<RefundReport>>> {
        let tables = self.tables.lock();
        let of = |order: &OrderId| {
            let refunds = &tables.dossiers.get(order)?.refunds;
            (!refunds.is_empty())
                .then(|| (*order, refunds.iter().map(RefundReport::from).collect()))
        };
        Ok(orders.iter().filter_map(of).collect())
    }

    async fn live(&self, performance: PerformanceId) -> Result<Vec<Order>> {
        let tables = self.tables.lock();
        let claims = tables.claims.iter().filter(|((of, _), _)| *of == performance);
        let live: BTreeSet<OrderId> = claims.map(|(_, order)| *order).collect();
        let dossiers = live.iter().filter_map(|order| tables.dossiers.get(order));
        Ok(dossiers.map(|dossier| dossier.order.clone()).collect())
    }

    async fn overdue(&self, now: Timestamp) -> Result<Vec<Dossier>> {
        let tables = self.tables.lock();
        let due = tables.pending.iter().take_while(|(at, _)| now.is_past_grace(*at));
        Ok(due.take(batch()).map(|(_, order)| tables.dossiers[order].clone()).collect())
    }

    async fn sales(&self, performance: PerformanceId) -> Result<Sales> {
        let tables = self.tables.lock();
        let mut sales = Sales::default();
        let sold = tables.dossiers.values().filter(|one| one.order.performance == performance);
        for Dossier { order, refunds, .. } in sold {
            *sales.orders.entry(order.status).or_default() += 1;
            if order.status == OrderStatus::Paid {
                sales.gross += order.total.amount;
            }
            let done = refunds.iter().filter(|refund| refund.status == RefundStatus::Done);
            sales.refunded += done.map(|refund| refund.amount.amount).sum::<i64>();
        }
        Ok(sales)
    }

    async fn accounts_with_orders(&self) -> Result<Vec<AccountId>> {
        let tables = self.tables.lock();
        Ok(tables.by_account.keys().copied().collect())
    }
}

#[async_trait]
impl Paying for MemoryOrders {
    async fn due_attempts(&self, now: Timestamp, most: usize) -> Result<Vec<DueAttempt>> {
        let mut guard = self.tables.lock();
        let tables = &mut *guard;
        let due = tables.looks.iter().take_while(|(at, _)| *at <= now).take(most);
        let due: Vec<(Timestamp, PaymentId)> = due.copied().collect();
        let until = now.plus_millis(LEASE_MS);
        Ok(due
            .into_iter()
            .map(|(at, payment)| {
                tables.looks.remove(&(at, payment));
                tables.looks.insert((until, payment));
                let order = tables.payments[&payment];
                let dossier = tables.dossiers.get_mut(&order).expect("a payment has its order");
                if let Some(attempt) = dossier.attempt_mut(payment) {
                    attempt.look_at = Some(until);
                }
                DueAttempt { payment, order, token: tables.tokens.get(&payment).cloned() }
            })
            .collect())
    }

    async fn announced(&self, payments: &[PaymentId]) -> Result<()> {
        let mut guard = self.tables.lock();
        let tables = &mut *guard;
        for payment in payments {
            let order = tables.payments.get(payment);
            let dossier = order.and_then(|order| tables.dossiers.get_mut(order));
            let attempt = dossier.and_then(|dossier| dossier.attempt_mut(*payment));
            let Some(attempt) = attempt.filter(|one| one.status == AttemptStatus::Created) else {
                continue;
            };
            if let Some(at) = attempt.look_at.take() {
                tables.looks.remove(&(at, *payment));
            }
        }
        Ok(())
    }

    async fn is_noticed(&self, notice: &str) -> Result<bool> {
        Ok(self.tables.lock().notices.contains_key(notice))
    }

    async fn noticed(&self, notice: &str, now: Timestamp) -> Result<()> {
        let mut tables = self.tables.lock();
        if tables.notices.len() >= tables.notices.capacity() {
            let kept_from = now.plus_millis(-NOTICES_KEPT_MS);
            tables.notices.retain(|_, at| *at >= kept_from);
        }
        tables.notices.insert(notice.to_owned(), now);
        Ok(())
    }

    async fn take_listing(&self, now: Timestamp) -> Result<Option<Listing>> {
        let mut tables = self.tables.lock();
        let listing = tables.listing.get_or_insert((Listing::since(Timestamp::EPOCH), now));
        if now.is_before(listing.1) {
            return Ok(None);
        }
        listing.1 = now.plus_millis(LEASE_MS);
        Ok(Some(listing.0.clone()))
    }

    async fn listed(&self, listing: &Listing, due_at: Timestamp) -> Result<()> {
        self.tables.lock().listing = Some((listing.clone(), due_at));
        Ok(())
    }

    async fn due_refunds(&self, now: Timestamp, most: usize) -> Result<Vec<DueRefund>> {
        let mut guard = self.tables.lock();
        let tables = &mut *guard;
        let due = tables.refunds.iter().take_while(|(at, ..)| *at <= now).take(most);
        let due: Vec<(Timestamp, RefundId, OrderId)> = due.copied().collect();
        let until = now.plus_millis(LEASE_MS);
        Ok(due
            .into_iter()
            .map(|(at, id, order)| {
                tables.refunds.remove(&(at, id, order));
                tables.refunds.insert((until, id, order));
                let dossier = tables.dossiers.get_mut(&order).expect("a refund has its order");
                if let Some(refund) = dossier.refund_mut(id) {
                    refund.next_at = Some(until);
                }
                DueRefund { id, order }
            })
            .collect())
    }

    async fn attend(&self, attention: &Attention) -> Result<bool> {
        Ok(self.tables.lock().attend(attention))
    }

    async fn close(&self, payment: PaymentId, reason: AttentionReason, _: Timestamp) -> Result<()> {
        let mut tables = self.tables.lock();
        tables.attention.retain(|_, one| (one.payment, one.reason) != (payment, reason));
        Ok(())
    }

    async fn attention(&self, page: Page) -> Result<Paged<Attention>> {
        let tables = self.tables.lock();
        let position = |one: &Attention| Position { key: one.since.as_millis(), id: one.id() };
        Ok(page.cut(tables.attention.values().cloned(), position, Some))
    }
}

#[async_trait]
impl Door for MemoryOrders {
    async fn tickets(&self, order: OrderId) -> Result<Vec<Ticket>> {
        let tables = self.tables.lock();
        let dossier = tables.dossiers.get(&order);
        Ok(dossier.map(|dossier| tables.tickets_of(&dossier.order)).unwrap_or_default())
    }

    async fn check_in(&self, ticket: TicketId, _now: Timestamp) -> Result<CheckIn> {
        let mut tables = self.tables.lock();
        let Some(issued) = tables.tickets.get_mut(&ticket).filter(|issued| !issued.is_void) else {
            return Ok(CheckIn::Void);
        };
        let used = std::mem::replace(&mut issued.is_used, true);
        Ok(if used { CheckIn::AlreadyUsed } else { CheckIn::Admitted })
    }
}
