//! Repeated requests: one effect, the same answer; and another request needs another key.

use futures_util::future::join_all;

use ticketing_core::IdempotencyKey;
use ticketing_core::catalog::Policy;
use ticketing_core::orders::OrderStatus;
use ticketing_core::seats::{Best, Hold, Wish};
use ticketing_core::{Cancelling, Error, Page, PlacedOrder, Result};

use crate::sale::{FREE, HELD, SOLD, Visitor, paid};
use crate::world::World;

async fn hold(
    world: &World,
    visitor: &Visitor,
    key: &IdempotencyKey,
    seats: &[u32],
) -> Result<Hold> {
    let Visitor { caller, performance, pass_token, .. } = visitor;
    let wish = Wish::Seats(seats.to_vec());
    world.office.hold(caller, *performance, pass_token.as_deref(), key.clone(), wish).await
}

async fn order(
    world: &World,
    visitor: &Visitor,
    key: &IdempotencyKey,
    hold: &Hold,
) -> Result<PlacedOrder> {
    let pass = visitor.pass_token.as_deref();
    world.office.place_order(&visitor.caller, pass, key.clone(), hold.id).await
}

/// All answers that are one are the same; a parallel repeat may also be told to come back.
fn one_answer<T: Clone + PartialEq + std::fmt::Debug>(answers: Vec<Result<T>>) -> T {
    let mut given: Vec<T> = Vec::new();
    for answer in answers {
        match answer {
            Ok(answer) => given.push(answer),
            Err(Error::Conflict(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(given.windows(2).all(|pair| pair[0] == pair[1]), "{given:?}");
    given.first().expect("one of them is answered").clone()
}

behaviour! {
    async fn a_repeated_hold_gets_the_same_hold_and_neither_releases_nor_doubles_it(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let key = world.key();
        let first = hold(&world, &visitor, &key, &[1, 2]).await.unwrap();
        world.advance_seconds(10);
        assert_eq!(hold(&world, &visitor, &key, &[1, 2]).await.unwrap(), first);
        assert_eq!(world.sales(&sale).await.seats.held, 2);
        refused!(hold(&world, &visitor, &key, &[1, 3]).await, Error::IdempotencyReused);
        world.order(&visitor, &first).await.unwrap();
        assert_eq!(hold(&world, &visitor, &key, &[1, 2]).await.unwrap(), first);
        assert_eq!(world.sales(&sale).await.seats.reserved, 2);
    }

    async fn parallel_repeats_of_a_hold_have_one_effect(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let key = world.key();
        let repeats = join_all((0..8).map(|_| hold(&world, &visitor, &key, &[1, 2]))).await;
        one_answer(repeats);
        assert_eq!(world.sales(&sale).await.seats.held, 2);
    }

    async fn a_repeated_wish_for_the_best_chooses_no_other_seats(world: World) {
        let sale = world.sale(Policy::default(), 40).await;
        let visitor = world.admitted(&sale).await;
        let key = world.key();
        let Visitor { caller, pass_token, .. } = &visitor;
        let best = || Wish::Best(Best { count: 2, category: None, section: None });
        let ask = || world.office.hold(caller, sale.id, pass_token.as_deref(), key.clone(), best());
        let first = ask().await.unwrap();
        assert_eq!(ask().await.unwrap(), first);
        assert_eq!(world.sales(&sale).await.seats.held, 2);
    }

    async fn a_refused_hold_is_not_remembered(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
        let taken = world.hold(&first, &[1]).await.unwrap();
        let key = world.key();
        refused!(hold(&world, &second, &key, &[1]).await, Error::SeatTaken { .. });
        world.release(&first, &taken).await.unwrap();
        hold(&world, &second, &key, &[1]).await.unwrap();
    }

    async fn keys_belong_to_an_account(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
        let key = world.key();
        let one = hold(&world, &first, &key, &[1]).await.unwrap();
        let two = hold(&world, &second, &key, &[2]).await.unwrap();
        let key = world.key();
        order(&world, &first, &key, &one).await.unwrap();
        order(&world, &second, &key, &two).await.unwrap();
    }

    async fn a_repeated_order_is_the_same_order_whatever_became_of_it(world: World) {
        let sale = world.sale(Policy { hold_seconds: 60, ..Policy::default() }, 10).await;
        let visitor = world.admitted(&sale).await;
        let held = world.hold(&visitor, &[1]).await.unwrap();
        let key = world.key();
        let first = order(&world, &visitor, &key, &held).await.unwrap();
        assert_eq!(order(&world, &visitor, &key, &held).await.unwrap(), first);
        world.pay(&visitor.caller, &first.order).await.unwrap();
        world.advance_seconds(120);
        world.tick().await;
        assert_eq!(order(&world, &visitor, &key, &held).await.unwrap(), first);
        assert_eq!(world.seat(&sale, 1).await, SOLD);
        let orders = world.office.orders(&visitor.caller, Page::default()).await.unwrap();
        assert_eq!(orders.items.len(), 1);
    }

    async fn parallel_repeats_of_an_order_place_one(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let held = world.hold(&visitor, &[1, 2]).await.unwrap();
        let key = world.key();
        one_answer(join_all((0..8).map(|_| order(&world, &visitor, &key, &held))).await);
        let orders = world.office.orders(&visitor.caller, Page::default()).await.unwrap();
        assert_eq!(orders.items.len(), 1);
        world.hold(&visitor, &[3, 4]).await.unwrap();
    }

    async fn a_key_of_one_order_is_not_good_for_another(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let one = world.hold(&visitor, &[1]).await.unwrap();
        let two = world.hold(&visitor, &[2]).await.unwrap();
        let key = world.key();
        let placed = order(&world, &visitor, &key, &one).await.unwrap().order;
        refused!(order(&world, &visitor, &key, &two).await, Error::IdempotencyReused);
        let cancelled = world.office.cancel(&visitor.caller, placed.id, Cancelling::default(), key).await;
        refused!(cancelled, Error::IdempotencyReused);
        world.order(&visitor, &two).await.unwrap();
        assert_eq!(world.sales(&sale).await.seats.reserved, 2);
    }

    async fn a_repeated_cancel_frees_nothing_that_was_taken_since(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let placed = world.ordered(&visitor, &[1]).await;
        let (key, office) = (world.key(), &world.office);
        let first = office.cancel(&visitor.caller, placed.id, Cancelling::default(), key.clone()).await.unwrap();
        assert_eq!(world.seat(&sale, 1).await, FREE);
        let next = world.admitted(&sale).await;
        world.hold(&next, &[1]).await.unwrap();
        let again = office.cancel(&visitor.caller, placed.id, Cancelling::default(), key).await.unwrap();
        assert_eq!(again, first);
        assert_eq!(again.order.status, OrderStatus::Cancelled);
        assert_eq!(world.seat(&sale, 1).await, HELD);
        world.hold(&visitor, &[2, 3, 4, 5]).await.unwrap();
        refused!(world.hold(&visitor, &[6]).await, Error::LimitExceeded { .. });
    }

    async fn a_repeated_payment_joins_the_attempt_and_charges_once(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let placed = world.ordered(&visitor, &[1]).await;
        let (payment, key) = (world.approved(&placed).await, world.key());
        let (caller, office) = (&visitor.caller, &world.office);
        let pay = || office.pay(caller, placed.id, payment.clone(), key.clone());
        for answer in join_all((0..8).map(|_| pay())).await {
            answer.unwrap();
        }
        paid(pay().await.unwrap());
        assert_eq!(world.ledger().await.len(), 1);
        let mut other = payment.clone();
        other.token = "another token".into();
        let reused = office.pay(caller, placed.id, other, key.clone()).await;
        refused!(reused, Error::IdempotencyReused);
    }

    async fn parallel_payments_under_different_keys_charge_once(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let placed = world.ordered(&visitor, &[1]).await;
        let payment = world.approved(&placed).await;
        let (caller, office) = (&visitor.caller, &world.office);
        let pay = || office.pay(caller, placed.id, payment.clone(), world.key());
        let answers = join_all((0..8).map(|_| pay())).await;
        let through = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(through, 1, "{answers:?}");
        for refused in answers.into_iter().filter(Result::is_err) {
            refused!(refused, Error::Conflict(_));
        }
        assert_eq!(world.ledger().await.len(), 1);
    }
}
