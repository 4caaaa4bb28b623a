//! The orders in PostgreSQL: one statement reads an order whole, one changes it.

mod applying;
mod door;
mod ending;
mod ledger;
mod lists;
mod rows;
mod scans;
mod work;

use std::collections::HashMap;

use async_trait::async_trait;
use secrecy::SecretString;
use sqlx::PgPool;

use self::rows::{stored_dossier, stored_order};
use super::attention::{Attention, AttentionReason};
use super::change::{Change, Outcome};
use super::contract::{Changing, DueAttempt, DueRefund, Ending, Listing, Paying, Sales, Selling};
use super::dossier::Dossier;
use super::{Movement, Order, OrderStatus, Period, Purchase, RefundReport, Ticket, Totals};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::id::{AccountId, HoldId, OrderId, PaymentId, PerformanceId};
use crate::idempotency::postgres::kept;
use crate::idempotency::{IdempotencyKey, Kept, RequestHash};
use crate::page::{Page, Paged};
use crate::services::postgres::Tries;

/// The orders in PostgreSQL.
pub(crate) struct PostgresOrders {
    pool: PgPool,
}

impl PostgresOrders {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl Changing for PostgresOrders {
    async fn dossier(&self, order: OrderId) -> Result<Option<Dossier>> {
        stored_dossier(&self.pool, order).await
    }

    async fn order_of(&self, payment: PaymentId) -> Result<Option<OrderId>> {
        let order = sqlx::query_scalar!(
            "SELECT order_id FROM attempts WHERE payment_id = $1",
            payment.uuid()
        );
        Ok(order.fetch_optional(&self.pool).await?.map(OrderId::from))
    }

    async fn kept(
        &self,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
    ) -> Result<Option<Kept>> {
        kept(&self.pool, account, key, request).await
    }

    async fn apply(&self, change: &Change, token: Option<&SecretString>) -> Result<Outcome> {
        let mut tries = Tries::default();
        loop {
            let applied = match change.seen {
                None => applying::place(&self.pool, change).await,
                Some(seen) => applying::change(&self.pool, change, seen, token).await,
            };
            if !tries.again(&applied) {
                return applied;
            }
        }
    }
}

#[async_trait]
impl Selling for PostgresOrders {
    async fn of_hold(&self, hold: HoldId) -> Result<Option<OrderId>> {
        let order = sqlx::query_scalar!("SELECT id FROM orders WHERE hold_id = $1", hold.uuid());
        Ok(order.fetch_optional(&self.pool).await?.map(OrderId::from))
    }

    async fn order(&self, id: OrderId) -> Result<Option<Order>> {
        stored_order(&self.pool, id).await
    }

    async fn of_account(&self, account: AccountId, page: Page) -> Result<Paged<Order>> {
        lists::of_account(&self.pool, account, page).await
    }

    async fn of_performance(
        &self,
        performance: PerformanceId,
        status: Option<OrderStatus>,
        page: Page,
    ) -> Result<Paged<(Order, Vec<Ticket>)>> {
        lists::of_performance(&self.pool, performance, status, page).await
    }

    async fn refunds(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<RefundReport>>> {
        lists::refunds(&self.pool, orders).await
    }

    async fn live(&self, performance: PerformanceId) -> Result<Vec<Order>> {
        lists::live(&self.pool, performance).await
    }

    async fn overdue(&self, now: Timestamp) -> Result<Vec<Dossier>> {
        lists::overdue(&self.pool, now).await
    }

    async fn sales(&self, performance: PerformanceId) -> Result<Sales> {
        lists::sales(&self.pool, performance).await
    }

    async fn ledger(
        &self,
        performance: PerformanceId,
        period: Period,
        page: Page,
    ) -> Result<Paged<Movement>> {
        ledger::ledger(&self.pool, performance, period, page).await
    }

    async fn totals(&self, performance: PerformanceId, period: Period) -> Result<Totals> {
        ledger::totals(&self.pool, performance, period).await
    }

    async fn agrees(&self, performance: PerformanceId) -> Result<bool> {
        ledger::agrees(&self.pool, performance).await
    }

    async fn to_end(
        &self,
        performance: PerformanceId,
        after: Option<OrderId>,
    ) -> Result<Vec<OrderId>> {
        ending::to_end(&self.pool, performance, after).await
    }

    async fn is_left(&self, performance: PerformanceId) -> Result<bool> {
        ending::is_left(&self.pool, performance).await
    }

    async fn ending(&self, performance: PerformanceId) -> Result<Ending> {
        ending::ending(&self.pool, performance).await
    }

    async fn remove_quotas(&self, performance: PerformanceId) -> Result<bool> {
        ending::remove_quotas(&self.pool, performance).await
    }

    async fn purchases(&self, account: AccountId) -> Result<Vec<Purchase>> {
        lists::purchases(&self.pool, account).await
    }

    async fn accounts_with_orders(&self) -> Result<Vec<AccountId>> {
        let accounts = sqlx::query_scalar!("SELECT DISTINCT account_id FROM orders");
        Ok(accounts.fetch_all(&self.pool).await?.into_iter().map(AccountId::from).collect())
    }
}

#[async_trait]
impl Paying for PostgresOrders {
    async fn due_attempts(&self, now: Timestamp, most: usize) -> Result<Vec<DueAttempt>> {
        work::due_attempts(&self.pool, now, most).await
    }

    async fn announced(&self, payments: &[PaymentId]) -> Result<()> {
        work::announced(&self.pool, payments).await
    }

    async fn is_noticed(&self, notice: &str) -> Result<bool> {
        work::is_noticed(&self.pool, notice).await
    }

    async fn noticed(&self, notice: &str, now: Timestamp) -> Result<()> {
        work::noticed(&self.pool, notice, now).await
    }

    async fn due_refunds(&self, now: Timestamp, most: usize) -> Result<Vec<DueRefund>> {
        work::due_refunds(&self.pool, now, most).await
    }

    async fn take_listing(&self, now: Timestamp) -> Result<Option<Listing>> {
        work::take_listing(&self.pool, now).await
    }

    async fn listed(&self, listing: &Listing, due_at: Timestamp) -> Result<()> {
        work::listed(&self.pool, listing, due_at).await
    }

    async fn attend(&self, attention: &Attention) -> Result<bool> {
        work::attend(&self.pool, attention).await
    }

    async fn close(
        &self,
        payment: PaymentId,
        reason: AttentionReason,
        now: Timestamp,
    ) -> Result<()> {
        work::close(&self.pool, payment, reason, now).await
    }

    async fn attention(&self, page: Page) -> Result<Paged<Attention>> {
        work::attention(&self.pool, page).await
    }
}
