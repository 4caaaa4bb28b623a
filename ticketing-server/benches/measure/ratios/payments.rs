//! Payments settled through the box office, against a bare loop of the statements that this takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Context;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use ticketing_core::orders::Order;
use ticketing_core::{IdempotencyKey, Payment, PaymentOutcome};

use super::cost::Cost;
use super::holds::Admitted;
use super::{rate, report};
use crate::office::{Measured, setting};

/// As many as a box office has.
const CONNECTIONS: u32 = 16;

type Placed = (Arc<Admitted>, Order);

pub(crate) async fn measure(measured: &Measured, orders: &[Placed]) -> anyhow::Result<()> {
    let (bare, ours) = orders.split_at(orders.len() / 2);
    let limit = statements(measured, bare).await?;
    let ours = Arc::new(authorized(measured, ours).await?);
    let next = Arc::new(AtomicUsize::new(0));
    let cost = Cost::begin(&measured.gateway);
    let rate = rate(|_, until| {
        let (office, ours, next) = (measured.office.clone(), ours.clone(), next.clone());
        async move {
            let mut done = 0;
            while Instant::now() < until {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some((buyer, order, payment)) = ours.get(place) else { break };
                let key = IdempotencyKey::new(&format!("measured-payment-{place:08}"))?;
                let paid = office.pay(&buyer.caller, order.id, payment.clone(), key).await?;
                anyhow::ensure!(matches!(paid, PaymentOutcome::Paid(_)), "{paid:?}");
                done += 1;
            }
            Ok(done)
        }
    });
    let rate = rate.await?;
    report("payments settled / the same statements alone", rate, limit);
    cost.report("a payment", next.load(Ordering::Relaxed).min(ours.len()));
    Ok(())
}

/// What the buyers got from the payment window.
async fn authorized(
    measured: &Measured,
    orders: &[Placed],
) -> anyhow::Result<Vec<(Arc<Admitted>, Order, Payment)>> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let mut authorized = Vec::with_capacity(orders.len());
    for (buyer, order) in orders {
        let url = format!("{}/sandbox/payments/{}/authorize", measured.gateway.url, order.payment);
        let answer = http.post(url).json(&json!({ "outcome": "approve" })).send().await?;
        let answer: Value = answer.error_for_status()?.json().await?;
        let token = answer["payment_token"].as_str().context("the window gives a token")?.into();
        let payment = Payment { payment: order.payment, token };
        authorized.push((buyer.clone(), order.clone(), payment));
    }
    Ok(authorized)
}

/// Payments per second by the statements alone, on as many connections: what the key stands for, the
/// order, and its two changes.
async fn statements(measured: &Measured, orders: &[Placed]) -> anyhow::Result<f64> {
    let options: PgConnectOptions = setting("TICKETING_POSTGRES").parse()?;
    let options = options.options([("search_path", &measured.namespace)]);
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
    let pool = pool.connect_with(options).await?;
    let orders = Arc::new(orders.to_vec());
    let next = Arc::new(AtomicUsize::new(0));
    let rate = rate(|_, until| {
        let (pool, orders, next) = (pool.clone(), orders.clone(), next.clone());
        async move {
            let mut done = 0;
            while Instant::now() < until {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some((_, order)) = orders.get(place) else { break };
                settle(&pool, order, place).await?;
                done += 1;
            }
            Ok(done)
        }
    });
    let rate = rate.await?;
    pool.close().await;
    Ok(rate)
}

async fn settle(pool: &PgPool, order: &Order, place: usize) -> anyhow::Result<()> {
    let key = format!("bare-payment-{place:08}");
    let kept =
        "SELECT request, facts, payment_id FROM idempotency WHERE account_id = $1 AND key = $2";
    sqlx::query(kept).bind(order.account.uuid()).bind(&key).fetch_optional(pool).await?;
    dossier(pool, order).await?;
    change(pool, order, "confirming", Some(&key)).await?;
    change(pool, order, "paid", None).await
}

async fn dossier(pool: &PgPool, order: &Order) -> anyhow::Result<()> {
    let dossier = "SELECT * FROM dossiers WHERE id = $1";
    sqlx::query(dossier).bind(order.id.uuid()).fetch_one(pool).await?;
    Ok(())
}

/// As the box office changes an order to confirming, with the key that stands for it, and to paid.
async fn change(
    pool: &PgPool,
    order: &Order,
    status: &str,
    key: Option<&str>,
) -> anyhow::Result<()> {
    let is_paid = status == "paid";
    let seats: Vec<i32> = order.seats.iter().map(|seat| seat.cast_signed()).collect();
    let tickets = if is_paid { vec![order.hold.uuid()] } else { Vec::new() };
    let now = order.created_at.as_millis();
    let attempt = json!([{
        "payment_id": order.payment.uuid(), "status": status, "look_at_ms": now,
        "captured": if is_paid { order.total.amount } else { 0 }, "began_at_ms": now,
        "sent_at_ms": now, "sends": 1, "looks": 0,
    }]);
    let moved = json!([{
        "id": order.payment.uuid(), "payment_id": order.payment.uuid(), "kind": "capture",
        "amount": order.total.amount, "currency": order.total.currency.code(),
    }]);
    let moved = if is_paid { moved } else { json!([]) };
    let seen: i64 = if is_paid { 2 } else { 1 };
    let event = json!([{ "kind": format!("order_{status}"), "version": seen + 1 }]);
    let change =
        "SELECT change_order($1, $2, $3, $4, $5, ARRAY[]::integer[], $6, $7, false, 'keep', $8, $9, $10, '[]', $11,
        '[]', ARRAY[]::uuid[], $12, $13, $14, $15, NULL, $16, $17, 0,
        NULL, $18)";
    sqlx::query(change)
        .bind(order.id.uuid())
        .bind(seen)
        .bind(order.performance.uuid())
        .bind(order.account.uuid())
        .bind(&seats)
        .bind(status)
        .bind(order.payment.uuid())
        .bind(if is_paid { "make" } else { "keep" })
        .bind(&tickets)
        .bind(attempt.to_string())
        .bind(event.to_string())
        .bind(key.map(|_| order.account.uuid()))
        .bind(key)
        .bind(key.map(|_| vec![0_u8; 32]))
        .bind(key.map(|_| order.payment.uuid()))
        .bind(key.map(|_| "a token of some length"))
        .bind(now)
        .bind(moved.to_string())
        .execute(pool)
        .await?;
    Ok(())
}
