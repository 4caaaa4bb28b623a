//! Lists of reviews: their orders, their pages, and what is found in them.

use ticketing_core::reviews::{ReviewChange, ReviewListing, ReviewSort};
use ticketing_core::{Error, Page, ReviewId};

use crate::reviews::{ids, listed, page, saying, seen_by, soon, write};

behaviour! {
    async fn an_empty_list_is_a_list_and_has_no_average(world: World) {
        let sale = soon(&world, world.organizer().await, None).await;
        let page = page(&world, sale.id, ReviewSort::Rating, None).await;
        assert_eq!((page.reviews.items.len(), page.reviews.next), (0, None));
        assert_eq!(page.rating.average_hundredths(), None);
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
    crate::world::on_services(|world: crate::world::World| async move {
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
