//! Orders, payments, cancels, refunds, what somebody does at the provider, and a provider that goes
//! wrong in one way after the other, in random order.

mod giving_back;

use std::collections::BTreeMap;

use rand::RngExt;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

use ticketing_core::catalog::{Policy, RefundRule};
use ticketing_core::orders::{Order, OrderStatus};
use ticketing_core::payments::Notice;
use ticketing_core::{Currency, Money, Payment, PaymentId, PaymentOutcome, PlacedOrder, Result};
use ticketing_gateway::{Fault, FaultPlan};

use super::{random, refusal};
use crate::sale::{OnSale, Visitor};
use crate::world::World;

/// There is always room for one more buyer, and few seats are fought over.
const SEATS: u32 = 30;
const FOUGHT_OVER: u32 = 3;
const ORDERS_MAX: usize = 10;
const STEPS: u32 = 60;
const PAY_SECONDS: u32 = 300;
/// What is added to each ticket.
const FEE: i64 = 500;
/// All of them longer than the provider lets anything take: what comes late has come.
const WAITS_SECONDS: [u64; 3] = [100, 700, 4_000];
/// At the end, past every watch: how long, and how often.
const LAST_WAITS: [(u64, usize); 2] = [(1_800, 4), (10_800, 9)];
/// What may go wrong; a slow call would wait for a clock that stands.
const FAULTS: [Fault; 12] = [
    Fault::ErrorBefore,
    Fault::ErrorAtOnce,
    Fault::ReplyLost,
    Fault::Outstanding,
    Fault::Unreadable,
    Fault::Mismatch,
    Fault::BankDown,
    Fault::WrongAmount,
    Fault::TestChannel,
    Fault::LateCapture,
    Fault::CancelRequested,
    Fault::CancelFails,
];

struct History<'a> {
    world: &'a World,
    sale: OnSale,
    orders: Vec<(Visitor, Order)>,
    /// Every payment that an order ever waited for, and its order's ordinal.
    payments: BTreeMap<PaymentId, usize>,
    notices: u32,
    seed: u64,
    wanted: Wanted,
    told: Vec<String>,
}

/// Whose seats the orders of a history want.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Few seats are fought over. Which of two late captures comes first is chance.
    SameSeats,
    /// Each order has its own: everything that happens follows from the seed.
    #[cfg_attr(not(feature = "services"), expect(dead_code, reason = "for comparing backends"))]
    OwnSeats,
}

/// In a world whose clock moves on; what happened.
pub(super) async fn history(world: &World, seed: u64, wanted: Wanted) -> Vec<String> {
    let mut random = random(seed);
    let tenth = RefundRule { fee_percent: 10, keep_booking_fee: true, ..RefundRule::default() };
    let policy = Policy {
        pay_seconds: PAY_SECONDS,
        pass_lease_seconds: 3_600,
        booking_fee: Some(Money::new(FEE, Currency::KRW)),
        refund_terms: vec![tenth],
        ..Policy::default()
    };
    let sale = world.sale(policy, SEATS).await;
    let (orders, payments, told) = (Vec::new(), BTreeMap::new(), Vec::new());
    let mut history = History { world, sale, orders, payments, notices: 0, seed, wanted, told };
    for _ in 0..STEPS {
        history.step(&mut random).await;
    }
    history.end().await;
    history.told
}

