//! Performances that do not take place: every order ends, every price goes back, once.

use ticketing_core::accounts::Caller;
use ticketing_core::catalog::{Listing, PerformanceChange, Policy, RefundRule};
use ticketing_core::orders::{AttentionReason, CheckIn, Order, OrderStatus};
use ticketing_core::{
    CancellationProgress, CancellationState, Cancelling, Currency, Error, Money, Page, Result,
    SaleStatus, Step,
};
use ticketing_gateway::{Fault, FaultPlan};

use crate::contradictions::{hear, later};
use crate::parts::{cancels, in_the_end, seen};
use crate::sale::{FREE, OnSale, PRICE, Visitor};
use crate::world::World;

const FEE: i64 = 500;

fn policy() -> Policy {
    let half = RefundRule { fee_percent: 50, keep_booking_fee: true, ..RefundRule::default() };
    let booking_fee = Some(Money::new(FEE, Currency::KRW));
    Policy { refund_terms: vec![half], booking_fee, ..Policy::default() }
}

async fn end(world: &World, sale: &OnSale) -> Result<CancellationProgress> {
    world.office.cancel_performance(&sale.organizer, sale.id).await
}

async fn progress(world: &World, sale: &OnSale) -> CancellationProgress {
    world.office.performance_cancellation(&sale.organizer, sale.id).await.unwrap()
}

/// Until a step finds nothing more to end.
async fn all_ended(world: &World) {
    for _ in 0..100 {
        if world.office.step_cancellations().await.unwrap() == Step::Idle {
            return;
        }
    }
    panic!("there is no end of it");
}

async fn buy(world: &World, sale: &OnSale, count: u32) -> Vec<(Visitor, Order)> {
    let mut bought = Vec::new();
    for seat in 0..count {
        let visitor = world.admitted(sale).await;
        let order = world.bought(&visitor, &[seat]).await;
        bought.push((visitor, order));
    }
    bought
}

/// A bank decides about its one order.
async fn ended_while_disputed(world: &World) -> (OnSale, Visitor, Order) {
    let sale = world.sale(policy(), 20).await;
    let (visitor, order) = buy(world, &sale, 1).await.remove(0);
    let gateway = world.wire.gateway();
    gateway.control(order.payment, "dispute", serde_json::json!({})).await;
    hear(world, order.payment, "a dispute").await;
    end(world, &sale).await.unwrap();
    all_ended(world).await;
    (sale, visitor, order)
}

async fn listed(world: &World, caller: &Caller) -> usize {
    let listing = Listing::default();
    world.office.performances(Some(caller), listing, Page::default()).await.unwrap().items.len()
}

