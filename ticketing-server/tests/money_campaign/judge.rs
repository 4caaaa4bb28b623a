//! The judgement, from the gateway's ledger: every order's money is its tickets' price or nothing,
//! no seat is sold twice, and our books say what the ledger says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;
use ticketing_core::accounts::Caller;
use ticketing_core::orders::{AttemptStatus, AttentionReason, OrderStatus, RefundStatus};
use ticketing_core::{BoxOffice, Error, OrganizerOrder, Page, PaymentId, PerformanceId};

use crate::books::Books;

/// Who may see everything.
pub(crate) struct Judge {
    pub(crate) office: BoxOffice,
    pub(crate) administrator: Caller,
    pub(crate) organizer: Caller,
    pub(crate) performance: PerformanceId,
    /// One that is moved, and then cancelled.
    pub(crate) doomed: PerformanceId,
    pub(crate) gateway: String,
    pub(crate) namespace: String,
}

/// One payment in the gateway's ledger.
#[derive(Clone, Debug, Default)]
pub(crate) struct Money {
    captures: u32,
    pub(crate) captured: i64,
    pub(crate) cancelled: i64,
    order: String,
    pub(crate) performance: String,
}

/// What was found wrong, a line each, and what there was to see.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) findings: String,
    pub(crate) orders: usize,
    pub(crate) paid: usize,
    pub(crate) captures: usize,
    pub(crate) returned: usize,
}

impl Judge {
    pub(crate) async fn judge(&self) -> Verdict {
        let ledger = self.ledger().await;
        let here = self.orders(self.performance).await;
        let doomed = self.orders(self.doomed).await;
        let orders = [&here[..], &doomed[..]].concat();
        let mut claims = Books::open(&self.namespace).await.claims().await;
        let mut verdict = Verdict {
            orders: orders.len(),
            captures: ledger.len(),
            returned: ledger.values().filter(|money| money.cancelled > 0).count(),
            ..Verdict::default()
        };
        let mut sold: BTreeMap<(PerformanceId, u32), String> = BTreeMap::new();
        let mut net_of: BTreeMap<&str, i64> = BTreeMap::new();
        for money in ledger.values() {
            *net_of.entry(&money.order).or_default() += money.captured - money.cancelled;
        }
        for OrganizerOrder { order, tickets, .. } in &orders {
            let id = order.id.to_string();
            let is_paid = order.status == OrderStatus::Paid;
            verdict.paid += usize::from(is_paid);
            let prices = if is_paid { order.kept_total().amount } else { 0 };
            let due = prices + order.fees_kept.amount;
            let kept_seats = order.kept_seats();
            let net = net_of.remove(id.as_str()).unwrap_or(0);
            if net != due {
                verdict.find(&format!("order {id} is {:?}: {net} kept, {due} due", order.status));
            }
            let good = if is_paid { kept_seats.len() } else { 0 };
            if tickets.len() != good {
                let (status, tickets) = (order.status, tickets.len());
                verdict.find(&format!("order {id} is {status:?} and has {tickets} tickets"));
            }
            let claimed = claims.remove(&id).unwrap_or_default();
            if is_paid != (claimed == kept_seats) {
                let (status, seats) = (order.status, &kept_seats);
                verdict.find(&format!("order {id} is {status:?}: {seats:?}, {claimed:?} its own"));
            }
            if matches!(order.status, OrderStatus::Confirming | OrderStatus::RefundDue) {
                verdict.find(&format!("order {id} is still {:?}", order.status));
            }
            for seat in kept_seats.iter().filter(|_| is_paid) {
                if let Some(other) = sold.insert((order.performance, *seat), id.clone()) {
                    verdict.find(&format!("seat {seat} was sold to {other} and {id}"));
                }
            }
        }
        for (order, seats) in claims {
            verdict.find(&format!("{seats:?} belong to order {order}, which is not there"));
        }
        // Of no order: a person is told, as long as any of it is left.
        net_of.remove("");
        for (order, net) in net_of {
            verdict.find(&format!("{net} kept for order {order}, which is not there"));
        }
        self.compare(&ledger, &mut verdict).await;
        self.count(self.performance, &here, &mut verdict).await;
        self.count(self.doomed, &doomed, &mut verdict).await;
        for performance in [self.performance, self.doomed] {
            self.settle(performance, &ledger, &mut verdict).await;
        }
        self.is_over(&doomed, &mut verdict).await;
        self.limit(&orders, &mut verdict).await;
        verdict
    }

