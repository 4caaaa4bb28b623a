//! The ranking: what sells best, of what is listed and sells.

use ticketing_core::catalog::{NewPerformance, PerformanceChange, Policy};
use ticketing_core::ranking::RankedBy;
use ticketing_core::{Currency, Error, Money, PerformanceId};

use crate::events::all_told;
use crate::sale::{OnSale, PRICE, hall};
use crate::world::World;

/// More than a server leaves others alone for.
const A_WHILE_SECONDS: u64 = 10;
const DAY_SECONDS: u64 = 24 * 3_600;

/// Where each stands, and how many of its seats count.
async fn ranked(
    world: &World,
    by: RankedBy,
    genre: Option<&str>,
) -> Vec<(u32, PerformanceId, u64)> {
    let view = world.office.ranking(by, genre).await.unwrap();
    view.items.iter().map(|(one, _)| (one.place, one.performance, one.sold)).collect()
}

/// Everything was told, and the ranking is made anew.
async fn anew(world: &World) {
    all_told(world, world).await;
    world.advance_seconds(A_WHILE_SECONDS);
    world.office.step_ranking().await.unwrap();
}

async fn sale_of(world: &World, seats: u32, genre: &str) -> OnSale {
    let organizer = world.organizer().await;
    let venue = world.venue(&organizer, &hall(seats)).await;
    let details = world.details(venue, &[("Regular", Some(PRICE))]);
    let details = NewPerformance { genre: genre.into(), ..details };
    world.put_on_sale(organizer, details).await
}

async fn sell(world: &World, sale: &OnSale, seats: &[u32]) -> ticketing_core::orders::Order {
    let visitor = world.admitted(sale).await;
    world.bought(&visitor, seats).await
}

