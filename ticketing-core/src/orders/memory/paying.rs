//! The work that money leaves behind.

use async_trait::async_trait;

use super::MemoryOrders;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{OrderId, PaymentId, RefundId};
use crate::orders::AttemptStatus;
use crate::orders::attention::{Attention, AttentionReason};
use crate::orders::contract::{DueAttempt, DueRefund, LEASE_MS, Listing, NOTICES_KEPT_MS, Paying};
use crate::page::{Page, Paged, Position};

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
        self.tables.lock().close((payment, reason));
        Ok(())
    }

    async fn attention(&self, page: Page) -> Result<Paged<Attention>> {
        let tables = self.tables.lock();
        let position = |one: &Attention| Position { key: one.since.as_millis(), id: one.id() };
        Ok(page.cut(tables.attention.values().cloned(), position, Some))
    }
}
