//! Reviews of whose money went back.

use futures_util::future::join_all;
use ticketing_core::Error;
use ticketing_core::reviews::{Rating, ReviewSort};

use crate::events::all_told;
use crate::reviews::{begins, guest, ids, page, seen_by, soon, write};

behaviour! {
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
}
