//! A performance: what is sold, when, for how much, under which policy.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::LineControl;
use super::seat_map::SeatMap;
use crate::clock::Timestamp;
use crate::error::{FieldErrors, Result};
use crate::id::{AccountId, PerformanceId, VenueId};
use crate::money::{Money, PRICE_MAX};

/// The longest title.
const TITLE_MAX: usize = 255;
/// The longest description.
const DESCRIPTION_MAX: usize = 4_000;
/// The longest genre.
const GENRE_MAX: usize = 50;
/// The most seats one order may have, whatever a performance's policy says.
pub const SEATS_PER_BUYER_MAX: u32 = 100;
/// The longest name of a source of public entropy.
const ENTROPY_SOURCE_MAX: usize = 255;
/// The largest line capacity, rate or number of seconds of a policy.
const POLICY_MAX: u32 = 10_000_000;

/// How the line, the holds and the payments of a performance behave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// How many may be inside (ready or admitted) at once.
    pub line_capacity: u32,
    /// The most admissions per minute; no limit when absent.
    pub admit_per_minute: Option<u32>,
    /// How long a turn waits to be claimed.
    pub claim_seconds: u32,
    /// How long a pass lasts; it never slides.
    pub pass_lease_seconds: u32,
    /// How long a hold lasts.
    pub hold_seconds: u32,
    /// How long an order waits for its payment.
    pub pay_seconds: u32,
    /// The most seats of one buyer, over holds and orders.
    pub seats_per_buyer: u32,
    /// What joining again does while waiting.
    pub reentry: Reentry,
    /// Refuse a choice that leaves a single seat empty.
    pub orphan_rule: bool,
    /// How long before the on-sale time joining opens; who joins before it is drawn a rank.
    pub pre_queue_seconds: Option<u32>,
    /// Which public entropy goes into the draw, named before anybody joins: a beacon's round, a
    /// lottery's drawing.
    pub draw_entropy: Option<String>,
}

/// What joining again does while waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reentry {
    /// The same place.
    #[default]
    Keep,
    /// A new place at the end.
    Requeue,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            line_capacity: 300,
            admit_per_minute: None,
            claim_seconds: 30,
            pass_lease_seconds: 600,
            hold_seconds: 300,
            pay_seconds: 600,
            seats_per_buyer: 4,
            reentry: Reentry::Keep,
            orphan_rule: false,
            pre_queue_seconds: None,
            draw_entropy: None,
        }
    }
}

impl Policy {
    /// Every bad number is named.
    pub(crate) fn validate(&self) -> Result<()> {
        let mut errors = FieldErrors::default();
        self.check(&mut errors);
        errors.finish()
    }

    fn check(&self, errors: &mut FieldErrors) {
        let numbers = [
            ("policy.line_capacity", Some(self.line_capacity)),
            ("policy.admit_per_minute", self.admit_per_minute),
            ("policy.claim_seconds", Some(self.claim_seconds)),
            ("policy.pass_lease_seconds", Some(self.pass_lease_seconds)),
            ("policy.hold_seconds", Some(self.hold_seconds)),
            ("policy.pay_seconds", Some(self.pay_seconds)),
            ("policy.pre_queue_seconds", self.pre_queue_seconds),
        ];
        for (field, number) in numbers {
            let number = number.unwrap_or(1);
            errors.require((1..=POLICY_MAX).contains(&number), field, "from 1 to 10,000,000");
        }
        let seats = (1..=SEATS_PER_BUYER_MAX).contains(&self.seats_per_buyer);
        errors.require(seats, "policy.seats_per_buyer", "from 1 to 100");
        let source = self.draw_entropy.as_ref().map(|source| source.trim().chars().count());
        let named = source.is_none_or(|length| (1..=ENTROPY_SOURCE_MAX).contains(&length));
        errors.require(named, "policy.draw_entropy", "1 to 255 characters, or absent");
        let drawn = self.draw_entropy.is_none() || self.pre_queue_seconds.is_some();
        errors.require(drawn, "policy.draw_entropy", "needs pre_queue_seconds");
    }
}

/// The price of a category; `null` says that it is not for sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryPrice {
    /// The category as the plan names it.
    pub category: String,
    /// Its price.
    #[serde(deserialize_with = "required_but_nullable")]
    pub price: Option<Money>,
}

fn required_but_nullable<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Money>, D::Error> {
    Option::deserialize(deserializer)
}

/// What an organizer says about a performance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerformanceDetails {
    /// Where it is.
    pub venue_id: VenueId,
    /// What it is called.
    pub title: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Free text: concert, musical.
    #[serde(default)]
    pub genre: String,
    /// The youngest age, 0 for everyone.
    #[serde(default)]
    pub age_limit: u8,
    /// How long it runs.
    #[serde(default)]
    pub running_minutes: u32,
    /// From when everyone sees it.
    pub listed_at: Timestamp,
    /// From when the line is open.
    pub on_sale_at: Timestamp,
    /// When it starts.
    pub starts_at: Timestamp,
    /// A price for every category of the plan.
    pub prices: Vec<CategoryPrice>,
    /// Everything else has a default.
    #[serde(default)]
    pub policy: Policy,
}

