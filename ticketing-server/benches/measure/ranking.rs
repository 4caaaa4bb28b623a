//! The ranking of ten thousand performances that have sold for a month: made, counted again, and asked for.

use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use ticketing_core::{Clock, PerformanceId, Step};
use ticketing_server::{App, router};

use crate::connection::{Connection, serve, serve_bare};
use crate::office::{Measured, setting};
use crate::ratios::in_turns;

const PERFORMANCES: i32 = 10_000;
const DAYS: i32 = 30;
/// A year of a busy house.
const ORDERS: i32 = 1_000_000;
/// How often it is made of which the time is told.
const TIMES: usize = 10;
/// Longer than writing the books takes.
const PATIENCE: &str = "120s";
/// Longer than a ranking is let alone by other servers.
const APART: Duration = Duration::from_secs(2);

pub(crate) async fn measure() -> anyhow::Result<()> {
    let measured = Measured::on_services().await?;
    let sale = measured.sale(1_000, 1).await?;
    let options: PgConnectOptions = setting("TICKETING_POSTGRES").parse()?;
    let options = options
        .options([("search_path", measured.namespace.as_str()), ("statement_timeout", PATIENCE)]);
    let books = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
    fill(&books, sale).await?;
    made(&measured).await?;
    asked(&measured).await?;
    counted(&measured, &books, sale).await?;
    measured.close().await
}

/// Copies of the sale, each with what it sold on each day.
async fn fill(books: &PgPool, sale: PerformanceId) -> anyhow::Result<()> {
    let copies = "INSERT INTO performances
         SELECT (json_populate_record(one, json_build_object('id', gen_random_uuid()))).*
         FROM performances AS one, generate_series(2, $2) WHERE one.id = $1";
    sqlx::query(copies).bind(sale.uuid()).bind(PERFORMANCES).execute(books).await?;
    let today = Clock::system().now().as_millis() / (24 * 3_600_000);
    let days = "INSERT INTO sold_days (performance_id, day, seats)
         SELECT id, $1 - day, hashtext(id::text || day) & 31
         FROM performances, generate_series(0, $2 - 1) AS day";
    sqlx::query(days).bind(i32::try_from(today)?).bind(DAYS).execute(books).await?;
    let all = "INSERT INTO sold_seats SELECT performance_id, sum(seats) FROM sold_days GROUP BY 1";
    sqlx::query(all).execute(books).await?;
    sqlx::raw_sql("ANALYZE performances, sold_days, sold_seats").execute(books).await?;
    Ok(())
}

async fn made(measured: &Measured) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let began = Instant::now();
        measured.office.step_ranking().await?;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        tokio::time::sleep(APART).await;
    }
    println!("ranking of {PERFORMANCES} performances, made, ms: first {:.0}", times[0]);
    times.sort_unstable_by(f64::total_cmp);
    println!("  the middle one {:.0}, the worst {:.0}", times[TIMES / 2], times[TIMES - 1]);
    Ok(())
}

async fn asked(measured: &Measured) -> anyhow::Result<()> {
    println!("{:<44} {:>10} {:>10} {:>7}", "per second", "ours", "limit", "ratio");
    let address = serve(router(App::new(measured.office.clone(), false))).await?;
    let request = "GET /v1/ranking HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut connection = Connection::open(&address).await?;
    let body = connection.ask(request).await?;
    let bare = serve_bare("/v1/ranking", connection.headers()?, body).await?;
    in_turns("ranking / bare axum handler", request, &address, &bare).await
}

/// A year's orders that no event told of, and the same once more, when all are counted.
async fn counted(measured: &Measured, books: &PgPool, sale: PerformanceId) -> anyhow::Result<()> {
    let orders =
        "INSERT INTO orders (id, performance_id, account_id, hold_id, status, seats, lines,
             total, currency, expires_at_ms, payment_id, version, line_number, line_epoch,
             created_at_ms)
         SELECT gen_random_uuid(), $1, gen_random_uuid(), gen_random_uuid(), 'paid', '{1}', '[]',
             1000, 'KRW', 1, gen_random_uuid(), 3, 1, 1, 1
         FROM generate_series(1, $2)";
    sqlx::query(orders).bind(sale.uuid()).bind(ORDERS).execute(books).await?;
    let known =
        "INSERT INTO sold_orders SELECT id, performance_id, version, 0 FROM orders OFFSET 10000";
    sqlx::query(known).execute(books).await?;
    sqlx::raw_sql("ANALYZE orders, sold_orders").execute(books).await?;
    for what in ["of which 10,000 are not counted", "of which all are"] {
        let began = Instant::now();
        while measured.office.step_sold().await? == Step::Worked {}
        let seconds = began.elapsed().as_secs_f64();
        println!("{ORDERS} orders, {what}: looked through in {seconds:.1} s");
    }
    Ok(())
}
