//! What is kept of what a buyer gives back: rules over the calendar days to the show, in the house's
//! zone, and the hours since ordering.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{PerformanceDetails, SALE_MAX_AGE_MS};
use crate::clock::Timestamp;
use crate::error::{Error, FieldErrors, Result};
use crate::money::{Money, PRICE_MAX};

/// The most rules of one performance.
const RULES_MAX: usize = 20;
/// The longest time before a show that a rule can name: ten years.
const DAYS_MAX: u32 = 3_660;
/// The longest time since ordering that a rule can name: a year.
const HOURS_MAX: u32 = 8_784;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// What is kept of a seat that its buyer gives back. Of several rules the first that applies counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefundRule {
    /// Applies while the show is at least so many calendar days away, in the house's zone.
    pub days_before: Option<u32>,
    /// Applies for so many hours after ordering.
    pub hours_since_order: Option<u32>,
    /// So much of the seat's price is kept, rounded down.
    pub fee_percent: u32,
    /// But no more than this for a seat.
    pub fee_at_most: Option<Money>,
    /// The booking fee is kept too.
    pub keep_booking_fee: bool,
}

impl RefundRule {
    /// The Korean consumer standard for performances: 10, 7, 3 and 1 days before the show 0, 10, 20
    /// and 30 % are kept, 90 % on its day; nothing within 24 hours of ordering until three days before.
    /// It says nothing of booking fees: they come back with the whole price.
    pub fn korean_consumer_standard() -> Vec<Self> {
        let from = |days, fee_percent| Self {
            days_before: Some(days),
            fee_percent,
            keep_booking_fee: fee_percent > 0,
            ..Self::default()
        };
        let just_ordered = Self { hours_since_order: Some(24), ..from(3, 0) };
        let show_day = Self { days_before: None, ..from(0, 90) };
        vec![just_ordered, from(10, 0), from(7, 10), from(3, 20), from(1, 30), show_day]
    }

    /// What of a price is kept.
    pub(crate) fn fee(&self, price: Money) -> i64 {
        let share = price.amount * i64::from(self.fee_percent) / 100;
        self.fee_at_most.map_or(share, |most| share.min(most.amount))
    }

    fn is_for_all(&self) -> bool {
        self.days_before.is_none() && self.hours_since_order.is_none()
    }
}

impl fmt::Display for RefundRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} %", self.fee_percent)?;
        if let Some(most) = self.fee_at_most {
            write!(formatter, " at most {most}")?;
        }
        if self.keep_booking_fee {
            write!(formatter, " and the booking fee")?;
        }
        if let Some(days) = self.days_before {
            write!(formatter, " until {days} days before")?;
        }
        if let Some(hours) = self.hours_since_order {
            write!(formatter, " within {hours} hours of ordering")?;
        }
        Ok(())
    }
}

/// Every bad rule is named. The last one must be for whatever none before it applies to, so that
/// nobody has to guess.
pub(super) fn check(rules: &[RefundRule], errors: &mut FieldErrors) {
    let field = "policy.refund_terms";
    errors.require(rules.len() <= RULES_MAX, field, "at most 20 rules");
    let is_whole = rules.split_last().is_none_or(|(last, before)| {
        last.is_for_all() && !before.iter().any(RefundRule::is_for_all)
    });
    let message =
        "the last rule, and no other, is for all: without days_before and hours_since_order";
    errors.require(is_whole, field, message);
    for (place, rule) in rules.iter().enumerate() {
        let named = |name| format!("{field}[{place}].{name}");
        let percent = rule.fee_percent <= 100;
        errors.require(percent, &named("fee_percent"), "from 0 to 100");
        let days = rule.days_before.is_none_or(|days| (1..=DAYS_MAX).contains(&days));
        errors.require(days, &named("days_before"), "from 1 to 3,660");
        let hours = rule.hours_since_order.is_none_or(|hours| (1..=HOURS_MAX).contains(&hours));
        errors.require(hours, &named("hours_since_order"), "from 1 to 8,784");
        let most = rule.fee_at_most.is_none_or(|most| (0..=PRICE_MAX).contains(&most.amount));
        errors.require(most, &named("fee_at_most"), "from 0 to 1,000,000,000");
    }
}

