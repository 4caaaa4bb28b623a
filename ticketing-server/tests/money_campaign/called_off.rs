//! A performance with five hundred paid orders is cancelled. The server that ends them is killed
//! again and again while it does, and of three payments the bank returns nothing: exactly those wait
//! for a person, who finishes them with a command.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};
use reqwest::Method;
use serde_json::{Value, json};
use ticketing_gateway::FaultPlan;

use crate::buyers::{Buyer, Inside, path};
use crate::server::Process;
use crate::stage::Stage;

const ORDERS: u32 = 500;
/// Of the orders, those whose payments are not returned.
const NOT_RETURNED: [usize; 3] = [0, 250, 499];
/// How many orders are ended when a server is killed.
const KILLED_AT: [u64; 3] = [20, 150, 300];
/// How many buyers ask at the same moment.
const AT_ONCE: usize = 16;
/// How often a buyer asks for a turn, and how long a line waits between two.
const ASKS: u32 = 20;
const NEXT_TURN_SECONDS: u32 = 1;
const PAY_SECONDS: u32 = 1_200;
/// Longer than what a server was at is its own.
const LEASE_SECONDS: u32 = 300;
/// How often, and after how long, what the bank does not return is tried, before a person is asked.
const TRIES: u32 = 8;
const NEXT_TRY_SECONDS: u32 = 3_601;
/// How often it is looked how far the servers are, and how long the wait between is.
const LOOKS: u32 = 6_000;
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// After how many looks time goes on, where it has to.
const LATER_EVERY: u32 = 500;

/// What one buyer has.
#[derive(Clone, Debug)]
struct Bought {
    order: String,
    payment: String,
}

pub(crate) async fn called_off() -> Result<(), String> {
    let started = Instant::now();
    let stage = Stage::set("called_off", "", ORDERS, PAY_SECONDS, FaultPlan::default()).await;
    stage.stand_later(0).await;
    let bought = sell(&stage).await;
    let kept: Vec<Bought> = NOT_RETURNED.map(|one| bought[one].clone()).into();
    stage.gateway.set_faults(FaultPlan {
        not_returned: kept.iter().map(|one| one.payment.clone()).collect(),
        ..FaultPlan::default()
    });
    end_through_kills(&stage).await?;
    for _ in 0..TRIES {
        stage.stand_later(NEXT_TRY_SECONDS).await;
    }
    finish(&stage, &kept).await?;
    let verdict = stage.quiet().await;
    stage.clear().await;
    println!(
        "a performance with {ORDERS} orders ends through {} kills, three by a command, in {} s",
        KILLED_AT.len(),
        started.elapsed().as_secs()
    );
    verdict.result()
}

/// Each buyer has a seat.
async fn sell(stage: &Stage) -> Vec<Bought> {
    let (places, serving) = stage.serve().await;
    let buyers = stage.buyers.iter().zip(0..ORDERS).map(|(token, seat)| {
        let mut buyer = Buyer::new(places.clone(), token.clone(), seat.into()).at_the_doomed();
        async move {
            let place = buyer.join().await.expect("the line is open");
            (buyer, place, seat)
        }
    });
    let mut waiting: Vec<_> = stream::iter(buyers).buffer_unordered(AT_ONCE).collect().await;
    let mut bought = Vec::new();
    for _ in 0..ASKS {
        stage.stand_later(NEXT_TURN_SECONDS).await;
        let asking = waiting.drain(..).map(|(mut buyer, place, seat)| async move {
            match buyer.turn(&place).await {
                Some(inside) => Ok(buy(buyer, &inside, seat).await),
                None => Err((buyer, place, seat)),
            }
        });
        let asked: Vec<_> = stream::iter(asking).buffer_unordered(AT_ONCE).collect().await;
        for one in asked {
            match one {
                Ok(one) => bought.push(one),
                Err(waits) => waiting.push(waits),
            }
        }
        if waiting.is_empty() {
            break;
        }
    }
    serving.abort();
    assert_eq!(bought.len(), ORDERS as usize, "everybody has a turn");
    bought
}

