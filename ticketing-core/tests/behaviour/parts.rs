//! Seats of a paid order that are given back: their tickets, their places, their money and their
//! buyer's quota, each exactly once, while the order goes on with the others.

use futures_util::future::join_all;
use serde_json::json;
use ticketing_core::catalog::Policy;
use ticketing_core::orders::{AttentionReason, CheckIn, Order, OrderStatus, RefundStatus};
use ticketing_core::{Error, PaymentReport, Result};
use ticketing_gateway::{Fault, FaultPlan};

use crate::contradictions::{hear, reasons};
use crate::events::{all_told, counters};
use crate::sale::{FREE, OnSale, PRICE, SOLD, Visitor};
use crate::world::World;

/// Longer than work on money is left to whoever took it, and than any wait of the first tries.
const LATER_SECONDS: u64 = 100;
const LATER: usize = 6;

async fn bought(world: &World) -> (OnSale, Visitor, Order) {
    let sale = world.sale(Policy { seats_per_buyer: 3, ..Policy::default() }, 20).await;
    let visitor = world.admitted(&sale).await;
    let order = world.bought(&visitor, &[3, 4, 5]).await;
    (sale, visitor, order)
}

async fn give_back(world: &World, order: &Order, seats: &[u32]) -> Result<PaymentReport> {
    let (administrator, key) = (world.administrator(), world.key());
    world.office.refund_seats(&administrator, order.payment, seats.to_vec(), key).await
}

pub(crate) async fn in_the_end(world: &World) {
    for _ in 0..LATER {
        world.wire.gateway().step().await;
        world.settle_down().await;
        world.advance_seconds(LATER_SECONDS);
    }
}

/// What was given back at the gateway, the smallest first.
pub(crate) async fn cancels(world: &World) -> Vec<i64> {
    let ledger = world.ledger().await;
    let mut cancels: Vec<i64> =
        ledger.iter().filter(|item| item.kind == "cancel").map(|item| item.amount).collect();
    cancels.sort_unstable();
    cancels
}

pub(crate) async fn seen(world: &World, visitor: &Visitor, order: &Order) -> Order {
    world.office.order(&visitor.caller, order.id).await.unwrap().order
}

