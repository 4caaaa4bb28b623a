//! Reading reviews.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::accounts::{Caller, Role};
use crate::box_office::{BoxOffice, permit};
use crate::error::{Error, Result};
use crate::id::{PerformanceId, ProductionId, ReviewId};
use crate::page::{Page, Paged};
use crate::rendered::Rendered;
use crate::reviews::{FIRST_PAGE, FirstPage, Rating, Review, ReviewListing, ReviewSort, Standing};

/// A review, as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewView {
    /// The review.
    pub review: Review,
    /// What its author is called; nothing of one who is gone.
    pub nickname: Option<String>,
    /// Whether the caller likes it, where somebody is signed in.
    pub liked: Option<bool>,
}

/// A page of a production's reviews, and what all of them add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewPage {
    /// The reviews.
    pub reviews: Paged<ReviewView>,
    /// What all that are shown add up to.
    pub rating: Rating,
    /// What was made of it: nobody needs to make the page that everybody sees twice.
    pub rendered: Rendered,
}

impl BoxOffice {
    /// The reviews of what a performance shows.
    pub async fn reviews(
        &self,
        caller: Option<&Caller>,
        performance: PerformanceId,
        listing: &ReviewListing,
        page: Page,
    ) -> Result<Arc<ReviewPage>> {
        let text = listing.folded()?;
        let sale = self.visible_sale(caller, performance, self.now()).await?;
        let (production, sort) = (sale.performance.details.production_id, listing.sort);
        let front = self.front(production, sort).await?;
        let rating = front.page.rating;
        let reviews = match text {
            None if caller.is_none() && page == Page::default() => return Ok(front.whole.clone()),
            None if page.is_among_first(FIRST_PAGE) => {
                self.with_liked(caller, front.page.cut(sort, page)).await?
            }
            None => {
                let found =
                    self.backend().reviews.of_production(production, sort, None, page).await?;
                self.viewed(caller, found).await?
            }
            Some(text) => {
                let _searching = permit(&self.0.fronts.searching).await?;
                let reviews = &self.backend().reviews;
                let found = reviews.of_production(production, sort, Some(&text), page).await?;
                self.viewed(caller, found).await?
            }
        };
        Ok(Arc::new(ReviewPage { reviews, rating, rendered: Rendered::default() }))
    }

    /// One review; one that is not shown only to its author and to administrators.
    pub async fn review(&self, caller: Option<&Caller>, id: ReviewId) -> Result<ReviewView> {
        let review = self.backend().reviews.review(id).await?;
        let review = review.ok_or(Error::NotFound("review"))?;
        if !review.is_shown() && !self.may_see(caller, &review).await? {
            return Err(Error::NotFound("review"));
        }
        self.one_viewed(caller, review).await
    }

    async fn may_see(&self, caller: Option<&Caller>, review: &Review) -> Result<bool> {
        let Some(caller) = caller else { return Ok(false) };
        if review.standing == Standing::Withdrawn {
            return Ok(false);
        }
        let is_author = review.author == caller.account();
        Ok(is_author || self.me(caller).await?.role == Role::Administrator)
    }

    /// The first page of a production's reviews as the books have it, with the version of before it was
    /// read: it may be newer than it says, never older.
    pub(super) async fn read_front(
        &self,
        production: ProductionId,
        sort: ReviewSort,
    ) -> Result<FirstPage> {
        let reviews = &self.backend().reviews;
        let (rating, version) = reviews.rating(production).await?;
        let page = Page::new(Some(FIRST_PAGE), None)?;
        let found = reviews.of_production(production, sort, None, page).await?;
        let Paged { items, next } = self.named(found).await?;
        Ok(FirstPage { version, rating, items, more: next.is_some() })
    }

    pub(super) async fn one_viewed(
        &self,
        caller: Option<&Caller>,
        review: Review,
    ) -> Result<ReviewView> {
        let one = Paged { items: vec![review], next: None };
        let viewed = self.viewed(caller, one).await?;
        viewed.items.into_iter().next().ok_or_else(|| Error::internal("one gives one"))
    }

    pub(super) async fn viewed(
        &self,
        caller: Option<&Caller>,
        reviews: Paged<Review>,
    ) -> Result<Paged<ReviewView>> {
        let named = self.named(reviews).await?;
        self.with_liked(caller, named).await
    }

    /// With what their authors are called, in one read.
    async fn named(&self, reviews: Paged<Review>) -> Result<Paged<(Review, Option<String>)>> {
        let mut authors: Vec<_> = reviews.items.iter().map(|review| review.author).collect();
        authors.sort_unstable();
        authors.dedup();
        let mut names = HashMap::new();
        if !authors.is_empty() {
            names = self.backend().accounts.nicknames(&authors).await?;
        }
        Ok(reviews.map(|review| {
            let name = names.get(&review.author).cloned();
            (review, name)
        }))
    }

    /// With what the caller likes, in one read.
    async fn with_liked(
        &self,
        caller: Option<&Caller>,
        reviews: Paged<(Review, Option<String>)>,
    ) -> Result<Paged<ReviewView>> {
        let ids: Vec<ReviewId> = reviews.items.iter().map(|(review, _)| review.id).collect();
        let liked = match caller {
            Some(caller) if !ids.is_empty() => {
                Some(self.backend().reviews.liked(caller.account(), &ids).await?)
            }
            Some(_) => Some(HashSet::new()),
            None => None,
        };
        Ok(reviews.map(|(review, nickname)| {
            let liked = liked.as_ref().map(|liked| liked.contains(&review.id));
            ReviewView { review, nickname, liked }
        }))
    }
}
