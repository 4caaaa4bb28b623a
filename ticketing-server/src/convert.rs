//! Values of the box office as the wire has them, and back; what only one noun has stands with its
//! routes.

use ticketing_core::catalog::RefundRule;
use ticketing_core::orders::{RefundReport, RefundStatus};
use ticketing_core::reviews::Rating;
use ticketing_core::seats::{LineKind, OrderLine};
use ticketing_core::{BoxOffice, Currency, Error, Paged, Timestamp};
use ticketing_wire::orders as wire;
use ticketing_wire::reviews::Average;
use ticketing_wire::{Money, Page, Time, performances, reviews};
use utoipa::ToSchema;

pub(crate) fn time(at: Timestamp) -> Time {
    Time::from_millis(at.as_millis())
}

pub(crate) fn timestamp(at: Time) -> Timestamp {
    Timestamp::from_millis(at.as_millis())
}

pub(crate) fn money(money: ticketing_core::Money) -> Money {
    Money::new(money.amount, money.currency.code())
}

/// An amount that somebody said, in a field of that name.
pub(crate) fn amount(field: &str, money: &Money) -> Result<ticketing_core::Money, Error> {
    let currency = Currency::from_code(&money.currency).ok_or_else(|| {
        Error::field(format!("{field}.currency"), format!("one of {}", Currency::CODES.join(", ")))
    })?;
    Ok(ticketing_core::Money { amount: money.amount, currency })
}

pub(crate) fn lines(lines: &[OrderLine]) -> Vec<wire::OrderLine> {
    let line = |line: &OrderLine| wire::OrderLine {
        kind: match line.kind {
            LineKind::Ticket => wire::LineKind::Ticket,
            LineKind::Fee => wire::LineKind::Fee,
        },
        seat: line.seat,
        amount: money(line.amount),
    };
    lines.iter().map(line).collect()
}

/// As the order's buyer and organizer see it: a refund that is sent again has failed before.
pub(crate) fn refund(refund: &RefundReport) -> wire::OrderRefund {
    let status = match refund.status {
        RefundStatus::Requested if refund.tries > 1 => wire::OrderRefundStatus::Failed,
        RefundStatus::Requested => wire::OrderRefundStatus::Requested,
        RefundStatus::Sent | RefundStatus::Pending => wire::OrderRefundStatus::Pending,
        RefundStatus::Done => wire::OrderRefundStatus::Done,
        RefundStatus::NeedsAttention => wire::OrderRefundStatus::NeedsAttention,
    };
    wire::OrderRefund { amount: money(refund.amount), seats: refund.seats.clone(), status }
}

/// What was kept of seats that were given back, if anything.
pub(crate) fn fees(kept: ticketing_core::Money) -> Option<Money> {
    (kept.amount > 0).then(|| money(kept))
}

pub(crate) fn rating(rating: Rating) -> reviews::Rating {
    let average = rating.average_hundredths().and_then(|hundredths| hundredths.try_into().ok());
    reviews::Rating { average: average.map(Average::from_hundredths), count: rating.count }
}

pub(crate) fn refund_rule(rule: &RefundRule) -> performances::RefundRule {
    performances::RefundRule {
        days_before: rule.days_before,
        hours_since_order: rule.hours_since_order,
        fee_percent: rule.fee_percent,
        fee_at_most: rule.fee_at_most.map(money),
        keep_booking_fee: rule.keep_booking_fee,
    }
}

/// A page of a list, with the cursor of the next.
pub(crate) fn page<Row, Item: ToSchema>(
    office: &BoxOffice,
    list: &str,
    rows: Paged<Row>,
    item: impl FnMut(Row) -> Item,
) -> Page<Item> {
    let Paged { items, next } = rows.map(item);
    Page { items, next_cursor: next.map(|position| office.cursor(list, position)) }
}

/// A word that a field takes, or what it takes.
pub(crate) fn word<Word>(field: &str, known: Option<Word>, words: &[&str]) -> Result<Word, Error> {
    known.ok_or_else(|| Error::field(field, format!("one of {}", words.join(", "))))
}

#[cfg(test)]
mod tests {
    use ticketing_core::Randomness;

    use super::*;

    #[test]
    fn only_money_that_is_back_is_called_done() {
        let randomness = Randomness::from_system();
        let now = Timestamp::from_millis(0);
        let shown = |status, tries| {
            let (id, payment) = (randomness.id(now), randomness.id(now));
            let amount = ticketing_core::Money { amount: 1, currency: Currency::KRW };
            let report = RefundReport {
                id,
                payment,
                amount,
                seats: Vec::new(),
                status,
                tries,
                elsewhere: false,
            };
            refund(&report).status.to_string()
        };
        let words = [
            (RefundStatus::Requested, 1, "requested"),
            (RefundStatus::Requested, 2, "failed"),
            (RefundStatus::Sent, 1, "pending"),
            (RefundStatus::Sent, 2, "pending"),
            (RefundStatus::Pending, 1, "pending"),
            (RefundStatus::NeedsAttention, 9, "needs_attention"),
            (RefundStatus::Done, 3, "done"),
        ];
        for (status, tries, word) in words {
            assert_eq!(shown(status, tries), word);
        }
    }
}
