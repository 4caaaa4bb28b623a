//! The statements that list something.

use std::collections::HashMap;

use sqlx::PgPool;
use uuid::Uuid;

use super::rows::{DossierRow, OrderRow, read_refunds};
use crate::clock::{GRACE_MS, Timestamp};
use crate::error::{Error, Result, readable};
use crate::id::{AccountId, OrderId, PerformanceId};
use crate::money::Currency;
use crate::orders::contract::{BATCH, Sales};
use crate::orders::dossier::Dossier;
use crate::orders::purchase::{PURCHASES_MAX, Purchase};
use crate::orders::{Order, OrderStatus, RefundReport, Ticket};
use crate::page::{Page, Paged, Position};

pub(super) async fn of_account(
    pool: &PgPool,
    account: AccountId,
    page: Page,
) -> Result<Paged<Order>> {
    let rows = sqlx::query_as!(
        OrderRow,
        "SELECT id, performance_id, account_id, hold_id, status, seats, returned, lines, total, currency,
             expires_at_ms, payment_id, cancel_wanted, version, line_number, line_epoch,
             created_at_ms, payment_methods, refund_terms, fees_kept, cancel_reason
         FROM orders WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        account.uuid(),
        page.after().id,
        page.fetch_limit(),
    );
    Ok(cut(page, rows.fetch_all(pool).await?))
}

pub(super) async fn purchases(pool: &PgPool, account: AccountId) -> Result<Vec<Purchase>> {
    let rows = sqlx::query!(
        "SELECT id, performance_id FROM orders WHERE account_id = $1 AND status = 'paid'
         ORDER BY id DESC LIMIT $2",
        account.uuid(),
        i64::try_from(PURCHASES_MAX).unwrap_or(i64::MAX),
    );
    let rows = rows.fetch_all(pool).await?.into_iter();
    let read =
        |id: Uuid, performance: Uuid| Purchase::of_paid_row(account, performance.into(), id.into());
    Ok(rows.map(|row| read(row.id, row.performance_id)).collect())
}

/// Orders whose time is over, with all that belongs to them. Pages on past those that this server
/// cannot read: they stay, and hold up nobody behind them.
pub(super) async fn overdue(pool: &PgPool, now: Timestamp) -> Result<Vec<Dossier>> {
    let (mut due, mut after) = (Vec::new(), (i64::MIN, Uuid::nil()));
    while due.is_empty() {
        let rows = sqlx::query_as!(
            DossierRow,
            r#"SELECT id AS "id!", performance_id AS "performance_id!", account_id AS "account_id!",
                 hold_id AS "hold_id!", status AS "status!", seats AS "seats!",
                 returned AS "returned!", lines AS "lines!",
                 total AS "total!", currency AS "currency!", expires_at_ms AS "expires_at_ms!",
                 payment_id AS "payment_id!", cancel_wanted AS "cancel_wanted!",
                 version AS "version!", line_number AS "line_number!",
                 line_epoch AS "line_epoch!", created_at_ms AS "created_at_ms!",
                 attempts AS "attempts!", refunds AS "refunds!", attended AS "attended!",
                 payment_methods AS "payment_methods!", refund_terms AS "refund_terms!",
                 fees_kept AS "fees_kept!", cancel_reason
             FROM dossiers
             WHERE status = 'pending_payment' AND expires_at_ms <= $1 AND currency = ANY ($2)
                 AND (expires_at_ms, id) > ($3, $4)
             ORDER BY expires_at_ms, id LIMIT $5"#,
            now.plus_millis(-GRACE_MS).as_millis(),
            &Currency::CODES.map(str::to_owned),
            after.0,
            after.1,
            BATCH,
        );
        let rows = rows.fetch_all(pool).await?;
        let Some(last) = rows.last() else { break };
        after = (last.expires_at_ms, last.id);
        due.extend(rows.into_iter().filter_map(|row| readable(row.try_into())));
    }
    Ok(due)
}

pub(super) async fn of_performance(
    pool: &PgPool,
    performance: PerformanceId,
    status: Option<OrderStatus>,
    page: Page,
) -> Result<Paged<(Order, Vec<Ticket>)>> {
    let rows = sqlx::query_as!(
        OrderRow,
        "SELECT id, performance_id, account_id, hold_id, status, seats, returned, lines, total, currency,
             expires_at_ms, payment_id, cancel_wanted, version, line_number, line_epoch,
             created_at_ms, payment_methods, refund_terms, fees_kept, cancel_reason
         FROM orders
         WHERE performance_id = $1 AND ($2::text IS NULL OR status = $2) AND id > $3
         ORDER BY id LIMIT $4",
        performance.uuid(),
        status.map(OrderStatus::name),
        page.after().id,
        page.fetch_limit(),
    );
    let page = cut(page, rows.fetch_all(pool).await?);
    let ids: Vec<Uuid> = page.items.iter().map(|order| order.id.uuid()).collect();
    let mut tickets = tickets(pool, &ids).await?;
    Ok(page.map(|order| {
        let tickets = tickets.remove(&order.id.uuid()).unwrap_or_default();
        (order, tickets)
    }))
}

