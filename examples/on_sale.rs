//! Forty buyers want two of twenty-four seats each, four of them inside at a time.
//!
//! Run it: `cargo run -p ticketing-examples --example on_sale`

use std::collections::BTreeMap;
use std::time::Duration;

use ticketing_core::accounts::Caller;
use ticketing_core::admission::State;
use ticketing_core::catalog::Policy;
use ticketing_core::seats::{Best, Wish};
use ticketing_core::worker::Workers;
use ticketing_core::{BoxOffice, Error, IdempotencyKey, PerformanceId};
use tokio::task::JoinSet;

const BUYERS: u32 = 40;
const INSIDE: u32 = 4;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let office = ticketing_examples::embedded_office();
    let organizer = ticketing_examples::administrator(&office).await?;
    let policy = Policy { line_capacity: INSIDE, ..Policy::default() };
    let sale = ticketing_examples::performance(&office, &organizer, policy).await?;
    let workers = Workers::start(&office);

    let mut buyers = JoinSet::new();
    for made in office.add_synthetic_buyers(&organizer, BUYERS).await? {
        let buyer = office.authenticate(&made.access_token)?;
        buyers.spawn(buy(office.clone(), buyer, sale));
    }
    let mut seats: BTreeMap<u32, u32> = BTreeMap::new();
    for (bought, number) in buyers.join_all().await.into_iter().flatten().zip(1..) {
        println!("buyer {number:2}: seats {bought:?}");
        for seat in bought {
            *seats.entry(seat).or_default() += 1;
        }
    }
    let twice = seats.values().filter(|times| **times > 1).count();
    println!("{} seats ordered, {twice} of them twice", seats.len());
    let report = office.line_report(&organizer, sale).await?;
    println!("at most {} buyers inside at once, {INSIDE} allowed", report.max_inside);
    workers.stop().await;
    Ok(())
}

/// A buyer's way to an order; nothing when the seats are gone.
async fn buy(office: BoxOffice, buyer: Caller, sale: PerformanceId) -> Option<Vec<u32>> {
    let place = office.join(&buyer, sale).await.ok()?.place_token;
    let pass = loop {
        let answer = office.ask(&buyer, sale, &place).await.ok()?;
        match (answer.state, answer.pass) {
            (State::Admitted, Some(pass)) => break pass.token,
            (State::Waiting, _) => {
                tokio::time::sleep(Duration::from_millis(answer.poll_after_ms)).await;
            }
            _ => return None,
        }
    };
    let wish = || Wish::Best(Best { count: 2, category: None, section: None });
    let key = |what: &str| IdempotencyKey::new(&format!("{what}-{}", buyer.account()));
    let order = match office.hold(&buyer, sale, Some(&pass), key("hold").ok()?, wish()).await {
        Ok(hold) => {
            let key = key("order").ok()?;
            office.place_order(&buyer, Some(&pass), key, hold.id).await.ok().map(|p| p.order.seats)
        }
        Err(Error::SeatTaken { .. } | Error::SoldOut) => None,
        Err(error) => {
            eprintln!("unexpected: {error}");
            None
        }
    };
    // Somebody else's turn, whatever became of this one.
    let left = office.leave(&buyer, sale, &place).await;
    order.filter(|_| left.is_ok())
}
