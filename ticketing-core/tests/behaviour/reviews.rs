//! Reviews: of who was there, once each; and what they add up to.

use std::sync::Arc;

use futures_util::future::join_all;
use ticketing_core::accounts::Caller;
use ticketing_core::catalog::{NewPerformance, Policy};
use ticketing_core::reviews::{NewReview, Rating, ReviewChange, ReviewListing, ReviewSort};
use ticketing_core::{
    Error, Page, PerformanceId, ProductionId, Result, ReviewId, ReviewPage, ReviewView,
};

use crate::events::all_told;
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

fn ids(page: &Arc<ReviewPage>) -> Vec<ReviewId> {
    page.reviews.items.iter().map(|view| view.review.id).collect()
}

/// Nothing is kept that the reviews do not add up to.
pub(crate) async fn adds_up(world: &World) {
    let differences = world.office.rating_differences(&world.administrator()).await.unwrap();
    assert_eq!(differences, []);
}

behaviour! {
    async fn an_empty_list_is_a_list_and_has_no_average(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let page = page(&world, sale.id, ReviewSort::Rating, None).await;
        assert_eq!((page.reviews.items.len(), page.reviews.next), (0, None));
        assert_eq!(page.rating.average_hundredths(), None);
    }

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

    async fn lists_come_in_each_order_and_pages_follow_on_while_things_change(world: World) {
        let (sale, guests) = seen_by(&world, 12).await;
        let office = &world.office;
        let mut written = Vec::new();
        for (number, guest) in (0..).zip(&guests) {
            world.advance_seconds(1);
            written.push(write(&world, guest, sale.id, 1 + number % 5).await.unwrap().review);
        }
        for liker in &guests[..3] {
            office.like_review(liker, written[4].id, true).await.unwrap();
        }
        office.like_review(&guests[0], written[7].id, true).await.unwrap();
        let newest: Vec<ReviewId> = written.iter().rev().map(|review| review.id).collect();
        assert_eq!(listed(&world, sale.id).await, newest);
        let best = page(&world, sale.id, ReviewSort::Rating, None).await.reviews.items.clone();
        let ratings: Vec<u8> = best.iter().map(|view| view.review.rating).collect();
        assert_eq!(ratings, [5, 5, 4, 4, 3, 3, 2, 2, 2, 1, 1, 1]);
        assert_eq!(best[0].review.id, written[9].id, "among equals the newest");
        let liked = ids(&page(&world, sale.id, ReviewSort::Likes, None).await);
        assert_eq!(liked[..3], [written[4].id, written[7].id, written[11].id]);

        for sort in ReviewSort::ALL {
            let listing = ReviewListing { sort, text: None };
            let (mut seen, mut after) = (Vec::new(), None);
            let (gone, moved) = ([written[3].id, written[5].id], [written[0].id, written[1].id]);
            loop {
                let page = Page::new(Some(5), after).unwrap();
                let found = office.reviews(None, sale.id, &listing, page).await.unwrap();
                seen.extend(ids(&found));
                after = found.reviews.next;
                if after.is_none() {
                    break;
                }
                for (author, id) in [(3, gone[0]), (5, gone[1])] {
                    let _ = office.delete_review(&guests[author], id).await;
                }
                let rating = 1 + u8::try_from(seen.len() % 5).unwrap();
                let change = ReviewChange { rating: Some(rating), ..ReviewChange::default() };
                office.edit_review(&guests[0], moved[0], change).await.unwrap();
                let liked = seen.len() % 2 == 0;
                office.like_review(&guests[1], moved[1], liked).await.unwrap();
            }
            let stays = |id: &&ReviewId| !gone.contains(id) && !moved.contains(id);
            let mut once: Vec<&ReviewId> = seen.iter().filter(stays).collect();
            let count = once.len();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), count, "{sort:?}: nothing twice");
            let stayed = written.iter().map(|review| &review.id).filter(stays);
            assert!(stayed.into_iter().all(|id| seen.contains(id)), "{sort:?}: nothing missed");
        }
    }

    async fn a_search_finds_what_was_written_however_it_is_spelt(world: World) {
        let (sale, guests) = seen_by(&world, 4).await;
        let texts = [
            ("정말 좋았어요", "다시 보고 싶은 공연"),
            ("Größe", "Konzert MÜNCHEN, 100 %_"),
            ("ab cd", "bc and more"),
            ("plain", "nothing"),
        ];
        let mut found = Vec::new();
        for (guest, (title, content)) in guests.iter().zip(texts) {
            let new = saying(3, title, content);
            let written = world.office.write_review(guest, sale.id, new).await.unwrap();
            found.push(written.review.id);
        }
        let none: &[usize] = &[];
        for (text, expected) in [
            ("좋았", &[0][..]),
            ("보고 싶", &[0]),
            ("GRÖSSE", &[1]),
            ("mu\u{308}nchen", &[1]),
            ("%_", &[1]),
            ("abcd", none),
            ("abc", none),
            ("bc", &[2]),
            ("No", &[3]),
            ("' OR 1", none),
        ] {
            let shown = page(&world, sale.id, ReviewSort::Newest, Some(text)).await;
            let expected: Vec<ReviewId> = expected.iter().map(|number| found[*number]).collect();
            assert_eq!(ids(&shown), expected, "{text}");
            assert_eq!(shown.rating.count, 4, "of all of them");
        }
        for text in ["", "a", &"a".repeat(101)] {
            let listing = ReviewListing { sort: ReviewSort::Newest, text: Some(text.into()) };
            let said = world.office.reviews(None, sale.id, &listing, Page::default()).await;
            refused!(said, Error::Validation(_));
        }
        let change = ReviewChange { content: Some("now 좋았".into()), ..ReviewChange::default() };
        world.office.edit_review(&guests[3], found[3], change).await.unwrap();
        let shown = page(&world, sale.id, ReviewSort::Rating, Some("좋았")).await;
        assert_eq!(shown.reviews.items.len(), 2);
    }

    async fn a_refund_afterwards_leaves_the_review_and_marks_it(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[1]).await;
        let other = guest(&world, &sale, 2).await;
        begins(&world);
        let review = write(&world, &visitor.caller, sale.id, 5).await.unwrap().review;
        let (administrator, key) = (world.administrator(), world.key());
        world.office.refund_payment(&administrator, order.payment, key).await.unwrap();
        world.settle_down().await;
        all_told(&world, &world).await;
        let shown = page(&world, sale.id, ReviewSort::Newest, None).await;
        assert_eq!(ids(&shown), [review.id]);
        assert!(shown.reviews.items[0].review.refunded, "and says so");
        assert_eq!(shown.rating, Rating { stars: 5, count: 1 });
        world.office.delete_review(&visitor.caller, review.id).await.unwrap();
        refused!(write(&world, &visitor.caller, sale.id, 5).await, Error::Forbidden(_));
        write(&world, &other, sale.id, 1).await.unwrap();
    }

    async fn who_keeps_another_order_of_it_is_not_marked(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let visitor = world.admitted(&sale).await;
        let order = world.bought(&visitor, &[1]).await;
        let again = world.admit(&visitor.caller, &sale).await;
        let kept = world.bought(&again, &[2]).await;
        begins(&world);
        write(&world, &visitor.caller, sale.id, 5).await.unwrap();
        let administrator = world.administrator();
        for (payment, marked) in [(order.payment, false), (kept.payment, true)] {
            world.office.refund_payment(&administrator, payment, world.key()).await.unwrap();
            world.settle_down().await;
            all_told(&world, &world).await;
            let shown = page(&world, sale.id, ReviewSort::Newest, None).await;
            assert_eq!(shown.reviews.items[0].review.refunded, marked);
        }
    }

    async fn who_gets_the_money_back_while_writing_is_marked_or_refused(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let mut bought = Vec::new();
        for seat in 0..10 {
            let visitor = world.admitted(&sale).await;
            let order = world.bought(&visitor, &[seat]).await;
            bought.push((visitor.caller, order.payment));
        }
        begins(&world);
        let root = world.administrator();
        let both = bought.iter().map(|(caller, payment)| async {
            let back = world.office.refund_payment(&root, *payment, world.key());
            let (back, written) = tokio::join!(back, write(&world, caller, sale.id, 3));
            back.unwrap();
            u64::from(written.is_ok())
        });
        let written: u64 = join_all(both).await.into_iter().sum();
        world.settle_down().await;
        all_told(&world, &world).await;
        world.advance_seconds(2);
        let shown = page(&world, sale.id, ReviewSort::Newest, None).await;
        assert_eq!(shown.rating.count, written);
        assert!(shown.reviews.items.iter().all(|view| view.review.refunded));
    }

    async fn what_was_called_off_was_not_seen(world: World) {
        let (sale, guests) = seen_by(&world, 1).await;
        world.office.cancel_performance(&sale.organizer, sale.id).await.unwrap();
        world.advance_seconds(2);
        refused!(write(&world, &guests[0], sale.id, 1).await, Error::Forbidden(_));
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

    async fn names_come_with_the_page_and_nobody_else_is_shown(world: World) {
        let (sale, guests) = seen_by(&world, 3).await;
        for guest in &guests {
            write(&world, guest, sale.id, 3).await.unwrap();
        }
        let shown = page(&world, sale.id, ReviewSort::Newest, None).await;
        for view in &shown.reviews.items {
            let author = guests.iter().find(|guest| guest.account() == view.review.author);
            let author = world.office.me(author.unwrap()).await.unwrap();
            assert_eq!(view.nickname.as_deref(), Some(author.nickname.as_str()));
            assert_eq!(view.liked, None, "nobody is signed in");
        }
    }
}

