//! What would come back of an order: asked before, and asked again when it is cancelled.

use crate::catalog::Show;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::money::Money;
use crate::orders::OrderStatus;
use crate::orders::attention::AttentionReason;
use crate::orders::dossier::Dossier;
use crate::orders::order::Order;
use crate::seats::LineKind;

/// What comes back of an order that is cancelled now, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The seats that are given back.
    pub seats: Vec<u32>,
    /// What was paid for them; for an organizer who gives the whole order back, what was kept of others
    /// too.
    pub paid: Money,
    /// What of that is kept.
    pub fee: Money,
    /// What comes back.
    pub refund: Money,
    /// Until when it is so, where time alone changes it.
    pub until: Option<Timestamp>,
}

/// Who gives seats back, which decides what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Canceller {
    /// By the order's terms, until the show begins; never a used ticket, and not what a bank decides
    /// about.
    Buyer,
    /// Whenever, and nothing is kept.
    Organizer,
}

/// What of an order is asked about: all that it still has, or these of its seats. For an organizer no
/// seats at all: what was kept of others.
pub(crate) type Asked<'a> = Option<&'a [u32]>;

/// What would come back now.
pub(crate) fn quote(
    dossier: &Dossier,
    asked: Asked<'_>,
    (by, show): (Canceller, &Show),
    now: Timestamp,
) -> Result<Quote> {
    let order = &dossier.order;
    match order.status {
        OrderStatus::PendingPayment | OrderStatus::Confirming => unpaid(order, asked),
        OrderStatus::Paid => match (by, asked) {
            (Canceller::Organizer, Some([])) => fees_only(dossier),
            _ => paid(dossier, &named(order, asked)?, (by, show), now),
        },
        OrderStatus::RefundDue | OrderStatus::Refunded => match (by, asked) {
            (Canceller::Organizer, None | Some([])) => fees_only(dossier),
            _ => Err(Error::conflict("the order's money goes back")),
        },
        OrderStatus::Expired => Err(Error::OrderExpired),
        OrderStatus::Cancelled => Err(Error::conflict("the order was cancelled")),
    }
}

/// Nothing was paid, and nothing is owed.
fn unpaid(order: &Order, asked: Asked<'_>) -> Result<Quote> {
    if named(order, asked)? != order.seats {
        return Err(Error::conflict("an order that is not paid is cancelled whole"));
    }
    let none = Money { amount: 0, ..order.total };
    let until = Some(order.expires_at);
    Ok(Quote { seats: order.seats.clone(), paid: none, fee: none, refund: none, until })
}

fn paid(
    dossier: &Dossier,
    seats: &[u32],
    (by, show): (Canceller, &Show),
    now: Timestamp,
) -> Result<Quote> {
    let order = &dossier.order;
    let money = |amount| Money { amount, ..order.total };
    let paid = order.kept_total().amount - order.price_without(seats).amount;
    if by == Canceller::Organizer {
        let is_whole = seats == order.kept_seats();
        let fees = if is_whole { order.fees_kept.amount } else { 0 };
        let refund = (paid + fees).min(left(dossier, seats, order.fees_kept.amount - fees));
        let (paid, fee, refund) = (money(paid + fees), money(0), money(refund));
        return Ok(Quote { seats: seats.to_vec(), paid, fee, refund, until: None });
    }
    if !now.is_before(show.starts_at) {
        let starts_at = show.starts_at;
        return Err(Error::NotRefundable(format!("the show began at {starts_at}")));
    }
    if dossier.attended.contains(&(order.payment, AttentionReason::Disputed)) {
        let why = "the payment is disputed with the bank, which decides";
        return Err(Error::NotRefundable(why.to_owned()));
    }
    let left = left(dossier, seats, order.fees_kept.amount);
    let fee = |at| kept_of(order, seats, show, at).clamp(0, left);
    let fee_now = fee(now);
    let turns = show.turns(&order.refund_terms, order.created_at, now);
    let other = |at: &Timestamp| *at == show.starts_at || fee(*at) != fee_now;
    Ok(Quote {
        seats: seats.to_vec(),
        paid: money(paid),
        fee: money(fee_now),
        refund: money(paid.min(left) - fee_now),
        until: turns.into_iter().find(other),
    })
}

/// What is left of the order's payment for these seats, beside what its others cost and fees that stay
/// kept: less than was paid for them where somebody else has given some of it back.
fn left(dossier: &Dossier, seats: &[u32], fees: i64) -> i64 {
    let order = &dossier.order;
    let stays = order.price_without(seats).amount + fees;
    (dossier.left(order.payment) - stays).max(0)
}

/// What the terms keep of these seats.
fn kept_of(order: &Order, seats: &[u32], show: &Show, at: Timestamp) -> i64 {
    let Some(rule) = show.rule(&order.refund_terms, order.created_at, at) else { return 0 };
    let lines =
        order.lines.iter().filter(|line| line.seat.is_some_and(|seat| seats.contains(&seat)));
    let kept = lines.map(|line| match line.kind {
        LineKind::Ticket => rule.fee(line.amount),
        LineKind::Fee if rule.keep_booking_fee => line.amount.amount,
        LineKind::Fee => 0,
    });
    kept.sum()
}

/// What was kept of seats that were given back.
fn fees_only(dossier: &Dossier) -> Result<Quote> {
    let order = &dossier.order;
    let fees = order.fees_kept;
    let prices = order.earned().amount - fees.amount;
    let amount = (dossier.left(order.payment) - prices).clamp(0, fees.amount);
    if amount == 0 {
        return Err(Error::conflict("nothing is left of what was kept of the order"));
    }
    let (fee, refund) = (Money { amount: 0, ..fees }, Money { amount, ..fees });
    Ok(Quote { seats: Vec::new(), paid: fees, fee, refund, until: None })
}

/// The seats that are meant, ascending.
pub(super) fn named(order: &Order, asked: Asked<'_>) -> Result<Vec<u32>> {
    let Some(named) = asked else { return Ok(order.kept_seats()) };
    let mut seats = named.to_vec();
    seats.sort_unstable();
    seats.dedup();
    if seats.is_empty() || !seats.iter().all(|seat| order.seats.contains(seat)) {
        return Err(Error::field("seats", "seats of the order, at least one"));
    }
    if let Some(seat) = seats.iter().find(|seat| order.returned.contains(seat)) {
        return Err(Error::conflict(format!("seat {seat} was given back before")));
    }
    Ok(seats)
}
