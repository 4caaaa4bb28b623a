//! The orders in PostgreSQL: one transaction per verb, the outbox rows included. Lock order
//! everywhere: order, quota, claims by seat.

mod changes;
mod lists;
mod rows;

use async_trait::async_trait;
use sqlx::{PgPool, PgTransaction};

use self::rows::{OrderRow, locked_order, stored_order};
use super::order::{may_begin_payment, may_cancel, ticket_id};
use super::{
    AttemptStatus, BATCH, BeginPayment, BegunPayment, CancelOrder, CheckIn, DueAttempt, DueRefund,
    LOOK_AFTER_MS, NewOrder, Order, OrderStatus, Orders, REFUND_LEASE_MS, Sales, Settled, Ticket,
};
use crate::clock::{GRACE_MS, Timestamp};
use crate::error::{Error, Result};
use crate::events::EventKind;
use crate::guards::Guards;
use crate::id::{AccountId, OrderId, PaymentId, PerformanceId, RefundId, TicketId};
use crate::page::{Page, Paged};
use crate::payments::{Decision, Due, Fact, Stage, decide};
use crate::seats::{IdempotencyKey, RequestHash};
use crate::services::postgres::{TRANSACTION_TRIES, lost_a_race, sqlstate};

/// The orders in PostgreSQL.
pub(crate) struct PostgresOrders {
    pool: PgPool,
    guards: Guards,
}

impl PostgresOrders {
    pub(crate) fn new(pool: PgPool, guards: Guards) -> Self {
        Self { pool, guards }
    }

    async fn place_once(&self, new: &NewOrder) -> std::result::Result<String, sqlx::Error> {
        let NewOrder { order, key, request, seats_per_buyer } = new;
        let seats: Vec<i32> = order.seats.iter().map(|seat| seat.cast_signed()).collect();
        let facts = serde_json::to_string(order).expect("an order serialises");
        sqlx::query_scalar!(
            r#"SELECT place_order($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                   $15, $16) AS "facts!""#,
            order.id.uuid(),
            order.performance.uuid(),
            order.account.uuid(),
            order.hold.uuid(),
            &seats,
            order.total.amount,
            order.total.currency.code(),
            order.expires_at.as_millis(),
            order.payment.uuid(),
            order.line_number.cast_signed(),
            order.line_epoch.cast_signed(),
            order.created_at.as_millis(),
            seats_per_buyer.cast_signed(),
            key.as_str(),
            request.0.as_slice(),
            facts,
        )
        .fetch_one(&self.pool)
        .await
    }

    async fn settle_once(
        &self,
        fact: &Fact,
        new_payment: PaymentId,
        now: Timestamp,
    ) -> Result<Option<Settled>> {
        let mut transaction = self.pool.begin().await?;
        let Some(owner) = sqlx::query_scalar!(
            "SELECT order_id FROM attempts WHERE payment_id = $1",
            fact.payment.uuid()
        )
        .fetch_optional(&mut *transaction)
        .await?
        else {
            return Ok(None);
        };
        let order = locked_order(&mut transaction, owner.into()).await?;
        let mut order = order.ok_or_else(|| Error::internal("an attempt without its order"))?;
        let attempt = rows::attempt_status(&mut transaction, fact.payment).await?;
        let due = Due {
            stage: order.stage(fact.payment),
            total: order.total,
            time_left: now.is_before(order.expires_at),
            attempt_open: attempt.is_open(),
        };
        let decision = decide(fact, &due, self.guards);
        changes::record_capture(&mut transaction, fact).await?;
        apply(&mut transaction, decision, &due, fact, &mut order, new_payment, now).await?;
        let attempt = rows::attempt_status(&mut transaction, fact.payment).await?;
        transaction.commit().await?;
        Ok(Some(Settled { order, attempt }))
    }

    async fn retried<T, Run>(&self, run: impl Fn() -> Run + Send) -> Result<T>
    where
        Run: Future<Output = Result<T>> + Send,
    {
        let mut tries = 1;
        loop {
            match run().await {
                Err(Error::Unavailable(why)) if tries < TRANSACTION_TRIES && is_race(&why) => {
                    tries += 1;
                }
                done => return done,
            }
        }
    }
}

/// The two conditions that a transaction can simply be run again for.
fn is_race(why: &str) -> bool {
    why.contains("deadlock detected") || why.contains("could not serialize")
}

