//! Reviews in memory, behind one mutex. Lock order: orders, catalog, reviews, outbox.

mod tables;

use std::collections::{HashMap, HashSet};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;

use self::tables::{Kept, Tables, rating};
use super::contract::{
    BATCH, REPORTS_SHOWN, Recount, Removed, Report, Reported, Reviews, Revised, Rule,
};
use super::listing::searched;
use super::{Becoming, Rating, Review, ReviewSort, Standing, becoming, mark};
use crate::catalog::memory::MemoryCatalog;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::ReviewEvent;
use crate::events::memory::MemoryOutbox;
use crate::id::{AccountId, OrderId, ProductionId, ReviewId};
use crate::orders::Purchase;
use crate::orders::memory::MemoryOrders;
use crate::page::{Page, Paged, Position};

/// Reviews in memory.
pub(crate) struct MemoryReviews {
    orders: Arc<MemoryOrders>,
    catalog: Arc<MemoryCatalog>,
    outbox: Arc<MemoryOutbox>,
    tables: Mutex<Tables>,
}

impl MemoryReviews {
    pub(crate) fn new(
        orders: Arc<MemoryOrders>,
        catalog: Arc<MemoryCatalog>,
        outbox: Arc<MemoryOutbox>,
    ) -> Self {
        Self { orders, catalog, outbox, tables: Mutex::default() }
    }

    /// Called under the tables' lock.
    fn tell(&self, review: &Review, kind: ReviewEvent, at: Timestamp) {
        self.outbox.append(review.event(kind, at));
    }

    /// Called under the tables' lock: writes what became of a review, and tells it.
    fn write(
        &self,
        tables: &mut Tables,
        before: Review,
        after: Option<Review>,
        kind: ReviewEvent,
        now: Timestamp,
    ) -> Revised {
        let Some(Becoming { review, is_gone, adds }) = becoming(&before, after) else {
            let version = tables.ratings.get(&before.production).map_or(0, |sum| sum.version);
            return Revised { review: before, version };
        };
        let version = tables.add_up(review.production, adds);
        if is_gone {
            tables.remove(&review);
        } else if let Some(kept) = tables.reviews.get_mut(&review.id) {
            kept.review = review.clone();
        }
        self.tell(&review, kind, now);
        Revised { review, version }
    }
}

#[async_trait]
impl Reviews for MemoryReviews {
    async fn add(&self, review: &Review, purchase: &Purchase) -> Result<i64> {
        self.orders.while_purchased(purchase.account(), |purchases| {
            if !purchases.contains(purchase) {
                return Err(Error::Forbidden("the order was given back"));
            }
            let mut tables = self.tables.lock();
            let place = (review.production, review.author);
            if tables.by_author.contains_key(&place) {
                return Err(Error::conflict("you have reviewed this production"));
            }
            tables.by_author.insert(place, review.id);
            tables.by_production.entry(review.production).or_default().insert(review.id);
            let kept =
                Kept { review: review.clone(), liked_by: HashSet::new(), reports: HashMap::new() };
            tables.reviews.insert(review.id, kept);
            let version = tables.add_up(review.production, review.counts());
            self.tell(review, ReviewEvent::Written, review.created_at);
            Ok(version)
        })
    }

    async fn review(&self, id: ReviewId) -> Result<Option<Review>> {
        Ok(self.tables.lock().reviews.get(&id).map(|kept| kept.review.clone()))
    }

    async fn revise(
        &self,
        id: ReviewId,
        kind: ReviewEvent,
        decides: bool,
        now: Timestamp,
        rule: Rule,
    ) -> Result<Revised> {
        let mut tables = self.tables.lock();
        let kept = tables.reviews.get_mut(&id).ok_or(Error::NotFound("review"))?;
        let before = kept.review.clone();
        let after = rule(before.clone())?;
        if decides {
            kept.reports.clear();
        }
        Ok(self.write(&mut tables, before, after, kind, now))
    }

    async fn of_buyer(&self, order: OrderId) -> Result<Option<(AccountId, ProductionId)>> {
        let Some((performance, buyer)) = self.orders.bought(order) else { return Ok(None) };
        let production = self.catalog.production_of(performance);
        let place = production.map(|production| (production, buyer));
        let tables = self.tables.lock();
        let place = place.filter(|place| tables.by_author.contains_key(place));
        Ok(place.map(|(production, author)| (author, production)))
    }

    async fn follow_purchases(
        &self,
        account: AccountId,
        production: ProductionId,
        now: Timestamp,
    ) -> Result<Option<i64>> {
        self.orders.while_purchased(account, |purchases| {
            let saw = |one: &Purchase| self.catalog.has_begun(one.performance(), production, now);
            let refunded = !purchases.iter().any(saw);
            let mut tables = self.tables.lock();
            let id = tables.by_author.get(&(production, account)).copied();
            let Some(kept) = id.and_then(|id| tables.reviews.get(&id)) else { return Ok(None) };
            if kept.review.refunded == refunded {
                return Ok(None);
            }
            let before = kept.review.clone();
            let after = Some(mark(before.clone(), refunded));
            let revised = self.write(&mut tables, before, after, ReviewEvent::Marked, now);
            Ok(Some(revised.version))
        })
    }

