//! Holds: who may have which seats, for how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::Barrier;

use ticketing_core::Error;
use ticketing_core::catalog::Policy;
use ticketing_core::seats::Wish;

use crate::line::capacity;
use crate::sale::{FREE, HELD, RESERVED, SOLD, Visitor};
use crate::world::World;

/// As many as click at the same moment.
const RIVALS: u32 = 16;
/// Others wait this long beyond a deadline.
const GRACE_MS: u64 = 250;

/// How many of the clicks got a hold; the others must have been refused as `expected` says.
async fn winners(
    world: &World,
    clicks: Vec<(Visitor, Vec<u32>)>,
    expected: fn(&Error) -> bool,
) -> usize {
    let barrier = Arc::new(Barrier::new(clicks.len()));
    let clicks = clicks.into_iter().map(|(visitor, seats)| {
        let (world, barrier) = (world.clone(), barrier.clone());
        tokio::spawn(async move {
            barrier.wait().await;
            world.hold(&visitor, &seats).await
        })
    });
    let mut held = 0;
    for click in clicks.collect::<Vec<_>>() {
        match click.await.unwrap() {
            Ok(_) => held += 1,
            Err(refused) => assert!(expected(&refused), "{refused:?}"),
        }
    }
    held
}

behaviour! {
    async fn what_is_shown_of_seats_is_made_again_only_when_they_change(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        let made = AtomicU32::new(0);
        let show = async || {
            world.advance_seconds(1);
            let map = world.office.seat_map(&visitor.caller, sale.id).await.unwrap();
            *map.seats.rendered.get_or_render(|| made.fetch_add(1, Ordering::Relaxed))
        };
        assert_eq!([show().await, show().await], [0, 0]);
        world.hold(&visitor, &[3]).await.unwrap();
        assert_eq!([show().await, show().await], [1, 1]);
    }

    async fn of_many_buyers_who_want_one_seat_exactly_one_gets_it(world: World) {
        let sale = world.sale(Policy::default(), 2 * RIVALS).await;
        let mut clicks = Vec::new();
        for buyer in world.buyers(RIVALS).await {
            clicks.push((world.admit(&buyer, &sale).await, vec![3]));
        }
        let taken = |error: &Error| matches!(error, Error::SeatTaken { seats } if *seats == [3]);
        assert_eq!(winners(&world, clicks, taken).await, 1);
        assert_eq!(world.sales(&sale).await.seats.held, 1);
    }

    async fn parallel_clicks_of_one_buyer_do_not_exceed_the_limit(world: World) {
        let sale = world.sale(Policy::default(), 20).await;
        let buyer = world.admitted(&sale).await;
        let clicks = (0..RIVALS).map(|seat| (buyer.clone(), vec![seat])).collect();
        let limited = |error: &Error| matches!(error, Error::LimitExceeded { limit: 4 });
        assert_eq!(winners(&world, clicks, limited).await, 4);
        assert_eq!(world.sales(&sale).await.seats.held, 4);
    }

    async fn a_seat_goes_from_free_over_held_and_reserved_to_sold(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        assert_eq!(world.seat(&sale, 3).await, FREE);
        let hold = world.hold(&visitor, &[3]).await.unwrap();
        assert_eq!(world.seat(&sale, 3).await, HELD);
        let order = world.order(&visitor, &hold).await.unwrap().order;
        assert_eq!(world.seat(&sale, 3).await, RESERVED);
        world.pay(&visitor.caller, &order).await.unwrap();
        assert_eq!(world.seat(&sale, 3).await, SOLD);
    }

    async fn a_hold_needs_a_pass_of_its_own_buyer_and_performance(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let elsewhere = world.sale(Policy::default(), 10).await;
        let admitted = world.admitted(&sale).await;
        let buyer = world.buyer().await;
        let waiting = world.join(&buyer, &sale).await;
        refused!(world.hold(&waiting, &[0]).await, Error::PassRequired);
        let borrowed = Visitor { pass_token: admitted.pass_token.clone(), ..waiting.clone() };
        refused!(world.hold(&borrowed, &[0]).await, Error::PassRequired);
        let forged = Visitor { pass_token: Some("made up".into()), ..waiting.clone() };
        refused!(world.hold(&forged, &[0]).await, Error::PassRequired);
        let place = Visitor { pass_token: Some(waiting.place_token.clone()), ..waiting };
        refused!(world.hold(&place, &[0]).await, Error::PassRequired);
        let astray = Visitor { performance: elsewhere.id, ..admitted };
        refused!(world.hold(&astray, &[0]).await, Error::PassRequired);
        assert_eq!(world.sales(&sale).await.seats.free, 10);
        assert_eq!(world.sales(&elsewhere).await.seats.free, 10);
    }

    async fn a_hold_takes_all_its_seats_or_none_and_lists_the_conflicts(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
        world.hold(&first, &[2, 4]).await.unwrap();
        match world.hold(&second, &[1, 2, 3, 4]).await {
            Err(Error::SeatTaken { seats }) => assert_eq!(seats, [2, 4]),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.sales(&sale).await.seats.held, 2);
        world.hold(&second, &[1, 3]).await.unwrap();
    }

    async fn a_wish_must_name_seats_of_the_hall_each_once(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let visitor = world.admitted(&sale).await;
        for wish in [vec![], vec![10], vec![1, 1], vec![u32::MAX]] {
            refused!(world.wish(&visitor, Wish::Seats(wish)).await, Error::Validation(_));
        }
        assert_eq!(world.sales(&sale).await.seats.free, 10);
    }

    async fn the_limit_counts_holds_and_orders_together(world: World) {
        let sale = world.sale(Policy::default(), 20).await;
        let buyer = world.admitted(&sale).await;
        refused!(world.hold(&buyer, &[0, 1, 2, 3, 4]).await, Error::LimitExceeded { limit: 4 });
        world.ordered(&buyer, &[0, 1]).await;
        let hold = world.hold(&buyer, &[2]).await.unwrap();
        refused!(world.hold(&buyer, &[3, 4]).await, Error::LimitExceeded { limit: 4 });
        world.release(&buyer, &hold).await.unwrap();
        world.hold(&buyer, &[3, 4]).await.unwrap();
    }

    async fn the_limit_counts_what_was_bought_before_joining_again(world: World) {
        let sale = world.sale(Policy::default(), 20).await;
        let buyer = world.admitted(&sale).await;
        world.bought(&buyer, &[0, 1, 2]).await;
        let again = world.admit(&buyer.caller, &sale).await;
        refused!(world.hold(&again, &[3, 4]).await, Error::LimitExceeded { limit: 4 });
        world.bought(&again, &[3]).await;
    }

    async fn an_expired_hold_is_free_in_place_after_the_grace_and_not_before(world: World) {
        let sale = world.sale(Policy { hold_seconds: 60, ..Policy::default() }, 10).await;
        let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
        world.hold(&first, &[5]).await.unwrap();
        world.advance_ms(60_000 + GRACE_MS - 1);
        refused!(world.hold(&second, &[5]).await, Error::SeatTaken { .. });
        world.advance_ms(1);
        world.hold(&second, &[5]).await.unwrap();
    }

    async fn the_sweep_shows_expired_holds_free(world: World) {
        let sale = world.sale(Policy { hold_seconds: 60, ..Policy::default() }, 10).await;
        let visitor = world.admitted(&sale).await;
        world.hold(&visitor, &[5, 6]).await.unwrap();
        world.advance_ms(60_000 + GRACE_MS);
        world.tick().await;
        assert_eq!(world.sales(&sale).await.seats.free, 10);
        world.hold(&visitor, &[0, 1, 2, 3]).await.unwrap();
    }

    async fn an_expired_hold_does_not_free_a_seat_that_was_sold_meanwhile(world: World) {
        let policy = Policy { hold_seconds: 60, ..Policy::default() };
        let sale = world.sale(policy, 10).await;
        let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
        let stale = world.hold(&first, &[5]).await.unwrap();
        world.advance_ms(60_000 + GRACE_MS);
        world.bought(&second, &[5]).await;
        world.release(&first, &stale).await.unwrap();
        world.leave(&first).await.unwrap();
        world.tick().await;
        world.advance_seconds(600);
        world.tick().await;
        world.settle_down().await;
        assert_eq!(world.seat(&sale, 5).await, SOLD);
    }

    async fn a_hold_that_became_an_order_does_not_free_its_seats_when_it_would_end(world: World) {
        let sale = world.sale(Policy { hold_seconds: 60, ..Policy::default() }, 10).await;
        let visitor = world.admitted(&sale).await;
        let order = world.ordered(&visitor, &[5]).await;
        world.advance_seconds(120);
        world.tick().await;
        assert_eq!(world.seat(&sale, 5).await, RESERVED);
        world.pay(&visitor.caller, &order).await.unwrap();
        world.tick().await;
        assert_eq!(world.seat(&sale, 5).await, SOLD);
    }

    async fn a_stranger_cannot_release_someones_hold(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let (owner, stranger) = (world.admitted(&sale).await, world.admitted(&sale).await);
        let hold = world.hold(&owner, &[5]).await.unwrap();
        refused!(world.release(&stranger, &hold).await, Error::NotFound(_));
        let borrowed = Visitor { pass_token: owner.pass_token.clone(), ..stranger };
        refused!(world.release(&borrowed, &hold).await, Error::PassRequired);
        assert_eq!(world.seat(&sale, 5).await, HELD);
        world.order(&owner, &hold).await.unwrap();
    }

    async fn a_released_seat_is_free_at_once_for_the_next(world: World) {
        let sale = world.sale(capacity(2), 10).await;
        let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
        let hold = world.hold(&first, &[5]).await.unwrap();
        world.release(&first, &hold).await.unwrap();
        world.release(&first, &hold).await.unwrap();
        world.hold(&second, &[5]).await.unwrap();
        world.release(&first, &hold).await.unwrap();
        assert_eq!(world.seat(&sale, 5).await, HELD, "releasing twice frees nobody else's hold");
    }
}
