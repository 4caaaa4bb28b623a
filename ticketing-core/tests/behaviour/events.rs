//! What happened is counted once, however often it is told and by whomever; and the seats follow
//! the books.

use ticketing_core::Step;
use ticketing_core::catalog::Policy;
use ticketing_core::events::SalesCounters;

use crate::sale::{OnSale, RESERVED, SOLD};
use crate::world::World;

/// More rounds than events need that have an end.
pub(crate) const ROUNDS_MAX: u32 = 1_000;

/// Both servers carry events on and react to them, until a full round brings nothing.
pub(crate) async fn all_told(one: &World, two: &World) {
    for _ in 0..ROUNDS_MAX {
        let (one, two) = tokio::join!(told(one), told(two));
        if !one && !two {
            return;
        }
    }
    panic!("events have no end");
}

/// One round of one server; whether anything happened.
async fn told(world: &World) -> bool {
    let carried = world.office.step_events().await.unwrap();
    let reacted = world.office.step_reactions().await.unwrap();
    carried == Step::Worked || reacted == Step::Worked
}

pub(crate) async fn counters(world: &World, sale: &OnSale) -> SalesCounters {
    world.office.sales_counters(&sale.organizer, sale.id).await.unwrap()
}

behaviour! {
    async fn events_are_counted_once_though_two_servers_carry_them(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let other = world.another_office().await;
        let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
        world.bought(&first, &[1, 2]).await;
        all_told(&world, &other).await;
        let cancelled = world.ordered(&second, &[3]).await;
        world.cancel(&second.caller, &cancelled).await.unwrap();
        world.bought(&second, &[4]).await;
        let expected =
            SalesCounters { orders_placed: 3, orders_paid: 2, orders_ended: 1, seats_sold: 3 };
        for _ in 0..3 {
            all_told(&world, &other).await;
            assert_eq!(counters(&world, &sale).await, expected);
        }
    }

    async fn seats_of_a_paid_order_that_is_given_back_are_no_longer_counted_as_sold(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
        let by_us = world.bought(&first, &[1, 2]).await;
        let elsewhere = world.bought(&second, &[4]).await;
        let (administrator, key) = (world.administrator(), world.key());
        world.office.refund_payment(&administrator, by_us.payment, key).await.unwrap();
        let gateway = world.wire.gateway();
        gateway.control(elsewhere.payment, "cancel", serde_json::json!({})).await;
        world.office.settle_payment(&administrator, elsewhere.payment).await.unwrap();
        world.settle_down().await;
        all_told(&world, &world).await;
        let expected =
            SalesCounters { orders_placed: 2, orders_paid: 2, orders_ended: 0, seats_sold: 0 };
        assert_eq!(counters(&world, &sale).await, expected);
    }

    async fn each_performance_has_counters_of_its_own(world: World) {
        let (here, there) =
            (world.sale(Policy::default(), 10).await, world.sale(Policy::default(), 10).await);
        let visitor = world.admitted(&here).await;
        world.bought(&visitor, &[1]).await;
        all_told(&world, &world).await;
        assert_eq!(counters(&world, &here).await.seats_sold, 1);
        assert_eq!(counters(&world, &there).await, SalesCounters::default());
    }

    async fn going_over_the_books_again_changes_no_seat(world: World) {
        let sale = world.sale(Policy::default(), 10).await;
        let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
        world.bought(&first, &[1, 2]).await;
        world.ordered(&second, &[3]).await;
        world.hold(&second, &[4]).await.unwrap();
        let before = world.seats(&sale).await;
        assert_eq!((before[1], before[3]), (SOLD, RESERVED));
        for _ in 0..3 {
            world.settle_down().await;
            assert_eq!(world.seats(&sale).await, before);
        }
    }
}

/// More than a step takes, and of a topic that cannot be had: the others go on all the same.
#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn events_whose_topic_cannot_be_had_hold_up_no_others() {
    crate::world::on_services(|world: crate::world::World| async move {
        let unsent = async |word: &str| {
            let sql = format!(
                "SELECT count(*)::text FROM outbox WHERE NOT sent AND kind LIKE '{word}%'"
            );
            world.namespace().sql_text(&sql).await.unwrap()
        };
        let sale = world.sale(Policy::default(), 10).await;
        let (first, second) = (world.admitted(&sale).await, world.admitted(&sale).await);
        world.bought(&first, &[1]).await;
        world.office.step_events().await.unwrap();
        let reviews = format!(
            "INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
             SELECT gen_random_uuid(), 1, '{}', 'review_written', 0, 0 FROM generate_series(1, 600)",
            sale.id
        );
        world.namespace().sql(&reviews).await;
        world.bought(&second, &[2]).await;
        let without = world.another_office_that_copies(9).await;
        assert_eq!(without.office.step_events().await.unwrap(), Step::Worked);
        assert_eq!((unsent("order").await, unsent("review").await), ("0".into(), "600".into()));
        let stands = without.office.step_events().await;
        assert!(matches!(stands, Err(ticketing_core::Error::Unavailable(_))), "{stands:?}");
        while world.office.step_events().await.unwrap() == Step::Worked {}
        assert_eq!(unsent("review").await, "0");
    })
    .await;
}