async fn buy(mut buyer: Buyer, inside: &Inside, seat: u32) -> Bought {
    let order = buyer.order(inside, &[seat]).await.expect("the seat is free");
    buyer.pay(&order, "approve").await.expect("it is answered");
    buyer.watch(&path(&order)).await.expect("it is paid");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    Bought { order: text(&order["id"]), payment: text(&order["payment"]["payment_id"]) }
}

/// Everything that the bank returns is back, whichever server was at it.
async fn end_through_kills(stage: &Stage) -> Result<(), String> {
    let mut server = Process::start(&stage.common, stage.ports[0], "");
    let mut places = stage.places.clone();
    places.servers.truncate(1);
    let mut organizer = Buyer::new(places, stage.administrator.clone(), 1);
    if organizer.call_off().await != Some(true) {
        return Err("the performance could not be cancelled".to_owned());
    }
    let returned = u64::from(ORDERS) - NOT_RETURNED.len() as u64;
    for killed_at in KILLED_AT {
        let there = until(&mut organizer, killed_at, || ()).await?;
        if there >= returned {
            return Err(format!("nothing was left for the next server: {there} are back"));
        }
        tokio::task::block_in_place(|| server.kill_and_start());
    }
    // What a dead server was at is its own for so long. Where the gateway was still at it when the next
    // server asked, that one waits, and asks again later.
    let time = &stage.common.time;
    let later = || _ = time.stand_later(LEASE_SECONDS);
    later();
    let back = until(&mut organizer, returned, later).await?;
    server.end();
    if back == returned { Ok(()) } else { Err(format!("{back} are back, for {returned}")) }
}

/// Until so many are back, or more; how many then are. Every so many looks it is `later`.
async fn until(organizer: &mut Buyer, back: u64, later: impl Fn()) -> Result<u64, String> {
    let progress = format!("/v1/performances/{}/cancellation", organizer.places.doomed);
    let mut seen = None;
    for look in 1..=LOOKS {
        let answer = organizer.ask(Method::GET, &progress, &[], None).await;
        match answer.and_then(|(_, progress)| progress["refunded"].as_u64()) {
            Some(there) if there >= back => return Ok(there),
            there => seen = there.or(seen),
        }
        tokio::time::sleep(LOOK_EVERY).await;
        if look % LATER_EVERY == 0 {
            later();
        }
    }
    Err(format!("{back} of its orders do not come to their end, but {seen:?}"))
}

/// A person sees which wait, lets the bank return them, and says so.
async fn finish(stage: &Stage, kept: &[Bought]) -> Result<(), String> {
    let (_, serving) = stage.serve().await;
    let commands = stage.commands();
    let doomed = &stage.places.doomed;
    let progress = ["performance", "cancellation", doomed];
    let parked = commands.run(&progress)?;
    let orders = texts(&parked["parked"], "order_id");
    let theirs = kept.iter().map(|one| one.order.clone()).collect();
    if parked["state"] != json!("parked") || orders != theirs {
        return Err(format!("{theirs:?} should be parked, and are not alone: {parked}"));
    }
    let attention = commands.run(&["payment", "attention"])?;
    if texts(&attention, "order_id") != theirs {
        return Err(format!("{theirs:?} should be shown, and are not alone: {attention}"));
    }
    stage.gateway.set_faults(FaultPlan::default());
    commands.run(&["performance", "redrive", doomed])?;
    stage.stand_later(0).await;
    let done = commands.run(&progress)?;
    serving.abort();
    let ended = json!({
        "state": "done", "orders_total": ORDERS, "refunded": ORDERS, "parked": [],
        "remains": "kept",
    });
    if done == ended { Ok(()) } else { Err(format!("after the command it is {done}")) }
}

fn texts(items: &Value, name: &str) -> BTreeSet<String> {
    let items = items.as_array().into_iter().flatten();
    items.filter_map(|item| item[name].as_str()).map(str::to_owned).collect()
}
