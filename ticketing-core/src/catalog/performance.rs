//! A performance: what is sold, when, for how much, under which policy.

use super::policy::Policy;
use super::{LineControl, SeatMap};
use crate::clock::Timestamp;
use crate::error::{Error, FieldErrors, Result};
use crate::id::{AccountId, PerformanceId, ProductionId, VenueId};
use crate::money::{Money, PRICE_MAX};
use crate::text::{OneLine, Paragraphs, label};

/// The longest title.
pub(super) const TITLE_MAX: usize = 255;
/// The longest description.
pub(super) const DESCRIPTION_MAX: usize = 4_000;
/// The longest genre.
pub(super) const GENRE_MAX: usize = 50;
/// The longest time a performance may run, in minutes: a week.
const RUNNING_MAX: u32 = 10_080;
/// The highest age limit.
pub(super) const AGE_LIMIT_MAX: u8 = 120;

/// The price of a category; none says that it is not for sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryPrice {
    /// The category as the plan names it.
    pub category: String,
    /// Its price.
    pub price: Option<Money>,
}

/// What an organizer says about a performance, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerformance {
    /// Which work is shown; without it the performance gets a production of its own.
    pub production_id: Option<ProductionId>,
    /// Where it is.
    pub venue_id: VenueId,
    /// What it is called.
    pub title: String,
    /// What it is.
    pub description: String,
    /// Free text: concert, musical.
    pub genre: String,
    /// The youngest age, 0 for everyone.
    pub age_limit: u8,
    /// How long it runs.
    pub running_minutes: u32,
    /// From when everyone sees it.
    pub listed_at: Timestamp,
    /// From when the line is open.
    pub on_sale_at: Timestamp,
    /// When it starts.
    pub starts_at: Timestamp,
    /// A price for every category of the plan.
    pub prices: Vec<CategoryPrice>,
    /// How it is sold.
    pub policy: Policy,
}

/// What is known of a performance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerformanceDetails {
    /// Which work is shown.
    pub production_id: ProductionId,
    /// Where it is.
    pub venue_id: VenueId,
    /// What it is called.
    pub title: OneLine,
    /// What it is.
    pub description: Paragraphs,
    /// Free text: concert, musical.
    pub genre: OneLine,
    /// The youngest age, 0 for everyone.
    pub age_limit: u8,
    /// How long it runs.
    pub running_minutes: u32,
    /// From when everyone sees it.
    pub listed_at: Timestamp,
    /// From when the line is open.
    pub on_sale_at: Timestamp,
    /// When it starts.
    pub starts_at: Timestamp,
    /// A price for every category of the plan.
    pub prices: Vec<CategoryPrice>,
    /// How it is sold.
    pub policy: Policy,
    /// When its start was last changed after its sale had begun.
    pub moved_at: Option<Timestamp>,
    /// Since when it is known that it does not take place.
    pub cancelled_at: Option<Timestamp>,
    /// Nobody had ordered anything when it was cancelled: nobody sees it any more.
    pub is_removed: bool,
    /// Since when nothing of its live sale comes again: all money is back.
    pub closed_at: Option<Timestamp>,
    /// Since when nothing hangs on it any more.
    pub cleared_at: Option<Timestamp>,
}

impl NewPerformance {
    /// The details, checked: every bad field is named, and the prices must cover the plan's
    /// categories exactly.
    pub(crate) fn check(
        mut self,
        map: &SeatMap,
        production: ProductionId,
    ) -> Result<PerformanceDetails> {
        for price in &mut self.prices {
            price.category = label(&price.category);
        }
        let mut errors = FieldErrors::default();
        let title = errors.text("title", OneLine::new(&self.title, 1..=TITLE_MAX));
        let description =
            errors.text("description", Paragraphs::new(&self.description, 0..=DESCRIPTION_MAX));
        let genre = errors.text("genre", OneLine::new(&self.genre, 0..=GENRE_MAX));
        let age = self.age_limit <= AGE_LIMIT_MAX;
        errors.require(age, "age_limit", "at most 120");
        errors.require(self.running_minutes <= RUNNING_MAX, "running_minutes", "at most a week");
        let ordered = self.listed_at <= self.on_sale_at;
        errors.require(ordered, "on_sale_at", "not before listed_at");
        errors.require(self.on_sale_at < self.starts_at, "starts_at", "after on_sale_at");
        let sells = self.policy.sale_ends_at.is_none_or(|ends_at| self.on_sale_at < ends_at);
        errors.require(sells, "policy.sale_ends_at", "after on_sale_at");
        check_prices(&self.prices, map, &mut errors);
        self.policy.check(&mut errors);
        check_amounts(&self.policy, &self.prices, &mut errors);
        errors.finish()?;
        let (Some(title), Some(description), Some(genre)) = (title, description, genre) else {
            return Err(Error::internal("a text without a flaw is there"));
        };
        Ok(PerformanceDetails {
            production_id: production,
            venue_id: self.venue_id,
            title,
            description,
            genre,
            age_limit: self.age_limit,
            running_minutes: self.running_minutes,
            listed_at: self.listed_at,
            on_sale_at: self.on_sale_at,
            starts_at: self.starts_at,
            prices: self.prices,
            policy: self.policy,
            moved_at: None,
            cancelled_at: None,
            is_removed: false,
            closed_at: None,
            cleared_at: None,
        })
    }
}

