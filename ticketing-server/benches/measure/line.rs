//! What the waiting line costs: the draw, joins and polls as it grows, memory per place, listeners,
//! and a thousand users at once. Needs about 4 GB of memory.

mod draw;
mod embedded;
mod listeners;
mod store;
mod users;

use std::time::Duration;

/// What is measured of a line, by name.
pub(crate) const PARTS: [&str; 5] = ["draw", "embedded", "redis", "listeners", "users"];

/// The parts that are named, or all where the line is.
pub(crate) async fn measure(named: &[String]) -> anyhow::Result<()> {
    let wanted = |name: &str| named.iter().any(|word| word == name || word == "line");
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
