//! Orders: from a live hold of one's own, once, and only for their buyer to see.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::Barrier;

use ticketing_core::accounts::Caller;
use ticketing_core::catalog::{PerformanceChange, Policy, PolicyChange};
use ticketing_core::orders::OrderStatus;
use ticketing_core::payments::PaymentWindow;
use ticketing_core::{Error, HoldId, Page, PayMethod, VenueId};

use crate::sale::{FREE, PRICE, RESERVED, SOLD, Visitor, paid};

/// As many click at the same moment.
const RIVALS: usize = 8;

behaviour! {
    async fn an_order_needs_a_pass(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let hold = world.hold(&visitor, &[1]).await.unwrap();
        let without = Visitor { pass_token: None, ..visitor.clone() };
        refused!(world.order(&without, &hold).await, Error::PassRequired);
        let stranger = world.admitted(&sale).await;
        let borrowed = Visitor { pass_token: stranger.pass_token, ..visitor.clone() };
        refused!(world.order(&borrowed, &hold).await, Error::PassRequired);
        world.order(&visitor, &hold).await.unwrap();
    }

    async fn no_order_comes_from_a_released_hold(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let hold = world.hold(&visitor, &[1]).await.unwrap();
        world.release(&visitor, &hold).await.unwrap();
        refused!(world.order(&visitor, &hold).await, Error::HoldExpired);
        assert_eq!(world.seat(&sale, 1).await, FREE);
    }

    async fn no_order_comes_from_an_expired_hold(world: World) {
        let sale = world.sale(Policy { hold_seconds: 60, ..Policy::default() }, 10).await;
        let visitor = world.admitted(&sale).await;
        let (late, in_time) = (
            world.hold(&visitor, &[1]).await.unwrap(),
            world.hold(&visitor, &[2]).await.unwrap(),
        );
        world.advance_ms(59_999);
        world.order(&visitor, &in_time).await.unwrap();
        world.advance_ms(1);
        refused!(world.order(&visitor, &late).await, Error::HoldExpired);
    }

    async fn no_order_comes_from_a_foreign_hold(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let (owner, thief) = (world.admitted(&sale).await, world.admitted(&sale).await);
        let hold = world.hold(&owner, &[1]).await.unwrap();
        refused!(world.order(&thief, &hold).await, Error::NotFound(_));
        world.order(&owner, &hold).await.unwrap();
    }

    async fn no_order_comes_from_a_hold_of_another_performance(world: World) {
        let (here, there) =
            (world.sale(Policy::default(), 10).await, world.sale(Policy::default(), 10).await);
        let visitor = world.admitted(&here).await;
        let hold = world.hold(&visitor, &[1]).await.unwrap();
        let elsewhere = world.admit(&visitor.caller, &there).await;
        refused!(world.order(&elsewhere, &hold).await, Error::NotFound(_));
    }

    async fn a_live_hold_can_be_ordered_after_the_pass_has_ended(world: World) {
        let policy = Policy { pass_lease_seconds: 60, hold_seconds: 300, ..Policy::default() };
        let sale = world.sale(policy, 10).await;
        let visitor = world.admitted(&sale).await;
        world.advance_seconds(59);
        let hold = world.hold(&visitor, &[1]).await.unwrap();
        world.advance_seconds(10);
        world.tick().await;
        refused!(world.hold(&visitor, &[2]).await, Error::PassExpired);
        world.order(&visitor, &hold).await.unwrap();
    }

    async fn two_orders_cannot_be_placed_from_one_hold(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let hold = world.hold(&visitor, &[1, 2]).await.unwrap();
        let barrier = Arc::new(Barrier::new(RIVALS));
        let clicks = (0..RIVALS).map(|_| {
            let (world, barrier) = (world.clone(), barrier.clone());
            let (visitor, hold) = (visitor.clone(), hold.clone());
            tokio::spawn(async move {
                barrier.wait().await;
                world.order(&visitor, &hold).await
            })
        });
        let answers = join_all(clicks.collect::<Vec<_>>()).await;
        let placed = answers.iter().filter(|answer| matches!(answer, Ok(Ok(_))));
        assert_eq!(placed.count(), 1, "{answers:?}");
        refused!(world.order(&visitor, &hold).await, Error::HoldOrdered { .. });
        let orders = world.office.orders(&visitor.caller, Page::default()).await.unwrap();
        assert_eq!(orders.items.len(), 1);
        assert_eq!(world.sales(&sale).await.seats.reserved, 2);
    }

    async fn a_hold_that_has_its_order_names_it_to_its_buyer_alone(world: World) {
        let sale = world.sale(Policy { hold_seconds: 60, ..Policy::default() }, 10).await;
        let (owner, stranger) = (world.admitted(&sale).await, world.admitted(&sale).await);
        let hold = world.hold(&owner, &[1]).await.unwrap();
        let order = world.order(&owner, &hold).await.unwrap().order;
        let again = async |when: &str| match world.order(&owner, &hold).await {
            Err(Error::HoldOrdered { order: named }) => assert_eq!(named, order.id, "{when}"),
            other => panic!("{when}: {other:?}"),
        };
        again("at once").await;
        refused!(world.order(&stranger, &hold).await, Error::NotFound("hold"));
        world.advance_seconds(120);
        world.tick().await;
        again("after the hold's own time").await;
        world.cancel(&owner.caller, &order).await.unwrap();
        again("after it was cancelled").await;
    }

    async fn no_order_comes_from_a_hold_that_never_was(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let real = world.hold(&visitor, &[1]).await.unwrap();
        let mut made_up = real.clone();
        made_up.id = HoldId::from(sale.id.uuid());
        refused!(world.order(&visitor, &made_up).await, Error::NotFound("hold"));
        refused!(world.release(&visitor, &made_up).await, Error::NotFound("hold"));
        world.order(&visitor, &real).await.unwrap();
    }

    async fn a_stranger_cannot_read_cancel_or_pay_someones_order(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let owner = world.admitted(&sale).await;
        let order = world.ordered(&owner, &[1]).await;
        let payment = world.approved(&order).await;
        let stranger: Caller = world.buyer().await;
        let office = &world.office;
        refused!(office.order(&stranger, order.id).await, Error::NotFound(_));
        let tickets = office.tickets(&stranger, order.id, Page::default()).await;
        refused!(tickets, Error::NotFound(_));
        refused!(world.cancel(&stranger, &order).await, Error::NotFound(_));
        let stolen = office.pay(&stranger, order.id, payment, world.key()).await;
        refused!(stolen, Error::NotFound(_));
        assert!(office.orders(&stranger, Page::default()).await.unwrap().items.is_empty());
        assert_eq!(world.status(&owner.caller, order.id).await, OrderStatus::PendingPayment);
        assert!(world.ledger().await.is_empty());
    }

    async fn cancelling_frees_the_seats_and_the_limit(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[0, 1, 2, 3]).await;
        let cancelled = world.cancel(&visitor.caller, &order).await.unwrap().order;
        assert_eq!(cancelled.status, OrderStatus::Cancelled);
        assert_eq!(world.sales(&sale).await.seats.free, 10);
        world.ordered(&visitor, &[0, 1, 2, 3]).await;
    }

    async fn a_cancelled_order_is_neither_paid_nor_cancelled_again(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[0]).await;
        world.cancel(&visitor.caller, &order).await.unwrap();
        refused!(world.pay(&visitor.caller, &order).await, Error::Conflict(_));
        refused!(world.cancel(&visitor.caller, &order).await, Error::Conflict(_));
        assert!(world.ledger().await.is_empty());
    }

    async fn an_order_that_is_not_paid_in_time_ends_and_frees_its_seats(world: World) {
        let sale = world.sale(Policy { pay_seconds: 60, ..Policy::default() }, 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[0, 1]).await;
        world.advance_ms(60_249);
        world.office.step_expiry().await.unwrap();
        assert_eq!(world.sales(&sale).await.seats.reserved, 2, "the grace is not over");
        refused!(world.pay(&visitor.caller, &order).await, Error::OrderExpired);
        world.advance_ms(1);
        world.office.step_expiry().await.unwrap();
        assert_eq!(world.sales(&sale).await.seats.free, 10);
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Expired);
        let next = world.admitted(&sale).await;
        world.bought(&next, &[0, 1]).await;
        world.office.step_expiry().await.unwrap();
        assert_eq!(world.seat(&sale, 0).await, SOLD);
        refused!(world.pay(&visitor.caller, &order).await, Error::OrderExpired);
    }

    async fn an_order_whose_payment_is_under_way_never_expires(world: World) {
        let sale = world.sale(Policy { pay_seconds: 60, ..Policy::default() }, 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[0]).await;
        world.wire.hold_charges();
        let paying = tokio::spawn({
            let (world, visitor, order) = (world.clone(), visitor.clone(), order.clone());
            async move { world.pay(&visitor.caller, &order).await }
        });
        world.wire.charge_waits().await;
        world.advance_seconds(61);
        world.office.step_expiry().await.unwrap();
        assert_eq!(world.seat(&sale, 0).await, RESERVED);
        assert_eq!(world.status(&visitor.caller, order.id).await, OrderStatus::Confirming);
        world.wire.let_charges_go();
        let order = paid(paying.await.unwrap().unwrap());
        assert_eq!(order.status, OrderStatus::Paid);
        assert_eq!(world.seat(&sale, 0).await, SOLD);
    }

    async fn an_order_keeps_the_price_it_was_placed_at(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[0, 1]).await;
        assert_eq!(order.total.amount, 2 * PRICE);
        let nowhere = VenueId::from(order.id.uuid());
        let prices = Some(world.details(nowhere, &[("Regular", Some(1))]).prices);
        let change = PerformanceChange { prices, ..PerformanceChange::default() };
        world.office.change_performance(&sale.organizer, sale.id, change).await.unwrap();
        let order = paid(world.pay(&visitor.caller, &order).await.unwrap());
        assert_eq!(order.total.amount, 2 * PRICE);
        assert_eq!(world.ledger().await[0].amount, 2 * PRICE);
    }

    async fn an_order_keeps_the_payment_methods_it_was_placed_with(world: World) {
        let first = vec![PayMethod::Transfer, PayMethod::Card];
        let policy = Policy { payment_methods: first.clone(), ..Policy::default() };
        let sale = world.sale(policy, 10).await;
        let visitor = world.admitted(&sale).await;
        let hold = world.hold(&visitor, &[0]).await.unwrap();
        let placed = world.order(&visitor, &hold).await.unwrap();
        let window = placed.window.clone();
        assert!(
            matches!(&window, Some(PaymentWindow::Page { url }) if url.ends_with("?methods=transfer,card"))
        );
        let change = |methods| {
            let policy = PolicyChange { payment_methods: Some(methods), ..PolicyChange::default() };
            let change = PerformanceChange { policy: Some(policy), ..PerformanceChange::default() };
            world.office.change_performance(&sale.organizer, sale.id, change)
        };
        change(vec![PayMethod::Mobile]).await.unwrap();
        let kept = world.office.order(&visitor.caller, placed.order.id).await.unwrap();
        assert_eq!((placed.order.methods, kept.order.methods), (first.clone(), first));
        for wrong in [vec![], vec![PayMethod::Card, PayMethod::Card]] {
            refused!(change(wrong).await, Error::Validation(_));
        }
    }
}
