//! How a performance is sold, as the wire has it and back.

use ticketing_core::catalog::{Entry, Policy, PolicyChange, Reentry, RefundRule};
use ticketing_core::{Error, PayMethod};
use ticketing_wire::{orders, performances as wire};

use crate::convert::{self, amount, money, time, timestamp, word};
use crate::routes::Answer;

pub(super) fn shown(policy: &Policy) -> wire::Policy {
    wire::Policy {
        line_capacity: policy.line_capacity,
        admit_per_minute: policy.admit_per_minute,
        claim_seconds: policy.claim_seconds,
        pass_lease_seconds: policy.pass_lease_seconds,
        hold_seconds: policy.hold_seconds,
        pay_seconds: policy.pay_seconds,
        seats_per_buyer: policy.seats_per_buyer,
        reentry: wire::Reentry::from(policy.reentry.name()),
        orphan_rule: policy.orphan_rule,
        pre_queue_seconds: policy.pre_queue_seconds,
        draw_entropy: policy.draw_entropy.as_ref().map(|source| source.as_str().to_owned()),
        sale_ends_at: policy.sale_ends_at.map(time),
        payment_methods: policy.payment_methods.iter().map(|one| one.name().into()).collect(),
        booking_fee: policy.booking_fee.map(money),
        refund_terms: policy.refund_terms.iter().map(convert::refund_rule).collect(),
        moved_refund_days: policy.moved_refund_days,
        entry: wire::Entry::from(policy.entry.name()),
    }
}

pub(super) fn terms(said: wire::PolicyTerms) -> Answer<PolicyChange> {
    let reentry = said.reentry.map(|reentry| {
        word("policy.reentry", Reentry::from_name(reentry.as_str()), wire::Reentry::WORDS)
    });
    let entry = said
        .entry
        .map(|entry| word("policy.entry", Entry::from_name(entry.as_str()), wire::Entry::WORDS));
    let method = |(place, method): (usize, orders::PayMethod)| {
        let field = format!("policy.payment_methods[{place}]");
        word(&field, PayMethod::from_name(method.as_str()), orders::PayMethod::WORDS)
    };
    let methods = said
        .payment_methods
        .map(|methods| methods.into_iter().enumerate().map(method).collect::<Result<_, _>>());
    let fee =
        said.booking_fee.map(|fee| fee.map(|fee| amount("policy.booking_fee", &fee)).transpose());
    let rules = said.refund_terms.map(refund_terms);
    Ok(PolicyChange {
        line_capacity: said.line_capacity,
        admit_per_minute: said.admit_per_minute,
        claim_seconds: said.claim_seconds,
        pass_lease_seconds: said.pass_lease_seconds,
        hold_seconds: said.hold_seconds,
        pay_seconds: said.pay_seconds,
        seats_per_buyer: said.seats_per_buyer,
        reentry: reentry.transpose()?,
        orphan_rule: said.orphan_rule,
        pre_queue_seconds: said.pre_queue_seconds,
        draw_entropy: said.draw_entropy,
        sale_ends_at: said.sale_ends_at.map(|at| at.map(timestamp)),
        payment_methods: methods.transpose()?,
        booking_fee: fee.transpose()?,
        refund_terms: rules.transpose()?,
        moved_refund_days: said.moved_refund_days,
        entry: entry.transpose()?,
    })
}

fn refund_terms(said: Vec<wire::RefundRule>) -> Result<Vec<RefundRule>, Error> {
    let rule = |(place, rule): (usize, wire::RefundRule)| {
        let field = format!("policy.refund_terms[{place}].fee_at_most");
        Ok(RefundRule {
            days_before: rule.days_before,
            hours_since_order: rule.hours_since_order,
            fee_percent: rule.fee_percent,
            fee_at_most: rule.fee_at_most.map(|most| amount(&field, &most)).transpose()?,
            keep_booking_fee: rule.keep_booking_fee,
        })
    };
    said.into_iter().enumerate().map(rule).collect()
}