/// More than are looked at in their order: what is rare is found by its pairs of characters.
#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn what_is_rare_is_found_among_many() {
    crate::world::on_services(|world: World| async move {
        let (sale, guests) = seen_by(&world, 1).await;
        let new = saying(3, "An owl", "that nobody else saw");
        let rare = world.office.write_review(&guests[0], sale.id, new).await.unwrap().review;
        let crowd = format!(
            "INSERT INTO reviews (id, production_id, performance_id, order_id, author_id, rating,
                 title, content, standing, version, created_at_ms)
             SELECT gen_random_uuid(), '{production}', '{performance}', gen_random_uuid(),
                 gen_random_uuid(), 5, 'The same', '', 'shown', 1, {at} + number
             FROM generate_series(1, 12000) AS number;
             INSERT INTO review_texts (review_id, production_id, searched, bigrams)
             SELECT id, production_id, 'the same', '{{}}' FROM reviews WHERE title = 'The same'",
            production = rare.production,
            performance = rare.performance,
            at = rare.created_at.as_millis(),
        );
        world.namespace().sql(&crowd).await;
        for sort in ReviewSort::ALL {
            let found = page(&world, sale.id, sort, Some("nobody else")).await;
            assert_eq!(ids(&found), [rare.id], "{sort:?}");
            assert_eq!(found.reviews.next, None);
            let nothing = page(&world, sale.id, sort, Some("nobody saw")).await;
            assert_eq!((ids(&nothing), nothing.reviews.next), (vec![], None));
            let listing = ReviewListing { sort, text: Some("THE SAME".into()) };
            let (mut seen, mut after) = (0, None);
            loop {
                let page = Page::new(Some(500), after).unwrap();
                let found = world.office.reviews(None, sale.id, &listing, page).await.unwrap();
                seen += found.reviews.items.len();
                after = found.reviews.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, 12_000, "{sort:?}");
        }
    })
    .await;
}
