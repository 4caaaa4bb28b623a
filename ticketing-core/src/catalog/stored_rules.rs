//! How refund terms are written down: in a performance's policy, and frozen in its orders.

use serde::{Deserialize, Serialize};

use super::RefundRule;
use crate::error::Unknown;
use crate::money::{Money, StoredMoney};

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredRefundRule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days_before: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours_since_order: Option<u32>,
    fee_percent: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fee_at_most: Option<StoredMoney>,
    #[serde(default)]
    keep_booking_fee: bool,
}

/// The rules as they are written.
pub(crate) fn stored_rules(rules: &[RefundRule]) -> Vec<StoredRefundRule> {
    let stored = |rule: &RefundRule| StoredRefundRule {
        days_before: rule.days_before,
        hours_since_order: rule.hours_since_order,
        fee_percent: rule.fee_percent,
        fee_at_most: rule.fee_at_most.map(StoredMoney::from),
        keep_booking_fee: rule.keep_booking_fee,
    };
    rules.iter().map(stored).collect()
}

/// The rules that were written.
pub(crate) fn read_rules(stored: Vec<StoredRefundRule>) -> Result<Vec<RefundRule>, Unknown> {
    let rule = |stored: StoredRefundRule| {
        Ok(RefundRule {
            days_before: stored.days_before,
            hours_since_order: stored.hours_since_order,
            fee_percent: stored.fee_percent,
            fee_at_most: stored.fee_at_most.map(Money::try_from).transpose()?,
            keep_booking_fee: stored.keep_booking_fee,
        })
    };
    stored.into_iter().map(rule).collect()
}
