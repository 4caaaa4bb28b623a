//! Orders through the box office, against pgbench calling the same function.

use std::io::Write;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Context;
use parking_lot::Mutex;
use ticketing_core::IdempotencyKey;
use ticketing_core::orders::Order;

use super::cost::Cost;
use super::holds::{Admitted, Held};
use super::{MEASURED_FOR, rate, report};
use crate::office::{Measured, setting};

/// As many as a box office has connections.
const PGBENCH_CLIENTS: usize = 16;

/// Answers the orders that were placed, with their buyers.
pub(crate) async fn measure(
    measured: &Measured,
    holds: Held,
) -> anyhow::Result<Vec<(Arc<Admitted>, Order)>> {
    let limit = pgbench(&measured.namespace)?;
    let holds = Arc::new(holds);
    let next = Arc::new(AtomicUsize::new(0));
    let placed = Arc::new(Mutex::new(Vec::new()));
    let cost = Cost::begin(&measured.gateway);
    let ours = rate(|_, until| {
        let (office, holds, next) = (measured.office.clone(), holds.clone(), next.clone());
        let placed = placed.clone();
        async move {
            let mut done = 0;
            while Instant::now() < until {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let (buyer, hold) = holds.get(place).context("too few holds for this machine")?;
                let key = IdempotencyKey::new(&format!("measured-order-{place:08}"))?;
                let pass = Some(buyer.pass_token.as_str());
                let order = office.place_order(&buyer.caller, pass, key, hold.id).await?.order;
                placed.lock().push((buyer.clone(), order));
                done += 1;
            }
            Ok(done)
        }
    })
    .await?;
    report("orders, whole verb / pgbench on the same SQL", ours, limit);
    let placed = std::mem::take(&mut *placed.lock());
    cost.report("an order", placed.len());
    Ok(placed)
}

/// pgbench's transactions per second, each placing an order of one seat that is free.
fn pgbench(schema: &str) -> anyhow::Result<f64> {
    let mut script = tempfile::NamedTempFile::new()?;
    writeln!(
        script,
        "\\set seat random(1, 2000000000)\n\
         SELECT {schema}.place_order(gen_random_uuid(), '00000000-0000-0000-0000-000000000001', \
         gen_random_uuid(), gen_random_uuid(), ARRAY[:seat::integer], 1000, 'KRW', 1, \
         gen_random_uuid(), 1, 1, 1, 100, 'pgbench-key-' || :seat, '\\x00'::bytea, \
         repeat('x', 500), '[]', ARRAY[]::uuid[], 1, \
         ARRAY['card', 'easy_pay', 'transfer', 'mobile'], '[]');"
    )?;
    let postgres = setting("TICKETING_POSTGRES");
    let (address, password) = without_password(&postgres).context("the address of PostgreSQL")?;
    let output = Command::new("pgbench")
        .args(["-n", "-M", "prepared", "-c", &PGBENCH_CLIENTS.to_string(), "-j", "2"])
        .args(["-T", &MEASURED_FOR.as_secs().to_string(), "-f"])
        .arg(script.path())
        .arg(address)
        .env("PGPASSWORD", password)
        .env("PGOPTIONS", format!("-c search_path={schema}"))
        .output()
        .context("pgbench comes with PostgreSQL's packages")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = "));
    let rate = rate.and_then(|line| line.split_whitespace().next());
    rate.with_context(|| format!("pgbench: {}", String::from_utf8_lossy(&output.stderr)))?
        .parse()
        .context("pgbench's rate")
}

/// The address without its password, which does not belong into arguments, and the password.
fn without_password(address: &str) -> Option<(String, String)> {
    let (scheme, rest) = address.split_once("://")?;
    let (user, place) = rest.rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    Some((format!("{scheme}://{name}@{place}"), password.to_owned()))
}
