//! The orders in PostgreSQL: one transaction per verb, the outbox rows included. Lock order
//! everywhere: order, quota, claims by seat.

mod changes;
mod lists;
mod rows;

use async_trait::async_trait;
use sqlx::{PgPool, PgTransaction};
use uuid::Uuid;

use self::rows::{locked_order, stored_order};
use super::order::{may_begin_payment, may_cancel, ticket_id};
use super::stored::{read_order, write_order};
use super::{
    AttemptStatus, BATCH, BeginPayment, BegunPayment, CancelOrder, CheckIn, DueAttempt, DueRefund,
    LOOK_AFTER_MS, NewOrder, Order, OrderStatus, Orders, REFUND_LEASE_MS, Sales, Settled, Ticket,
};
use crate::clock::Timestamp;
use crate::error::{Error, Result, readable};
use crate::events::EventKind;
use crate::guards::Guards;
use crate::id::{AccountId, HoldId, OrderId, PaymentId, PerformanceId, RefundId, TicketId};
use crate::idempotency::postgres::{keep, kept};
use crate::idempotency::{IdempotencyKey, Kept, RequestHash};
use crate::page::{Page, Paged};
use crate::payments::{Decision, Due, Fact, Stage, decide};
use crate::seats::stored_lines;
use crate::services::postgres::{Tries, run_tx, sqlstate};

/// The orders in PostgreSQL.
pub(crate) struct PostgresOrders {
    pool: PgPool,
    guards: Guards,
}

impl PostgresOrders {
    pub(crate) fn new(pool: PgPool, guards: Guards) -> Self {
        Self { pool, guards }
    }

    /// The facts of the order that the hold gave now or, for a known key, gave before; none when
    /// the hold has its order under another key.
    async fn place_once(&self, new: &NewOrder) -> Result<Option<String>> {
        let NewOrder { order, key, request, seats_per_buyer } = new;
        let seats: Vec<i32> = order.seats.iter().map(|seat| seat.cast_signed()).collect();
        let tickets: Vec<Uuid> =
            order.seats.iter().map(|seat| ticket_id(order.id, *seat).uuid()).collect();
        let lines = serde_json::to_string(&stored_lines(&order.lines)).expect("lines serialise");
        let placed = sqlx::query_scalar!(
            r#"SELECT place_order($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                   $15, $16, $17, $18) AS "facts!""#,
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
            write_order(order),
            lines,
            &tickets,
        );
        match placed.fetch_one(&self.pool).await {
            Ok(facts) => Ok(Some(facts)),
            Err(error) => match sqlstate(&error).as_deref() {
                Some("TK001") => Err(Error::IdempotencyReused),
                Some("TK002") => Ok(None),
                Some("TK003") => Err(Error::LimitExceeded { limit: *seats_per_buyer }),
                Some("TK004") => Err(Error::SeatTaken { seats: rows::seats_in_detail(&error) }),
                _ => Err(error.into()),
            },
        }
    }

