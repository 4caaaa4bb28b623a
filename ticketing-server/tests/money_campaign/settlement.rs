//! What is left of a performance at its end: its ledger, the limit per buyer, and of a cancelled one
//! nothing.

use std::collections::BTreeMap;

use ticketing_core::orders::{OrderStatus, Period, Totals};
use ticketing_core::{CancellationState, OrganizerOrder, Page, PerformanceId};

use crate::books::Books;
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
        let of_orders = ledger.values().filter(|money| money.performance == its);
        let (captured, cancelled) = of_orders.fold((0, 0), |(captured, cancelled), money| {
            (captured + money.captured, cancelled + money.cancelled)
        });
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
