//! Likes: once per account, counted exactly whoever likes at once.

use futures_util::future::join_all;
use ticketing_core::reviews::{Likes, ReviewListing, ReviewSort};
use ticketing_core::{Error, Page};

use crate::reviews::{listed, page, seen_by, write};

const CROWD: u32 = 200;

behaviour! {
    async fn to_like_often_is_to_like_once(world: World) {
        let (sale, guests) = seen_by(&world, 1).await;
        let review = write(&world, &guests[0], sale.id, 5).await.unwrap().review.id;
        let buyer = world.buyer().await;
        let like = async |liked| world.office.like_review(&buyer, review, liked).await.unwrap();
        assert_eq!(like(false).await, Likes { likes: 0, liked: false });
        for _ in 0..3 {
            assert_eq!(like(true).await, Likes { likes: 1, liked: true });
        }
        let listing = ReviewListing::default();
        let seen = world.office.reviews(Some(&buyer), sale.id, &listing, Page::default()).await;
        let seen = seen.unwrap().reviews.items.clone();
        assert_eq!((seen[0].review.likes, seen[0].liked), (1, Some(true)));
        for _ in 0..3 {
            assert_eq!(like(false).await, Likes { likes: 0, liked: false });
        }
    }

    async fn a_crowd_that_likes_and_changes_its_mind_is_counted_exactly(world: World) {
        let (sale, guests) = seen_by(&world, 1).await;
        let review = write(&world, &guests[0], sale.id, 5).await.unwrap().review.id;
        let other = world.another_office().await;
        let buyers = world.buyers(CROWD).await;
        let liking = (0_u32..).zip(&buyers).map(|(number, buyer)| {
            let office = if number % 2 == 0 { &world.office } else { &other.office };
            async move {
                office.like_review(buyer, review, true).await.unwrap();
                if number % 3 == 0 {
                    office.like_review(buyer, review, false).await.unwrap();
                }
                office.like_review(buyer, review, number % 3 != 0).await.unwrap()
            }
        });
        join_all(liking).await;
        let expected = (0..CROWD).filter(|number| number % 3 != 0).count() as u64;
        let shown = page(&other, sale.id, ReviewSort::Likes, None).await;
        assert_eq!(shown.reviews.items[0].review.likes, expected);
    }

    async fn what_is_not_there_is_not_liked(world: World) {
        let (sale, guests) = seen_by(&world, 1).await;
        let review = write(&world, &guests[0], sale.id, 5).await.unwrap().review.id;
        world.office.like_review(&guests[0], review, true).await.unwrap();
        world.office.delete_review(&guests[0], review).await.unwrap();
        refused!(world.office.like_review(&guests[0], review, true).await, Error::NotFound(_));
        refused!(world.office.like_review(&guests[0], review, false).await, Error::NotFound(_));
        assert_eq!(listed(&world, sale.id).await, []);
    }
}
