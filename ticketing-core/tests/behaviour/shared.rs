//! First pages of reviews, which servers share: never older than what was told, and never needed.

use std::sync::Arc;

use ticketing_core::reviews::{Rating, ReviewSort};

use crate::events::all_told;
use crate::redis_process::RedisProcess;
use crate::reviews::{listed, rating, seen_by, write};
use crate::world::{World, on_own_redis, on_services};

/// Longer than a server keeps a page by itself.
const A_MOMENT_SECONDS: u64 = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn what_one_server_changed_another_shows_a_moment_later() {
    on_services(|world| async move {
        let (sale, guests) = seen_by(&world, 3).await;
        let other = world.another_office().await;
        let mut expected = Vec::new();
        for guest in &guests {
            // Both have the page, and one has shared it.
            listed(&world, sale.id).await;
            listed(&other, sale.id).await;
            expected.push(write(&other, guest, sale.id, 4).await.unwrap().review.id);
            world.advance_seconds(A_MOMENT_SECONDS);
            let mut shown = listed(&world, sale.id).await;
            shown.sort_unstable();
            assert_eq!(shown, expected);
            let count = expected.len() as u64;
            assert_eq!(rating(&other, sale.id).await, Rating { stars: 4 * count, count });
        }
        let page = crate::reviews::page(&world, sale.id, ReviewSort::Newest, None).await;
        assert!(page.reviews.items.iter().all(|view| view.nickname.is_some()));
    })
    .await;
}

/// The server that changed it died before it said so; the event says it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn what_nobody_said_after_its_commit_the_event_says() {
    on_services(|world| async move {
        let (sale, guests) = seen_by(&world, 1).await;
        let id = write(&world, &guests[0], sale.id, 4).await.unwrap().review.id;
        all_told(&world, &world).await;
        listed(&world, sale.id).await;
        let sql = format!(
            "UPDATE reviews SET rating = 1, version = version + 1 WHERE id = '{id}';
             UPDATE production_ratings SET stars = 1, version = version + 1;
             INSERT INTO outbox (aggregate, version, performance_id, kind, seats, at_ms)
                 SELECT id, version, performance_id, 'review_edited', 0, 0 FROM reviews"
        );
        world.namespace().sql(&sql).await;
        world.advance_seconds(A_MOMENT_SECONDS);
        assert_eq!(rating(&world, sale.id).await.stars, 4, "as it is shared");
        all_told(&world, &world).await;
        world.advance_seconds(A_MOMENT_SECONDS);
        assert_eq!(rating(&world, sale.id).await.stars, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn without_redis_reviews_are_read_and_written_all_the_same() {
    on_own_redis(|world: World, redis: Arc<RedisProcess>| async move {
        let (sale, guests) = seen_by(&world, 2).await;
        let first = write(&world, &guests[0], sale.id, 4).await.unwrap().review.id;
        assert_eq!(listed(&world, sale.id).await, [first]);
        redis.stop();
        world.advance_seconds(A_MOMENT_SECONDS);
        assert_eq!(listed(&world, sale.id).await, [first]);
        let second = write(&world, &guests[1], sale.id, 2).await.unwrap().review.id;
        let buyer = &guests[0];
        assert_eq!(world.office.like_review(buyer, second, true).await.unwrap().likes, 1);
        world.advance_seconds(A_MOMENT_SECONDS);
        assert_eq!(listed(&world, sale.id).await.len(), 2);
        assert_eq!(rating(&world, sale.id).await, Rating { stars: 6, count: 2 });
        redis.start_again();
    })
    .await;
}