async fn apply(
    transaction: &mut PgTransaction<'_>,
    decision: Decision,
    due: &Due,
    fact: &Fact,
    order: &mut Order,
    new_payment: PaymentId,
    now: Timestamp,
) -> Result<()> {
    let decision = match decision {
        Decision::Reclaim if changes::reclaim(transaction, order).await? => Decision::Pay,
        Decision::Reclaim => Decision::RefundOrder,
        decision => decision,
    };
    match decision {
        Decision::Pay => {
            changes::end_attempt(transaction, fact.payment, AttemptStatus::Paid).await?;
            order.payment = fact.payment;
            changes::add_tickets(transaction, order).await?;
            changes::move_to(transaction, order, OrderStatus::Paid, EventKind::OrderPaid, now).await
        }
        Decision::Reopen => {
            changes::end_attempt(transaction, fact.payment, AttemptStatus::Failed).await?;
            changes::add_attempt(transaction, new_payment, order.id).await?;
            order.payment = new_payment;
            let (status, kind) = (OrderStatus::PendingPayment, EventKind::OrderReopened);
            changes::move_to(transaction, order, status, kind, now).await
        }
        Decision::Expire => {
            changes::end_attempt(transaction, fact.payment, AttemptStatus::Failed).await?;
            changes::unclaim(transaction, order).await?;
            let (status, kind) = (OrderStatus::Expired, EventKind::OrderExpired);
            changes::move_to(transaction, order, status, kind, now).await
        }
        Decision::RefundOrder => {
            changes::end_attempt(transaction, fact.payment, AttemptStatus::Returned).await?;
            if due.stage == Stage::Open {
                changes::unclaim(transaction, order).await?;
            }
            changes::add_refund(transaction, fact, order.id, now).await?;
            let (status, kind) = (OrderStatus::RefundDue, EventKind::OrderRefundDue);
            changes::move_to(transaction, order, status, kind, now).await
        }
        Decision::RefundPayment => {
            changes::end_attempt(transaction, fact.payment, AttemptStatus::Returned).await?;
            changes::add_refund(transaction, fact, order.id, now).await
        }
        Decision::Reclaim | Decision::Wait | Decision::Nothing => Ok(()),
    }
}

#[async_trait]
impl Orders for PostgresOrders {
    async fn place(&self, new: NewOrder) -> Result<Order> {
        let mut tries = 1;
        loop {
            let error = match self.place_once(&new).await {
                Ok(facts) => return serde_json::from_str(&facts).map_err(Error::internal),
                Err(error) => error,
            };
            if lost_a_race(&error) && tries < TRANSACTION_TRIES {
                tries += 1;
                continue;
            }
            return Err(match sqlstate(&error).as_deref() {
                Some("TK001") => Error::IdempotencyReused,
                Some("TK002") => Error::conflict("this hold has an order"),
                Some("TK003") => Error::LimitExceeded { limit: new.seats_per_buyer },
                Some("TK004") => Error::SeatTaken { seats: rows::seats_in_detail(&error) },
                _ => error.into(),
            });
        }
    }

