use super::Entry;
use super::refund_terms::{self, RefundRule};
use crate::clock::Timestamp;
use crate::error::{FieldErrors, Result};
use crate::money::{Money, PRICE_MAX, PayMethod};
use crate::text::OneLine;

/// The most seats one order may have, whatever a performance's policy says.
pub const SEATS_PER_BUYER_MAX: u32 = 100;
/// The longest name of a source of public entropy.
const ENTROPY_SOURCE_MAX: usize = 255;
/// The largest line capacity, rate or number of seconds of a policy.
const POLICY_MAX: u32 = 10_000_000;

/// For how long a moved show may be given back free of charge, where its organizer says nothing.
const MOVED_REFUND_DAYS: u32 = 14;
/// The longest such time, in days: a year.
const MOVED_REFUND_DAYS_MAX: u32 = 366;

/// How the line, the holds and the payments of a performance behave.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub draw_entropy: Option<OneLine>,
    /// When the sale ends; when the performance starts where absent.
    pub sale_ends_at: Option<Timestamp>,
    /// With what buyers may pay; the first is offered first.
    pub payment_methods: Vec<PayMethod>,
    /// What is added to each ticket that costs something; nothing where absent.
    pub booking_fee: Option<Money>,
    /// What is kept of what a buyer gives back: the first rule that applies, nothing without rules.
    pub refund_terms: Vec<RefundRule>,
    /// For how many days after the show was moved whoever had ordered before gives back free of charge.
    pub moved_refund_days: u32,
    /// How often a ticket lets its bearer in.
    pub entry: Entry,
}

/// What joining again does while waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reentry {
    /// The same place.
    #[default]
    Keep,
    /// A new place at the end.
    Requeue,
}

impl Reentry {
    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Requeue => "requeue",
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Keep, Self::Requeue].into_iter().find(|reentry| reentry.name() == name)
    }
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
            sale_ends_at: None,
            payment_methods: PayMethod::ALL.to_vec(),
            booking_fee: None,
            refund_terms: Vec::new(),
            moved_refund_days: MOVED_REFUND_DAYS,
            entry: Entry::Once,
        }
    }
}

/// Terms of a policy as they were written; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyChange {
    /// See [`Policy::line_capacity`].
    pub line_capacity: Option<u32>,
    /// See [`Policy::admit_per_minute`].
    pub admit_per_minute: Option<Option<u32>>,
    /// See [`Policy::claim_seconds`].
    pub claim_seconds: Option<u32>,
    /// See [`Policy::pass_lease_seconds`].
    pub pass_lease_seconds: Option<u32>,
    /// See [`Policy::hold_seconds`].
    pub hold_seconds: Option<u32>,
    /// See [`Policy::pay_seconds`].
    pub pay_seconds: Option<u32>,
    /// See [`Policy::seats_per_buyer`].
    pub seats_per_buyer: Option<u32>,
    /// See [`Policy::reentry`].
    pub reentry: Option<Reentry>,
    /// See [`Policy::orphan_rule`].
    pub orphan_rule: Option<bool>,
    /// See [`Policy::pre_queue_seconds`].
    pub pre_queue_seconds: Option<Option<u32>>,
    /// See [`Policy::draw_entropy`].
    pub draw_entropy: Option<Option<String>>,
    /// See [`Policy::sale_ends_at`].
    pub sale_ends_at: Option<Option<Timestamp>>,
    /// See [`Policy::payment_methods`].
    pub payment_methods: Option<Vec<PayMethod>>,
    /// See [`Policy::booking_fee`].
    pub booking_fee: Option<Option<Money>>,
    /// See [`Policy::refund_terms`].
    pub refund_terms: Option<Vec<RefundRule>>,
    /// See [`Policy::moved_refund_days`].
    pub moved_refund_days: Option<u32>,
    /// See [`Policy::entry`].
    pub entry: Option<Entry>,
}

impl PolicyChange {
    /// The policy as it will be. Texts are checked here, numbers where they meet the rest.
    pub fn applied_to(&self, policy: Policy) -> Result<Policy> {
        let mut errors = FieldErrors::default();
        let source = |text: &String| OneLine::new(text, 1..=ENTROPY_SOURCE_MAX);
        let draw_entropy = match &self.draw_entropy {
            None => policy.draw_entropy,
            Some(None) => None,
            Some(Some(text)) => errors.text("policy.draw_entropy", source(text)),
        };
        errors.finish()?;
        Ok(Policy {
            line_capacity: self.line_capacity.unwrap_or(policy.line_capacity),
            admit_per_minute: self.admit_per_minute.unwrap_or(policy.admit_per_minute),
            claim_seconds: self.claim_seconds.unwrap_or(policy.claim_seconds),
            pass_lease_seconds: self.pass_lease_seconds.unwrap_or(policy.pass_lease_seconds),
            hold_seconds: self.hold_seconds.unwrap_or(policy.hold_seconds),
            pay_seconds: self.pay_seconds.unwrap_or(policy.pay_seconds),
            seats_per_buyer: self.seats_per_buyer.unwrap_or(policy.seats_per_buyer),
            reentry: self.reentry.unwrap_or(policy.reentry),
            orphan_rule: self.orphan_rule.unwrap_or(policy.orphan_rule),
            pre_queue_seconds: self.pre_queue_seconds.unwrap_or(policy.pre_queue_seconds),
            draw_entropy,
            sale_ends_at: self.sale_ends_at.unwrap_or(policy.sale_ends_at),
            payment_methods: self.payment_methods.clone().unwrap_or(policy.payment_methods),
            booking_fee: self.booking_fee.unwrap_or(policy.booking_fee),
            refund_terms: self.refund_terms.clone().unwrap_or(policy.refund_terms),
            moved_refund_days: self.moved_refund_days.unwrap_or(policy.moved_refund_days),
            entry: self.entry.unwrap_or(policy.entry),
        })
    }

