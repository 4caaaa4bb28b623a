//! Money and a provider that is slow, silent or contradictory: nobody is charged without seats, and
//! nobody who paid is without tickets or money.

use std::time::Duration;

use ticketing_core::catalog::Policy;
use ticketing_core::orders::{Order, OrderStatus};
use ticketing_core::{Cancelling, Payment, PaymentOutcome, Result};
use tokio::task::JoinHandle;

use crate::sale::{FREE, OnSale, PRICE, RESERVED, SOLD, Visitor, paid};
use crate::world::World;

/// How long an order waits for its payment here.
const PAY_SECONDS: u32 = 60;
/// For so long a payment that shows nothing has not failed.
const CHARGE_MAY_RUN_SECONDS: u64 = 90;
/// For so long an order's seats wait for a charge of which nobody learns the end.
const SEATS_WAIT_SECONDS: u64 = 600;
/// Longer than any wait between two looks of the first minutes after an attempt ended.
const WATCHED_WITHIN_SECONDS: u64 = 900;
/// When a payment is announced by whoever comes by, at the latest.
const ANNOUNCED_WITHIN_SECONDS: u64 = 5;

/// For so long a test waits for what comes at once.
const WAITS: Duration = Duration::from_secs(20);

/// How long work on money is left to whoever took it.
const LEASE_SECONDS: u64 = 90;

async fn sale(world: &World) -> OnSale {
    world.sale(Policy { pay_seconds: PAY_SECONDS, ..Policy::default() }, 20).await
}

/// The balance of everything at the gateway.
async fn balance(world: &World) -> i64 {
    let signed = |kind: &str, amount: i64| if kind == "capture" { amount } else { -amount };
    world.ledger().await.iter().map(|item| signed(&item.kind, item.amount)).sum()
}

async fn look(world: &World) {
    world.office.step_payments().await.unwrap();
}

/// A charge that waits at the gateway, and of which we heard that the connection broke.
async fn broken_off(world: &World, visitor: &Visitor, seats: &[u32]) -> Order {
    let order = world.ordered(visitor, seats).await;
    world.wire.break_charges();
    let outcome = world.pay(&visitor.caller, &order).await.unwrap();
    assert!(matches!(outcome, PaymentOutcome::Processing(_)), "{outcome:?}");
    world.wire.charge_waits().await;
    order
}

/// An order whose announcement waits on its way; whoever came by to make it waits for that one.
async fn announcing(world: &World) -> (Visitor, Order) {
    let sale = world.sale(Policy::default(), 10).await;
    let visitor = world.admitted(&sale).await;
    world.wire.hold_announcements();
    let order = world.ordered(&visitor, &[3]).await;
    world.advance_seconds(ANNOUNCED_WITHIN_SECONDS);
    look(world).await;
    assert_eq!(world.wire.announcements_waiting(), 1);
    (visitor, order)
}

/// A charge that waits on its way, with its buyer.
async fn waiting(
    world: &World,
    visitor: &Visitor,
    payment: Payment,
    order: &Order,
) -> JoinHandle<Result<PaymentOutcome>> {
    world.wire.hold_charges();
    let paying = tokio::spawn({
        let (world, caller, id) = (world.clone(), visitor.caller, order.id);
        async move { world.office.pay(&caller, id, payment, world.key()).await }
    });
    world.wire.charge_waits().await;
    paying
}

