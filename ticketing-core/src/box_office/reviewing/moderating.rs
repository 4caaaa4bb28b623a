//! What others do about a review: report it, reply to it, hide it, remove it.

use super::ReviewView;
use crate::accounts::{Caller, Role};
use crate::box_office::BoxOffice;
use crate::error::{Error, Result, readable};
use crate::events::ReviewEvent;
use crate::id::ReviewId;
use crate::page::{Page, Paged};
use crate::reviews::{Report, Review, Revised, Rule, hide, reason, remove, reply, restore};

/// A review that waits for an administrator's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedReview {
    /// The review.
    pub view: ReviewView,
    /// How many have reported it since an administrator last decided about it.
    pub reports: u32,
}

impl BoxOffice {
    /// Says that something is wrong with a review; once more replaces the reason.
    pub async fn report_review(&self, caller: &Caller, id: ReviewId, why: &str) -> Result<()> {
        let account = self.me(caller).await?.id;
        let report = Report { account, reason: reason("reason", why)?, at: self.now() };
        self.backend().reviews.report(id, report).await?.ok_or(Error::NotFound("review"))
    }

    /// What waits for an administrator's decision: reported reviews, and those whose author objects,
    /// the oldest first.
    pub async fn reported_reviews(
        &self,
        caller: &Caller,
        page: Page,
    ) -> Result<Paged<ReportedReview>> {
        self.administrator(caller).await?;
        let Paged { items, next } = self.backend().reviews.reported(page).await?;
        let (reviews, reports): (Vec<Review>, Vec<u32>) =
            items.into_iter().map(|one| (one.review, one.reports)).unzip();
        let viewed = self.viewed(Some(caller), Paged { items: reviews, next }).await?;
        let mut reports = reports.into_iter();
        Ok(viewed.map(|view| ReportedReview { view, reports: reports.next().unwrap_or_default() }))
    }

    /// The reports of a review since an administrator last decided, the newest first, as far as they are
    /// shown; for administrators.
    pub async fn review_reports(&self, caller: &Caller, id: ReviewId) -> Result<Vec<Report>> {
        self.administrator(caller).await?;
        let review = self.backend().reviews.review(id).await?;
        review.ok_or(Error::NotFound("review"))?;
        self.backend().reviews.reports(id).await
    }

    /// Replies to a review, once; for the organizer of the production.
    pub async fn reply_to_review(
        &self,
        caller: &Caller,
        id: ReviewId,
        content: &str,
    ) -> Result<ReviewView> {
        let account = self.organizer(caller).await?;
        let review = self.backend().reviews.review(id).await?.filter(Review::is_shown);
        let review = review.ok_or(Error::NotFound("review"))?;
        let owner = match self.backend().catalog.production(review.production).await? {
            Some(production) => production.organizer_id,
            None => self.sale(review.performance, self.now()).await?.performance.organizer_id,
        };
        if owner != account.id && account.role != Role::Administrator {
            return Err(Error::Forbidden("another organizer's production"));
        }
        let (content, now) = (reason("content", content)?, self.now());
        let rule: Rule = Box::new(move |before| reply(before, content.clone(), now).map(Some));
        self.revise_review(caller, id, ReviewEvent::Replied, rule).await
    }

    /// Hides a review for some days; for administrators.
    pub async fn hide_review(
        &self,
        caller: &Caller,
        id: ReviewId,
        why: &str,
        days: u32,
    ) -> Result<ReviewView> {
        self.administrator(caller).await?;
        let (why, now) = (reason("reason", why)?, self.now());
        let rule: Rule = Box::new(move |before| hide(before, why.clone(), days, now).map(Some));
        self.decide_about_review(caller, id, ReviewEvent::Hidden, rule).await
    }

    /// Removes a review; for administrators. Its author still sees it, with the reason.
    pub async fn remove_review(
        &self,
        caller: &Caller,
        id: ReviewId,
        why: &str,
    ) -> Result<ReviewView> {
        self.administrator(caller).await?;
        let (why, now) = (reason("reason", why)?, self.now());
        let rule: Rule = Box::new(move |before| remove(before, why.clone(), now).map(Some));
        self.decide_about_review(caller, id, ReviewEvent::Removed, rule).await
    }

    /// Shows a review again, or leaves it as it is and has done with its reports; for administrators.
    pub async fn restore_review(&self, caller: &Caller, id: ReviewId) -> Result<ReviewView> {
        self.administrator(caller).await?;
        let rule: Rule = Box::new(|before| restore(before).map(Some));
        self.decide_about_review(caller, id, ReviewEvent::Restored, rule).await
    }

    /// What its author or an organizer does with a review.
    pub(super) async fn revise_review(
        &self,
        caller: &Caller,
        id: ReviewId,
        kind: ReviewEvent,
        rule: Rule,
    ) -> Result<ReviewView> {
        let changed = self.change_review(id, kind, false, rule).await?;
        Ok(self.seen_by(caller, changed).await)
    }

    /// What an administrator does with it: what was reported is decided.
    async fn decide_about_review(
        &self,
        caller: &Caller,
        id: ReviewId,
        kind: ReviewEvent,
        rule: Rule,
    ) -> Result<ReviewView> {
        let by = caller.account();
        let changed = self.change_review(id, kind, true, rule).await?;
        tracing::info!(%id, %by, kind = kind.name(), "a review was decided about");
        Ok(self.seen_by(caller, changed).await)
    }

    pub(super) async fn change_review(
        &self,
        id: ReviewId,
        kind: ReviewEvent,
        decides: bool,
        rule: Rule,
    ) -> Result<Review> {
        let now = self.now();
        let revised = self.backend().reviews.revise(id, kind, decides, now, rule).await?;
        let Revised { review, version } = revised;
        self.told_reviews_changed(review.production, version).await;
        Ok(review)
    }

    /// It is done: that a name cannot be read does not make it undone.
    async fn seen_by(&self, caller: &Caller, review: Review) -> ReviewView {
        let bare = ReviewView { review: review.clone(), nickname: None, liked: None };
        readable(self.one_viewed(Some(caller), review).await).unwrap_or(bare)
    }
}