    /// What it names, with the new values, for the audit.
    pub(crate) fn named(&self) -> Vec<String> {
        fn said<T: std::fmt::Display>(value: Option<&T>) -> Option<String> {
            value.map(ToString::to_string)
        }
        fn nullable<T: std::fmt::Display>(value: Option<&Option<T>>) -> Option<String> {
            value.map(|value| value.as_ref().map_or_else(|| "none".into(), ToString::to_string))
        }
        let words = |methods: &[PayMethod]| -> String {
            methods.iter().map(|method| method.name()).collect::<Vec<_>>().join(", ")
        };
        let terms = [
            ("line_capacity", said(self.line_capacity.as_ref())),
            ("admit_per_minute", nullable(self.admit_per_minute.as_ref())),
            ("claim_seconds", said(self.claim_seconds.as_ref())),
            ("pass_lease_seconds", said(self.pass_lease_seconds.as_ref())),
            ("hold_seconds", said(self.hold_seconds.as_ref())),
            ("pay_seconds", said(self.pay_seconds.as_ref())),
            ("seats_per_buyer", said(self.seats_per_buyer.as_ref())),
            ("reentry", self.reentry.map(|reentry| reentry.name().into())),
            ("orphan_rule", said(self.orphan_rule.as_ref())),
            ("pre_queue_seconds", nullable(self.pre_queue_seconds.as_ref())),
            ("draw_entropy", nullable(self.draw_entropy.as_ref())),
            ("sale_ends_at", nullable(self.sale_ends_at.as_ref())),
            ("payment_methods", self.payment_methods.as_ref().map(|methods| words(methods))),
            ("booking_fee", nullable(self.booking_fee.as_ref())),
            ("refund_terms", self.refund_terms.as_ref().map(|rules| said_rules(rules))),
            ("moved_refund_days", said(self.moved_refund_days.as_ref())),
            ("entry", self.entry.map(|entry| entry.name().into())),
        ];
        let named = terms.into_iter().filter_map(|(name, value)| Some((name, value?)));
        named.map(|(name, value)| format!("policy.{name} {value}")).collect()
    }
}

/// Refund terms as the audit shows them.
fn said_rules(rules: &[RefundRule]) -> String {
    let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
    if rules.is_empty() { "none".to_owned() } else { rules.join("; ") }
}

impl Policy {
    /// Every amount that it names, with its field.
    pub(super) fn amounts(&self) -> Vec<(String, Money)> {
        let fee = self.booking_fee.map(|fee| ("policy.booking_fee".to_owned(), fee));
        let most = self.refund_terms.iter().enumerate().filter_map(|(place, rule)| {
            Some((format!("policy.refund_terms[{place}].fee_at_most"), rule.fee_at_most?))
        });
        fee.into_iter().chain(most).collect()
    }

    /// Every bad number is named.
    pub(crate) fn validate(&self) -> Result<()> {
        let mut errors = FieldErrors::default();
        self.check(&mut errors);
        errors.finish()
    }

    pub(super) fn check(&self, errors: &mut FieldErrors) {
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
        let mut methods = self.payment_methods.clone();
        methods.sort_unstable();
        methods.dedup();
        let each_once = !methods.is_empty() && methods.len() == self.payment_methods.len();
        errors.require(each_once, "policy.payment_methods", "at least one, and each once");
        let drawn = self.draw_entropy.is_none() || self.pre_queue_seconds.is_some();
        errors.require(drawn, "policy.draw_entropy", "needs pre_queue_seconds");
        let fee = self.booking_fee.is_none_or(|fee| (0..=PRICE_MAX).contains(&fee.amount));
        errors.require(fee, "policy.booking_fee", "from 0 to 1,000,000,000");
        refund_terms::check(&self.refund_terms, errors);
        let days = self.moved_refund_days <= MOVED_REFUND_DAYS_MAX;
        errors.require(days, "policy.moved_refund_days", "from 0 to 366");
    }
}
