//! The orders in memory, behind one mutex.

mod door;
mod paying;
mod selling;
mod tables;

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use secrecy::SecretString;

use self::tables::{Tables, count};
use super::change::{Change, Demand, Outcome, Seats, Tickets};
use super::contract::Changing;
use super::dossier::Dossier;
use super::purchase::{PURCHASES_MAX, Purchase};
use crate::error::Result;
use crate::events::Event;
use crate::events::memory::MemoryOutbox;
use crate::guards::Guards;
use crate::id::{AccountId, OrderId, PaymentId, PerformanceId};
use crate::idempotency::{IdempotencyKey, Kept, MemoryKeys, RequestHash};

/// The orders in memory.
pub(crate) struct MemoryOrders {
    guards: Guards,
    outbox: Arc<MemoryOutbox>,
    keys: Arc<MemoryKeys>,
    tables: Mutex<Tables>,
}

impl MemoryOrders {
    pub(crate) fn new(outbox: Arc<MemoryOutbox>, keys: Arc<MemoryKeys>, guards: Guards) -> Self {
        Self { guards, outbox, keys, tables: Mutex::new(Tables::default()) }
    }

    /// What an account has paid for, while no order changes.
    pub(crate) fn while_purchased<T>(
        &self,
        account: AccountId,
        then: impl FnOnce(Vec<Purchase>) -> T,
    ) -> T {
        let tables = self.tables.lock();
        let orders = tables.by_account.get(&account).into_iter().flatten().rev();
        let orders = orders.filter_map(|order| tables.dossiers.get(order));
        let purchases = orders.filter_map(|one| Purchase::of(&one.order)).take(PURCHASES_MAX);
        then(purchases.collect())
    }

    /// Of which performance an order is, and whose.
    pub(crate) fn bought(&self, order: OrderId) -> Option<(PerformanceId, AccountId)> {
        let tables = self.tables.lock();
        tables.dossiers.get(&order).map(|one| (one.order.performance, one.order.account))
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
            if quota.seats + count(&change.about) > limit {
                return Ok(Some(Demand::Quota { limit }));
            }
            let taken = if self.guards.claim() { tables.claimed(change) } else { Vec::new() };
            if !taken.is_empty() {
                return Ok(Some(Demand::Seats(taken)));
            }
        }
        if change.tickets == Tickets::VoidUnused {
            let used = tables.used(change);
            return Ok((!used.is_empty()).then_some(Demand::Used(used)));
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
                performance: Some(change.order.performance),
                kind: (*kind).into(),
                seats: count(&change.about),
                at: change.at,
            });
        }
    }
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
            Seats::Claim { limit } => tables.claim(change, limit),
            Seats::GiveUp => tables.give_up(change),
        }
        match change.tickets {
            Tickets::Keep => {}
            Tickets::Make => tables.issue(change),
            Tickets::Void | Tickets::VoidUnused => tables.void(change),
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
            tables.close(*closed);
        }
        if let Some(remember) = &change.remember {
            let kept = remember.kept.clone();
            self.keys.keep(remember.account, &remember.key, remember.request, kept);
        }
        self.applied(change);
        Ok(Outcome::Applied)
    }
}
