//! Paid orders that are given back by their terms: money, tickets, seats and quota, each exactly once.

use futures_util::future::join_all;
use ticketing_core::accounts::Caller;
use ticketing_core::admission::State;
use ticketing_core::catalog::{Policy, RefundRule};
use ticketing_core::orders::{CheckIn, Order, OrderStatus};
use ticketing_core::{Cancelling, Currency, Error, Money, PlacedOrder, Result};

use crate::contradictions::hear;
use crate::parts::{cancels, in_the_end, seen};
use crate::sale::{FREE, OnSale, PRICE, SOLD, Visitor};
use crate::world::World;

const FEE: i64 = 500;
/// What the terms keep of a seat: a tenth and the booking fee.
const KEPT: i64 = PRICE / 10 + FEE;

fn won(amount: i64) -> Money {
    Money::new(amount, Currency::KRW)
}

fn tenth() -> Policy {
    let rule = RefundRule { fee_percent: 10, keep_booking_fee: true, ..RefundRule::default() };
    Policy {
        refund_terms: vec![rule],
        booking_fee: Some(won(FEE)),
        seats_per_buyer: 3,
        ..Policy::default()
    }
}

async fn bought(world: &World) -> (OnSale, Visitor, Order) {
    let sale = world.sale(tenth(), 20).await;
    let visitor = world.admitted(&sale).await;
    let order = world.bought(&visitor, &[3, 4, 5]).await;
    (sale, visitor, order)
}

fn saying(seats: Option<&[u32]>, refund: i64) -> Cancelling {
    let seats = seats.map(<[u32]>::to_vec);
    Cancelling { seats, refund: Some(won(refund)), reason: None }
}

fn because(said: Cancelling) -> Cancelling {
    Cancelling { reason: Some("the singer is ill".into()), ..said }
}

async fn cancel(
    world: &World,
    caller: &Caller,
    order: &Order,
    said: Cancelling,
) -> Result<PlacedOrder> {
    world.office.cancel(caller, order.id, said, world.key()).await
}

