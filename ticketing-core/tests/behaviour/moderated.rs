//! What others may do about a review, and what its author may say to that.

use ticketing_core::accounts::Caller;
use ticketing_core::reviews::{Rating, ReviewChange};
use ticketing_core::{Error, Page, ReviewId, Step};

use crate::reviews::{adds_up, listed, rating, seen_by, write};
use crate::sale::OnSale;
use crate::world::World;

const DAY_SECONDS: u64 = 24 * 3_600;

async fn reviewed(world: &World) -> (OnSale, Caller, ReviewId) {
    let (sale, guests) = seen_by(world, 1).await;
    let review = write(world, &guests[0], sale.id, 4).await.unwrap().review.id;
    (sale, guests[0], review)
}

async fn reported(world: &World) -> Vec<(ReviewId, u32)> {
    let found = world.office.reported_reviews(&world.administrator(), Page::default()).await;
    found.unwrap().items.iter().map(|one| (one.view.review.id, one.reports)).collect()
}

behaviour! {
    async fn the_organizer_replies_once_and_never_removes(world: World) {
        let (sale, _, review) = reviewed(&world).await;
        let office = &world.office;
        let another = world.organizer().await;
        let reply = async |caller: &Caller| office.reply_to_review(caller, review, "Thanks").await;
        refused!(reply(&another).await, Error::Forbidden(_));
        let replied = reply(&sale.organizer).await.unwrap().review.reply.unwrap();
        assert_eq!((replied.content.as_str(), replied.at), ("Thanks", world.now()));
        refused!(reply(&sale.organizer).await, Error::Conflict(_));
        refused!(office.remove_review(&sale.organizer, review, "no").await, Error::Forbidden(_));
        refused!(office.hide_review(&sale.organizer, review, "no", 3).await, Error::Forbidden(_));
    }

    async fn who_reports_is_heard_by_an_administrator_who_decides(world: World) {
        let (_, author, review) = reviewed(&world).await;
        let office = &world.office;
        let (one, two) = (world.buyer().await, world.buyer().await);
        office.report_review(&one, review, "spam").await.unwrap();
        office.report_review(&one, review, "it is spam").await.unwrap();
        office.report_review(&two, review, "rude").await.unwrap();
        assert_eq!(reported(&world).await, [(review, 2)]);
        refused!(office.reported_reviews(&author, Page::default()).await, Error::Forbidden(_));
        let administrator = world.administrator();
        let reports = office.review_reports(&administrator, review).await.unwrap();
        let mut said: Vec<&str> = reports.iter().map(|one| one.reason.as_str()).collect();
        said.sort_unstable();
        assert_eq!(said, ["it is spam", "rude"], "the last of each");
        office.restore_review(&administrator, review).await.unwrap();
        assert_eq!(reported(&world).await, [], "it stays as it is");
        office.report_review(&two, review, "still rude").await.unwrap();
        assert_eq!(reported(&world).await, [(review, 1)]);
        office.remove_review(&administrator, review, "rude").await.unwrap();
        assert_eq!(reported(&world).await, []);
        refused!(office.report_review(&one, review, "gone?").await, Error::NotFound(_));
    }

    async fn what_is_hidden_is_seen_by_its_author_alone_and_comes_back(world: World) {
        let (sale, author, review) = reviewed(&world).await;
        let (office, administrator) = (&world.office, world.administrator());
        refused!(office.hide_review(&administrator, review, "why", 31).await, Error::Validation(_));
        refused!(office.hide_review(&administrator, review, "why", 0).await, Error::Validation(_));
        refused!(office.hide_review(&administrator, review, "", 3).await, Error::Validation(_));
        office.hide_review(&administrator, review, "a name", 30).await.unwrap();
        assert_eq!(listed(&world, sale.id).await, []);
        assert_eq!(rating(&world, sale.id).await, Rating::default());
        let stranger = world.buyer().await;
        for nobody in [None, Some(&stranger), Some(&sale.organizer)] {
            refused!(office.review(nobody, review).await, Error::NotFound(_));
        }
        refused!(office.like_review(&stranger, review, true).await, Error::NotFound(_));
        let seen = office.review(Some(&author), review).await.unwrap().review;
        assert_eq!(seen.standing.ruling().unwrap().reason.as_str(), "a name");
        let mine = office.my_reviews(&author, Page::default()).await.unwrap();
        assert_eq!(mine.items[0].review, seen);
        let again = office.hide_review(&administrator, review, "longer", 30).await;
        refused!(again, Error::Conflict(_));
        let edit = ReviewChange { rating: Some(1), ..ReviewChange::default() };
        refused!(office.edit_review(&author, review, edit).await, Error::Conflict(_));

        world.advance_seconds(30 * DAY_SECONDS - 1);
        assert_eq!(office.step_reviews().await.unwrap(), Step::Idle);
        world.advance_seconds(1);
        assert_eq!(office.step_reviews().await.unwrap(), Step::Worked);
        assert_eq!(office.step_reviews().await.unwrap(), Step::Idle);
        assert_eq!(listed(&world, sale.id).await, [review]);
        assert_eq!(rating(&world, sale.id).await, Rating { stars: 4, count: 1 });
        adds_up(&world).await;
    }

    async fn an_author_objects_once_and_is_heard(world: World) {
        let (sale, author, review) = reviewed(&world).await;
        let (office, administrator) = (&world.office, world.administrator());
        let object = async |text: &str| office.object_to_ruling(&author, review, text).await;
        refused!(object("to what?").await, Error::Conflict(_));
        office.remove_review(&administrator, review, "rude").await.unwrap();
        refused!(office.remove_review(&administrator, review, "rude").await, Error::Conflict(_));
        object("I was not").await.unwrap();
        refused!(object("really").await, Error::Conflict(_));
        let stranger = world.buyer().await;
        let by_stranger = office.object_to_ruling(&stranger, review, "me too").await;
        refused!(by_stranger, Error::NotFound(_));
        assert_eq!(reported(&world).await, [(review, 0)]);
        let seen = office.review(Some(&administrator), review).await.unwrap().review;
        let ruling = seen.standing.ruling().unwrap();
        assert_eq!(ruling.objection.as_ref().unwrap().as_str(), "I was not");
        office.restore_review(&administrator, review).await.unwrap();
        assert_eq!(reported(&world).await, []);
        assert_eq!(listed(&world, sale.id).await, [review]);
        adds_up(&world).await;
    }

    async fn who_takes_a_removed_review_back_writes_no_other(world: World) {
        let (sale, author, review) = reviewed(&world).await;
        let (office, administrator) = (&world.office, world.administrator());
        office.remove_review(&administrator, review, "rude").await.unwrap();
        refused!(write(&world, &author, sale.id, 5).await, Error::Conflict(_));
        office.delete_review(&author, review).await.unwrap();
        refused!(office.delete_review(&author, review).await, Error::NotFound(_));
        refused!(write(&world, &author, sale.id, 5).await, Error::Conflict(_));
        for anybody in [Some(&author), Some(&administrator), None] {
            refused!(office.review(anybody, review).await, Error::NotFound(_));
        }
        assert_eq!(office.my_reviews(&author, Page::default()).await.unwrap().items, []);
        refused!(office.restore_review(&administrator, review).await, Error::NotFound(_));
        adds_up(&world).await;
    }
}

/// What only a newer server could read is passed over, and the list goes on.
#[cfg(feature = "services")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs ./services up"]
async fn a_review_that_cannot_be_read_holds_up_no_other() {
    crate::world::on_services(|world: World| async move {
        let (sale, guests) = seen_by(&world, 2).await;
        let first = write(&world, &guests[0], sale.id, 4).await.unwrap().review.id;
        let second = write(&world, &guests[1], sale.id, 4).await.unwrap().review.id;
        let sql = format!(
            "ALTER TABLE reviews DROP CONSTRAINT reviews_rating_check;
             UPDATE reviews SET rating = 900 WHERE id = '{first}'"
        );
        world.namespace().sql(&sql).await;
        let read = world.office.review(None, first).await.map(|view| view.review.rating);
        assert!(matches!(read, Err(Error::Unreadable { .. })), "{read:?}");
        world.office.like_review(&guests[0], second, true).await.unwrap();
        assert_eq!(listed(&world, sale.id).await, [second]);
        let shown = world.office.review(None, second).await.unwrap().review.standing;
        assert_eq!(shown, ticketing_core::reviews::Standing::Shown);
    })
    .await;
}
