//! Reviews: of who was there, once each; and what they add up to.

use std::sync::Arc;

use futures_util::future::join_all;
use ticketing_core::accounts::Caller;
use ticketing_core::catalog::{NewPerformance, Policy};
use ticketing_core::reviews::{NewReview, Rating, ReviewChange, ReviewListing, ReviewSort};
use ticketing_core::{
    Error, Page, PerformanceId, ProductionId, Result, ReviewId, ReviewPage, ReviewView,
};

use crate::sale::{OnSale, PRICE};
use crate::world::World;

/// How long before a performance begins the tests sell it.
pub(crate) const BEGINS_IN_SECONDS: u32 = 3_600;

/// A performance that is on sale and begins in an hour, of a production of its own or of this one.
pub(crate) async fn soon(
    world: &World,
    organizer: Caller,
    production_id: Option<ProductionId>,
) -> OnSale {
    let plan = crate::sale::hall(100);
    let venue = world.venue(&organizer, &plan).await;
    let details = world.details(venue, &[("Regular", Some(PRICE))]);
    let starts_at = world.now().plus_seconds(BEGINS_IN_SECONDS);
    let policy = Policy { line_capacity: 1_000, ..Policy::default() };
    let details = NewPerformance { production_id, starts_at, policy, ..details };
    world.put_on_sale(organizer, details).await
}

pub(crate) fn begins(world: &World) {
    world.advance_seconds(u64::from(BEGINS_IN_SECONDS));
}

/// Somebody who has bought a seat.
pub(crate) async fn guest(world: &World, sale: &OnSale, seat: u32) -> Caller {
    let visitor = world.admitted(sale).await;
    world.bought(&visitor, &[seat]).await;
    visitor.caller
}

/// So many who have bought a seat of a performance that has begun.
pub(crate) async fn seen_by(world: &World, count: u32) -> (OnSale, Vec<Caller>) {
    let sale = soon(world, world.organizer().await, None).await;
    let mut guests = Vec::new();
    for seat in 0..count {
        guests.push(guest(world, &sale, seat).await);
    }
    begins(world);
    (sale, guests)
}

pub(crate) fn saying(rating: u8, title: &str, content: &str) -> NewReview {
    NewReview { rating, title: title.into(), content: content.into() }
}

pub(crate) async fn write(
    world: &World,
    author: &Caller,
    performance: PerformanceId,
    rating: u8,
) -> Result<ReviewView> {
    let new = saying(rating, "An evening", "It was one.");
    world.office.write_review(author, performance, new).await
}

pub(crate) async fn page(
    world: &World,
    performance: PerformanceId,
    sort: ReviewSort,
    text: Option<&str>,
) -> Arc<ReviewPage> {
    let listing = ReviewListing { sort, text: text.map(str::to_owned) };
    world.office.reviews(None, performance, &listing, Page::default()).await.unwrap()
}

pub(crate) async fn listed(world: &World, performance: PerformanceId) -> Vec<ReviewId> {
    ids(&page(world, performance, ReviewSort::Newest, None).await)
}

pub(crate) async fn rating(world: &World, performance: PerformanceId) -> Rating {
    page(world, performance, ReviewSort::Newest, None).await.rating
}

pub(crate) fn ids(page: &Arc<ReviewPage>) -> Vec<ReviewId> {
    page.reviews.items.iter().map(|view| view.review.id).collect()
}

/// Nothing is kept that the reviews do not add up to.
pub(crate) async fn adds_up(world: &World) {
    let differences = world.office.rating_differences(&world.administrator()).await.unwrap();
    assert_eq!(differences, []);
}

