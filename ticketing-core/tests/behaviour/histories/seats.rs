//! Holds, releases, orders, payments, cancels and pauses of a few buyers on a few seats, in random
//! order.

use std::collections::HashSet;

use rand::RngExt;
use rand_chacha::ChaCha20Rng;

use ticketing_core::catalog::Policy;
use ticketing_core::orders::{Order, OrderStatus};
use ticketing_core::seats::Hold;
use ticketing_core::{Page, Payment, Result};

use super::{random, refusal};
use crate::sale::{OnSale, RESERVED, SOLD, Visitor};
use crate::world::World;

const BUYERS: u32 = 3;
const SEATS: u32 = 6;
const LIMIT: u32 = 3;
const STEPS: u32 = 120;

struct History<'a> {
    world: &'a World,
    sale: OnSale,
    buyers: Vec<Visitor>,
    holds: Vec<(usize, Hold)>,
    orders: Vec<(usize, Order)>,
    told: Vec<String>,
}

/// What happened, in a world whose clock moves on.
pub(super) async fn history(world: &World, seed: u64) -> Vec<String> {
    let mut random = random(seed);
    let policy = Policy {
        hold_seconds: 30,
        pay_seconds: 60,
        pass_lease_seconds: 200,
        seats_per_buyer: LIMIT,
        ..Policy::default()
    };
    let sale = world.sale(policy, SEATS).await;
    let mut buyers = Vec::new();
    for buyer in world.buyers(BUYERS).await {
        buyers.push(world.admit(&buyer, &sale).await);
    }
    let (holds, orders, told) = (Vec::new(), Vec::new(), Vec::new());
    let mut history = History { world, sale, buyers, holds, orders, told };
    for _ in 0..STEPS {
        history.step(&mut random).await;
        history.check().await;
    }
    history.told
}

impl History<'_> {
    async fn step(&mut self, random: &mut ChaCha20Rng) {
        let who = random.random_range(0..self.buyers.len());
        match random.random_range(0..12) {
            0..=3 => self.hold(who, random).await,
            4 => self.release(who, random).await,
            5..=6 => self.order(who, random).await,
            7 => self.pay(random).await,
            8 => self.cancel(random).await,
            9 => self.join(who).await,
            10 => {
                self.world.tick().await;
                self.world.settle_down().await;
            }
            _ => self.world.advance_ms(random.random_range(100..25_000)),
        }
    }

    async fn hold(&mut self, who: usize, random: &mut ChaCha20Rng) {
        let first = random.random_range(0..SEATS);
        let count = random.random_range(1..=LIMIT + 1);
        let seats: Vec<u32> = (first..SEATS.min(first + count)).collect();
        let held = self.world.hold(&self.buyers[who], &seats).await;
        let ordinal = self.holds.len();
        self.tell(&format!("{who} holds {seats:?}, its hold {ordinal}"), &held);
        if let Ok(hold) = held {
            self.holds.push((who, hold));
        }
    }

    /// Any hold, one's own or not.
    async fn release(&mut self, who: usize, random: &mut ChaCha20Rng) {
        let Some(ordinal) = any(random, self.holds.len()) else { return };
        let released = self.world.release(&self.buyers[who], &self.holds[ordinal].1).await;
        self.tell(&format!("{who} releases hold {ordinal}"), &released);
    }

    /// Any hold, one's own or not, now and then again.
    async fn order(&mut self, who: usize, random: &mut ChaCha20Rng) {
        let Some(ordinal) = any(random, self.holds.len()) else { return };
        let placed = self.world.order(&self.buyers[who], &self.holds[ordinal].1).await;
        self.tell(&format!("{who} orders hold {ordinal}"), &placed);
        if let Ok(placed) = placed {
            assert_eq!(self.holds[ordinal].0, who, "an order comes from one's own hold");
            self.orders.push((who, placed.order));
        }
    }

    async fn pay(&mut self, random: &mut ChaCha20Rng) {
        let Some(ordinal) = any(random, self.orders.len()) else { return };
        let outcome = if random.random_bool(0.7) { "approve" } else { "decline" };
        let (who, order) = &self.orders[ordinal];
        let caller = self.buyers[*who].caller;
        let payment = self.world.office.order(&caller, order.id).await.unwrap().order.payment;
        if self.world.status(&caller, order.id).await == OrderStatus::Paid {
            return;
        }
        let token = self.world.authorize(payment, outcome).await;
        let payment = Payment { payment, token };
        let paid = self.world.office.pay(&caller, order.id, payment, self.world.key()).await;
        self.tell(&format!("order {ordinal} is paid, {outcome}"), &paid);
    }

    async fn cancel(&mut self, random: &mut ChaCha20Rng) {
        let Some(ordinal) = any(random, self.orders.len()) else { return };
        let (who, order) = &self.orders[ordinal];
        let cancelled = self.world.cancel(&self.buyers[*who].caller, order).await;
        self.tell(&format!("order {ordinal} is cancelled"), &cancelled);
    }

    /// Whoever bought, or whose lease ended, comes in again.
    async fn join(&mut self, who: usize) {
        let mut visitor = self.world.join(&self.buyers[who].caller, &self.sale).await;
        self.world.tick().await;
        let state = self.world.ask(&mut visitor).await.state;
        self.told.push(format!("{who} joins: {state:?}"));
        self.buyers[who] = visitor;
    }

    fn tell<T>(&mut self, what: &str, outcome: &Result<T>) {
        let outcome = outcome.as_ref().map_or_else(refusal, |_| "done".into());
        self.told.push(format!("{what}: {outcome}"));
    }

    async fn check(&mut self) {
        let report = self.world.sales(&self.sale).await;
        let counts = report.seats;
        let all = counts.free + counts.held + counts.reserved + counts.sold;
        assert_eq!(all, SEATS, "{:#?}", self.told);
        let shown = self.world.seats(&self.sale).await;
        let mut owned = HashSet::new();
        for buyer in &self.buyers {
            let orders = self.world.office.orders(&buyer.caller, Page::default()).await.unwrap();
            let mut seats_of_buyer = 0;
            for order in orders.items.into_iter().map(|placed| placed.order) {
                let status = match order.status {
                    OrderStatus::PendingPayment | OrderStatus::Confirming => RESERVED,
                    OrderStatus::Paid => SOLD,
                    _ => continue,
                };
                for seat in &order.seats {
                    assert!(owned.insert(*seat), "seat {seat} has two orders: {:#?}", self.told);
                    assert_eq!(shown[*seat as usize], status, "seat {seat}: {:#?}", self.told);
                }
                seats_of_buyer += order.seats.len();
            }
            assert!(seats_of_buyer <= LIMIT as usize, "over the limit: {:#?}", self.told);
        }
        let ordered = shown.iter().filter(|status| [RESERVED, SOLD].contains(status)).count();
        assert_eq!(ordered, owned.len(), "a seat of no order: {:#?}", self.told);
        self.told.push(format!("{shown:?}"));
    }
}

fn any(random: &mut ChaCha20Rng, count: usize) -> Option<usize> {
    (count > 0).then(|| random.random_range(0..count))
}
