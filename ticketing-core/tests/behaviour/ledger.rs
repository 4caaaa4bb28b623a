//! The ledger of a performance: what the gateway says of each payment, and periods that stay as they were.

use std::collections::BTreeMap;

use serde_json::json;
use ticketing_core::catalog::{Policy, RefundRule};
use ticketing_core::orders::{MovementKind, Period, Totals};
use ticketing_core::{Cancelling, Error, LedgerPage, Page, Payment};
use ticketing_gateway::{Fault, FaultPlan};

use crate::parts::in_the_end;
use crate::sale::{OnSale, PRICE};
use crate::world::World;

async fn ledger(world: &World, sale: &OnSale, period: Period) -> LedgerPage {
    let page = Page::new(Some(500), None).unwrap();
    world.office.ledger(&sale.organizer, sale.id, period, page).await.unwrap()
}

/// What the performance's ledger says of each payment is what the gateway's says, and the books agree. One
/// cancel at the console may be several refunds of ours.
pub(crate) async fn is_the_gateways(world: &World, sale: &OnSale) {
    let ours = ledger(world, sale, Period::default()).await;
    assert_eq!(ours.agrees, Some(true));
    // What came in and what went back, by payment.
    let mut said = BTreeMap::<String, (i64, i64)>::new();
    for movement in &ours.movements.items {
        add(&mut said, &movement.payment.to_string(), movement.amount.amount);
    }
    let mut listed = BTreeMap::<String, (i64, i64)>::new();
    for item in world.ledger().await {
        if item.custom_data["performance_id"] == json!(sale.id.to_string()) {
            let sign = if item.kind == "capture" { 1 } else { -1 };
            add(&mut listed, &item.payment_id, sign * item.amount);
        }
    }
    assert_eq!(said, listed);
    let net = listed.values().map(|(came_in, went_back)| came_in + went_back).sum::<i64>();
    assert_eq!(ours.totals.net(), net);
}

fn add(sums: &mut BTreeMap<String, (i64, i64)>, payment: &str, amount: i64) {
    let sum = sums.entry(payment.to_owned()).or_default();
    if amount > 0 {
        sum.0 += amount;
    } else {
        sum.1 += amount;
    }
}

behaviour! {
    async fn whatever_moves_is_in_the_ledger_once(world: World) {
        let rules = vec![RefundRule { fee_percent: 10, ..RefundRule::default() }];
        let sale = world.sale(Policy { refund_terms: rules, ..Policy::default() }, 20).await;
        let other = world.sale(Policy::default(), 10).await;
        let elsewhere = world.admitted(&other).await;
        world.bought(&elsewhere, &[0]).await;
        // Paid, partly given back by its terms; declined and given up; a wrong amount; a dispute.
        let first = world.admitted(&sale).await;
        let order = world.bought(&first, &[0, 1]).await;
        let refund = world.office.cancellation(&first.caller, order.id, Some(vec![1])).await.unwrap().refund;
        let said = Cancelling { seats: Some(vec![1]), refund: Some(refund), reason: None };
        world.office.cancel(&first.caller, order.id, said, world.key()).await.unwrap();
        let second = world.admitted(&sale).await;
        let declined = world.ordered(&second, &[2]).await;
        let token = world.authorize(declined.payment, "decline").await;
        let payment = Payment { payment: declined.payment, token };
        world.office.pay(&second.caller, declined.id, payment, world.key()).await.unwrap_err();
        let third = world.admitted(&sale).await;
        let wrong = world.ordered(&third, &[3]).await;
        let gateway = world.wire.gateway();
        gateway.set_faults(FaultPlan::always(Fault::WrongAmount));
        let _ = world.pay(&third.caller, &wrong).await;
        gateway.set_faults(FaultPlan::default());
        let fourth = world.admitted(&sale).await;
        let disputed = world.bought(&fourth, &[4]).await;
        gateway.control(disputed.payment, "dispute", json!({})).await;
        in_the_end(&world).await;
        // The bank decides for the buyer.
        gateway.control(disputed.payment, "cancel", json!({"amount": 500})).await;
        world.office.step_movements().await.unwrap();
        in_the_end(&world).await;
        is_the_gateways(&world, &sale).await;
        is_the_gateways(&world, &other).await;
        let all = ledger(&world, &sale, Period::default()).await;
        let captured = 2 * PRICE + (PRICE - 1) + PRICE;
        assert_eq!(all.totals.captured, captured);
        assert_eq!(all.totals.refunded, -(refund.amount + PRICE - 1));
        assert_eq!(all.totals.disputed, -500);
        let kinds: Vec<MovementKind> = all.movements.items.iter().map(|one| one.kind).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == MovementKind::Capture).count(), 3);
        assert_eq!(kinds.len(), 6);
        assert_eq!(ledger(&world, &other, Period::default()).await.totals.net(), PRICE);
    }

    async fn a_period_that_is_over_stays_and_carries_over(world: World) {
        let sale = world.sale(Policy::default(), 20).await;
        let first = world.admitted(&sale).await;
        let order = world.bought(&first, &[0, 1]).await;
        world.advance_seconds(3_600);
        let noon = world.now();
        let before = Period { from: None, to: Some(noon) };
        let closed = ledger(&world, &sale, before).await;
        assert_eq!(closed.totals, Totals { captured: 2 * PRICE, ..Totals::default() });
        let second = world.admitted(&sale).await;
        world.bought(&second, &[2]).await;
        let said = Cancelling { refund: Some(order.total), ..Cancelling::default() };
        world.office.cancel(&first.caller, order.id, said, world.key()).await.unwrap();
        in_the_end(&world).await;
        assert_eq!(LedgerPage { agrees: None, ..ledger(&world, &sale, before).await },
            LedgerPage { agrees: None, ..closed.clone() });
        let after = ledger(&world, &sale, Period { from: Some(noon), to: None }).await;
        assert_eq!((closed.opening, after.opening), (0, closed.totals.net()));
        assert_eq!(after.totals, Totals { captured: PRICE, refunded: -2 * PRICE, disputed: 0 });
        let all = ledger(&world, &sale, Period::default()).await;
        assert_eq!(after.opening + after.totals.net(), all.totals.net());
        assert_eq!(all.totals.net(), PRICE);
        // Page by page it is the same.
        let mut paged = Vec::new();
        let mut next = None;
        loop {
            let page = Page::new(Some(1), next).unwrap();
            let one = world.office.ledger(&sale.organizer, sale.id, Period::default(), page).await.unwrap();
            paged.extend(one.movements.items);
            next = one.movements.next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(paged, all.movements.items);
        let empty = ledger(&world, &sale, Period { from: Some(noon), to: Some(noon) }).await;
        assert_eq!((empty.movements.items.len(), empty.totals), (0, Totals::default()));
        let backwards = Period { from: Some(noon.plus_seconds(1)), to: Some(noon) };
        let backwards = world.office.ledger(&sale.organizer, sale.id, backwards, Page::default()).await;
        refused!(backwards, Error::Validation(_));
        let stranger = world.office.ledger(&first.caller, sale.id, Period::default(), Page::default()).await;
        refused!(stranger, Error::Forbidden(_));
    }
}