behaviour! {
    async fn the_best_booked_come_first_and_equal_ones_share_a_place(world: World) {
        let (half, also_half) = (sale_of(&world, 4, "jazz").await, sale_of(&world, 8, "Pop").await);
        let (most, nothing) = (sale_of(&world, 4, "pop").await, sale_of(&world, 4, "").await);
        sell(&world, &half, &[0, 1]).await;
        sell(&world, &also_half, &[0, 1, 2, 3]).await;
        sell(&world, &most, &[0, 1, 2]).await;
        anew(&world).await;
        let mut all = ranked(&world, RankedBy::Rate, None).await;
        let mut expected =
            [(1, most.id, 3), (2, half.id, 2), (2, also_half.id, 4), (4, nothing.id, 0)];
        // Among equals the older one stands first; these were made at the same moment.
        all.sort_unstable();
        expected.sort_unstable();
        assert_eq!(all, expected);
        let pop = ranked(&world, RankedBy::Rate, Some("POP")).await;
        assert_eq!(pop, [(1, most.id, 3), (2, also_half.id, 4)]);
        assert_eq!(ranked(&world, RankedBy::Rate, Some("opera")).await, []);
        let by_sold = ranked(&world, RankedBy::SoldInAWeek, None).await;
        assert_eq!(by_sold[..2], [(1, also_half.id, 4), (2, most.id, 3)]);
        let wrong = world.office.ranking(RankedBy::Rate, Some("")).await;
        refused!(wrong, Error::Validation(_));
    }

    async fn what_is_free_or_was_given_back_does_not_count(world: World) {
        let organizer = world.organizer().await;
        let plan = "name = \"Hall\"\n[[categories]]\nname = \"Free\"\n[[categories]]\nname = \"Paid\"\n\
             [[sections]]\nname = \"A\"\ncategory = \"Free\"\nrows = [{ label = \"1\", seats = \"1-4\" }]\n\
             [[sections]]\nname = \"B\"\ncategory = \"Paid\"\nrows = [{ label = \"2\", seats = \"1-4\" }]\n";
        let venue = world.venue(&organizer, plan).await;
        let details = world.details(venue, &[("Free", Some(0)), ("Paid", Some(PRICE))]);
        let booking_fee = Some(Money::new(500, Currency::KRW));
        let policy = Policy { booking_fee, ..details.policy.clone() };
        let details = NewPerformance { policy, ..details };
        let sale = world.put_on_sale(organizer, details).await;
        let mixed = world.admitted(&sale).await;
        world.bought(&mixed, &[0, 1, 4]).await;
        let back = sell(&world, &sale, &[5, 6]).await;
        anew(&world).await;
        assert_eq!(ranked(&world, RankedBy::Rate, None).await, [(1, sale.id, 3)]);
        let view = world.office.ranking(RankedBy::Rate, None).await.unwrap();
        assert_eq!((view.items[0].0.seats, view.items[0].0.rate_per_10_000()), (4, 7_500));
        let (root, key) = (world.administrator(), world.key());
        world.office.refund_payment(&root, back.payment, key).await.unwrap();
        world.settle_down().await;
        anew(&world).await;
        assert_eq!(ranked(&world, RankedBy::Rate, None).await, [(1, sale.id, 1)]);
        assert_eq!(ranked(&world, RankedBy::SoldInADay, None).await, [(1, sale.id, 1)]);
    }

    async fn only_what_is_listed_and_sells_is_ranked(world: World) {
        let policy = Policy::default();
        let later = world.sale_in(3_600, policy, 4).await;
        let now = sale_of(&world, 4, "").await;
        let ends = sale_of(&world, 4, "").await;
        anew(&world).await;
        let all = ranked(&world, RankedBy::Rate, None).await;
        assert_eq!(all.len(), 2);
        world.office.cancel_performance(&ends.organizer, ends.id).await.unwrap();
        anew(&world).await;
        assert_eq!(ranked(&world, RankedBy::Rate, None).await, [(1, now.id, 0)]);
        world.advance_seconds(3_600);
        anew(&world).await;
        assert!(ranked(&world, RankedBy::Rate, None).await.contains(&(1, later.id, 0)));
    }

    async fn what_was_sold_long_ago_counts_for_the_rate_alone(world: World) {
        let sale = sale_of(&world, 4, "").await;
        sell(&world, &sale, &[0]).await;
        all_told(&world, &world).await;
        let mut day = 0;
        for (days, by) in [(1, RankedBy::SoldInADay), (7, RankedBy::SoldInAWeek)] {
            world.advance_seconds((days - 1 - day) * DAY_SECONDS);
            anew(&world).await;
            assert_eq!(ranked(&world, by, None).await, [(1, sale.id, 1)], "{by:?}, its last day");
            world.advance_seconds(DAY_SECONDS);
            anew(&world).await;
            assert_eq!(ranked(&world, by, None).await, [(1, sale.id, 0)], "{by:?}, a day later");
            day = days;
        }
        assert_eq!(ranked(&world, RankedBy::SoldInAMonth, None).await, [(1, sale.id, 1)]);
        assert_eq!(ranked(&world, RankedBy::Rate, None).await, [(1, sale.id, 1)]);
    }

    async fn a_genre_that_changes_is_ranked_where_it_is_now(world: World) {
        let sale = sale_of(&world, 4, "a").await;
        sell(&world, &sale, &[0]).await;
        anew(&world).await;
        let change = PerformanceChange { genre: Some("b".into()), ..PerformanceChange::default() };
        world.office.change_performance(&sale.organizer, sale.id, change).await.unwrap();
        world.advance_seconds(2);
        anew(&world).await;
        assert_eq!(ranked(&world, RankedBy::Rate, Some("a")).await, []);
        assert_eq!(ranked(&world, RankedBy::Rate, Some("b")).await, [(1, sale.id, 1)]);
    }
}

/// Without Redis each makes its own, and nobody waits.
#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn without_redis_there_is_a_ranking_all_the_same() {
    crate::world::on_own_redis(|world, redis| async move {
        let sale = sale_of(&world, 4, "").await;
        sell(&world, &sale, &[0]).await;
        all_told(&world, &world).await;
        redis.stop();
        for _ in 0..2 {
            world.advance_seconds(A_WHILE_SECONDS);
            world.office.step_ranking().await.unwrap();
            assert_eq!(ranked(&world, RankedBy::Rate, None).await, [(1, sale.id, 1)]);
        }
        redis.start_again();
    })
    .await;
}

