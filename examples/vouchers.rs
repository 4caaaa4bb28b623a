//! A payment provider of one's own: vouchers with a balance. Two buyers pay with one; the second
//! finds it empty, until the first one's money goes back.
//!
//! Run it: `cargo run -p ticketing-examples --example vouchers`

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use ticketing_core::accounts::Caller;
use ticketing_core::catalog::Policy;
use ticketing_core::orders::Order;
use ticketing_core::payments::{
    Cancellation, CancellationStatus, Confirmation, Fact, FactStatus, PaymentWindow,
    PreRegistration, Provider, ProviderError, Refunding, Reversal,
};
use ticketing_core::seats::{Best, Wish};
use ticketing_core::worker::Workers;
use ticketing_core::{
    BoxOffice, IdempotencyKey, Money, PayMethod, Payment, PaymentId, PaymentOutcome, PerformanceId,
};

/// What is on the one voucher, in cents: two seats' price.
const BALANCE: i64 = 9_000;
const CODE: &str = "GIFT-2026";

/// Vouchers by their codes, and what was paid with them.
#[derive(Default)]
struct Vouchers(Mutex<Books>);

#[derive(Default)]
struct Books {
    balances: HashMap<String, i64>,
    payments: HashMap<PaymentId, Paid>,
}

/// A payment: announced, and paid once it has a code.
struct Paid {
    total: Money,
    code: Option<String>,
    /// By the keys of their requests.
    returned: HashMap<String, i64>,
}

impl Paid {
    fn fact(&self, payment: PaymentId) -> Fact {
        let ready = Fact::ready(payment, self.total.currency);
        if self.code.is_none() {
            return ready;
        }
        let cancelled = self.returned.values().sum();
        let cancellation = |(key, amount): (&String, &i64)| Cancellation {
            id: key.clone(),
            amount: *amount,
            status: CancellationStatus::Succeeded,
        };
        Fact {
            status: if cancelled > 0 { FactStatus::Cancelled } else { FactStatus::Paid },
            captured: self.total,
            cancelled,
            cancellations: self.returned.iter().map(cancellation).collect(),
            ..ready
        }
    }
}

fn refused(kind: &str) -> ProviderError {
    ProviderError::Refused { kind: kind.into(), message: String::new() }
}

#[async_trait]
impl Provider for Vouchers {
    async fn pre_register(&self, registration: PreRegistration) -> Result<(), ProviderError> {
        let PreRegistration { payment, total, .. } = registration;
        let announced = Paid { total, code: None, returned: HashMap::new() };
        self.0.lock().payments.entry(payment).or_insert(announced);
        Ok(())
    }

    async fn confirm(&self, confirmation: Confirmation) -> Result<(), ProviderError> {
        let Confirmation { payment, token, total } = confirmation;
        let Books { balances, payments } = &mut *self.0.lock();
        let paid = payments.get_mut(&payment).ok_or_else(|| refused("unknown_payment"))?;
        if paid.code.is_some() {
            return Err(refused("already_paid"));
        }
        let balance = balances.get_mut(&token).ok_or_else(|| refused("no_such_voucher"))?;
        if *balance < total.amount {
            return Err(refused("not_enough_on_it"));
        }
        *balance -= total.amount;
        paid.code = Some(token);
        Ok(())
    }

    async fn payment(&self, payment: PaymentId) -> Result<Option<Fact>, ProviderError> {
        Ok(self.0.lock().payments.get(&payment).map(|paid| paid.fact(payment)))
    }

    async fn cancel(&self, refunding: Refunding) -> Result<Reversal, ProviderError> {
        let Refunding { payment, key, amount, .. } = refunding;
        let Books { balances, payments } = &mut *self.0.lock();
        let paid = payments.get_mut(&payment).ok_or_else(|| refused("unknown_payment"))?;
        let left = paid.total.amount - paid.returned.values().sum::<i64>();
        if !paid.returned.contains_key(&key) {
            let code = paid.code.as_ref().filter(|_| amount.amount <= left);
            let code = code.ok_or_else(|| refused("less_is_left"))?;
            *balances.entry(code.clone()).or_default() += amount.amount;
            paid.returned.insert(key.clone(), amount.amount);
        }
        Ok(Reversal { id: Some(key), status: CancellationStatus::Succeeded })
    }

    fn window(&self, _: PaymentId, _: &[PayMethod]) -> Option<PaymentWindow> {
        None
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let vouchers = Vouchers::default();
    vouchers.0.lock().balances.insert(CODE.into(), BALANCE);
    let office = ticketing_examples::office_with(Arc::new(vouchers));
    let administrator = ticketing_examples::administrator(&office).await?;
    let sale = ticketing_examples::performance(&office, &administrator, Policy::default()).await?;
    let workers = Workers::start(&office);
    let mut buyers = Vec::new();
    for made in office.add_synthetic_buyers(&administrator, 2).await? {
        buyers.push(office.authenticate(&made.access_token)?);
    }
    let (first, second) =
        (order(&office, &buyers[0], sale).await?, order(&office, &buyers[1], sale).await?);
    println!("the first pays with {CODE}: {}", pay(&office, &buyers[0], &first, "1").await);
    println!("the second, with the same: {}", pay(&office, &buyers[1], &second, "1").await);
    office.refund_payment(&administrator, first.payment, key("refund", &first, "1")?).await?;
    office.step_refunds().await?;
    let second = office.order(&buyers[1], second.id).await?.order;
    println!("after the first one's refund: {}", pay(&office, &buyers[1], &second, "2").await);
    workers.stop().await;
    Ok(())
}

/// Through the line to an order of two seats.
async fn order(office: &BoxOffice, buyer: &Caller, sale: PerformanceId) -> anyhow::Result<Order> {
    let place = office.join(buyer, sale).await?.place_token;
    let pass = loop {
        let answer = office.ask(buyer, sale, &place).await?;
        if let Some(pass) = answer.pass {
            break pass.token;
        }
        tokio::time::sleep(Duration::from_millis(answer.poll_after_ms)).await;
    };
    let wish = Wish::Best(Best { count: 2, category: None, section: None });
    let key = |what: &str| IdempotencyKey::new(&format!("{what}-{}", buyer.account()));
    let hold = office.hold(buyer, sale, Some(&pass), key("hold")?, wish).await?;
    Ok(office.place_order(buyer, Some(&pass), key("order")?, hold.id).await?.order)
}

async fn pay(office: &BoxOffice, buyer: &Caller, order: &Order, time: &str) -> String {
    let payment = Payment { payment: order.payment, token: CODE.into() };
    let Ok(key) = key("pay", order, time) else { return "no key".into() };
    match office.pay(buyer, order.id, payment, key).await {
        Ok(PaymentOutcome::Paid(placed)) => format!("paid {}", placed.order.total.amount),
        Ok(PaymentOutcome::Processing(_)) => "under way".into(),
        Err(error) => error.to_string(),
    }
}

fn key(what: &str, order: &Order, time: &str) -> ticketing_core::Result<IdempotencyKey> {
    IdempotencyKey::new(&format!("{what}-{}-{time}", order.id))
}
