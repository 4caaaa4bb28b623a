//! What happens to a campaign from outside: servers die, and at the provider somebody acts without
//! the shop.

use std::time::Duration;

use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::buyers::Buyer;
use crate::server::Process;

/// How long both servers live between two kills, in milliseconds.
const LIFE_MS: std::ops::Range<u64> = 700..1_800;
/// How long after the beginning the doomed performance is moved, and how long after that cancelled.
const MOVED_AFTER: Duration = Duration::from_secs(3);
const CANCELLED_AFTER: Duration = Duration::from_secs(6);
/// How often somebody acts at the provider.
const ACTS_EVERY: Duration = Duration::from_millis(900);

/// Kills servers at random until told to stop; gives them back alive.
pub(crate) async fn kill(
    mut servers: Vec<Process>,
    seed: u64,
    mut over: watch::Receiver<bool>,
) -> (Vec<Process>, u32) {
    let (mut random, mut kills) = (ChaCha20Rng::seed_from_u64(seed), 0);
    loop {
        let life = Duration::from_millis(random.random_range(LIFE_MS));
        tokio::select! {
            _ = over.wait_for(|over| *over) => return (servers, kills),
            () = tokio::time::sleep(life) => {}
        }
        let one = random.random_range(0..servers.len());
        servers[one].kill_and_start();
        kills += 1;
    }
}

/// Moves the doomed performance, and then cancels it, while everybody buys.
pub(crate) async fn organize(
    mut administrator: Buyer,
    moved_to: String,
    mut over: watch::Receiver<bool>,
) {
    for (after, is_moved) in [(MOVED_AFTER, true), (CANCELLED_AFTER, false)] {
        tokio::select! {
            _ = over.wait_for(|over| *over) => {}
            () = tokio::time::sleep(after) => {}
        }
        // Until a server has done it.
        loop {
            let done = if is_moved {
                administrator.move_to(&moved_to).await
            } else {
                administrator.call_off().await
            };
            if done == Some(true) {
                break;
            }
        }
    }
}

/// Gives payments, seats, orders and kept fees back as the shop's administrator, cancels payments at
/// the provider's console, pays some that no shop confirmed, and some that no shop knows.
pub(crate) async fn act(
    gateway: String,
    mut administrator: Buyer,
    seed: u64,
    mut over: watch::Receiver<bool>,
) {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    loop {
        tokio::select! {
            _ = over.wait_for(|over| *over) => return,
            () = tokio::time::sleep(ACTS_EVERY) => {}
        }
        let Some(payment) = some_payment(&http, &gateway, &mut random).await else { continue };
        let verb = match random.random_range(0..7) {
            0 => {
                administrator.refund(&payment, &json!({})).await;
                continue;
            }
            3 => {
                administrator.refund_a_seat(&payment).await;
                continue;
            }
            4 => {
                administrator.give_back_for(&payment, "").await;
                continue;
            }
            5 => {
                administrator.give_back_for(&payment, "?seats=").await;
                continue;
            }
            1 => "pay",
            2 => "cancel",
            _ => {
                pay_as_a_stranger(&http, &gateway, random.random()).await;
                continue;
            }
        };
        let url = format!("{gateway}/sandbox/control/payments/{payment}/{verb}");
        // Where it cannot be paid or cancelled, nothing happens.
        let _ = http.post(url).json(&json!({})).send().await;
    }
}

/// Money for which there is no order.
async fn pay_as_a_stranger(http: &reqwest::Client, gateway: &str, id: u128) {
    let url = format!("{gateway}/sandbox/control/payments/{id:032x}/pay");
    let _ = http.post(url).json(&json!({ "amount": 70, "currency": "KRW" })).send().await;
}

/// A payment that money was captured for.
async fn some_payment(
    http: &reqwest::Client,
    gateway: &str,
    random: &mut ChaCha20Rng,
) -> Option<String> {
    let ledger = http.get(format!("{gateway}/sandbox/ledger?limit=1000")).send().await.ok()?;
    let ledger: Value = ledger.json().await.ok()?;
    let payment = ledger["items"].as_array()?.choose(random)?["payment_id"].as_str()?.to_owned();
    Some(payment)
}
