use std::collections::HashSet;

use async_trait::async_trait;

use super::{Rating, Review, ReviewSort};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::events::ReviewEvent;
use crate::id::{AccountId, OrderId, ProductionId, ReviewId};
use crate::orders::Purchase;
use crate::page::{Page, Paged};
use crate::text::Paragraphs;

/// What becomes of a review: nothing where it goes away whole.
pub(crate) type Rule = Box<dyn Fn(Review) -> Result<Option<Review>> + Send + Sync>;

/// A change of a review.
#[derive(Clone, Debug)]
pub(crate) struct Revised {
    /// As it is then, or was at last.
    pub(crate) review: Review,
    /// The version of what a list of its production shows.
    pub(crate) version: i64,
}

/// How many like a review, and whether the caller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likes {
    /// How many.
    pub likes: u64,
    /// The caller, too.
    pub liked: bool,
}

/// What somebody says is wrong with a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Who says it.
    pub account: AccountId,
    /// What.
    pub reason: Paragraphs,
    /// When.
    pub at: Timestamp,
}

/// A review that an administrator has to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reported {
    pub(crate) review: Review,
    /// How many have reported it since an administrator last decided about it.
    pub(crate) reports: u32,
}

/// A production whose rating is not what its reviews add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatingDifference {
    /// Which.
    pub production: ProductionId,
    /// What was added up with each change.
    pub kept: Rating,
    /// What its reviews come to.
    pub counted: Rating,
}

/// A rating as it is kept and as its reviews come to it, at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Recount {
    pub(crate) kept: Rating,
    pub(crate) counted: Rating,
}

/// What was removed of a production's reviews.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Removed {
    /// There was something, and may be more.
    pub(crate) is_any: bool,
    /// The version of what a list shows, where some reviews went.
    pub(crate) version: Option<i64>,
}

/// Reviews in the books. Each verb is atomic: what lists show changes with the rating, the version and
/// the event, or not at all. A list passes over what cannot be read.
#[async_trait]
pub(crate) trait Reviews: Send + Sync {
    /// Adds a review, whose order has to be paid when it is added. Answers the production's version;
    /// a second one of a production and an account is a conflict.
    async fn add(&self, review: &Review, purchase: &Purchase) -> Result<i64>;
    async fn review(&self, id: ReviewId) -> Result<Option<Review>>;
    /// Changes a review while nobody else does, and tells it. Where the rule changes nothing, nothing
    /// is told. `decides`: an administrator has looked at the reports, which end with that.
    async fn revise(
        &self,
        id: ReviewId,
        kind: ReviewEvent,
        decides: bool,
        now: Timestamp,
        rule: Rule,
    ) -> Result<Revised>;
    /// Whose review of which production hangs on what the buyer of an order has paid.
    async fn of_buyer(&self, order: OrderId) -> Result<Option<(AccountId, ProductionId)>>;
    /// Marks the review of an account by whether it has a paid order of a performance of the production
    /// that has begun. Answers the production's version where that changed something.
    async fn follow_purchases(
        &self,
        account: AccountId,
        production: ProductionId,
        now: Timestamp,
    ) -> Result<Option<i64>>;
    /// The next reviews of a production that shows nothing any more go, whatever became of them, after what
    /// hangs on them; at most a batch.
    async fn remove_of(&self, production: ProductionId, now: Timestamp) -> Result<Removed>;
    /// Likes it, or does not like it any more; once or often is the same. Answers how many do, and the
    /// production and its version where something changed. Nothing where it is not shown.
    async fn like(
        &self,
        id: ReviewId,
        account: AccountId,
        likes: bool,
    ) -> Result<Option<(u64, Option<(ProductionId, i64)>)>>;
    /// Which of these the account likes.
    async fn liked(&self, account: AccountId, reviews: &[ReviewId]) -> Result<HashSet<ReviewId>>;
    /// Somebody reports it; the last reason of each counts. Nothing where it is not shown.
    async fn report(&self, id: ReviewId, report: Report) -> Result<Option<()>>;
    /// The last reports of a review, the newest first; at most [`REPORTS_SHOWN`].
    async fn reports(&self, id: ReviewId) -> Result<Vec<Report>>;
    /// What an administrator has to look at, the oldest first.
    async fn reported(&self, page: Page) -> Result<Paged<Reported>>;
    /// The shown ones of a production, of which `text`, folded, is a part.
    async fn of_production(
        &self,
        production: ProductionId,
        sort: ReviewSort,
        text: Option<&str>,
        page: Page,
    ) -> Result<Paged<Review>>;
    /// Whatever its author wrote and did not take back, the newest first.
    async fn of_author(&self, author: AccountId, page: Page) -> Result<Paged<Review>>;
    /// What the shown ones of a production add up to, and its version.
    async fn rating(&self, production: ProductionId) -> Result<(Rating, i64)>;
    /// Hidden ones whose time is over; at most a batch.
    async fn to_show(&self, now: Timestamp) -> Result<Vec<ReviewId>>;
    /// The next productions that have a rating, behind one, by id; at most a batch.
    async fn rated(&self, after: Option<ProductionId>) -> Result<Vec<ProductionId>>;
    async fn recount(&self, production: ProductionId) -> Result<Recount>;
}

/// How many reports of a review are shown.
pub(crate) const REPORTS_SHOWN: usize = 50;
/// How many likes are removed at once.
#[cfg(feature = "services")]
pub(crate) const LIKES_REMOVED_MAX: i64 = 2_000;
/// How many reviews or productions one background step takes.
pub(crate) const BATCH: usize = 100;
