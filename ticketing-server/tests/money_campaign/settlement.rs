//! What is left of a performance at its end: its ledger and its settlement, the limit per buyer, and of
//! a cancelled one nothing.

use std::collections::BTreeMap;

use serde_json::Value;
use ticketing_core::orders::{OrderStatus, Period, Totals};
use ticketing_core::{CancellationState, OrganizerOrder, Page, PerformanceId};

use crate::books::Books;
use crate::commands::Commands;
use crate::judge::{Judge, Money, Verdict};

impl Judge {
    /// The performance's ledger against the gateway's: what came in and what went back, to the unit.
    pub(crate) async fn settle(
        &self,
        performance: PerformanceId,
        ledger: &BTreeMap<String, Money>,
        verdict: &mut Verdict,
    ) {
        let ours =
            self.office.ledger(&self.organizer, performance, Period::default(), Page::default());
        let ours = ours.await.expect("the organizer sees the ledger");
        let its = performance.to_string();
        let (captured, cancelled) = totals(ledger, &its);
        let Totals { captured: came_in, refunded, disputed } = ours.totals;
        if (came_in, refunded + disputed) != (captured, -cancelled) || ours.agrees != Some(true) {
            verdict.find(&format!(
                "the ledger says {came_in} and {}, the gateway's {captured} and -{cancelled}; it \
                 agrees with the books: {:?}",
                refunded + disputed,
                ours.agrees
            ));
        }
    }

    /// What the settlement command prints against the gateway's listing: its days come to the same, each
    /// begins with what the one before left.
    pub(crate) async fn settle_by_command(&self, commands: &Commands, verdict: &mut Verdict) {
        let ledger = self.ledger().await;
        for performance in [self.performance, self.doomed] {
            let its = performance.to_string();
            let settled = commands.run(&["report", "settlement", &its, "--by", "day"]);
            let settled = match settled {
                Ok(settled) => settled,
                Err(finding) => {
                    verdict.find(&finding);
                    continue;
                }
            };
            let periods = settled["periods"].as_array().expect("a settlement has periods");
            if performance == self.performance && periods.len() < 2 {
                verdict.find(&format!("what moved on two days is not apart: {settled}"));
            }
            let (mut captured, mut returned, mut carried) = (0, 0, 0);
            for period in periods {
                let number = |name: &str| period[name].as_i64().expect("a number");
                if number("opening") != carried {
                    verdict.find(&format!("{carried} was carried over, and not to {period}"));
                }
                captured += number("captured");
                returned += number("refunded") + number("disputed");
                carried = number("closing");
            }
            let (came_in, went_back) = totals(&ledger, &its);
            let theirs = (came_in, -went_back, came_in - went_back);
            if (captured, returned, carried) != theirs || settled["agrees"] != Value::Bool(true) {
                verdict.find(&format!("the settlement is {settled}, the gateway's {theirs:?}"));
            }
        }
    }

    /// The limit per buyer counts the seats that they have, and no others.
    pub(crate) async fn limit(&self, orders: &[OrganizerOrder], verdict: &mut Verdict) {
        let counted = Books::open(&self.namespace).await.quotas().await;
        let mut there = BTreeMap::<(String, String), i64>::new();
        for OrganizerOrder { order, .. } in orders {
            let seats = i64::try_from(order.kept_seats().len()).expect("few");
            if order.status == OrderStatus::Paid && seats > 0 {
                let buyer = (order.performance.to_string(), order.account.to_string());
                *there.entry(buyer).or_default() += seats;
            }
        }
        if counted != there {
            let wrong = counted.iter().filter(|(buyer, seats)| there.get(buyer) != Some(*seats));
            let wrong: Vec<_> = wrong.collect();
            verdict.find(&format!("the limit per buyer counts seats that nobody has: {wrong:?}"));
        }
    }

    /// A cancelled performance keeps nobody, and nothing.
    pub(crate) async fn is_over(&self, orders: &[OrganizerOrder], verdict: &mut Verdict) {
        let progress = self.office.performance_cancellation(&self.organizer, self.doomed).await;
        // Nobody cancels it where there is no storm.
        let Ok(progress) = progress else { return };
        let open = orders.iter().filter(|one| one.order.earned().amount != 0).count();
        if progress.state != CancellationState::Done || open > 0 {
            let state = progress.state;
            verdict.find(&format!("the cancelled performance is {state:?}, {open} orders keep"));
        }
    }
}

/// What came in for a performance, and what went back, as the gateway lists it.
fn totals(ledger: &BTreeMap<String, Money>, performance: &str) -> (i64, i64) {
    let its = ledger.values().filter(|money| money.performance == performance);
    its.fold((0, 0), |(captured, cancelled), money| {
        (captured + money.captured, cancelled + money.cancelled)
    })
}
