//! One campaign: everybody at once against a provider and servers that fail, then quiet, then time
//! moves on until everything has found its end, or too much of it has gone by.

use std::time::Instant;

use futures_util::future::join_all;
use ticketing_gateway::{ALWAYS, Fault, FaultPlan};
use tokio::sync::watch;

use crate::buyers::Buyer;
use crate::judge::Verdict;
use crate::mischief;
use crate::pieces::Pieces;
use crate::server::Process;
use crate::stage::Stage;

const BUYERS: u32 = 60;
/// Short: some payments come after it.
const PAY_SECONDS: u32 = 120;
/// Of a thousand occasions, how many each fault strikes.
const FAULT_RATE: u16 = 60;

/// How many seeds there are to one whose shop hears nothing.
const DEAF_EVERY: u64 = 3;

/// Runs one campaign; what was wrong at its end.
pub(crate) async fn campaign(seed: u64) -> Result<(), String> {
    let started = Instant::now();
    let stage = Stage::set(&seed.to_string(), "", BUYERS, PAY_SECONDS, plan(seed)).await;
    let kills = storm(&stage, seed).await;
    let verdict = end(stage).await;
    let Verdict { orders, paid, captures, returned, .. } = verdict;
    println!(
        "money campaign {seed}: {} in {} s; {kills} kills, {orders} orders, {paid} paid, \
         {captures} captures, {returned} given back",
        if verdict.is_green() { "green" } else { "RED" },
        started.elapsed().as_secs(),
    );
    verdict.result()
}

/// A campaign without its storm, and without a guard.
#[cfg(feature = "broken-guards")]
pub(crate) async fn campaign_without(guard: &str) -> Result<(), String> {
    let stage = Stage::set(guard, guard, 0, PAY_SECONDS, FaultPlan::default()).await;
    end(stage).await.result()
}

/// Everybody at once; how often a server was killed.
async fn storm(stage: &Stage, seed: u64) -> u32 {
    let servers = stage.ports.map(|port| Process::start(&stage.common, port, ""));
    let over = watch::Sender::new(false);
    let killing = tokio::spawn(mischief::kill(servers.into(), seed, over.subscribe()));
    let gateway = stage.common.gateway.clone();
    let administrator = Buyer::new(stage.places.clone(), stage.administrator.clone(), seed);
    let acting = tokio::spawn(mischief::act(gateway, administrator, seed, over.subscribe()));
    let organizer = Buyer::new(stage.places.clone(), stage.administrator.clone(), seed + 1);
    let moved_to = stage.moved_to();
    let organizing = tokio::spawn(mischief::organize(organizer, moved_to, over.subscribe()));
    let buying = stage.buyers.iter().zip(seed * 1_000..).map(|(token, seed)| {
        tokio::spawn(Buyer::new(stage.places.clone(), token.clone(), seed).buy())
    });
    for ended in join_all(buying).await {
        ended.expect("no buyer panics");
    }
    organizing.await.expect("the organizer does not panic");
    over.send_replace(true);
    acting.await.expect("nobody at the provider panics");
    let (mut servers, kills) = killing.await.expect("the killer does not panic");
    servers.iter_mut().for_each(Process::end);
    kills
}

/// The provider and the servers do as they should, what each guard is for is played, and time moves on.
async fn end(stage: Stage) -> Verdict {
    stage.gateway.set_faults(FaultPlan::default());
    stage.stand_later(0).await;
    let mut pieces = Pieces::open(&stage).await;
    let wrong = pieces.play().await;
    let mut verdict = stage.quiet().await;
    for finding in wrong {
        verdict.find(finding);
    }
    if verdict.is_green() {
        pieces.play_the_next_day().await;
        stage.judge.settle_by_command(&stage.commands(), &mut verdict).await;
    }
    pieces.close();
    stage.clear().await;
    verdict
}

/// Everything goes wrong now and then; to every third shop no webhook comes at all.
fn plan(seed: u64) -> FaultPlan {
    let whole = FaultPlan::whole(seed, FAULT_RATE);
    if seed.is_multiple_of(DEAF_EVERY) {
        whole.with(Fault::WebhookDropped, ALWAYS).with(Fault::LateCapture, 2 * FAULT_RATE)
    } else {
        whole
    }
}