    async fn settle_in(
        &self,
        transaction: &mut PgTransaction<'_>,
        fact: &Fact,
        new_payment: PaymentId,
        now: Timestamp,
    ) -> Result<Option<Settled>> {
        let Some(owner) = sqlx::query_scalar!(
            "SELECT order_id FROM attempts WHERE payment_id = $1",
            fact.payment.uuid()
        )
        .fetch_optional(&mut **transaction)
        .await?
        else {
            return Ok(None);
        };
        let order = locked_order(transaction, owner.into()).await?;
        let mut order = order.ok_or_else(|| Error::internal("an attempt without its order"))?;
        let attempt = rows::attempt_status(transaction, fact.payment).await?;
        let due = Due {
            stage: order.stage(fact.payment),
            total: order.total,
            time_left: now.is_before(order.expires_at),
            attempt_open: attempt.is_open(),
        };
        let decision = decide(fact, &due, self.guards);
        changes::record_capture(transaction, fact).await?;
        apply(transaction, decision, &due, fact, &mut order, new_payment, now).await?;
        let attempt = rows::attempt_status(transaction, fact.payment).await?;
        Ok(Some(Settled { order, attempt }))
    }
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
        let mut tries = Tries::default();
        let facts = loop {
            let placed = self.place_once(&new).await;
            if !tries.again(&placed) {
                break placed?;
            }
        };
        if let Some(facts) = facts {
            return read_order(&facts);
        }
        let order = self.of_hold(new.order.hold).await?;
        let order = order.ok_or_else(|| Error::internal("an ordered hold has its order"))?;
        Err(Error::HoldOrdered { order })
    }

    async fn placed(
        &self,
        account: AccountId,
        key: &IdempotencyKey,
        request: RequestHash,
    ) -> Result<Option<Order>> {
        let kept = kept(&self.pool, account, key, request).await?.map(Kept::facts).transpose()?;
        kept.as_deref().map(read_order).transpose()
    }

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

    async fn live(&self, performance: PerformanceId) -> Result<Vec<Order>> {
        lists::live(&self.pool, performance).await
    }

    async fn begin_payment(&self, begin: BeginPayment, now: Timestamp) -> Result<BegunPayment> {
        let begin = &begin;
        run_tx(&self.pool, move |transaction| {
            Box::pin(async move {
                let order = locked_order(transaction, begin.order).await?;
                let order = order.filter(|order| order.account == begin.account);
                let mut order = order.ok_or(Error::NotFound("order"))?;
                let (account, key, request) = (begin.account, &begin.key, begin.request);
                if let Some(kept) = kept(&mut **transaction, account, key, request).await? {
                    let attempt = rows::attempt_status(transaction, kept.attempt()?).await?;
                    return Ok(BegunPayment { order, attempt, must_confirm: false });
                }
                may_begin_payment(&order, begin.payment, now)?;
                changes::begin_attempt(transaction, begin, now.plus_millis(LOOK_AFTER_MS)).await?;
                let attempt = Kept::Attempt(order.payment);
                keep(transaction, account, key, request, attempt, now).await?;
                let (status, kind) = (OrderStatus::Confirming, EventKind::OrderConfirming);
                changes::move_to(transaction, &mut order, status, kind, now).await?;
                Ok(BegunPayment { order, attempt: AttemptStatus::Confirming, must_confirm: true })
            })
        })
        .await
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
        run_tx(&self.pool, move |transaction| {
            Box::pin(async move { self.settle_in(transaction, fact, new_payment, now).await })
        })
        .await
    }

    async fn cancel(&self, cancel: CancelOrder, now: Timestamp) -> Result<Order> {
        let CancelOrder { order, account, ref key, request } = cancel;
        run_tx(&self.pool, move |transaction| {
            Box::pin(async move {
                let order = locked_order(transaction, order).await?;
                let order = order.filter(|order| order.account == account);
                let mut order = order.ok_or(Error::NotFound("order"))?;
                if let Some(kept) = kept(&mut **transaction, account, key, request).await? {
                    return read_order(&kept.facts()?);
                }
                may_cancel(&order)?;
                changes::end_attempt(transaction, order.payment, AttemptStatus::Failed).await?;
                changes::unclaim(transaction, &order).await?;
                let (status, kind) = (OrderStatus::Cancelled, EventKind::OrderCancelled);
                changes::move_to(transaction, &mut order, status, kind, now).await?;
                let facts = Kept::Facts(write_order(&order));
                keep(transaction, account, key, request, facts, now).await?;
                Ok(order)
            })
        })
        .await
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Order>> {
        run_tx(&self.pool, move |transaction| {
            Box::pin(async move {
                let (mut expired, mut after) = (Vec::new(), (i64::MIN, Uuid::nil()));
                let mut room = BATCH;
                while room > 0 {
                    let due = lists::due_orders(transaction, now, after).await?;
                    let Some(last) = due.last() else { break };
                    // Those that this server cannot read stay, and hold up nobody behind them.
                    after = (last.expires_at_ms, last.id);
                    for order in due.into_iter().filter_map(|row| readable(Order::try_from(row))) {
                        expired.push(changes::expire(transaction, order, now).await?);
                        room -= 1;
                    }
                }
                Ok(expired)
            })
        })
        .await
    }

    async fn due_attempts(&self, now: Timestamp) -> Result<Vec<DueAttempt>> {
        lists::due_attempts(&self.pool, now, now.plus_millis(LOOK_AFTER_MS)).await
    }

    async fn due_refunds(&self, now: Timestamp) -> Result<Vec<DueRefund>> {
        lists::due_refunds(&self.pool, now, now.plus_millis(REFUND_LEASE_MS)).await
    }

    async fn refunded(&self, refund: RefundId, now: Timestamp) -> Result<()> {
        run_tx(&self.pool, move |transaction| {
            Box::pin(async move {
                let owner = sqlx::query_scalar!(
                    "SELECT order_id FROM refunds WHERE id = $1",
                    refund.uuid()
                )
                .fetch_optional(&mut **transaction)
                .await?;
                let Some(owner) = owner else { return Ok(()) };
                let order = locked_order(transaction, owner.into()).await?;
                let done = sqlx::query!(
                    "UPDATE refunds SET done = true WHERE id = $1 AND NOT done",
                    refund.uuid()
                )
                .execute(&mut **transaction)
                .await?;
                let waits = order.filter(|order| order.status == OrderStatus::RefundDue);
                if let Some(mut order) = waits.filter(|_| done.rows_affected() == 1) {
                    let (status, kind) = (OrderStatus::Refunded, EventKind::OrderRefunded);
                    changes::move_to(transaction, &mut order, status, kind, now).await?;
                }
                Ok(())
            })
        })
        .await
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
