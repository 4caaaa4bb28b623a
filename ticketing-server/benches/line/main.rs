//! What the waiting line costs: the draw, joins and polls as it grows, memory per place, listeners,
//! and a thousand users at once. Needs the services, and about 4 GB of memory:
//! `eval "$(./services env)"; cargo bench -p ticketing-server --bench line [-- draw embedded redis
//! listeners users]`.

#[path = "../ratios/connection.rs"]
mod connection;
mod draw;
mod embedded;
mod listeners;
#[path = "../ratios/office.rs"]
mod office;
mod store;
mod users;

use std::time::Duration;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let named: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|word| word == name);
    if wanted("draw") {
        draw::measure();
    }
    if wanted("embedded") {
        embedded::measure().await?;
    }
    if wanted("redis") {
        store::measure().await?;
    }
    if wanted("listeners") {
        listeners::measure().await?;
    }
    if wanted("users") {
        users::measure().await?;
    }
    Ok(())
}

/// Sizes of a line, in people who wait.
const SIZES: [u64; 4] = [10_000, 100_000, 1_000_000, 10_000_000];

fn report(what: &str, value: &str) {
    println!("{what:<58} {value}");
}

/// Mean, middle, 99th percentile and worst of what was measured, in milliseconds.
fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let at = |percent: usize| ms(times[(times.len() - 1) * percent / 100]);
    let mean = times.iter().map(|time| ms(*time)).sum::<f64>() / times.len() as f64;
    format!("mean {mean:.1} ms, p50 {:.1}, p99 {:.1}, max {:.1}", at(50), at(99), at(100))
}
