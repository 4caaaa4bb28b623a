//! What an organizer changes about a performance, and what cannot change any more.

use serde::Deserialize;

use super::{CategoryPrice, Performance, PerformanceDetails, Policy, SALE_MAX_AGE_MS, Sale};
use crate::clock::Timestamp;
use crate::error::{FieldErrors, Result};

/// What of a performance changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
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
    /// The prices, whole. Which categories are for sale cannot change.
    pub prices: Option<Vec<CategoryPrice>>,
    /// The policy, whole.
    pub policy: Option<Policy>,
}

impl PerformanceChange {
    /// The fields that it gives, and the whole policy, for the audit.
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
        let policy = self.policy.iter().map(|policy| {
            let numbers = serde_json::to_string(policy).expect("a policy serialises");
            format!("policy {numbers}")
        });
        named.chain(policy).collect::<Vec<_>>().join(", ")
    }

    /// The performance as it will be, checked as a new one is.
    pub(crate) fn applied_to(self, sale: &Sale, now: Timestamp) -> Result<Performance> {
        let before = sale.performance.clone();
        let details = before.details.clone();
        let joining = joining_of(&before, now);
        let details = PerformanceDetails {
            venue_id: details.venue_id,
            title: self.title.unwrap_or(details.title),
            description: self.description.unwrap_or(details.description),
            genre: self.genre.unwrap_or(details.genre),
            age_limit: self.age_limit.unwrap_or(details.age_limit),
            running_minutes: self.running_minutes.unwrap_or(details.running_minutes),
            listed_at: self.listed_at.unwrap_or(details.listed_at),
            on_sale_at: self.on_sale_at.unwrap_or(details.on_sale_at),
            starts_at: self.starts_at.unwrap_or(details.starts_at),
            prices: self.prices.unwrap_or(details.prices),
            policy: self.policy.unwrap_or(details.policy),
        };
        details.check(&sale.map)?;
        let line = before.line.clone().at_pace(&details.policy, now);
        let after = Sale::new(Performance { details, line, ..before }, sale.map.clone());
        let for_sale = |sale: &Sale| -> Vec<bool> {
            sale.price_by_index.iter().map(Option::is_some).collect()
        };
        let mut errors = FieldErrors::default();
        let same = for_sale(sale) == for_sale(&after);
        errors.require(same, "prices", "which categories are for sale cannot change");
        if let Some(joining) = joining.or_else(|| joining_of(&after.performance, now)) {
            joining.check(&after.performance, &mut errors);
        }
        errors.finish()?;
        Ok(after.performance)
    }
}

/// What must not change any more once somebody may have joined a line that is drawn.
struct Joining {
    pre_queue_seconds: Option<u32>,
    draw_entropy: Option<String>,
    on_sale_at: Timestamp,
}

fn joining_of(performance: &Performance, now: Timestamp) -> Option<Joining> {
    let details = &performance.details;
    // Another server may look at a change a second later.
    let soon = now.plus_millis(SALE_MAX_AGE_MS);
    (details.joins_from() <= soon).then(|| Joining {
        pre_queue_seconds: details.policy.pre_queue_seconds,
        draw_entropy: details.policy.draw_entropy.clone(),
        on_sale_at: details.on_sale_at,
    })
}

impl Joining {
    fn check(&self, after: &Performance, errors: &mut FieldErrors) {
        let PerformanceDetails { policy, on_sale_at, .. } = &after.details;
        let same = policy.pre_queue_seconds == self.pre_queue_seconds;
        errors.require(same, "policy.pre_queue_seconds", "cannot change: people may have joined");
        let same = policy.draw_entropy == self.draw_entropy;
        errors.require(same, "policy.draw_entropy", "cannot change: people may have joined");
        // Those who joined were told to ask again at the old time.
        let kept = self.pre_queue_seconds.is_none() || *on_sale_at >= self.on_sale_at;
        errors.require(kept, "on_sale_at", "cannot be earlier: people have joined");
    }
}
