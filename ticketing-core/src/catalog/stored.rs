//! How the catalog is written down. A form of its own: old rows are read with defaults, fields of a
//! newer server are passed over, and kept when the row is written again.

use serde::{Deserialize, Serialize};

use super::line_control::Pace;
use super::policy::{Policy, Reentry};
use super::stored_rules::{StoredRefundRule, read_rules, stored_rules};
use super::{CategoryPrice, Entry, LineControl, LineMode, PerformanceDetails};
use crate::clock::Timestamp;
use crate::error::Unknown;
use crate::id::{ProductionId, VenueId};
use crate::money::{Money, PayMethod, StoredMoney, known_methods, method_names};
use crate::text::{OneLine, Paragraphs, label};

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredDetails {
    venue_id: VenueId,
    #[serde(default)]
    production_id: Option<ProductionId>,
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    genre: String,
    #[serde(default)]
    age_limit: u8,
    #[serde(default)]
    running_minutes: u32,
    listed_at: Timestamp,
    on_sale_at: Timestamp,
    starts_at: Timestamp,
    prices: Vec<StoredPrice>,
    #[serde(default)]
    policy: StoredPolicy,
    #[serde(default)]
    moved_at: Option<Timestamp>,
    #[serde(default)]
    cancelled_at: Option<Timestamp>,
    #[serde(default)]
    is_removed: bool,
    #[serde(default)]
    closed_at: Option<Timestamp>,
    #[serde(default)]
    cleared_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct StoredPrice {
    category: String,
    #[serde(default)]
    price: Option<StoredMoney>,
}

#[derive(Serialize, Deserialize)]
#[serde(default)]
struct StoredPolicy {
    line_capacity: u32,
    admit_per_minute: Option<u32>,
    claim_seconds: u32,
    pass_lease_seconds: u32,
    hold_seconds: u32,
    pay_seconds: u32,
    seats_per_buyer: u32,
    reentry: String,
    orphan_rule: bool,
    pre_queue_seconds: Option<u32>,
    draw_entropy: Option<String>,
    sale_ends_at: Option<Timestamp>,
    payment_methods: Vec<String>,
    booking_fee: Option<StoredMoney>,
    refund_terms: Vec<StoredRefundRule>,
    moved_refund_days: u32,
    entry: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredLineControl {
    mode: StoredMode,
    message: Option<String>,
    paces: Vec<Pace>,
    began_at: Option<Timestamp>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredMode {
    #[default]
    Open,
    Paused,
    Draining,
}

impl Default for StoredPolicy {
    fn default() -> Self {
        Self::from(&Policy::default())
    }
}

impl From<&Policy> for StoredPolicy {
    fn from(policy: &Policy) -> Self {
        Self {
            line_capacity: policy.line_capacity,
            admit_per_minute: policy.admit_per_minute,
            claim_seconds: policy.claim_seconds,
            pass_lease_seconds: policy.pass_lease_seconds,
            hold_seconds: policy.hold_seconds,
            pay_seconds: policy.pay_seconds,
            seats_per_buyer: policy.seats_per_buyer,
            reentry: policy.reentry.name().to_owned(),
            orphan_rule: policy.orphan_rule,
            pre_queue_seconds: policy.pre_queue_seconds,
            draw_entropy: policy.draw_entropy.as_ref().map(ToString::to_string),
            sale_ends_at: policy.sale_ends_at,
            payment_methods: method_names(&policy.payment_methods),
            booking_fee: policy.booking_fee.map(StoredMoney::from),
            refund_terms: stored_rules(&policy.refund_terms),
            moved_refund_days: policy.moved_refund_days,
            entry: policy.entry.name().to_owned(),
        }
    }
}

impl TryFrom<StoredPolicy> for Policy {
    type Error = Unknown;

    fn try_from(stored: StoredPolicy) -> Result<Self, Unknown> {
        let reentry = Reentry::from_name(&stored.reentry);
        let entry = Entry::from_name(&stored.entry);
        Ok(Self {
            line_capacity: stored.line_capacity,
            admit_per_minute: stored.admit_per_minute,
            claim_seconds: stored.claim_seconds,
            pass_lease_seconds: stored.pass_lease_seconds,
            hold_seconds: stored.hold_seconds,
            pay_seconds: stored.pay_seconds,
            seats_per_buyer: stored.seats_per_buyer,
            reentry: reentry.ok_or_else(|| Unknown::new("reentry", &stored.reentry))?,
            orphan_rule: stored.orphan_rule,
            pre_queue_seconds: stored.pre_queue_seconds,
            draw_entropy: stored.draw_entropy.as_deref().map(OneLine::from_store),
            sale_ends_at: stored.sale_ends_at,
            // Where this version knows none of them, it offers what it knows.
            payment_methods: match known_methods(&stored.payment_methods) {
                methods if methods.is_empty() => PayMethod::ALL.to_vec(),
                methods => methods,
            },
            booking_fee: stored.booking_fee.map(Money::try_from).transpose()?,
            refund_terms: read_rules(stored.refund_terms)?,
            moved_refund_days: stored.moved_refund_days,
            entry: entry.ok_or_else(|| Unknown::new("entry", &stored.entry))?,
        })
    }
}

impl From<&PerformanceDetails> for StoredDetails {
    fn from(details: &PerformanceDetails) -> Self {
        let price = |price: &CategoryPrice| StoredPrice {
            category: price.category.clone(),
            price: price.price.map(StoredMoney::from),
        };
        Self {
            venue_id: details.venue_id,
            production_id: Some(details.production_id),
            title: details.title.to_string(),
            description: details.description.to_string(),
            genre: details.genre.to_string(),
            age_limit: details.age_limit,
            running_minutes: details.running_minutes,
            listed_at: details.listed_at,
            on_sale_at: details.on_sale_at,
            starts_at: details.starts_at,
            prices: details.prices.iter().map(price).collect(),
            policy: StoredPolicy::from(&details.policy),
            moved_at: details.moved_at,
            cancelled_at: details.cancelled_at,
            is_removed: details.is_removed,
            closed_at: details.closed_at,
            cleared_at: details.cleared_at,
        }
    }
}

impl StoredDetails {
    /// The details. Rows of before there were productions have one under the performance's own id.
    pub(crate) fn read(self, own_production: ProductionId) -> Result<PerformanceDetails, Unknown> {
        let price = |stored: StoredPrice| {
            let price = stored.price.map(Money::try_from).transpose()?;
            Ok(CategoryPrice { category: label(&stored.category), price })
        };
        Ok(PerformanceDetails {
            production_id: self.production_id.unwrap_or(own_production),
            venue_id: self.venue_id,
            title: OneLine::from_store(&self.title),
            description: Paragraphs::from_store(&self.description),
            genre: OneLine::from_store(&self.genre),
            age_limit: self.age_limit,
            running_minutes: self.running_minutes,
            listed_at: self.listed_at,
            on_sale_at: self.on_sale_at,
            starts_at: self.starts_at,
            prices: self.prices.into_iter().map(price).collect::<Result<_, _>>()?,
            policy: self.policy.try_into()?,
            moved_at: self.moved_at,
            cancelled_at: self.cancelled_at,
            is_removed: self.is_removed,
            closed_at: self.closed_at,
            cleared_at: self.cleared_at,
        })
    }
}

impl From<&LineControl> for StoredLineControl {
    fn from(line: &LineControl) -> Self {
        let mode = match line.mode {
            LineMode::Open => StoredMode::Open,
            LineMode::Paused => StoredMode::Paused,
            LineMode::Draining => StoredMode::Draining,
        };
        let (message, paces) = (line.message.as_ref().map(ToString::to_string), line.paces.clone());
        Self { mode, message, paces, began_at: line.began_at }
    }
}

impl From<StoredLineControl> for LineControl {
    fn from(stored: StoredLineControl) -> Self {
        let mode = match stored.mode {
            StoredMode::Open => LineMode::Open,
            StoredMode::Paused => LineMode::Paused,
            StoredMode::Draining => LineMode::Draining,
        };
        let message = stored.message.as_deref().map(Paragraphs::from_store);
        Self { mode, message, paces: stored.paces, began_at: stored.began_at }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_of_another_version_is_read() {
        let venue = uuid::Uuid::from_u128(1);
        let old = json!({
            "venue_id": venue, "title": "A", "listed_at": "2026-05-01T10:00:00Z",
            "on_sale_at": "2026-05-01T10:00:00Z", "starts_at": "2026-06-01T10:00:00Z",
            "prices": [{"category": "I", "price": {"amount": 1, "currency": "EUR", "new": 1}}],
            "policy": {"line_capacity": 7, "reentry": "keep", "of_a_newer_server": {"a": []}},
            "another": null,
        });
        let stored: StoredDetails = serde_json::from_value(old).unwrap();
        let details = stored.read(venue.into()).unwrap();
        assert_eq!((details.policy.line_capacity, details.policy.hold_seconds), (7, 300));
        assert_eq!(details.production_id.uuid(), venue);
        let line: StoredLineControl =
            serde_json::from_value(json!({"mode": "paused", "new": 1})).unwrap();
        assert_eq!(LineControl::from(line).mode, LineMode::Paused);
    }

    #[test]
    fn payment_methods_that_this_version_knows_are_offered() {
        let offered = |names: &[&str]| {
            let payment_methods = names.iter().map(|name| (*name).to_owned()).collect();
            let policy = StoredPolicy { payment_methods, ..StoredPolicy::default() };
            Policy::try_from(policy).unwrap().payment_methods
        };
        assert_eq!(offered(&["of_a_newer_server", "transfer"]), [PayMethod::Transfer]);
        assert_eq!(offered(&["of_a_newer_server"]), PayMethod::ALL);
    }

    #[test]
    fn a_word_that_changes_what_is_sold_is_not_guessed() {
        let policy = StoredPolicy { reentry: "lottery".into(), ..StoredPolicy::default() };
        assert!(Policy::try_from(policy).is_err());
        let gold = StoredMoney { amount: 1, currency: "XAU".into() };
        assert!(Money::try_from(gold).is_err());
    }
}