pub(super) async fn tickets(pool: &PgPool, orders: &[Uuid]) -> Result<HashMap<Uuid, Vec<Ticket>>> {
    let rows = sqlx::query!(
        "SELECT id, order_id, performance_id, seat, issue FROM tickets
         WHERE order_id = ANY ($1) AND NOT void ORDER BY order_id, seat",
        orders,
    )
    .fetch_all(pool)
    .await?;
    let mut tickets: HashMap<Uuid, Vec<Ticket>> = HashMap::new();
    for row in rows {
        tickets.entry(row.order_id).or_default().push(Ticket {
            id: row.id.into(),
            performance: row.performance_id.into(),
            seat: row.seat.cast_unsigned(),
            issue: u8::try_from(row.issue).unwrap_or(u8::MAX),
        });
    }
    Ok(tickets)
}

pub(super) async fn refunds(
    pool: &PgPool,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<RefundReport>>> {
    let ids: Vec<Uuid> = orders.iter().map(|order| order.uuid()).collect();
    let rows = sqlx::query!(
        r#"SELECT id AS "id!", refunds AS "refunds!" FROM dossiers
           WHERE id = ANY ($1) AND refunds <> '[]'"#,
        &ids,
    );
    let rows = rows.fetch_all(pool).await?;
    let read = |(id, rows): (Uuid, &str)| -> Result<_> {
        let refunds = read_refunds(id, rows)?;
        Ok((id.into(), refunds.iter().map(RefundReport::from).collect()))
    };
    Ok(rows.iter().filter_map(|row| readable(read((row.id, &row.refunds)))).collect())
}

pub(super) async fn live(pool: &PgPool, performance: PerformanceId) -> Result<Vec<Order>> {
    let rows = sqlx::query_as!(
        OrderRow,
        "SELECT id, performance_id, account_id, hold_id, status, seats, returned, lines, total, currency,
             expires_at_ms, payment_id, cancel_wanted, version, line_number, line_epoch,
             created_at_ms, payment_methods, refund_terms, fees_kept, cancel_reason
         FROM orders
         WHERE id IN (SELECT order_id FROM claims WHERE performance_id = $1) ORDER BY id",
        performance.uuid(),
    );
    Ok(rows.fetch_all(pool).await?.into_iter().filter_map(|row| readable(row.try_into())).collect())
}

fn cut(page: Page, rows: Vec<OrderRow>) -> Paged<Order> {
    let position = |row: &OrderRow| Position::by_id(row.id);
    page.cut(rows.into_iter(), position, |row| readable(row.try_into()))
}

pub(super) async fn sales(pool: &PgPool, performance: PerformanceId) -> Result<Sales> {
    let mut sales = Sales::default();
    let rows = sqlx::query!(
        r#"SELECT status, count(*) AS "count!", coalesce(sum(total), 0)::bigint AS "total!"
           FROM orders WHERE performance_id = $1 GROUP BY status"#,
        performance.uuid(),
    )
    .fetch_all(pool)
    .await?;
    for row in rows {
        let status = OrderStatus::from_name(&row.status).ok_or_else(|| {
            Error::unreadable("orders", "status", performance, format!("{:?}", row.status))
        });
        let Some(status) = readable(status) else { continue };
        sales.orders.insert(status, row.count.cast_unsigned());
        if status == OrderStatus::Paid {
            sales.gross = row.total;
        }
    }
    let reduced = sqlx::query_as!(
        OrderRow,
        "SELECT id, performance_id, account_id, hold_id, status, seats, returned, lines, total,
             currency, expires_at_ms, payment_id, cancel_wanted, version, line_number, line_epoch,
             created_at_ms, payment_methods, refund_terms, fees_kept, cancel_reason
         FROM orders WHERE performance_id = $1 AND status = 'paid' AND returned <> '{}'",
        performance.uuid(),
    );
    for row in reduced.fetch_all(pool).await? {
        if let Some(order) = readable(Order::try_from(row)) {
            sales.gross -= order.total.amount - order.kept_total().amount;
        }
    }
    sales.refunded = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(refunds.amount), 0)::bigint AS "refunded!"
           FROM refunds JOIN orders ON orders.id = refunds.order_id
           WHERE refunds.done AND orders.performance_id = $1"#,
        performance.uuid(),
    )
    .fetch_one(pool)
    .await?;
    Ok(sales)
}
