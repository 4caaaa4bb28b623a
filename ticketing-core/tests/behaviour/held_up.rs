//! One sale that takes long holds up no other; and what a repair and the reconciler find that others did
//! meanwhile.

use sqlx::PgConnection;
use ticketing_core::admission::State;

use crate::line::capacity;
use crate::sale::{FREE, OnSale, RESERVED};
use crate::world::{World, on_services};

/// Until a repair waits for the one that holds this lock.
async fn somebody_waits_for(holder: &mut PgConnection) {
    let blocked = "SELECT count(*) FROM pg_stat_activity
         WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))";
    while sqlx::query_scalar::<_, i64>(blocked).fetch_one(&mut *holder).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
}

/// Whoever is repaired for long, the other sale lets people in meanwhile.
async fn is_sold_while_another_is_repaired(world: &World, sale: &OnSale, stuck: &OnSale) {
    world.join(&world.buyer().await, stuck).await;
    let mut visitor = world.join(&world.buyer().await, sale).await;
    world.wipe_redis();
    let mut repairing = world.namespace().repairing(stuck.id).await;
    let office = world.office.clone();
    let waits = tokio::spawn(async move { office.step_lines().await });
    somebody_waits_for(&mut repairing).await;
    while world.ask(&mut visitor).await.state != State::Admitted {
        world.advance_ms(200);
        world.office.step_lines().await.unwrap();
    }
    assert!(!waits.is_finished(), "the step that found the other first still waits for it");
    assert_eq!(world.namespace().live(stuck.id).0, None, "which is not repaired");
    drop(repairing);
    waits.await.unwrap().unwrap();
    assert!(world.namespace().live(stuck.id).0.is_some());
}

/// Both ways: the one that is stuck is the first that a step tends, or the last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn a_sale_that_is_repaired_for_long_holds_up_no_other() {
    on_services(|world| async move {
        let one = world.sale(capacity(5), 10).await;
        let other = world.sale(capacity(5), 10).await;
        is_sold_while_another_is_repaired(&world, &one, &other).await;
        is_sold_while_another_is_repaired(&world, &other, &one).await;
    })
    .await;
}

/// Who asked first leaves, as one does whose request has run out of time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn a_repair_goes_on_when_whoever_needed_it_has_gone() {
    on_services(|world| async move {
        let sale = world.sale(capacity(1), 10).await;
        world.join(&world.buyer().await, &sale).await;
        world.wipe_redis();
        let mut repairing = world.namespace().repairing(sale.id).await;
        let (office, buyer) = (world.office.clone(), world.buyer().await);
        let asked = tokio::spawn(async move { office.join(&buyer, sale.id).await });
        somebody_waits_for(&mut repairing).await;
        asked.abort();
        drop(repairing);
        while world.namespace().live(sale.id).0.is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// The books were restored from a backup: they do not know of the epoch that is live.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn an_epoch_that_the_books_have_forgotten_is_not_begun_again() {
    on_services(|world| async move {
        let sale = world.sale(capacity(1), 10).await;
        let mut visitor = world.join(&world.buyer().await, &sale).await;
        for _ in 0..3 {
            world.wipe_redis();
            world.tick().await;
        }
        let live = world.namespace().live(sale.id).0.unwrap();
        assert_eq!(live, 4, "the first, and one for each wipe");
        world.namespace().sql("UPDATE lines SET epoch = 1").await;
        let other = world.another_office().await;
        other.office.step_lines().await.unwrap();
        assert_eq!(world.namespace().live(sale.id).0, Some(live + 1));
        assert_eq!(world.ask(&mut visitor).await.place.number(), 1, "nor is the place lost");
    })
    .await;
}

/// A repair of another server has raised the epoch, and has not finished: there are no numbers in the old.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn whoever_needs_numbers_of_an_epoch_that_is_over_gets_them_in_the_next() {
    on_services(|world| async move {
        let sale = world.sale(capacity(1), 10).await;
        world.join(&world.buyer().await, &sale).await;
        let epoch = world.namespace().live(sale.id).0.unwrap();
        world.namespace().has_no_more_numbers(sale.id, epoch);
        world.namespace().sql("UPDATE lines SET epoch = epoch + 1").await;
        let mut next = world.join(&world.buyer().await, &sale).await;
        assert_eq!(world.namespace().live(sale.id).0, Some(epoch + 2));
        assert!(world.ask(&mut next).await.place.number() > 1, "no number is given out twice");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn a_seat_that_redis_shows_wrongly_is_mended_soon() {
    on_services(|world| async move {
        let sale = world.sale(capacity(1), 10).await;
        let inside = world.admitted(&sale).await;
        world.ordered(&inside, &[1]).await;
        world.office.step_seats().await.unwrap();
        world.namespace().shows(sale.id, 1, FREE);
        world.office.step_seats().await.unwrap();
        assert_eq!(world.seat(&sale, 1).await, FREE, "what is shown as it is known is passed over");
        world.advance_seconds(15);
        world.office.step_seats().await.unwrap();
        assert_eq!(world.seat(&sale, 1).await, RESERVED);
    })
    .await;
}