impl PerformanceDetails {
    /// Every bad field is named; the prices must cover the plan's categories exactly.
    pub(super) fn check(&self, map: &SeatMap) -> Result<()> {
        let mut errors = FieldErrors::default();
        let title = self.title.trim().chars().count();
        errors.require((1..=TITLE_MAX).contains(&title), "title", "1 to 255 characters");
        let description = self.description.chars().count() <= DESCRIPTION_MAX;
        errors.require(description, "description", "at most 4,000 characters");
        let genre = self.genre.chars().count() <= GENRE_MAX;
        errors.require(genre, "genre", "at most 50 characters");
        errors.require(self.age_limit <= 120, "age_limit", "at most 120");
        errors.require(self.running_minutes <= 10_080, "running_minutes", "at most a week");
        let ordered = self.listed_at <= self.on_sale_at;
        errors.require(ordered, "on_sale_at", "not before listed_at");
        errors.require(self.on_sale_at < self.starts_at, "starts_at", "after on_sale_at");
        self.check_prices(map, &mut errors);
        self.policy.check(&mut errors);
        errors.finish()
    }

    fn check_prices(&self, map: &SeatMap, errors: &mut FieldErrors) {
        for category in &map.categories {
            let prices = self.prices.iter().filter(|price| price.category == *category).count();
            let message = format!("exactly one price for the category {category:?}");
            errors.require(prices == 1, "prices", &message);
        }
        for (place, price) in self.prices.iter().enumerate() {
            let field = format!("prices[{place}]");
            let known = map.categories.contains(&price.category);
            errors.require(known, &field, &format!("unknown category {:?}", price.category));
            let amount = price.price.map_or(0, |price| price.amount);
            errors.require((0..=PRICE_MAX).contains(&amount), &field, "from 0 to 1,000,000,000");
        }
        let mut currencies = self.prices.iter().filter_map(|price| Some(price.price?.currency));
        let first = currencies.next();
        errors.require(first.is_some(), "prices", "at least one category must be for sale");
        let same = currencies.all(|currency| Some(currency) == first);
        errors.require(same, "prices", "one currency per performance");
    }
}

/// A performance, with the organizer that owns it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Performance {
    /// Its id.
    pub id: PerformanceId,
    /// Who owns it.
    pub organizer_id: AccountId,
    /// What the organizer said.
    #[serde(flatten)]
    pub details: PerformanceDetails,
    /// How the line is steered.
    #[serde(skip)]
    pub line: LineControl,
}

impl PerformanceDetails {
    /// From when a place can be taken.
    pub fn joins_from(&self) -> Timestamp {
        let before = self.policy.pre_queue_seconds.unwrap_or(0);
        self.on_sale_at.plus_millis(-i64::from(before) * 1000)
    }
}

/// How old a performance's details may be in a sale that runs: an organizer's change reaches every
/// server within it.
pub(crate) const SALE_MAX_AGE_MS: i64 = 1_000;
/// How long after its start a performance is still worked on.
pub(crate) const AFTER_START_MS: i64 = 24 * 3600 * 1000;

impl Performance {
    /// The line is open, and the show not long over.
    pub(crate) fn runs(&self, now: Timestamp) -> bool {
        self.details.joins_from() <= now && now < self.details.starts_at.plus_millis(AFTER_START_MS)
    }
}

/// A performance with the map it is sold from: what every rule of a sale looks at.
#[derive(Clone, Debug)]
pub struct Sale {
    /// The performance.
    pub performance: Performance,
    /// The venue's map.
    pub map: Arc<SeatMap>,
    /// The price of each seat index; `None` is not for sale.
    pub price_by_index: Arc<Vec<Option<Money>>>,
    /// The category of each seat index.
    pub category_by_index: Arc<Vec<u16>>,
}

impl Sale {
    pub(crate) fn new(performance: Performance, map: Arc<SeatMap>) -> Self {
        let by_category: Vec<Option<Money>> = map
            .categories
            .iter()
            .map(|category| {
                let prices = &performance.details.prices;
                prices.iter().find(|price| price.category == *category)?.price
            })
            .collect();
        let category_by_index = map.category_by_index();
        let price = |category: &u16| by_category.get(usize::from(*category)).copied().flatten();
        let price_by_index = Arc::new(category_by_index.iter().map(price).collect());
        Self { performance, map, price_by_index, category_by_index: Arc::new(category_by_index) }
    }

    /// The performance's id.
    pub fn id(&self) -> PerformanceId {
        self.performance.id
    }

    /// Its policy.
    pub fn policy(&self) -> &Policy {
        &self.performance.details.policy
    }

    /// What the seats cost together; `None` when one is not for sale or does not exist.
    pub fn total(&self, seats: &[u32]) -> Option<Money> {
        let price = |seat: &u32| self.price_by_index.get(*seat as usize).copied().flatten();
        let mut prices = seats.iter().map(price);
        let first = prices.next()??;
        prices.try_fold(first, |sum, price| sum.checked_add(price?))
    }
}
