//! Every moment at which a process may die between two steps that belong together: it really dies
//! there, another starts, and the workers finish what it left, also when its buyer never comes back.

use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _, stream};
use serde_json::json;
use ticketing_core::CrashPoint;
use ticketing_core::orders::OrderStatus;
use ticketing_gateway::{Fault, FaultPlan};

use crate::buyers::Buyer;
use crate::server::Process;
use crate::stage::Stage;
use crate::{AT_ONCE, apart};

/// Long: whoever starts after a death is in time to go on.
const PAY_SECONDS: u32 = 1_200;
/// How often it is looked whether an order has found its end, and how long the wait between is.
const LOOKS: u32 = 400;
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Where it dies, by what, and how the order of a buyer who never comes back ends.
const DEATHS: [(CrashPoint, Dies, OrderStatus); 10] = [
    (CrashPoint::Placed, Dies::Placing, OrderStatus::Expired),
    (CrashPoint::Announced, Dies::Placing, OrderStatus::Expired),
    (CrashPoint::Charging, Dies::Paying, OrderStatus::Paid),
    (CrashPoint::ChargeSent, Dies::Paying, OrderStatus::Paid),
    (CrashPoint::ChargeAnswered, Dies::Paying, OrderStatus::Paid),
    (CrashPoint::Settled, Dies::Paying, OrderStatus::Paid),
    (CrashPoint::Relaying, Dies::Placing, OrderStatus::Expired),
    (CrashPoint::Relayed, Dies::Placing, OrderStatus::Expired),
    (CrashPoint::RefundSent, Dies::Refunding, OrderStatus::Refunded),
    (CrashPoint::Reacted, Dies::Placing, OrderStatus::Expired),
];

/// What the process dies by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dies {
    Placing,
    Paying,
    Refunding,
}

/// The point of this name.
pub(crate) fn point(name: &str) -> CrashPoint {
    let found = DEATHS.iter().find(|(point, ..)| format!("{point:?}") == name);
    found.expect("a crash point's name").0
}

/// Every death; the first that left something undone.
pub(crate) async fn all() -> Result<(), String> {
    let mut ended = stream::iter(DEATHS)
        .map(|(point, dies, ends)| {
            apart(move || death(point, dies, ends, "")).map(move |ended| (point, ended))
        })
        .buffered(AT_ONCE);
    while let Some((point, ended)) = ended.next().await {
        ended.expect("no death panics").map_err(|findings| format!("{point:?}: {findings}"))?;
        println!("a process that dies at {point:?} leaves nothing undone");
    }
    Ok(())
}

/// Events that are published twice.
pub(crate) async fn without_the_inbox() -> Result<(), String> {
    death(CrashPoint::Relayed, Dies::Placing, OrderStatus::Expired, "inbox").await
}

async fn death(
    point: CrashPoint,
    dies: Dies,
    ends: OrderStatus,
    guard: &'static str,
) -> Result<(), String> {
    let name = format!("{point:?}");
    let stage = Stage::set(&name.to_lowercase(), guard, 1, PAY_SECONDS, FaultPlan::default()).await;
    let mut server = Process::start(&stage.common, stage.ports[0], &format!("{guard}+{name}"));
    let mut places = stage.places.clone();
    places.servers.truncate(1);
    if matches!(point, CrashPoint::ChargeSent | CrashPoint::RefundSent) {
        stage.gateway.set_faults(FaultPlan::always(Fault::Slow));
    }
    let mut buyer = Buyer::new(places.clone(), stage.buyers[0].clone(), 1);
    let begun = tokio::spawn(async move { buyer.begin(dies != Dies::Placing).await });
    if dies == Dies::Refunding {
        let payment = begun.await.expect("no buyer panics").ok_or("nothing was bought")?;
        let mut administrator = Buyer::new(places, stage.administrator.clone(), 2);
        tokio::spawn(async move { administrator.refund(&payment, &json!({})).await });
        tokio::task::block_in_place(|| server.dies_and_starts(guard));
    } else {
        tokio::task::block_in_place(|| server.dies_and_starts(guard));
        // Whatever it was answered, it does not come back.
        begun.abort();
    }
    stage.gateway.set_faults(FaultPlan::default());
    if dies == Dies::Placing {
        // Nobody pays it.
        stage.common.time.stand_later(PAY_SECONDS);
    }
    ended_by_the_next(&stage, ends).await?;
    server.end();
    let verdict = stage.quiet().await;
    let orders = stage.judge.orders(stage.judge.performance).await;
    stage.clear().await;
    let statuses: Vec<OrderStatus> = orders.iter().map(|one| one.order.status).collect();
    if !verdict.is_green() || statuses != [ends] {
        return Err(format!("{statuses:?}\n{}", verdict.findings));
    }
    Ok(())
}

/// Whoever started after the death finishes what was left; what was paid, while there is time.
async fn ended_by_the_next(stage: &Stage, ends: OrderStatus) -> Result<(), String> {
    for _ in 0..LOOKS {
        let orders = stage.judge.orders(stage.judge.performance).await;
        if orders.iter().all(|one| one.order.status == ends) {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(format!("nobody brought the order to {ends:?}"))
}
