//! What an organizer changes about a performance, and what cannot change any more.

use super::{
    CategoryPrice, NewPerformance, Performance, PerformanceDetails, PolicyChange, SALE_MAX_AGE_MS,
    Sale,
};
use crate::clock::Timestamp;
use crate::error::{Error, FieldErrors, Result};
use crate::text::label;

/// What of a performance changes, at any depth; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PerformanceChange {
    /// What it is called.
    pub title: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Free text.
    pub genre: Option<String>,
    /// The youngest age.
    pub age_limit: Option<u8>,
    /// How long it runs.
    pub running_minutes: Option<u32>,
    /// From when everyone sees it.
    pub listed_at: Option<Timestamp>,
    /// From when the line is open.
    pub on_sale_at: Option<Timestamp>,
    /// When it starts.
    pub starts_at: Option<Timestamp>,
    /// The prices of the categories that are named.
    pub prices: Option<Vec<CategoryPrice>>,
    /// The terms that are named.
    pub policy: Option<PolicyChange>,
}

impl PerformanceChange {
    /// What it names, for the audit.
    pub(crate) fn named(&self) -> String {
        let given = [
            ("title", self.title.is_some()),
            ("description", self.description.is_some()),
            ("genre", self.genre.is_some()),
            ("age_limit", self.age_limit.is_some()),
            ("running_minutes", self.running_minutes.is_some()),
            ("listed_at", self.listed_at.is_some()),
            ("on_sale_at", self.on_sale_at.is_some()),
            ("starts_at", self.starts_at.is_some()),
            ("prices", self.prices.is_some()),
        ];
        let named = given.iter().filter(|(_, given)| *given).map(|(name, _)| (*name).to_owned());
        let policy = self.policy.iter().flat_map(PolicyChange::named);
        named.chain(policy).collect::<Vec<_>>().join(", ")
    }

    /// The performance as it will be, checked as a new one is.
    pub(crate) fn applied_to(&self, sale: &Sale, now: Timestamp) -> Result<Performance> {
        let before = &sale.performance;
        if before.details.cancelled_at.is_some() {
            return Err(Error::conflict("the performance was cancelled"));
        }
        let changed = self.clone();
        let details = before.details.clone();
        let policy = changed.policy.unwrap_or_default().applied_to(details.policy)?;
        let details = NewPerformance {
            production_id: Some(details.production_id),
            venue_id: details.venue_id,
            title: changed.title.unwrap_or_else(|| details.title.into_string()),
            description: changed.description.unwrap_or_else(|| details.description.into_string()),
            genre: changed.genre.unwrap_or_else(|| details.genre.into_string()),
            age_limit: changed.age_limit.unwrap_or(details.age_limit),
            running_minutes: changed.running_minutes.unwrap_or(details.running_minutes),
            listed_at: changed.listed_at.unwrap_or(details.listed_at),
            on_sale_at: changed.on_sale_at.unwrap_or(details.on_sale_at),
            starts_at: changed.starts_at.unwrap_or(details.starts_at),
            prices: merged(details.prices, changed.prices.unwrap_or_default()),
            policy,
        };
        let mut details = details.check(&sale.map, before.details.production_id)?;
        details.moved_at = before.details.moved_at;
        if has_begun(before, now) {
            check_frozen(&before.details, &details)?;
            if details.starts_at != before.details.starts_at {
                details.moved_at = Some(now);
            }
        }
        let line = before.line.clone().at_pace(&details.policy, now);
        let line = if before.details.joins_from() <= now {
            line.begun_at(before.runs_from())
        } else {
            line
        };
        Ok(Performance { details, line, ..before.clone() })
    }
}

/// The prices with those of the named categories replaced. An unknown category stays, to be refused.
fn merged(before: Vec<CategoryPrice>, mut named: Vec<CategoryPrice>) -> Vec<CategoryPrice> {
    for price in &mut named {
        price.category = label(&price.category);
    }
    let is_named = |price: &CategoryPrice| named.iter().any(|new| new.category == price.category);
    let mut prices: Vec<CategoryPrice> =
        before.into_iter().filter(|price| !is_named(price)).collect();
    prices.extend(named);
    prices
}

/// Somebody may have joined, or join before every server has heard of a change.
fn has_begun(performance: &Performance, now: Timestamp) -> bool {
    performance.runs_from() <= now.plus_millis(SALE_MAX_AGE_MS)
}

/// What buyers rely on from the moment at which they may have joined.
fn check_frozen(before: &PerformanceDetails, after: &PerformanceDetails) -> Result<()> {
    let mut errors = FieldErrors::default();
    let joined = "cannot change: people may have joined";
    let same = before.policy.pre_queue_seconds == after.policy.pre_queue_seconds;
    errors.require(same, "policy.pre_queue_seconds", joined);
    let same = before.policy.draw_entropy == after.policy.draw_entropy;
    errors.require(same, "policy.draw_entropy", joined);
    // Those who joined were told to ask again at the old time.
    let drawn = before.policy.pre_queue_seconds.is_some();
    let kept = !drawn || before.on_sale_at <= after.on_sale_at;
    errors.require(kept, "on_sale_at", "cannot be earlier: people may have joined");
    let kept = before.policy.moved_refund_days <= after.policy.moved_refund_days;
    errors.require(kept, "policy.moved_refund_days", "cannot be lower: people may have joined");
    let same = before.currency() == after.currency();
    errors.require(same, "prices", "the currency cannot change: the sale has begun");
    let sold = |details: &PerformanceDetails| {
        let mut sold: Vec<(String, bool)> = details
            .prices
            .iter()
            .map(|price| (price.category.clone(), price.price.is_some()))
            .collect();
        sold.sort();
        sold
    };
    let same = sold(before) == sold(after);
    errors.require(same, "prices", "which categories are for sale cannot change any more");
    errors.frozen()
}
