//! Before a purchase and after it: reading reviews, liking one, writing one.

use std::time::Duration;

use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use ticketing_wire::reviews::{NewReview, ReviewsQuery};

use super::{News, Person};
use crate::buyers::told::Fate;
use crate::record::Step;
use ticketing_client::reviews;

impl Person {
    /// Reads page after page, likes something of the last one perhaps, and goes.
    pub(super) async fn read_reviews(&mut self) -> Fate {
        let mut cursor = None;
        let mut seen = Vec::new();
        for _ in 0..self.plan.reviews.pages {
            let query = ReviewsQuery { cursor, ..ReviewsQuery::default() };
            let call = reviews::list(Some(&self.token), self.world.performance, &query);
            let Ok(page) = self.send(Step::Reviews, &call).await.outcome else { break };
            seen = page.items.iter().map(|review| review.id).collect();
            // From the last page one begins again, as who refreshes does.
            cursor = page.next_cursor;
            let until = self.now() + self.plan.thought();
            if self.is_over_before(until).await {
                break;
            }
        }
        let liked = seen.choose(&mut self.plan.rng).copied();
        if let Some(review) = liked.filter(|_| self.plan.reviews.likes) {
            // It may be gone by now, which is no reader's concern.
            self.send(Step::Like, &reviews::like(&self.token, review)).await;
        }
        Fate::GaveUp
    }

    /// Once the performance has begun, says what it was like.
    pub(super) async fn write_review(&mut self) {
        let begins = self.world.begins + self.plan.thought();
        if self.is_over_before(begins).await {
            return;
        }
        let review = NewReview {
            rating: self.plan.rng.random_range(1..=5),
            title: "As seen from my seat".to_owned(),
            content: String::new(),
        };
        let call = reviews::write(&self.token, self.world.performance, &review);
        self.send(Step::Review, &call).await;
    }

    /// Waits until then, unless the run is over. That nothing is left to buy is no matter here.
    async fn is_over_before(&mut self, until: Duration) -> bool {
        tokio::select! {
            biased;
            _ = self.news.wait_for(|news| *news == News::Closing) => true,
            () = self.world.wire.clock.sleep_until(until) => false,
        }
    }
}