behaviour! {
    async fn everything_that_was_paid_goes_back_whole(world: World) {
        let sale = world.sale(policy(), 20).await;
        let bought = buy(&world, &sale, 6).await;
        let parting = world.admitted(&sale).await;
        let part = world.bought(&parting, &[10, 11]).await;
        let said = Cancelling {
            seats: Some(vec![11]),
            refund: Some(Money::new(PRICE / 2, Currency::KRW)),
            reason: None,
        };
        world.office.cancel(&parting.caller, part.id, said, world.key()).await.unwrap();
        let unpaid = world.admitted(&sale).await;
        let waiting = world.ordered(&unpaid, &[12]).await;
        let holding = world.admitted(&sale).await;
        let hold = world.hold(&holding, &[13]).await.unwrap();
        let tickets = world.tickets(&bought[0].0.caller, &bought[0].1).await;
        let door = world.office.check_in(&sale.organizer, sale.id, &tickets[0].code).await;
        assert_eq!(door.unwrap().verdict, CheckIn::Admitted, "even who was in already");
        let begun = end(&world, &sale).await.unwrap();
        assert_eq!((begun.state, begun.orders_total), (CancellationState::Running, 7));
        refused!(world.order(&holding, &hold).await, Error::SaleEnded { .. });
        let late = world.buyer().await;
        refused!(world.office.join(&late, sale.id).await, Error::SaleEnded { .. });
        // Who had ordered may pay until the order is ended, and gets it back.
        world.pay(&unpaid.caller, &waiting).await.unwrap();
        all_ended(&world).await;
        in_the_end(&world).await;
        let ended = progress(&world, &sale).await;
        assert_eq!((ended.state, ended.parked), (CancellationState::Done, vec![]));
        assert_eq!((ended.orders_total, ended.refunded), (8, 8));
        let ledger = world.ledger().await;
        let sum = |kind: &str| -> i64 {
            ledger.iter().filter(|item| item.kind == kind).map(|item| item.amount).sum()
        };
        assert_eq!(sum("capture"), sum("cancel"), "kept fees too");
        for (visitor, order) in &bought {
            let shown = seen(&world, visitor, order).await;
            assert_eq!((shown.status, shown.fees_kept.amount), (OrderStatus::Refunded, 0));
            assert!(shown.cancel_reason.is_some());
            assert_eq!(world.tickets(&visitor.caller, order).await, []);
        }
        let view = world.office.performance(None, sale.id).await.unwrap();
        assert_eq!(view.status, SaleStatus::Cancelled);
        assert_eq!(world.seats(&sale).await[..13], [FREE; 13]);
    }

    async fn another_server_goes_on_where_one_left_off(world: World) {
        let sale = world.sale(policy(), 40).await;
        buy(&world, &sale, 30).await;
        let other = world.another_office().await;
        end(&world, &sale).await.unwrap();
        let (one, two) =
            tokio::join!(world.office.step_cancellations(), other.office.step_cancellations());
        assert_eq!((one.unwrap(), two.is_ok()), (Step::Worked, true));
        all_ended(&other).await;
        in_the_end(&other).await;
        let ended = progress(&other, &sale).await;
        assert_eq!((ended.state, ended.refunded), (CancellationState::Done, 30));
        assert_eq!(cancels(&world).await, [PRICE + FEE; 30]);
        let again = end(&other, &sale).await.unwrap();
        assert_eq!(again, ended, "asked again, it says how far it is");
    }

    async fn what_the_provider_refuses_is_parked_and_finished_by_a_person(world: World) {
        let sale = world.sale(policy(), 20).await;
        buy(&world, &sale, 5).await;
        end(&world, &sale).await.unwrap();
        all_ended(&world).await;
        world.wire.gateway().set_faults(FaultPlan::always(Fault::CancelFails));
        for _ in 0..24 {
            later(&world, 4_000).await;
        }
        let parked = progress(&world, &sale).await;
        assert_eq!((parked.state, parked.refunded, parked.parked.len()),
            (CancellationState::Parked, 0, 5));
        assert!(parked.parked.iter().all(|(_, why)| *why == AttentionReason::RefundRefused));
        world.wire.gateway().set_faults(FaultPlan::default());
        let administrator = world.administrator();
        for (order, _) in parked.parked {
            let shown = world.office.orders_of(&sale.organizer, sale.id, None, Page::default());
            let shown = shown.await.unwrap().items.into_iter().find(|one| one.order.id == order);
            let payment = shown.unwrap().order.payment;
            world.office.settle_payment(&administrator, payment).await.unwrap();
        }
        // At once, and not when its next slow try is due.
        world.settle_down().await;
        let ended = progress(&world, &sale).await;
        assert_eq!((ended.state, ended.refunded), (CancellationState::Done, 5));
        assert_eq!(cancels(&world).await, [PRICE + FEE; 5]);
    }

    async fn what_a_bank_decides_waits_for_a_person(world: World) {
        let (sale, visitor, order) = ended_while_disputed(&world).await;
        in_the_end(&world).await;
        let parked = progress(&world, &sale).await;
        assert_eq!(parked.parked, [(order.id, AttentionReason::Disputed)]);
        assert_eq!(parked.state, CancellationState::Parked);
        assert_eq!(cancels(&world).await, [0; 0]);
        assert_eq!(seen(&world, &visitor, &order).await.status, OrderStatus::Paid);
    }

    async fn one_of_which_nothing_was_ordered_disappears(world: World) {
        let sale = world.sale(policy(), 20).await;
        let buyer = world.buyer().await;
        let before = (listed(&world, &buyer).await, listed(&world, &sale.organizer).await);
        refused!(
            world.office.performance_cancellation(&sale.organizer, sale.id).await,
            Error::NotFound("cancellation")
        );
        let gone = end(&world, &sale).await.unwrap();
        assert_eq!((gone.state, gone.orders_total), (CancellationState::Done, 0));
        let after = (listed(&world, &buyer).await, listed(&world, &sale.organizer).await);
        assert_eq!(after, (before.0 - 1, before.1 - 1));
        let other = world.another_office().await;
        for office in [&world.office, &other.office] {
            let shown = office.performance(Some(&sale.organizer), sale.id).await;
            refused!(shown, Error::NotFound("performance"));
        }
        refused!(end(&world, &sale).await, Error::NotFound("performance"));
    }

    async fn only_its_organizer_cancels_it_and_nobody_changes_it_afterwards(world: World) {
        let sale = world.sale(policy(), 20).await;
        buy(&world, &sale, 1).await;
        for caller in [world.buyer().await, world.organizer().await] {
            let refused = world.office.cancel_performance(&caller, sale.id).await;
            refused!(refused, Error::Forbidden(_));
            let refused = world.office.performance_cancellation(&caller, sale.id).await;
            refused!(refused, Error::Forbidden(_));
        }
        end(&world, &sale).await.unwrap();
        let title = Some("Another evening".to_owned());
        let change = PerformanceChange { title, ..PerformanceChange::default() };
        let changed = world.office.change_performance(&sale.organizer, sale.id, change).await;
        refused!(changed, Error::Conflict(_));
    }

    async fn a_payment_that_comes_after_the_end_goes_back(world: World) {
        let sale = world.sale(policy(), 20).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[3]).await;
        end(&world, &sale).await.unwrap();
        all_ended(&world).await;
        assert_eq!(seen(&world, &visitor, &order).await.status, OrderStatus::Cancelled);
        world.wire.is_announced(order.payment).await;
        let gateway = world.wire.gateway();
        gateway.control(order.payment, "pay", serde_json::json!({})).await;
        hear(&world, order.payment, "late").await;
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [PRICE + FEE]);
        assert_eq!(world.tickets(&visitor.caller, &order).await, []);
    }
    async fn what_was_kept_of_seats_that_were_given_back_before_goes_back_too(world: World) {
        let sale = world.sale(policy(), 20).await;
        let bought = buy(&world, &sale, 2).await;
        let give_back = async |place: usize| {
            let (visitor, order): &(Visitor, Order) = &bought[place];
            let quote = world.office.cancellation(&visitor.caller, order.id, None).await.unwrap();
            let said = Cancelling { refund: Some(quote.refund), ..Cancelling::default() };
            world.office.cancel(&visitor.caller, order.id, said, world.key()).await.unwrap();
            quote.fee.amount
        };
        assert_eq!(give_back(0).await, PRICE / 2 + FEE);
        in_the_end(&world).await;
        end(&world, &sale).await.unwrap();
        // Nothing is kept of whoever is faster than the end.
        assert_eq!(give_back(1).await, 0);
        assert_eq!(progress(&world, &sale).await.state, CancellationState::Running);
        all_ended(&world).await;
        in_the_end(&world).await;
        let ended = progress(&world, &sale).await;
        assert_eq!((ended.state, ended.refunded), (CancellationState::Done, 2));
        assert_eq!(cancels(&world).await.iter().sum::<i64>(), 2 * (PRICE + FEE));
        for (visitor, order) in &bought {
            let shown = seen(&world, visitor, order).await;
            assert_eq!((shown.status, shown.fees_kept.amount), (OrderStatus::Refunded, 0));
        }
    }

    async fn what_a_person_sees_to_after_weeks_ends_then(world: World) {
        let (sale, visitor, order) = ended_while_disputed(&world).await;
        world.advance_seconds(90 * 24 * 3_600);
        assert_eq!(progress(&world, &sale).await.state, CancellationState::Parked);
        let administrator = world.administrator();
        world.office.settle_payment(&administrator, order.payment).await.unwrap();
        in_the_end(&world).await;
        assert_eq!(seen(&world, &visitor, &order).await.status, OrderStatus::Refunded);
        assert_eq!(progress(&world, &sale).await.state, CancellationState::Done);
    }

    async fn money_of_an_order_that_had_ended_counts_until_it_is_back(world: World) {
        let sale = world.sale(policy(), 20).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[3]).await;
        world.wire.is_announced(order.payment).await;
        end(&world, &sale).await.unwrap();
        all_ended(&world).await;
        assert_eq!(progress(&world, &sale).await.state, CancellationState::Done);
        let gateway = world.wire.gateway();
        gateway.control(order.payment, "pay", serde_json::json!({})).await;
        hear(&world, order.payment, "late").await;
        let running = progress(&world, &sale).await;
        assert_eq!((running.state, running.orders_total, running.refunded),
            (CancellationState::Running, 1, 0));
        in_the_end(&world).await;
        let ended = progress(&world, &sale).await;
        assert_eq!((ended.state, ended.refunded), (CancellationState::Done, 1));
    }
}

/// On the services another server has seen the sale a moment ago, and goes on selling it for that long.
#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn something_that_was_ordered_meanwhile_is_shown_again_and_ended() {
    crate::world::on_services(|world| async move {
        let sale = world.sale(policy(), 20).await;
        let other = world.another_office().await;
        let visitor = world.admitted(&sale).await;
        let hold = other.hold(&visitor, &[3]).await.unwrap();
        end(&world, &sale).await.unwrap();
        let hidden = world.office.performance_cancellation(&sale.organizer, sale.id).await;
        refused!(hidden, Error::NotFound("performance"));
        let order = other.order(&visitor, &hold).await.unwrap().order;
        all_ended(&world).await;
        assert_eq!(seen(&world, &visitor, &order).await.status, OrderStatus::Cancelled);
        assert_eq!(progress(&world, &sale).await.state, CancellationState::Done);
    })
    .await;
}