behaviour! {
    async fn a_buyer_gets_back_what_the_terms_leave(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let tickets = world.tickets(&visitor.caller, &order).await;
        let refund = 3 * (PRICE + FEE - KEPT);
        let quote = world.office.cancellation(&visitor.caller, order.id, None).await.unwrap();
        assert_eq!((quote.fee, quote.refund), (won(3 * KEPT), won(refund)));
        let placed = cancel(&world, &visitor.caller, &order, saying(None, refund)).await.unwrap();
        assert_eq!(placed.order.status, OrderStatus::RefundDue);
        for ticket in &tickets {
            let door = world.office.check_in(&sale.organizer, sale.id, &ticket.code).await;
            assert_eq!(door.unwrap().verdict, CheckIn::Void);
        }
        let seats = world.seats(&sale).await;
        assert_eq!((seats[3], seats[4], seats[5]), (FREE, FREE, FREE));
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [refund], "and what is kept does not follow");
        let ended = seen(&world, &visitor, &order).await;
        assert_eq!((ended.status, ended.fees_kept), (OrderStatus::Refunded, won(3 * KEPT)));
        let other = world.admitted(&sale).await;
        world.bought(&other, &[3, 4, 5]).await;
        let again = world.admit(&visitor.caller, &sale).await;
        world.bought(&again, &[6, 7, 8]).await;
    }

    async fn a_seat_is_given_back_by_its_terms_and_the_others_stay(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let one = PRICE + FEE - KEPT;
        let said = saying(Some(&[4]), one);
        let placed = cancel(&world, &visitor.caller, &order, said).await.unwrap();
        assert_eq!(placed.order.status, OrderStatus::Paid);
        assert_eq!((placed.order.kept_seats(), placed.order.fees_kept), (vec![3, 5], won(KEPT)));
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [one]);
        let said = saying(None, 2 * one);
        cancel(&world, &visitor.caller, &order, said).await.unwrap();
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [one, 2 * one]);
        let ended = seen(&world, &visitor, &order).await;
        assert_eq!((ended.status, ended.fees_kept), (OrderStatus::Refunded, won(3 * KEPT)));
        let seats = world.seats(&sale).await;
        assert_eq!((seats[3], seats[4], seats[5]), (FREE, FREE, FREE));
    }

    async fn an_amount_that_was_not_quoted_cancels_nothing(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let all = 3 * (PRICE + FEE - KEPT);
        for wrong in [0, all - 1, all + 1, order.total.amount] {
            let refused = cancel(&world, &visitor.caller, &order, saying(None, wrong)).await;
            refused!(refused, Error::Conflict(_));
        }
        refused!(world.cancel(&visitor.caller, &order).await, Error::Validation(_));
        let nowhere = cancel(&world, &visitor.caller, &order, saying(Some(&[9]), 0)).await;
        refused!(nowhere, Error::Validation(_));
        let nothing = cancel(&world, &visitor.caller, &order, saying(Some(&[]), 0)).await;
        refused!(nothing, Error::Validation(_));
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [0; 0]);
        assert_eq!(seen(&world, &visitor, &order).await.status, OrderStatus::Paid);
        assert_eq!(world.seat(&sale, 3).await, SOLD);
    }

    async fn ten_who_cancel_at_once_cancel_once(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let refund = 3 * (PRICE + FEE - KEPT);
        let other = world.another_office().await;
        let asks = (0..10).map(|number| {
            let office = if number % 2 == 0 { &world } else { &other };
            cancel(office, &visitor.caller, &order, saying(None, refund))
        });
        let answers = join_all(asks).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [refund]);
        let again = world.admit(&visitor.caller, &sale).await;
        world.bought(&again, &[3, 4, 5]).await;
        let more = world.admit(&visitor.caller, &sale).await;
        refused!(world.hold(&more, &[9]).await, Error::LimitExceeded { limit: 3 });
    }

    async fn a_repeat_gets_the_first_answer(world: World) {
        let (_, visitor, order) = bought(&world).await;
        let said = saying(Some(&[4]), PRICE + FEE - KEPT);
        let (office, key) = (&world.office, world.key());
        let first = office.cancel(&visitor.caller, order.id, said.clone(), key.clone()).await;
        let again = office.cancel(&visitor.caller, order.id, said.clone(), key.clone()).await;
        assert_eq!(first.unwrap(), again.unwrap());
        let other = Cancelling { seats: Some(vec![3]), ..said };
        refused!(office.cancel(&visitor.caller, order.id, other, key).await, Error::IdempotencyReused);
    }

    async fn a_ticket_that_was_used_is_never_given_back(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let tickets = world.tickets(&visitor.caller, &order).await;
        let door = world.office.check_in(&sale.organizer, sale.id, &tickets[1].code).await;
        assert_eq!(door.unwrap().verdict, CheckIn::Admitted);
        let refund = 3 * (PRICE + FEE - KEPT);
        let all = cancel(&world, &visitor.caller, &order, saying(None, refund)).await;
        refused!(all, Error::NotRefundable(_));
        let quote = world.office.cancellation(&visitor.caller, order.id, None).await;
        refused!(quote, Error::NotRefundable(_));
        in_the_end(&world).await;
        let untouched = seen(&world, &visitor, &order).await;
        assert_eq!((untouched.status, untouched.fees_kept), (OrderStatus::Paid, won(0)));
        assert_eq!(world.tickets(&visitor.caller, &order).await.len(), 3);
        let said = saying(Some(&[3, 5]), 2 * (PRICE + FEE - KEPT));
        cancel(&world, &visitor.caller, &order, said).await.unwrap();
        let seats = world.seats(&sale).await;
        assert_eq!((seats[3], seats[4], seats[5]), (FREE, SOLD, FREE));
    }

    async fn of_coming_in_and_giving_back_at_once_one_happens(world: World) {
        let sale = world.sale(tenth(), 20).await;
        let refund = PRICE + FEE - KEPT;
        for seat in 0..10 {
            let visitor = world.admitted(&sale).await;
            let order = world.bought(&visitor, &[seat]).await;
            let ticket = world.tickets(&visitor.caller, &order).await.remove(0);
            let (door, cancelled) = tokio::join!(
                world.office.check_in(&sale.organizer, sale.id, &ticket.code),
                cancel(&world, &visitor.caller, &order, saying(None, refund)),
            );
            match (door.unwrap().verdict, cancelled) {
                (CheckIn::Admitted, Err(Error::NotRefundable(_))) | (CheckIn::Void, Ok(_)) => {}
                both => panic!("{both:?}"),
            }
        }
    }

    async fn an_organizer_gives_all_back_whenever_it_says_why(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let ticket = world.tickets(&visitor.caller, &order).await.remove(0);
        world.office.check_in(&sale.organizer, sale.id, &ticket.code).await.unwrap();
        world.advance_seconds(31 * 24 * 3_600);
        let office = &world.office;
        let late = office.cancellation(&visitor.caller, order.id, None).await;
        refused!(late, Error::NotRefundable(_));
        let all = order.total;
        let quote = office.cancellation(&sale.organizer, order.id, None).await.unwrap();
        assert_eq!((quote.fee.amount, quote.refund, quote.until), (0, all, None));
        let silent = cancel(&world, &sale.organizer, &order, saying(None, all.amount)).await;
        refused!(silent, Error::Validation(_));
        let said = because(saying(None, all.amount));
        cancel(&world, &sale.organizer, &order, said).await.unwrap();
        in_the_end(&world).await;
        assert_eq!(cancels(&world).await, [all.amount]);
        let ended = seen(&world, &visitor, &order).await;
        assert_eq!(ended.cancel_reason.unwrap().as_str(), "the singer is ill");
        assert_eq!(ended.status, OrderStatus::Refunded);
    }

    async fn an_organizer_gives_a_kept_fee_back_later(world: World) {
        let (sale, visitor, order) = bought(&world).await;
        let said = saying(Some(&[4]), PRICE + FEE - KEPT);
        cancel(&world, &visitor.caller, &order, said).await.unwrap();
        let fees = because(saying(Some(&[]), KEPT));
        let placed = cancel(&world, &sale.organizer, &order, fees.clone()).await.unwrap();
        assert_eq!((placed.order.status, placed.order.fees_kept), (OrderStatus::Paid, won(0)));
        refused!(cancel(&world, &sale.organizer, &order, fees).await, Error::Conflict(_));
        let rest = 2 * (PRICE + FEE - KEPT);
        cancel(&world, &visitor.caller, &order, saying(None, rest)).await.unwrap();
        in_the_end(&world).await;
        assert_eq!(seen(&world, &visitor, &order).await.status, OrderStatus::Refunded);
        let said = because(saying(None, 2 * KEPT));
        let placed = cancel(&world, &sale.organizer, &order, said).await.unwrap();
        assert_eq!(placed.order.status, OrderStatus::RefundDue);
        in_the_end(&world).await;
        let mut back = vec![PRICE + FEE - KEPT, KEPT, rest, 2 * KEPT];
        back.sort_unstable();
        assert_eq!(cancels(&world).await, back);
        assert_eq!(back.iter().sum::<i64>(), order.total.amount);
        assert_eq!(seen(&world, &visitor, &order).await.status, OrderStatus::Refunded);
    }

    async fn for_others_there_is_no_such_order(world: World) {
        let (_, _, order) = bought(&world).await;
        let stranger = world.buyer().await;
        let other = world.organizer().await;
        for caller in [&stranger, &other] {
            let quote = world.office.cancellation(caller, order.id, None).await;
            refused!(quote, Error::NotFound("order"));
            let said = because(saying(None, order.total.amount));
            refused!(cancel(&world, caller, &order, said).await, Error::NotFound("order"));
        }
    }

    async fn an_order_that_is_not_paid_owes_nothing(world: World) {
        let sale = world.sale(tenth(), 20).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[3, 4]).await;
        let office = &world.office;
        let quote = office.cancellation(&visitor.caller, order.id, None).await.unwrap();
        assert_eq!((quote.paid.amount, quote.fee.amount, quote.refund.amount), (0, 0, 0));
        let part = cancel(&world, &visitor.caller, &order, saying(Some(&[3]), 0)).await;
        refused!(part, Error::Conflict(_));
        let placed = world.cancel(&visitor.caller, &order).await.unwrap();
        assert_eq!(placed.order.status, OrderStatus::Cancelled);
        assert_eq!(world.seat(&sale, 3).await, FREE);
    }

    async fn an_order_of_nothing_is_given_back_too(world: World) {
        let policy = tenth();
        let sale = world.sale_of(policy, &crate::sale::hall(10), &[("Regular", Some(0))]).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[3]).await;
        assert_eq!((order.status, order.lines.len()), (OrderStatus::Paid, 1), "without a fee");
        let placed = cancel(&world, &visitor.caller, &order, saying(None, 0)).await.unwrap();
        assert_eq!(placed.order.status, OrderStatus::Refunded);
        assert_eq!(world.seat(&sale, 3).await, FREE);
        assert_eq!(cancels(&world).await, [0; 0]);
    }

    async fn a_seat_that_comes_back_ends_sold_out(world: World) {
        let sale = world.sale(tenth(), 3).await;
        let visitor = world.admitted(&sale).await;
        let mut waiting = world.join(&world.buyer().await, &sale).await;
        let order = world.bought(&visitor, &[0, 1, 2]).await;
        world.tick().await;
        assert_eq!(world.ask(&mut waiting).await.state, State::SoldOut);
        let said = saying(Some(&[1]), PRICE + FEE - KEPT);
        cancel(&world, &visitor.caller, &order, said).await.unwrap();
        world.advance_ms(33_000);
        world.ask(&mut waiting).await;
        world.tick().await;
        assert_eq!(world.ask(&mut waiting).await.state, State::Admitted);
        world.bought(&waiting, &[1]).await;
    }

    async fn what_somebody_else_gave_back_is_not_given_back_again(world: World) {
        let (_, visitor, order) = bought(&world).await;
        let body = serde_json::json!({ "amount": PRICE + FEE });
        world.wire.gateway().control(order.payment, "cancel", body).await;
        hear(&world, order.payment, "a notice").await;
        let quote = world.office.cancellation(&visitor.caller, order.id, None).await.unwrap();
        assert_eq!(quote.refund, won(2 * (PRICE + FEE) - 3 * KEPT));
        let said = saying(None, quote.refund.amount);
        cancel(&world, &visitor.caller, &order, said).await.unwrap();
        in_the_end(&world).await;
        let back: i64 = cancels(&world).await.iter().sum();
        assert_eq!(back, order.total.amount - 3 * KEPT);
    }
}
