//! How fast events reach everybody who reacts to them, by how many partitions a topic has, with one server
//! and with two: each runs all its background work.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use ticketing_core::accounts::Caller;
use ticketing_core::worker::Workers;
use ticketing_core::{KafkaSettings, PerformanceId};

use crate::office::{Measured, setting};

const PARTITIONS: [u16; 3] = [1, 4, 16];
/// Each is placed, confirmed and paid: three events.
const ORDERS: i32 = 5_000;
const EVENTS: i32 = 3 * ORDERS;
/// Longer than writing the books takes.
const PATIENCE: &str = "60s";
/// How often it is looked whether everybody has reacted, and for how long.
const LOOKED_EVERY: Duration = Duration::from_millis(50);
const WAITED: Duration = Duration::from_secs(120);

pub(crate) async fn measure() -> anyhow::Result<()> {
    println!("events per second, of {EVENTS}: published, and reacted to by all four consumers");
    for partitions in PARTITIONS {
        for servers in [1, 2] {
            let (published, reacted) = run(partitions, servers).await?;
            println!(
                "  partitions {partitions:>2}, servers {servers}: {published:>7.0} {reacted:>7.0}"
            );
        }
    }
    Ok(())
}

async fn run(partitions: u16, servers: usize) -> anyhow::Result<(f64, f64)> {
    let kafka = KafkaSettings { partitions, ..KafkaSettings::at(setting("TICKETING_KAFKA")) };
    let measured = Measured::on_services_with(kafka.clone()).await?;
    let sale = measured.sale(ORDERS.unsigned_abs(), 1).await?;
    let options: PgConnectOptions = setting("TICKETING_POSTGRES").parse()?;
    let options = options
        .options([("search_path", measured.namespace.as_str()), ("statement_timeout", PATIENCE)]);
    let books = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
    let organizer = measured.organizer().await?;
    // The topics are made, and the groups have their partitions, before anything is measured.
    let mut offices = vec![measured.office.clone()];
    for _ in 1..servers {
        offices.push(measured.another_server(kafka.clone()).await?);
    }
    let workers: Vec<Workers> = offices.iter().map(Workers::start).collect();
    fill(&books, sale, 1, 0).await?;
    until(|| all_reacted(&measured, &books, &organizer, sale, 1)).await?;
    let began = Instant::now();
    fill(&books, sale, ORDERS - 1, 1).await?;
    until(|| all_sent(&books)).await?;
    let published = began.elapsed();
    until(|| all_reacted(&measured, &books, &organizer, sale, ORDERS)).await?;
    let reacted = began.elapsed();
    for one in workers {
        one.stop().await;
    }
    for office in offices.drain(1..) {
        office.close().await;
    }
    measured.close().await?;
    let rate = |time: Duration| f64::from(EVENTS) / time.as_secs_f64();
    Ok((rate(published), rate(reacted)))
}

/// So many paid orders, a seat each, and what was told of them.
async fn fill(books: &PgPool, sale: PerformanceId, count: i32, from: i32) -> anyhow::Result<()> {
    let orders = "WITH placed AS (
             INSERT INTO orders (id, performance_id, account_id, hold_id, status, seats, lines,
                 total, currency, expires_at_ms, payment_id, version, line_number, line_epoch,
                 created_at_ms)
             SELECT gen_random_uuid(), $1, gen_random_uuid(), gen_random_uuid(), 'paid',
                 ARRAY[seat], json_build_array(json_build_object('kind', 'ticket', 'seat', seat,
                     'category', 'Standing', 'amount', 1000))::text,
                 1000, 'KRW', 1, gen_random_uuid(), 3, 1, 1, 1
             FROM generate_series($2, $2 + $3 - 1) AS seat RETURNING id),
           claimed AS (
             INSERT INTO claims (performance_id, seat, order_id)
             SELECT $1, $2 - 1 + row_number() OVER (), id FROM placed)
         INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
         SELECT id, version, $1, kind, 1, 1 FROM placed, (VALUES (1, 'order_placed'),
             (2, 'order_confirming'), (3, 'order_paid')) AS told (version, kind)
         ORDER BY version";
    sqlx::query(orders).bind(sale.uuid()).bind(from).bind(count).execute(books).await?;
    Ok(())
}

async fn all_sent(books: &PgPool) -> anyhow::Result<bool> {
    let waiting = "SELECT EXISTS (SELECT 1 FROM outbox WHERE NOT sent)";
    let waiting: bool = sqlx::query_scalar(waiting).fetch_one(books).await?;
    Ok(!waiting)
}

/// Counted, ranked, and shown as sold. Who follows the reviews has nothing else to do than to look.
async fn all_reacted(
    measured: &Measured,
    books: &PgPool,
    organizer: &Caller,
    sale: PerformanceId,
    orders: i32,
) -> anyhow::Result<bool> {
    let all = i64::from(orders);
    if measured.office.sales_counters(organizer, sale).await?.orders_paid < all {
        return Ok(false);
    }
    let ranked = "SELECT count(*) FROM sold_orders WHERE version = 3";
    let ranked: i64 = sqlx::query_scalar(ranked).fetch_one(books).await?;
    let sold = measured.office.sales(organizer, sale).await?.seats.sold;
    Ok(ranked >= all && i64::from(sold) >= all)
}

async fn until<Looking: Future<Output = anyhow::Result<bool>>>(
    is_done: impl Fn() -> Looking,
) -> anyhow::Result<()> {
    let began = Instant::now();
    while !is_done().await? {
        (began.elapsed() < WAITED).then_some(()).context("not everybody has reacted")?;
        tokio::time::sleep(LOOKED_EVERY).await;
    }
    Ok(())
}
