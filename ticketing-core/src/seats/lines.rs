//! What an order is paid for, frozen when its seats are held.

use serde::{Deserialize, Serialize};

use crate::catalog::Sale;
use crate::money::Money;

/// One thing that is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderLine {
    /// What it is.
    pub kind: LineKind,
    /// Which seat, where it is a ticket or a fee for one.
    pub seat: Option<u32>,
    /// What it costs.
    pub amount: Money,
}

/// What a line of an order is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A seat.
    Ticket,
    /// What the organizer adds.
    Fee,
}

impl LineKind {
    /// The word on the wire and in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Fee => "fee",
        }
    }

    /// From the word.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Ticket, Self::Fee].into_iter().find(|kind| kind.name() == name)
    }
}

/// A ticket for each seat at its price now, the booking fee for each that costs something, and their
/// sum; nothing where a seat is not for sale.
pub(crate) fn priced(sale: &Sale, seats: &[u32]) -> Option<(Vec<OrderLine>, Money)> {
    let line = |seat: &u32| {
        let amount = sale.price(*seat)?;
        Some(OrderLine { kind: LineKind::Ticket, seat: Some(*seat), amount })
    };
    let mut lines: Vec<OrderLine> = seats.iter().map(line).collect::<Option<_>>()?;
    if let Some(fee) = sale.policy().booking_fee.filter(|fee| fee.amount > 0) {
        let priced = lines.iter().filter(|line| line.amount.amount > 0);
        let fees = priced.map(|line| OrderLine { kind: LineKind::Fee, amount: fee, ..*line });
        lines.extend(fees.collect::<Vec<_>>());
    }
    let (first, rest) = lines.split_first()?;
    let total = rest.iter().try_fold(first.amount, |sum, line| sum.checked_add(line.amount))?;
    Some((lines, total))
}

/// The lines of what was written before there were any: its total, over its seats.
fn spread(total: Money, seats: &[u32]) -> Vec<OrderLine> {
    let count = i64::try_from(seats.len()).unwrap_or(i64::MAX).max(1);
    let (each, rest) = (total.amount / count, total.amount % count);
    let line = |(place, seat): (usize, &u32)| OrderLine {
        kind: LineKind::Ticket,
        seat: Some(*seat),
        amount: Money { amount: if place == 0 { each + rest } else { each }, ..total },
    };
    seats.iter().enumerate().map(line).collect()
}

/// A line in any stored form.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredLine {
    kind: String,
    #[serde(default)]
    seat: Option<u32>,
    amount: i64,
}

/// The lines as they are written beside their total, whose currency is theirs.
pub(crate) fn stored_lines(lines: &[OrderLine]) -> Vec<StoredLine> {
    let stored = |line: &OrderLine| StoredLine {
        kind: line.kind.name().to_owned(),
        seat: line.seat,
        amount: line.amount.amount,
    };
    lines.iter().map(stored).collect()
}

/// The lines; what was written before there were any has its total spread over its seats.
pub(crate) fn read_lines(
    stored: Vec<StoredLine>,
    total: Money,
    seats: &[u32],
) -> std::result::Result<Vec<OrderLine>, String> {
    if stored.is_empty() {
        return Ok(spread(total, seats));
    }
    let line = |stored: StoredLine| {
        let kind = LineKind::from_name(&stored.kind);
        let kind = kind.ok_or_else(|| format!("a line of kind {:?}", stored.kind))?;
        let amount = Money { amount: stored.amount, ..total };
        Ok(OrderLine { kind, seat: stored.seat, amount })
    };
    stored.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn the_lines_of_an_old_order_add_up_to_its_total() {
        for (amount, seats) in [(1_000, 3), (7, 1), (0, 2), (2, 4)] {
            let seats: Vec<u32> = (0..seats).collect();
            let lines = spread(Money::new(amount, Currency::EUR), &seats);
            assert_eq!(lines.iter().map(|line| line.amount.amount).sum::<i64>(), amount);
            assert_eq!(lines.len(), seats.len());
        }
    }
}
