//! What there is: one lock holds all of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::id::{AccountId, ProductionId, ReviewId};
use crate::reviews::contract::Report;
use crate::reviews::{Rating, Review};

#[derive(Default)]
pub(super) struct Tables {
    pub(super) reviews: BTreeMap<ReviewId, Kept>,
    pub(super) by_author: HashMap<(ProductionId, AccountId), ReviewId>,
    pub(super) by_production: HashMap<ProductionId, HashSet<ReviewId>>,
    pub(super) ratings: BTreeMap<ProductionId, Summary>,
}

pub(super) struct Kept {
    pub(super) review: Review,
    pub(super) liked_by: HashSet<AccountId>,
    pub(super) reports: HashMap<AccountId, Report>,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Summary {
    stars: i64,
    reviews: i64,
    pub(super) version: i64,
}

impl Summary {
    pub(super) fn rating(self) -> Rating {
        rating(self.stars, self.reviews)
    }
}

pub(super) fn rating(stars: i64, count: i64) -> Rating {
    Rating { stars: stars.max(0).cast_unsigned(), count: count.max(0).cast_unsigned() }
}

impl Tables {
    /// What the shown reviews of a production come to after one of them changed.
    pub(super) fn add_up(&mut self, production: ProductionId, (stars, reviews): (i64, i64)) -> i64 {
        let summary = self.ratings.entry(production).or_default();
        summary.stars += stars;
        summary.reviews += reviews;
        summary.version += 1;
        summary.version
    }

    pub(super) fn shown(&self, id: ReviewId) -> Option<&Kept> {
        self.reviews.get(&id).filter(|kept| kept.review.is_shown())
    }

    pub(super) fn shown_mut(&mut self, id: ReviewId) -> Option<&mut Kept> {
        self.reviews.get_mut(&id).filter(|kept| kept.review.is_shown())
    }

    /// Whatever became of them.
    pub(super) fn all_of(&self, production: ProductionId) -> impl Iterator<Item = &Review> {
        let ids = self.by_production.get(&production).into_iter().flatten();
        ids.filter_map(|id| self.reviews.get(id)).map(|kept| &kept.review)
    }

    pub(super) fn of(&self, production: ProductionId) -> impl Iterator<Item = &Review> {
        let ids = self.by_production.get(&production).into_iter().flatten();
        ids.filter_map(|id| self.shown(*id)).map(|kept| &kept.review)
    }

    pub(super) fn remove(&mut self, review: &Review) {
        self.reviews.remove(&review.id);
        self.by_author.remove(&(review.production, review.author));
        if let Some(ids) = self.by_production.get_mut(&review.production) {
            ids.remove(&review.id);
        }
    }
}