    async fn placed(
        &self,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
    ) -> Result<Option<Order>> {
        match rows::remembered(&self.pool, account, key, request).await? {
            None => Ok(None),
            Some(remembered) => remembered.order().map(Some),
        }
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

    async fn live(&self, performance: PerformanceId) -> Result<Vec<Order>> {
        lists::live(&self.pool, performance).await
    }

    async fn begin_payment(&self, begin: BeginPayment, now: Timestamp) -> Result<BegunPayment> {
        let mut transaction = self.pool.begin().await?;
        let order = locked_order(&mut transaction, begin.order).await?;
        let order = order.filter(|order| order.account == begin.account);
        let mut order = order.ok_or(Error::NotFound("order"))?;
        let known =
            rows::remembered(&mut *transaction, begin.account, &begin.key, begin.request).await?;
        if let Some(remembered) = known {
            let payment = remembered.payment()?;
            let attempt = rows::attempt_status(&mut transaction, payment).await?;
            return Ok(BegunPayment { order, attempt, must_confirm: false });
        }
        may_begin_payment(&order, begin.payment, now)?;
        changes::begin_attempt(&mut transaction, &begin, now.plus_millis(LOOK_AFTER_MS)).await?;
        changes::remember(
            &mut transaction,
            (begin.account, &begin.key, begin.request),
            (Some(order.payment), None),
            now,
        )
        .await?;
        let (status, kind) = (OrderStatus::Confirming, EventKind::OrderConfirming);
        changes::move_to(&mut transaction, &mut order, status, kind, now).await?;
        transaction.commit().await?;
        Ok(BegunPayment { order, attempt: AttemptStatus::Confirming, must_confirm: true })
    }

    async fn mark_unknown(&self, payment: PaymentId, now: Timestamp) -> Result<()> {
        sqlx::query!(
            "UPDATE attempts SET status = 'unknown', look_at_ms = $2
             WHERE payment_id = $1 AND status IN ('confirming', 'unknown')",
            payment.uuid(),
            now.plus_millis(LOOK_AFTER_MS).as_millis(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn settle(
        &self,
        fact: &Fact,
        new_payment: PaymentId,
        now: Timestamp,
    ) -> Result<Option<Settled>> {
        self.retried(|| self.settle_once(fact, new_payment, now)).await
    }

    async fn cancel(&self, cancel: CancelOrder, now: Timestamp) -> Result<Order> {
        let mut transaction = self.pool.begin().await?;
        let order = locked_order(&mut transaction, cancel.order).await?;
        let order = order.filter(|order| order.account == cancel.account);
        let mut order = order.ok_or(Error::NotFound("order"))?;
        let CancelOrder { account, ref key, request, .. } = cancel;
        if let Some(first) = rows::remembered(&mut *transaction, account, key, request).await? {
            return first.order();
        }
        may_cancel(&order)?;
        changes::end_attempt(&mut transaction, order.payment, AttemptStatus::Failed).await?;
        changes::unclaim(&mut transaction, &order).await?;
        let (status, kind) = (OrderStatus::Cancelled, EventKind::OrderCancelled);
        changes::move_to(&mut transaction, &mut order, status, kind, now).await?;
        let facts = serde_json::to_string(&order).map_err(Error::internal)?;
        changes::remember(&mut transaction, (account, key, request), (None, Some(facts)), now)
            .await?;
        transaction.commit().await?;
        Ok(order)
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Order>> {
        let mut transaction = self.pool.begin().await?;
        let due = sqlx::query_as!(
            OrderRow,
            "SELECT * FROM orders WHERE status = 'pending_payment' AND expires_at_ms <= $1
             ORDER BY expires_at_ms LIMIT $2 FOR UPDATE SKIP LOCKED",
            now.plus_millis(-GRACE_MS).as_millis(),
            BATCH,
        )
        .fetch_all(&mut *transaction)
        .await?;
        let mut expired = Vec::with_capacity(due.len());
        for row in due {
            let mut order = Order::try_from(row)?;
            changes::end_attempt(&mut transaction, order.payment, AttemptStatus::Failed).await?;
            changes::unclaim(&mut transaction, &order).await?;
            let (status, kind) = (OrderStatus::Expired, EventKind::OrderExpired);
            changes::move_to(&mut transaction, &mut order, status, kind, now).await?;
            expired.push(order);
        }
        transaction.commit().await?;
        Ok(expired)
    }

    async fn due_attempts(&self, now: Timestamp) -> Result<Vec<DueAttempt>> {
        lists::due_attempts(&self.pool, now, now.plus_millis(LOOK_AFTER_MS)).await
    }

    async fn due_refunds(&self, now: Timestamp) -> Result<Vec<DueRefund>> {
        lists::due_refunds(&self.pool, now, now.plus_millis(REFUND_LEASE_MS)).await
    }

    async fn refunded(&self, refund: RefundId, now: Timestamp) -> Result<()> {
        let mut transaction = self.pool.begin().await?;
        let owner =
            sqlx::query_scalar!("SELECT order_id FROM refunds WHERE id = $1", refund.uuid())
                .fetch_optional(&mut *transaction)
                .await?;
        let Some(owner) = owner else { return Ok(()) };
        let order = locked_order(&mut transaction, owner.into()).await?;
        let done = sqlx::query!(
            "UPDATE refunds SET done = true WHERE id = $1 AND NOT done",
            refund.uuid()
        )
        .execute(&mut *transaction)
        .await?;
        let waits = order.filter(|order| order.status == OrderStatus::RefundDue);
        if let Some(mut order) = waits.filter(|_| done.rows_affected() == 1) {
            let (status, kind) = (OrderStatus::Refunded, EventKind::OrderRefunded);
            changes::move_to(&mut transaction, &mut order, status, kind, now).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn tickets(&self, order: OrderId) -> Result<Vec<Ticket>> {
        let Some(order) = stored_order(&self.pool, order).await? else { return Ok(Vec::new()) };
        if order.status != OrderStatus::Paid {
            return Ok(Vec::new());
        }
        Ok(order
            .seats
            .iter()
            .map(|seat| Ticket {
                id: ticket_id(order.id, *seat),
                performance: order.performance,
                seat: *seat,
            })
            .collect())
    }

    async fn check_in(&self, ticket: TicketId, _now: Timestamp) -> Result<CheckIn> {
        let used = sqlx::query!(
            "UPDATE tickets SET used = true
             WHERE id = $1 AND NOT used AND EXISTS (
                 SELECT 1 FROM orders WHERE orders.id = tickets.order_id AND status = 'paid')",
            ticket.uuid()
        )
        .execute(&self.pool)
        .await?;
        if used.rows_affected() == 1 {
            return Ok(CheckIn::Admitted);
        }
        let known = sqlx::query_scalar!("SELECT used FROM tickets WHERE id = $1", ticket.uuid());
        Ok(match known.fetch_optional(&self.pool).await? {
            Some(true) => CheckIn::AlreadyUsed,
            Some(false) | None => CheckIn::Void,
        })
    }

    async fn sales(&self, performance: PerformanceId) -> Result<Sales> {
        lists::sales(&self.pool, performance).await
    }

    async fn accounts_with_orders(&self) -> Result<Vec<AccountId>> {
        let accounts = sqlx::query_scalar!("SELECT DISTINCT account_id FROM orders");
        Ok(accounts.fetch_all(&self.pool).await?.into_iter().map(AccountId::from).collect())
    }
}