    /// Our books against the ledger.
    async fn compare(&self, ledger: &BTreeMap<String, Money>, verdict: &mut Verdict) {
        let attended = self.attended().await;
        for (id, money) in ledger {
            let payment: PaymentId = id.parse().expect("our payments have our ids");
            if money.order.is_empty() {
                let is_told = attended.contains(&payment);
                if is_told == (money.captured == money.cancelled) {
                    verdict
                        .find(&format!("payment {id} is of no order; a person knows: {is_told}"));
                }
                continue;
            }
            let Ok(report) = self.office.payment(&self.administrator, payment).await else {
                verdict.find(&format!("payment {id} is not in our books"));
                continue;
            };
            if money.captures > 1 {
                verdict.find(&format!("payment {id} was captured {} times", money.captures));
            }
            let done = |refund: &&_| is_done(refund);
            let returned: i64 =
                report.refunds.iter().filter(done).map(|refund| refund.amount.amount).sum();
            if (report.captured.amount, returned) != (money.captured, money.cancelled) {
                verdict.find(&format!(
                    "payment {id} is {:?}: {} captured and {returned} returned in our books, \
                     {} and {} in the ledger",
                    report.status, report.captured.amount, money.captured, money.cancelled
                ));
            }
            if matches!(report.status, AttemptStatus::Confirming | AttemptStatus::Unknown) {
                verdict.find(&format!("payment {id} is still {:?}", report.status));
            }
        }
    }

    /// What the events counted against the orders: each event took effect once.
    async fn count(
        &self,
        performance: PerformanceId,
        orders: &[OrganizerOrder],
        verdict: &mut Verdict,
    ) {
        let counted = self.office.sales_counters(&self.organizer, performance).await;
        let counted = counted.expect("the organizer sees the counters");
        let paid = orders.iter().filter(|one| one.order.status == OrderStatus::Paid);
        let seats = paid.map(|one| one.order.kept_seats().len()).sum::<usize>();
        let seen = (counted.orders_placed, counted.seats_sold);
        let number = |count: usize| i64::try_from(count).expect("few");
        let there = (number(orders.len()), number(seats));
        if seen != there {
            verdict
                .find(&format!("{seen:?} orders and sold seats were counted, {there:?} are there"));
            for event in Books::open(&self.namespace).await.untold().await {
                verdict.find(&format!("untold: {event}"));
            }
        }
    }

    /// The payments of no order that a person is asked to look at.
    async fn attended(&self) -> BTreeSet<PaymentId> {
        let page = Page::new(Some(ticketing_core::PAGE_MAX), None).expect("a page");
        let attention = self.office.attention(&self.administrator, page).await;
        let attention = attention.expect("the administrator sees what needs one").items;
        let unknown = attention.iter().filter(|one| one.reason == AttentionReason::UnknownPayment);
        unknown.map(|one| one.payment).collect()
    }

    pub(crate) async fn orders(&self, performance: PerformanceId) -> Vec<OrganizerOrder> {
        let (mut orders, mut after) = (Vec::new(), None);
        let mut seen = BTreeSet::new();
        loop {
            let page = Page::new(Some(ticketing_core::PAGE_MAX), after).expect("a page");
            let found = self.office.orders_of(&self.organizer, performance, None, page).await;
            // One that was cancelled before anybody had ordered is hidden.
            if matches!(found, Err(Error::NotFound(_))) {
                return orders;
            }
            let found = found.expect("the organizer sees the orders");
            orders.extend(found.items);
            after = found.next;
            if after.is_none() {
                orders.retain(|one| seen.insert(one.order.id));
                return orders;
            }
        }
    }

    pub(crate) async fn ledger(&self) -> BTreeMap<String, Money> {
        let (mut ledger, mut cursor) = (BTreeMap::<String, Money>::new(), "0".to_owned());
        loop {
            let url = format!("{}/sandbox/ledger?limit=1000&cursor={cursor}", self.gateway);
            let page: Value =
                reqwest::get(url).await.expect("it answers").json().await.expect("JSON");
            for item in page["items"].as_array().expect("items") {
                let money = ledger.entry(text(&item["payment_id"])).or_default();
                let amount = item["amount"].as_i64().expect("an amount");
                money.order = text(&item["custom_data"]["order_id"]);
                money.performance = text(&item["custom_data"]["performance_id"]);
                if item["kind"] == "capture" {
                    money.captures += 1;
                    money.captured += amount;
                } else {
                    money.cancelled += amount;
                }
            }
            match page["next_cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => return ledger,
            }
        }
    }
}

impl Verdict {
    pub(crate) fn find(&mut self, finding: &str) {
        writeln!(self.findings, "  {finding}").expect("it is a text");
    }

    pub(crate) fn is_green(&self) -> bool {
        self.findings.is_empty()
    }

    pub(crate) fn result(self) -> Result<(), String> {
        if self.is_green() { Ok(()) } else { Err(self.findings) }
    }
}

fn is_done(refund: &ticketing_core::orders::RefundReport) -> bool {
    refund.status == RefundStatus::Done
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