/// What the policy names is in the prices' currency.
fn check_amounts(policy: &Policy, prices: &[CategoryPrice], errors: &mut FieldErrors) {
    let currency = prices.iter().find_map(|price| Some(price.price?.currency));
    for (field, amount) in policy.amounts() {
        let same = currency.is_none_or(|currency| currency == amount.currency);
        errors.require(same, &field, "in the currency of the prices");
    }
}

fn check_prices(prices: &[CategoryPrice], map: &SeatMap, errors: &mut FieldErrors) {
    for category in &map.categories {
        let named = prices.iter().filter(|price| price.category == *category).count();
        let message = format!("exactly one price for the category {category:?}");
        errors.require(named == 1, "prices", &message);
    }
    for (place, price) in prices.iter().enumerate() {
        let field = format!("prices[{place}]");
        let known = map.categories.contains(&price.category);
        errors.require(known, &field, "a category of the plan");
        let amount = price.price.map_or(0, |price| price.amount);
        errors.require((0..=PRICE_MAX).contains(&amount), &field, "from 0 to 1,000,000,000");
    }
    let mut currencies = prices.iter().filter_map(|price| Some(price.price?.currency));
    let first = currencies.next();
    errors.require(first.is_some(), "prices", "at least one category must be for sale");
    let same = currencies.all(|currency| Some(currency) == first);
    errors.require(same, "prices", "one currency per performance");
}

/// How old a performance's details may be in a sale that runs: an organizer's change reaches every
/// server within it.
pub(crate) const SALE_MAX_AGE_MS: i64 = 1_000;
/// How long after its start, or its sale's end, a performance is still worked on.
pub(crate) const AFTER_START_MS: i64 = 24 * 3600 * 1000;
/// How long after it was cancelled a performance is still worked on: its money has to go back, however
/// long nobody was there to send it.
const AFTER_CANCELLING_MS: i64 = 7 * 24 * 3600 * 1000;

impl PerformanceDetails {
    /// From when a place can be taken.
    pub fn joins_from(&self) -> Timestamp {
        let before = self.policy.pre_queue_seconds.unwrap_or(0);
        self.on_sale_at.plus_millis(-i64::from(before) * 1000)
    }

    /// When the sale ends.
    pub fn sale_ends_at(&self) -> Timestamp {
        let planned = self.policy.sale_ends_at.unwrap_or(self.starts_at);
        self.cancelled_at.map_or(planned, |at| planned.min(at))
    }

    /// Every way of buying has ended.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.sale_ends_at()
    }

    /// Whether it sells now: the one rule that status, hold and order go by.
    pub fn sells(&self, now: Timestamp) -> Result<()> {
        self.is_open_from(self.on_sale_at, now)
    }

    /// Whether places can be taken now: the same rule, from the pre-queue on.
    pub fn takes_joins(&self, now: Timestamp) -> Result<()> {
        self.is_open_from(self.joins_from(), now)
    }

    fn is_open_from(&self, from: Timestamp, now: Timestamp) -> Result<()> {
        match () {
            () if self.is_over(now) => Err(Error::SaleEnded { ended_at: self.sale_ends_at() }),
            () if now < from => Err(Error::NotOnSale { on_sale_at: self.on_sale_at }),
            () => Ok(()),
        }
    }

    /// The currency of its prices.
    pub(crate) fn currency(&self) -> Option<crate::money::Currency> {
        self.prices.iter().find_map(|price| Some(price.price?.currency))
    }
}

/// A performance, with the organizer that owns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performance {
    /// Its id.
    pub id: PerformanceId,
    /// Who owns it.
    pub organizer_id: AccountId,
    /// What is known of it.
    pub details: PerformanceDetails,
    /// How the line is steered.
    pub line: LineControl,
}

impl Performance {
    /// The same, which does not take place: its sale ends.
    pub(crate) fn cancelled(mut self, had_orders: bool, now: Timestamp) -> Self {
        if self.details.cancelled_at.is_none() {
            self.details.cancelled_at = Some(now);
            self.details.is_removed = !had_orders;
        }
        self
    }

    /// From when its line may have anybody in it: also one whose sale was moved into the future
    /// after it had begun.
    pub(crate) fn runs_from(&self) -> Timestamp {
        let joins_from = self.details.joins_from();
        self.line.began_at.map_or(joins_from, |began_at| began_at.min(joins_from))
    }

    /// Until when it is worked on.
    pub(crate) fn runs_until(&self) -> Timestamp {
        let last = self.details.starts_at.max(self.details.sale_ends_at());
        let cancelled = self.details.cancelled_at.map(|at| at.plus_millis(AFTER_CANCELLING_MS));
        last.plus_millis(AFTER_START_MS).max(cancelled.unwrap_or(last))
    }

    /// The line may have somebody in it, and the show is not long over.
    pub(crate) fn runs(&self, now: Timestamp) -> bool {
        let is_closed = self.details.closed_at.is_some();
        self.runs_from() <= now && now < self.runs_until() && !is_closed
    }
}