behaviour! {
    async fn only_who_paid_and_saw_it_begin_reviews_it(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let other = soon(&world, world.organizer().await, None).await;
        let saw = guest(&world, &sale, 1).await;
        let saw_another = guest(&world, &other, 1).await;
        let waits = world.admitted(&sale).await;
        world.ordered(&waits, &[2]).await;
        refused!(write(&world, &saw, sale.id, 5).await, Error::Forbidden(_));
        begins(&world);
        let stranger = world.buyer().await;
        for nobody in [&stranger, &saw_another, &waits.caller, &sale.organizer] {
            refused!(write(&world, nobody, sale.id, 5).await, Error::Forbidden(_));
        }
        write(&world, &saw, sale.id, 5).await.unwrap();
        assert_eq!(rating(&world, sale.id).await, Rating { stars: 5, count: 1 });
    }

    async fn who_bought_twice_reviews_once_whoever_asks_at_once(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let visitor = world.admitted(&sale).await;
        world.bought(&visitor, &[1]).await;
        let again = world.admit(&visitor.caller, &sale).await;
        world.bought(&again, &[2]).await;
        begins(&world);
        let other = world.another_office().await;
        let tries = (0..10).map(|number| {
            let world = if number % 2 == 0 { &world } else { &other };
            write(world, &visitor.caller, sale.id, 3)
        });
        let (written, refused): (Vec<_>, Vec<_>) =
            join_all(tries).await.into_iter().partition(Result::is_ok);
        assert_eq!((written.len(), refused.len()), (1, 9));
        assert!(refused.iter().all(|one| matches!(one, Err(Error::Conflict(_)))), "{refused:?}");
        assert_eq!(rating(&world, sale.id).await, Rating { stars: 3, count: 1 });
        adds_up(&world).await;
    }

    async fn reviews_belong_to_the_production_and_show_at_each_of_its_performances(world: World) {
        let organizer = world.organizer().await;
        let first = soon(&world, organizer, None).await;
        let view = world.office.performance(None, first.id).await.unwrap();
        let production = Some(view.performance.details.production_id);
        let second = soon(&world, organizer, production).await;
        let (one, both) =
            (guest(&world, &first, 1).await, world.admitted(&first).await);
        world.bought(&both, &[2]).await;
        let both_again = world.admit(&both.caller, &second).await;
        world.bought(&both_again, &[2]).await;
        begins(&world);
        let by_one = write(&world, &one, second.id, 4).await.unwrap().review;
        let by_both = write(&world, &both.caller, second.id, 1).await.unwrap().review;
        refused!(write(&world, &both.caller, first.id, 5).await, Error::Conflict(_));
        let mut expected = [by_one.id, by_both.id];
        expected.sort_unstable();
        for performance in [first.id, second.id] {
            let mut shown = listed(&world, performance).await;
            shown.sort_unstable();
            assert_eq!(shown, expected);
        }
        assert_eq!(by_one.performance, first.id, "what its author saw");
    }

    async fn its_author_edits_and_deletes_it_and_nobody_else(world: World) {
        let (sale, guests) = seen_by(&world, 2).await;
        let review = write(&world, &guests[0], sale.id, 2).await.unwrap().review;
        let better = ReviewChange { rating: Some(4), ..ReviewChange::default() };
        let office = &world.office;
        refused!(office.edit_review(&guests[1], review.id, better.clone()).await, Error::Forbidden(_));
        refused!(office.delete_review(&guests[1], review.id).await, Error::Forbidden(_));
        refused!(office.delete_review(&sale.organizer, review.id).await, Error::Forbidden(_));
        world.advance_seconds(5);
        let edited = office.edit_review(&guests[0], review.id, better).await.unwrap().review;
        assert_eq!((edited.rating, edited.title.as_str()), (4, "An evening"));
        assert_eq!(edited.edited_at, Some(world.now()));
        assert_eq!(rating(&world, sale.id).await, Rating { stars: 4, count: 1 });
        office.delete_review(&guests[0], review.id).await.unwrap();
        assert_eq!(listed(&world, sale.id).await, []);
        assert_eq!(rating(&world, sale.id).await, Rating::default());
        refused!(office.review(Some(&guests[0]), review.id).await, Error::NotFound(_));
        let again = write(&world, &guests[0], sale.id, 1).await.unwrap().review;
        assert_eq!(listed(&world, sale.id).await, [again.id]);
        adds_up(&world).await;
    }

    async fn what_is_no_review_is_refused_with_its_field(world: World) {
        let (sale, guests) = seen_by(&world, 1).await;
        let bad = [
            saying(0, "Title", ""),
            saying(6, "Title", ""),
            saying(3, "", ""),
            saying(3, &"t".repeat(101), ""),
            saying(3, "Title", &"c".repeat(501)),
            saying(3, "Ti\u{202E}tle", ""),
            saying(3, "Title", "nul \0"),
        ];
        for new in bad {
            let said = world.office.write_review(&guests[0], sale.id, new.clone()).await;
            assert!(matches!(said, Err(Error::Validation(_))), "{new:?}: {said:?}");
        }
        let most = saying(1, &"가".repeat(100), &"나".repeat(500));
        let written = world.office.write_review(&guests[0], sale.id, most).await.unwrap().review;
        let read = world.office.review(None, written.id).await.unwrap().review;
        assert_eq!(read, written);
        let nothing = ReviewChange { title: Some(String::new()), ..ReviewChange::default() };
        refused!(
            world.office.edit_review(&guests[0], written.id, nothing).await,
            Error::Validation(_)
        );
    }

    async fn who_says_the_same_again_has_edited_nothing(world: World) {
        let (sale, guests) = seen_by(&world, 1).await;
        let review = write(&world, &guests[0], sale.id, 2).await.unwrap().review;
        world.advance_seconds(5);
        let same = ReviewChange { rating: Some(2), ..ReviewChange::default() };
        for change in [ReviewChange::default(), same] {
            let edited = world.office.edit_review(&guests[0], review.id, change).await.unwrap();
            assert_eq!(edited.review, review);
        }
    }
}