#[cfg(feature = "services")]
async fn counted_again(world: &World) {
    while world.office.step_sold().await.unwrap() == ticketing_core::Step::Worked {}
}

/// Nor does one that takes what is asked and answers nothing hold anybody up.
#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn with_a_silent_redis_there_is_a_ranking_without_the_numbers_of_free_seats() {
    crate::world::on_own_redis(|world, redis| async move {
        let sales = [sale_of(&world, 4, "").await, sale_of(&world, 4, "").await];
        sell(&world, &sales[0], &[0]).await;
        all_told(&world, &world).await;
        redis.fall_silent();
        world.advance_seconds(A_WHILE_SECONDS);
        world.office.step_ranking().await.unwrap();
        let view = world.office.ranking(RankedBy::Rate, None).await.unwrap();
        let shown = view.items.iter().map(|(one, view)| (one.place, one.sold, view.seats_free));
        assert_eq!(shown.collect::<Vec<_>>(), [(1, 1, None), (2, 0, None)]);
        redis.stop();
        world.office.step_ranking().await.unwrap();
        redis.start_again();
    })
    .await;
}

/// What was sold before there was a ranking, and what its events were lost of, is counted from the books.
#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn a_ranking_that_is_lost_is_counted_again_from_the_orders() {
    crate::world::on_services(|world: crate::world::World| async move {
        let (half, most) = (sale_of(&world, 4, "").await, sale_of(&world, 4, "").await);
        sell(&world, &half, &[0]).await;
        let back = sell(&world, &half, &[1]).await;
        sell(&world, &most, &[0, 1, 2]).await;
        anew(&world).await;
        let (root, key) = (world.administrator(), world.key());
        world.office.refund_payment(&root, back.payment, key).await.unwrap();
        world.settle_down().await;
        // No event is told from here on.
        world.namespace().sql("TRUNCATE sold_orders, sold_seats, sold_days").await;
        world.advance_seconds(A_WHILE_SECONDS);
        world.office.step_ranking().await.unwrap();
        let nothing = ranked(&world, RankedBy::Rate, None).await;
        assert!(nothing.iter().all(|(place, _, sold)| (*place, *sold) == (1, 0)));
        counted_again(&world).await;
        world.advance_seconds(A_WHILE_SECONDS);
        world.office.step_ranking().await.unwrap();
        let again = [(1, most.id, 3), (2, half.id, 1)];
        assert_eq!(ranked(&world, RankedBy::Rate, None).await, again);
        assert_eq!(ranked(&world, RankedBy::SoldInADay, None).await, again);
        // What comes late, or twice, changes nothing.
        anew(&world).await;
        assert_eq!(ranked(&world, RankedBy::Rate, None).await, again);
        world.advance_seconds(40 * DAY_SECONDS);
        counted_again(&world).await;
        let days = world.namespace().sql_text("SELECT count(*)::text FROM sold_days").await;
        assert_eq!(days.as_deref(), Some("0"), "of which nobody asks any more");
    })
    .await;
}

/// Each server shows what one of them made.
#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn one_server_makes_it_and_the_others_show_it() {
    crate::world::on_services(|world: crate::world::World| async move {
        let sale = sale_of(&world, 4, "").await;
        sell(&world, &sale, &[0]).await;
        all_told(&world, &world).await;
        let other = world.another_office().await;
        world.office.step_ranking().await.unwrap();
        sell(&world, &sale, &[1]).await;
        all_told(&world, &world).await;
        other.office.step_ranking().await.unwrap();
        let made = world.office.ranking(RankedBy::Rate, None).await.unwrap();
        let shown = other.office.ranking(RankedBy::Rate, None).await.unwrap();
        assert_eq!((made.computed_at, made.items[0].0), (shown.computed_at, shown.items[0].0));
        assert_eq!(ranked(&other, RankedBy::Rate, None).await, [(1, sale.id, 1)], "a moment old");
        world.advance_seconds(A_WHILE_SECONDS);
        other.office.step_ranking().await.unwrap();
        world.office.step_ranking().await.unwrap();
        assert_eq!(ranked(&world, RankedBy::Rate, None).await, [(1, sale.id, 2)]);
    })
    .await;
}