behaviour! {
    async fn a_charge_that_takes_longer_than_the_order_keeps_its_seats_and_gives_tickets(
        world: World
    ) {
        let sale = sale(&world).await;
        let visitor = world.admitted(&sale).await;
        let order = broken_off(&world, &visitor, &[3]).await;
        world.advance_seconds(u64::from(PAY_SECONDS) + 10);
        look(&world).await;
        world.office.step_expiry().await.unwrap();
        assert_eq!(world.seat(&sale, 3).await, RESERVED);
        world.wire.let_charges_go();
        world.wire.no_charge_is_under_way().await;
        world.advance_seconds(60);
        look(&world).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        assert_eq!(world.tickets(&visitor.caller, &order).await.len(), 1);
        assert_eq!(balance(&world).await, PRICE);
    }

    async fn a_capture_after_everything_ended_is_found_and_takes_the_seats_again(world: World) {
        let sale = sale(&world).await;
        let visitor = world.admitted(&sale).await;
        let order = broken_off(&world, &visitor, &[3]).await;
        world.advance_seconds(CHARGE_MAY_RUN_SECONDS);
        look(&world).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Expired);
        assert_eq!(world.seat(&sale, 3).await, FREE);
        world.wire.let_charges_go();
        world.wire.no_charge_is_under_way().await;
        world.advance_seconds(WATCHED_WITHIN_SECONDS);
        look(&world).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        assert_eq!((world.seat(&sale, 3).await, balance(&world).await), (SOLD, PRICE));
    }

    async fn a_capture_after_everything_ended_goes_back_when_the_seats_are_gone(world: World) {
        let sale = sale(&world).await;
        let (late, quick) = (world.admitted(&sale).await, world.admitted(&sale).await);
        let order = broken_off(&world, &late, &[3, 4]).await;
        world.advance_seconds(CHARGE_MAY_RUN_SECONDS);
        look(&world).await;
        let taken = world.ordered(&quick, &[4]).await;
        world.wire.let_charges_go();
        world.wire.no_charge_is_under_way().await;
        paid(world.pay(&quick.caller, &taken).await.unwrap());
        world.advance_seconds(WATCHED_WITHIN_SECONDS);
        world.settle_down().await;
        assert_eq!(world.status(&late.caller, order.id).await, OrderStatus::Refunded);
        assert_eq!((world.ledger().await.len(), balance(&world).await), (3, PRICE));
        assert!(world.tickets(&late.caller, &order).await.is_empty());
    }

    async fn seats_wait_ten_minutes_for_a_provider_that_says_nothing(world: World) {
        let sale = sale(&world).await;
        let visitor = world.admitted(&sale).await;
        let order = broken_off(&world, &visitor, &[3]).await;
        world.wire.let_charges_go();
        world.wire.no_charge_is_under_way().await;
        world.wire.cut();
        world.advance_seconds(SEATS_WAIT_SECONDS - 1);
        look(&world).await;
        assert_eq!(world.seat(&sale, 3).await, RESERVED);
        world.advance_seconds(WATCHED_WITHIN_SECONDS);
        look(&world).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Expired);
        assert_eq!(world.seat(&sale, 3).await, FREE);
        world.wire.mend();
        world.advance_seconds(WATCHED_WITHIN_SECONDS);
        look(&world).await;
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Paid);
        assert_eq!(balance(&world).await, PRICE);
    }

    async fn who_gives_up_while_paying_gets_the_money_back(world: World) {
        let sale = sale(&world).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[3]).await;
        let payment = world.approved(&order).await;
        let paying = waiting(&world, &visitor, payment, &order).await;
        let key = world.key();
        let (office, caller) = (&world.office, &visitor.caller);
        let wanted = office.cancel(caller, order.id, Cancelling::default(), key.clone()).await.unwrap();
        assert_eq!(wanted.order.status, OrderStatus::Confirming);
        world.wire.let_charges_go();
        paying.await.unwrap().unwrap_err();
        world.settle_down().await;
        assert_eq!(world.status(caller, order.id).await, OrderStatus::Refunded);
        assert_eq!((world.ledger().await.len(), balance(&world).await), (2, 0));
        assert_eq!(world.seat(&sale, 3).await, FREE);
        let again = office.cancel(caller, order.id, Cancelling::default(), key).await.unwrap();
        assert_eq!(again, wanted, "a repeat gets the first answer");
    }

    async fn who_gives_up_while_paying_and_is_declined_has_a_cancelled_order(world: World) {
        let sale = sale(&world).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[3]).await;
        let token = world.authorize(order.payment, "decline").await;
        let payment = Payment { payment: order.payment, token };
        let paying = waiting(&world, &visitor, payment, &order).await;
        world.cancel(&visitor.caller, &order).await.unwrap();
        world.wire.let_charges_go();
        paying.await.unwrap().unwrap_err();
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Cancelled);
        assert_eq!(world.seat(&sale, 3).await, FREE);
    }

    async fn an_order_that_was_placed_can_be_paid_at_once(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[3]).await;
        assert!(world.wire.can_be_paid(order.payment));
    }

    async fn a_provider_that_does_not_answer_is_told_once_and_placing_goes_on(world: World) {
        let (visitor, order) = announcing(&world).await;
        // Its buyer looks at the order meanwhile.
        let seen = world.office.order(&visitor.caller, order.id);
        let go = async { world.wire.let_announcements_go() };
        let (seen, ()) = tokio::join!(seen, go);
        assert_eq!(seen.unwrap().order.id, order.id);
        assert!(world.wire.can_be_paid(order.payment), "who is shown a payment can pay it");
        paid(world.pay(&visitor.caller, &order).await.unwrap());
    }

    async fn who_waited_for_an_announcement_that_was_lost_makes_it_again(world: World) {
        let (visitor, order) = announcing(&world).await;
        world.wire.lose_waiting_announcements();
        let told = tokio::time::timeout(WAITS, world.wire.is_announced(order.payment)).await;
        told.expect("it is made again, and not when its lease is over");
        paid(world.pay(&visitor.caller, &order).await.unwrap());
    }

    async fn an_announcement_that_is_lost_is_made_later(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        world.wire.lose_announcements(true);
        let order = world.ordered(&visitor, &[3]).await;
        world.advance_seconds(ANNOUNCED_WITHIN_SECONDS);
        look(&world).await;
        world.wire.lose_announcements(false);
        // Whoever took it the first time had it for a while.
        world.advance_seconds(LEASE_SECONDS);
        look(&world).await;
        paid(world.pay(&visitor.caller, &order).await.unwrap());
    }
}