impl History<'_> {
    async fn step(&mut self, random: &mut ChaCha20Rng) {
        let any = self.orders.len().checked_sub(1).map(|last| random.random_range(0..=last));
        match (random.random_range(0..18), any) {
            (0..=2, _) => self.order(random).await,
            (3..=6, Some(any)) => self.pay(any, random).await,
            (7, Some(any)) => self.cancel(any).await,
            (8, Some(any)) => self.at_the_provider(any, "pay", json!({})).await,
            (9, Some(any)) => self.at_the_provider(any, "cancel", json!({})).await,
            (10, Some(any)) => self.refund_something(any, random).await,
            (11, Some(any)) => self.notice(any).await,
            (12..=13, _) => self.something_goes_wrong(random),
            (14..=15, Some(any)) => self.give_back(any, random).await,
            _ => self.wait(*WAITS_SECONDS.choose(random).unwrap()).await,
        }
    }

    async fn order(&mut self, random: &mut ChaCha20Rng) {
        let first = random.random_range(0..FOUGHT_OVER);
        let seats: Vec<u32> = (first..=first + random.random_range(0..=1)).collect();
        if self.orders.len() == ORDERS_MAX {
            return;
        }
        let visitor = self.world.admitted(&self.sale).await;
        let ordinal = self.orders.len();
        let seats = match self.wanted {
            Wanted::SameSeats => seats,
            Wanted::OwnSeats => {
                let own = FOUGHT_OVER + 1 + 2 * u32::try_from(ordinal).unwrap();
                seats.iter().map(|seat| own + seat - seats[0]).collect()
            }
        };
        let placed = match self.world.hold(&visitor, &seats).await {
            Ok(hold) => self.world.order(&visitor, &hold).await,
            Err(refused) => Err(refused),
        };
        self.tell(&format!("seats {seats:?} are ordered, order {ordinal}"), &placed);
        if let Ok(placed) = placed {
            self.orders.push((visitor, placed.order));
            self.see(ordinal).await;
        }
    }

    async fn pay(&mut self, ordinal: usize, random: &mut ChaCha20Rng) {
        let outcome = if random.random_bool(0.8) { "approve" } else { "decline" };
        let order = self.see(ordinal).await.order;
        let wire = &self.world.wire;
        if !wire.can_be_paid(order.payment) {
            self.told.push(format!("order {ordinal} cannot be paid yet"));
            return;
        }
        let gateway = wire.gateway();
        let Some(token) = gateway.try_authorize(order.payment, outcome).await else {
            self.told.push(format!("order {ordinal} is paid at the provider already"));
            return;
        };
        let payment = Payment { payment: order.payment, token };
        let caller = self.orders[ordinal].0.caller;
        let paid = self.world.office.pay(&caller, order.id, payment, self.world.key()).await;
        let under_way = matches!(paid, Ok(PaymentOutcome::Processing(_)));
        self.tell(&format!("order {ordinal}, {outcome}, under way: {under_way}"), &paid);
        self.see(ordinal).await;
    }

    async fn cancel(&mut self, ordinal: usize) {
        let (visitor, order) = &self.orders[ordinal];
        let cancelled = self.world.cancel(&visitor.caller, order).await;
        self.tell(&format!("order {ordinal} is cancelled"), &cancelled);
    }

    async fn at_the_provider(&mut self, ordinal: usize, verb: &str, body: Value) {
        let payment = self.see(ordinal).await.order.payment;
        let done = self.world.wire.gateway().try_control(payment, verb, body).await;
        self.told.push(format!("{verb} of order {ordinal} at the provider: {done}"));
    }

    /// A webhook may come for any reason; one that cannot be dealt with comes again later.
    async fn notice(&mut self, ordinal: usize) {
        self.notices += 1;
        let payment = Some(self.see(ordinal).await.order.payment);
        let id = format!("notice {} of {}", self.notices, self.sale.id);
        let noticed = self.world.office.notice(Notice { id, payment, may_charge: None }).await;
        self.told.push(format!("a webhook for order {ordinal}: {}", noticed.is_ok()));
    }

    fn something_goes_wrong(&mut self, random: &mut ChaCha20Rng) {
        let fault = FAULTS.choose(random).filter(|_| random.random_bool(0.7));
        // What goes on at the provider after its answer ends when it ends.
        let is_told =
            |fault: &&Fault| self.wanted == Wanted::SameSeats || **fault != Fault::ErrorAtOnce;
        let fault = fault.filter(is_told);
        let plan = fault.map(|fault| FaultPlan::always(*fault)).unwrap_or_default();
        self.told.push(format!("from now on: {fault:?}"));
        self.world.wire.gateway().set_faults(FaultPlan { seed: self.seed, ..plan });
    }

    /// Time goes by, and everything that is due is done.
    async fn wait(&mut self, seconds: u64) {
        self.world.advance_seconds(seconds);
        self.world.wire.gateway().step().await;
        self.world.settle_down().await;
        // Where the provider does not answer, it is read later.
        self.world.office.step_movements().await.unwrap();
        self.world.settle_down().await;
        self.told.push(format!("{seconds} s go by"));
        for ordinal in 0..self.orders.len() {
            let seen = self.see(ordinal).await;
            let mut refunds: Vec<(i64, &str)> =
                seen.refunds.iter().map(|one| (one.amount.amount, one.status.name())).collect();
            refunds.sort_unstable();
            let (status, fees) = (seen.order.status, seen.order.fees_kept.amount);
            self.told.push(format!("order {ordinal}: {status:?}, {refunds:?}, {fees} kept"));
        }
    }

    async fn end(&mut self) {
        self.world.wire.gateway().set_faults(FaultPlan::default());
        for (seconds, times) in LAST_WAITS {
            for _ in 0..times {
                self.wait(seconds).await;
            }
        }
        crate::ledger::is_the_gateways(self.world, &self.sale).await;
        let mut kept = BTreeMap::<usize, i64>::new();
        for item in self.world.ledger().await {
            let payment: PaymentId = item.payment_id.parse().unwrap();
            let Some(ordinal) = self.payments.get(&payment) else { continue };
            let sign = if item.kind == "capture" { 1 } else { -1 };
            *kept.entry(*ordinal).or_default() += sign * item.amount;
        }
        for ordinal in 0..self.orders.len() {
            let seen = self.see(ordinal).await;
            let is_paid = seen.order.status == OrderStatus::Paid;
            let prices = if is_paid { seen.order.kept_total().amount } else { 0 };
            let due = prices + seen.order.fees_kept.amount;
            let kept = kept.remove(&ordinal).unwrap_or(0);
            assert_eq!(kept, due, "order {ordinal}: {:?}\n{:#?}", seen.order.status, self.told);
            let ended = !matches!(
                seen.order.status,
                OrderStatus::PendingPayment | OrderStatus::Confirming | OrderStatus::RefundDue
            );
            assert!(ended, "order {ordinal}: {:?}\n{:#?}", seen.order.status, self.told);
            let tickets = self.world.tickets(&self.orders[ordinal].0.caller, &seen.order).await;
            let kept = if is_paid { seen.order.kept_seats().len() } else { 0 };
            assert_eq!(tickets.len(), kept, "{:#?}", self.told);
        }
    }

    /// The order as it is now; the payment that it waits for is its own from now on, and the gateway
    /// was told of it.
    async fn see(&mut self, ordinal: usize) -> PlacedOrder {
        let (visitor, order) = &self.orders[ordinal];
        let seen = self.world.office.order(&visitor.caller, order.id).await.unwrap();
        self.payments.insert(seen.order.payment, ordinal);
        if seen.order.status == OrderStatus::PendingPayment {
            self.world.wire.is_announced(seen.order.payment).await;
        }
        seen
    }

    fn tell<T>(&mut self, what: &str, outcome: &Result<T>) {
        let outcome = outcome.as_ref().map_or_else(refusal, |_| "done".into());
        self.told.push(format!("{what}: {outcome}"));
    }
}