behaviour! {
    async fn a_seat_that_is_given_back_is_free_and_the_others_stay(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let tickets = world.tickets(&visitor.caller, &order).await;
        let report = give_back(&world, &order, &[4]).await.unwrap();
        assert_eq!(report.seats, [3, 5]);
        let refunds: Vec<_> =
            report.refunds.iter().map(|one| (one.amount.amount, one.seats.clone())).collect();
        assert_eq!(refunds, [(PRICE, vec![4])]);
        let shown = seen(&world, &visitor, &order).await;
        assert_eq!((shown.status, shown.kept_seats()), (OrderStatus::Paid, vec![3, 5]));
        let seats = world.seats(&sale).await;
        assert_eq!((seats[3], seats[4], seats[5]), (SOLD, FREE, SOLD));
        for ticket in &tickets {
            let door = world.office.check_in(&sale.organizer, sale.id, &ticket.code).await;
            let expected = if ticket.ticket.seat == 4 { CheckIn::Void } else { CheckIn::Admitted };
            assert_eq!(door.unwrap().verdict, expected, "seat {}", ticket.ticket.seat);
        }
        assert_eq!(world.tickets(&visitor.caller, &order).await.len(), 2);
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [PRICE]);
        let sales = world.sales(&sale).await;
        assert_eq!((sales.gross.amount, sales.refunded.amount), (2 * PRICE, PRICE));
        assert_eq!(sales.orders[&OrderStatus::Paid], 1);
    }

    async fn a_seat_that_was_given_back_is_sold_again_and_its_buyer_may_buy_another(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let again = world.admit(&visitor.caller, &sale).await;
        refused!(world.hold(&again, &[9]).await, Error::LimitExceeded { limit: 3 });
        give_back(&world, &order, &[4]).await.unwrap();
        let other = world.admitted(&sale).await;
        let resold = world.bought(&other, &[4]).await;
        let one_more = world.bought(&again, &[9]).await;
        let again = world.admit(&visitor.caller, &sale).await;
        refused!(world.hold(&again, &[10]).await, Error::LimitExceeded { limit: 3 });
        // What is shown again of an order says nothing of the seat that is somebody else's.
        world.office.step_seats().await.unwrap();
        let seats = world.seats(&sale).await;
        assert_eq!((seats[3], seats[4], seats[5], seats[9]), (SOLD, SOLD, SOLD, SOLD));
        give_back(&world, &order, &[3]).await.unwrap();
        give_back(&world, &order, &[5]).await.unwrap();
        in_the_end(&world).await;
        assert_eq!(seen(&world, &visitor, &order).await.status, OrderStatus::Refunded);
        let seats = world.seats(&sale).await;
        assert_eq!((seats[3], seats[4], seats[5], seats[9]), (FREE, SOLD, FREE, SOLD));
        assert_eq!(seen(&world, &other, &resold).await.status, OrderStatus::Paid);
        assert_eq!(seen(&world, &again, &one_more).await.status, OrderStatus::Paid);
        assert_eq!(cancels(&world).await, [PRICE; 3]);
    }

    async fn a_seat_is_given_back_once_however_many_ask(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let other = world.another_office().await;
        let asks = (0..10).map(|number| {
            let world = if number % 2 == 0 { &world } else { &other };
            give_back(world, &order, &[4])
        });
        let answers = join_all(asks).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        for refused in answers.into_iter().filter(Result::is_err) {
            refused!(refused, Error::Conflict(_));
        }
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [PRICE]);
        assert_eq!(world.sales(&sale).await.refunded.amount, PRICE);
        assert_eq!(seen(&world, &visitor, &order).await.kept_seats(), [3, 5]);
    }

    async fn one_key_that_asks_many_times_at_once_gets_one_answer(world: World) {
        let (_, _, order) = bought(&world).await;
        let (administrator, key) = (world.administrator(), world.key());
        let other = world.another_office().await;
        let asks = (0..10).map(|number| {
            let office = if number % 2 == 0 { &world.office } else { &other.office };
            office.refund_seats(&administrator, order.payment, vec![4], key.clone())
        });
        for answer in join_all(asks).await {
            assert_eq!(answer.unwrap().seats, [3, 5]);
        }
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [PRICE]);
    }

    async fn parts_of_one_price_go_back_once_each_while_answers_are_lost(world: World) {
        let (_, visitor, order) = bought(&world).await;
        world.wire.gateway().set_faults(FaultPlan::always(Fault::ReplyLost));
        for seat in [3, 4, 5] {
            give_back(&world, &order, &[seat]).await.unwrap();
            world.office.step_refunds().await.unwrap();
        }
        in_the_end(&world).await;
        world.wire.gateway().set_faults(FaultPlan::default());
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [PRICE; 3]);
        let shown = world.office.order(&visitor.caller, order.id).await.unwrap();
        assert_eq!(shown.order.status, OrderStatus::Refunded);
        assert!(shown.refunds.iter().all(|refund| refund.status == RefundStatus::Done));
    }

    async fn a_repeat_gets_the_first_answer_and_other_seats_need_another_key(world: World) {
        let (_, _, order) = bought(&world).await;
        let (administrator, key) = (world.administrator(), world.key());
        let ask = async |seats: &[u32]| {
            let (seats, key) = (seats.to_vec(), key.clone());
            world.office.refund_seats(&administrator, order.payment, seats, key).await
        };
        assert_eq!(ask(&[4]).await.unwrap().seats, [3, 5]);
        assert_eq!(ask(&[4]).await.unwrap().seats, [3, 5]);
        refused!(ask(&[5]).await, Error::IdempotencyReused);
        let stranger = world.buyer().await;
        let stranger = world.office.refund_seats(&stranger, order.payment, vec![5], world.key());
        refused!(stranger.await, Error::Forbidden(_));
    }

    async fn a_seat_whose_money_somebody_gave_back_at_the_console_is_only_voided(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let gateway = world.wire.gateway();
        gateway.control(order.payment, "cancel", json!({ "amount": PRICE })).await;
        hear(&world, order.payment, "first").await;
        assert_eq!(reasons(&world).await, [AttentionReason::RefundedElsewhere]);
        give_back(&world, &order, &[4]).await.unwrap();
        assert_eq!(reasons(&world).await, [], "a person has decided");
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [PRICE]);
        assert_eq!(world.seat(&sale, 4).await, FREE);
        assert_eq!(world.tickets(&visitor.caller, &order).await.len(), 2);
    }

    async fn events_count_the_seats_that_are_left(world: World) {
        let (sale, _, order) = bought(&world).await;
        give_back(&world, &order, &[4]).await.unwrap();
        let other = world.another_office().await;
        all_told(&world, &other).await;
        let counted = counters(&world, &sale).await;
        assert_eq!((counted.orders_paid, counted.seats_sold), (1, 2));
    }
}