/// A show, as far as giving seats back is concerned.
#[derive(Clone, Debug)]
pub(crate) struct Show {
    pub(crate) starts_at: Timestamp,
    zone: TimeZone,
    /// Who ordered before the first gives back free of charge until the second: it was moved.
    moved: Option<(Timestamp, Timestamp)>,
    /// It does not take place.
    is_cancelled: bool,
}

impl Show {
    /// In the zone that the house is said to be in.
    pub(crate) fn new(details: &PerformanceDetails, zone: &str) -> Result<Self> {
        let unreadable = |error: jiff::Error| {
            Error::unreadable("venues", "time_zone", details.venue_id, error.to_string())
        };
        let days = i64::from(details.policy.moved_refund_days);
        // For a moment others were still sold the old time.
        let moved =
            |at: Timestamp| (at.plus_millis(SALE_MAX_AGE_MS), at.plus_millis(days * DAY_MS));
        Ok(Self {
            starts_at: details.starts_at,
            zone: TimeZone::get(zone).map_err(unreadable)?,
            moved: details.moved_at.map(moved),
            is_cancelled: details.cancelled_at.is_some(),
        })
    }

    /// One that starts then, and was never moved.
    #[cfg(test)]
    pub(crate) fn for_tests(starts_at: Timestamp) -> Self {
        Self { starts_at, zone: TimeZone::UTC, moved: None, is_cancelled: false }
    }

    /// The rule that counts for what was ordered then and is given back now; none keeps nothing.
    pub(crate) fn rule<'a>(
        &self,
        rules: &'a [RefundRule],
        ordered_at: Timestamp,
        now: Timestamp,
    ) -> Option<&'a RefundRule> {
        if self.is_cancelled {
            return None;
        }
        if self.moved.is_some_and(|(before, until)| ordered_at < before && now < until) {
            return None;
        }
        let days = self.days_before(now);
        rules.iter().find(|rule| {
            rule.days_before.is_none_or(|least| days >= i64::from(least))
                && rule
                    .hours_since_order
                    .is_none_or(|hours| now < ordered_at.plus_millis(i64::from(hours) * HOUR_MS))
        })
    }

    /// Every moment after now at which another rule may begin to count, up to the start.
    pub(crate) fn turns(
        &self,
        rules: &[RefundRule],
        ordered_at: Timestamp,
        now: Timestamp,
    ) -> Vec<Timestamp> {
        let show_day = self.date(self.starts_at);
        let day_after = |days: u32| {
            let last = show_day?.checked_sub(jiff::Span::new().days(days)).ok()?;
            let next = last.tomorrow().ok()?.at(0, 0, 0, 0);
            let at = self.zone.to_timestamp(next).ok()?;
            Some(Timestamp::from_millis(at.as_millisecond()))
        };
        let days = rules.iter().filter_map(|rule| day_after(rule.days_before?));
        let hours = rules.iter().filter_map(|rule| {
            Some(ordered_at.plus_millis(i64::from(rule.hours_since_order?) * HOUR_MS))
        });
        let moved = self.moved.map(|(_, until)| until);
        let all = days.chain(hours).chain(moved).chain([self.starts_at]);
        let mut turns: Vec<Timestamp> =
            all.filter(|at| now < *at && *at <= self.starts_at).collect();
        turns.sort_unstable();
        turns
    }

    /// Calendar days from today to the show's day.
    fn days_before(&self, now: Timestamp) -> i64 {
        let days = || Some(self.date(now)?.until(self.date(self.starts_at)?).ok()?.get_days());
        days().map_or(0, i64::from)
    }

    fn date(&self, at: Timestamp) -> Option<Date> {
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        Some(self.zone.to_datetime(at).date())
    }
}
