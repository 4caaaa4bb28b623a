//! Writing reviews, changing them, taking them back.

use super::ReviewView;
use crate::accounts::Caller;
use crate::box_office::BoxOffice;
use crate::error::{Error, Result};
use crate::events::ReviewEvent;
use crate::id::{PerformanceId, ProductionId, ReviewId};
use crate::orders::Purchase;
use crate::page::{Page, Paged};
use crate::reviews::{
    NewReview, Review, ReviewChange, Rule, Standing, delete, edit, object, reason,
};

impl BoxOffice {
    /// Reviews the production of a performance; for who has paid for a performance of it that has
    /// begun, once.
    pub async fn write_review(
        &self,
        caller: &Caller,
        performance: PerformanceId,
        new: NewReview,
    ) -> Result<ReviewView> {
        let now = self.now();
        let author = self.me(caller).await?;
        let sale = self.visible_sale(Some(caller), performance, now).await?;
        let written = new.check()?;
        let production = sale.performance.details.production_id;
        let purchase = self.purchase(caller, production).await?;
        let review = Review {
            id: self.0.randomness.id(now),
            production,
            performance: purchase.performance(),
            order: purchase.order(),
            author: author.id,
            rating: written.rating,
            title: written.title,
            content: written.content,
            likes: 0,
            refunded: false,
            reply: None,
            standing: Standing::Shown,
            version: 1,
            created_at: now,
            edited_at: None,
        };
        let version = self.backend().reviews.add(&review, &purchase).await?;
        self.told_reviews_changed(production, version).await;
        Ok(ReviewView { review, nickname: Some(author.nickname), liked: Some(false) })
    }

    /// Proof that the caller saw a performance of the production.
    async fn purchase(&self, caller: &Caller, production: ProductionId) -> Result<Purchase> {
        let purchases = self.backend().orders.selling.purchases(caller.account()).await?;
        let mut performances: Vec<PerformanceId> =
            purchases.iter().map(Purchase::performance).collect();
        performances.sort_unstable();
        performances.dedup();
        let begun = self.backend().catalog.begun(production, &performances, self.now()).await?;
        for purchase in purchases.into_iter().filter(|one| begun.contains(&one.performance())) {
            // What was called off was not seen, whether or not its money is back yet.
            let sale = self.sale(purchase.performance(), self.now()).await?;
            if sale.performance.details.cancelled_at.is_none() {
                return Ok(purchase);
            }
        }
        let why = "reviews are for who has a paid order of this production, and saw it begin";
        Err(Error::Forbidden(why))
    }

    /// Changes what its author wrote; what is left out stays.
    pub async fn edit_review(
        &self,
        caller: &Caller,
        id: ReviewId,
        change: ReviewChange,
    ) -> Result<ReviewView> {
        self.own_review(caller, id).await?;
        let now = self.now();
        let rule: Rule = Box::new(move |before| edit(before, &change, now).map(Some));
        self.revise_review(caller, id, ReviewEvent::Edited, rule).await
    }

    /// Takes a review back: it and its likes are gone. One that is hidden or removed loses its words,
    /// and no other can be written in its place.
    pub async fn delete_review(&self, caller: &Caller, id: ReviewId) -> Result<()> {
        self.own_review(caller, id).await?;
        let rule: Rule = Box::new(|before| Ok(delete(before)));
        self.change_review(id, ReviewEvent::Deleted, false, rule).await.map(drop)
    }

    /// Objects to what an administrator decided about one's review, once.
    pub async fn object_to_ruling(
        &self,
        caller: &Caller,
        id: ReviewId,
        objection: &str,
    ) -> Result<ReviewView> {
        self.own_review(caller, id).await?;
        let objection = reason("objection", objection)?;
        let rule: Rule = Box::new(move |before| object(before, objection.clone()).map(Some));
        self.revise_review(caller, id, ReviewEvent::Objected, rule).await
    }

    /// What the caller wrote, the newest first, whether it is shown or not.
    pub async fn my_reviews(&self, caller: &Caller, page: Page) -> Result<Paged<ReviewView>> {
        self.me(caller).await?;
        let found = self.backend().reviews.of_author(caller.account(), page).await?;
        self.viewed(Some(caller), found).await
    }

    /// A review of the caller's; a stranger may know of it only while it is shown.
    async fn own_review(&self, caller: &Caller, id: ReviewId) -> Result<()> {
        let review = self.backend().reviews.review(id).await?;
        let review = review.filter(|review| review.standing != Standing::Withdrawn);
        let review = review.ok_or(Error::NotFound("review"))?;
        match review.author == caller.account() {
            true => Ok(()),
            false if review.is_shown() => Err(Error::Forbidden("somebody else's review")),
            false => Err(Error::NotFound("review")),
        }
    }
}