    async fn remove_of(&self, production: ProductionId, now: Timestamp) -> Result<Removed> {
        let mut tables = self.tables.lock();
        let next: Vec<Review> = tables.all_of(production).take(BATCH).cloned().collect();
        let removed = next
            .into_iter()
            .map(|before| self.write(&mut tables, before, None, ReviewEvent::Deleted, now).version);
        let version = removed.last();
        Ok(Removed { is_any: version.is_some(), version })
    }

    async fn like(
        &self,
        id: ReviewId,
        account: AccountId,
        likes: bool,
    ) -> Result<Option<(u64, Option<(ProductionId, i64)>)>> {
        let mut tables = self.tables.lock();
        let Some(kept) = tables.shown_mut(id) else { return Ok(None) };
        let changed =
            if likes { kept.liked_by.insert(account) } else { kept.liked_by.remove(&account) };
        kept.review.likes = kept.liked_by.len() as u64;
        let (likes, production) = (kept.review.likes, kept.review.production);
        let changed = changed.then(|| (production, tables.add_up(production, (0, 0))));
        Ok(Some((likes, changed)))
    }

    async fn liked(&self, account: AccountId, reviews: &[ReviewId]) -> Result<HashSet<ReviewId>> {
        let tables = self.tables.lock();
        let likes = |id: &&ReviewId| {
            tables.reviews.get(id).is_some_and(|kept| kept.liked_by.contains(&account))
        };
        Ok(reviews.iter().filter(likes).copied().collect())
    }

    async fn report(&self, id: ReviewId, report: Report) -> Result<Option<()>> {
        let mut tables = self.tables.lock();
        let Some(kept) = tables.shown_mut(id) else { return Ok(None) };
        kept.reports.insert(report.account, report);
        Ok(Some(()))
    }

    async fn reports(&self, id: ReviewId) -> Result<Vec<Report>> {
        let tables = self.tables.lock();
        let reports = tables.reviews.get(&id).map(|kept| kept.reports.values().cloned());
        let mut reports: Vec<Report> = reports.into_iter().flatten().collect();
        reports.sort_by_key(|report| (-report.at.as_millis(), report.account));
        reports.truncate(REPORTS_SHOWN);
        Ok(reports)
    }

    async fn reported(&self, page: Page) -> Result<Paged<Reported>> {
        let tables = self.tables.lock();
        let attention =
            |kept: &&Kept| !kept.reports.is_empty() || kept.review.standing.is_objected();
        let position = |kept: &&Kept| Position {
            key: kept.review.created_at.as_millis(),
            id: kept.review.id.uuid(),
        };
        let mut found: Vec<&Kept> = tables.reviews.values().filter(attention).collect();
        found.sort_by_key(position);
        Ok(page.cut(found.into_iter(), position, |kept| {
            let reports = u32::try_from(kept.reports.len()).unwrap_or(u32::MAX);
            Some(Reported { review: kept.review.clone(), reports })
        }))
    }

    async fn of_production(
        &self,
        production: ProductionId,
        sort: ReviewSort,
        text: Option<&str>,
        page: Page,
    ) -> Result<Paged<Review>> {
        let tables = self.tables.lock();
        let found = |review: &&Review| text.is_none_or(|text| searched(review).contains(text));
        let mut reviews: Vec<&Review> = tables.of(production).filter(found).collect();
        let position = |review: &&Review| sort.position(review);
        reviews.sort_by_key(position);
        Ok(page.cut(reviews.into_iter(), position, |review| Some(review.clone())))
    }

    async fn of_author(&self, author: AccountId, page: Page) -> Result<Paged<Review>> {
        let tables = self.tables.lock();
        let by =
            |review: &&Review| review.author == author && review.standing != Standing::Withdrawn;
        let mut reviews: Vec<&Review> =
            tables.reviews.values().map(|kept| &kept.review).filter(by).collect();
        let position = |review: &&Review| ReviewSort::Newest.position(review);
        reviews.sort_by_key(position);
        Ok(page.cut(reviews.into_iter(), position, |review| Some(review.clone())))
    }

    async fn rating(&self, production: ProductionId) -> Result<(Rating, i64)> {
        let summary = self.tables.lock().ratings.get(&production).copied().unwrap_or_default();
        Ok((summary.rating(), summary.version))
    }

    async fn to_show(&self, now: Timestamp) -> Result<Vec<ReviewId>> {
        let tables = self.tables.lock();
        let due = |review: &&Review| match &review.standing {
            Standing::Hidden { until, .. } => !now.is_before(*until),
            _ => false,
        };
        let due = tables.reviews.values().map(|kept| &kept.review).filter(due);
        Ok(due.map(|review| review.id).take(BATCH).collect())
    }

    async fn rated(&self, after: Option<ProductionId>) -> Result<Vec<ProductionId>> {
        let tables = self.tables.lock();
        let behind = tables.ratings.range((after.map_or(Unbounded, Excluded), Unbounded));
        Ok(behind.take(BATCH).map(|(production, _)| *production).collect())
    }

    async fn recount(&self, production: ProductionId) -> Result<Recount> {
        let tables = self.tables.lock();
        let sum = |(stars, count), review: &Review| {
            (stars + review.counts().0, count + review.counts().1)
        };
        let (stars, count) = tables.of(production).fold((0, 0), sum);
        let kept = tables.ratings.get(&production).copied().unwrap_or_default().rating();
        Ok(Recount { kept, counted: rating(stars, count) })
    }
}
