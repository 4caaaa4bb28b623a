//! Paid orders that are given back by terms that keep something.

use super::fixtures::*;
use crate::catalog::{RefundRule, Show};
use crate::error::{Error, Result};
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::money::{Currency, Money};
use crate::orders::OrderStatus;
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Change, Demand, Tickets};
use crate::orders::dossier::Dossier;
use crate::orders::rules::{
    CancelOrder, Canceller, Heard, Quote, Reversed, cancel, quote, reversed, send_refund,
};
use crate::payments::{CancellationStatus, Fact, FactStatus, Reversal};
use crate::seats::{LineKind, OrderLine};

/// Seat 1 cost 600 and a fee of 50, seat 2 cost 350; the terms keep a tenth and the fee.
fn bought() -> Dossier {
    let mut dossier = confirming();
    dossier.order.lines =
        vec![line((1, 600)), line((2, 350)), OrderLine { kind: LineKind::Fee, ..line((1, 50)) }];
    let tenth = RefundRule { fee_percent: 10, keep_booking_fee: true, ..RefundRule::default() };
    dossier.order.refund_terms = vec![tenth];
    after(dossier, &[(1, Heard::Fact(&paid()))])
}

fn show() -> Show {
    Show::for_tests(NOW.plus_seconds(1_000_000))
}

fn quoted(dossier: &Dossier, seats: Option<&[u32]>, by: Canceller) -> Result<Quote> {
    quote(dossier, seats, (by, &show()), at(2).now)
}

fn cancelling(dossier: &Dossier, seats: Option<&[u32]>, by: Canceller) -> CancelOrder {
    CancelOrder {
        account: dossier.order.account,
        by,
        seats: seats.map(<[u32]>::to_vec),
        refund: quoted(dossier, seats, by).ok().map(|quote| quote.refund),
        reason: None,
        key: IdempotencyKey::new("a-key-of-a-person").expect("a key"),
        request: RequestHash::of("cancel", dossier.order.id, &()),
    }
}

fn changed(dossier: &Dossier, seats: Option<&[u32]>, by: Canceller) -> Change {
    let cancelling = cancelling(dossier, seats, by);
    let change = cancel(dossier, &cancelling, None, &show(), at(2).now);
    change.expect("it may be").expect("it changes something")
}

fn cancelled(dossier: &Dossier, seats: Option<&[u32]>, by: Canceller) -> Dossier {
    dossier.clone().with(&changed(dossier, seats, by))
}

/// What goes back, and what was kept.
fn money(dossier: &Dossier) -> (i64, i64) {
    (dossier.going_back(payment(1)), dossier.order.fees_kept.amount)
}

#[test]
fn a_tenth_and_the_fee_are_kept_of_each_seat() {
    let amounts = |seats| {
        let quote = quoted(&bought(), seats, Canceller::Buyer).expect("a quote");
        (quote.paid.amount, quote.fee.amount, quote.refund.amount)
    };
    assert_eq!(amounts(None), (1_000, 145, 855));
    assert_eq!(amounts(Some(&[1])), (650, 110, 540));
    assert_eq!(amounts(Some(&[2, 2])), (350, 35, 315));
    let part = cancelled(&bought(), Some(&[1]), Canceller::Buyer);
    assert_eq!((money(&part), part.order.earned().amount), ((540, 110), 460));
    let rest = cancelled(&part, None, Canceller::Buyer);
    assert_eq!((money(&rest), rest.order.earned().amount), ((855, 145), 145));
}

#[test]
fn what_was_kept_stays_however_often_somebody_looks() {
    let ended = cancelled(&bought(), None, Canceller::Buyer);
    let seen = after(
        ended,
        &[
            (3, Heard::Fact(&paid())),
            (4, Heard::Fact(&fact(FactStatus::Cancelled, TOTAL, 855))),
            (5, Heard::Fact(&fact(FactStatus::Cancelled, TOTAL, 855))),
        ],
    );
    assert_eq!((seen.order.status, money(&seen)), (OrderStatus::Refunded, (855, 145)));
    assert_eq!(seen.attended, []);
}

#[test]
fn a_kept_fee_that_somebody_else_gave_back_is_kept_no_more() {
    let ended = cancelled(&bought(), None, Canceller::Buyer);
    let seen = after(ended, &[(3, Heard::Fact(&fact(FactStatus::Cancelled, TOTAL, 955)))]);
    assert_eq!((seen.order.status, money(&seen)), (OrderStatus::Refunded, (955, 45)));
}

#[test]
fn what_somebody_else_gave_back_shrinks_what_comes_back_and_not_below_nothing() {
    for (elsewhere, fee, refund) in [(100, 145, 755), (900, 100, 0)] {
        let given = fact(FactStatus::Cancelled, TOTAL, elsewhere);
        let seen = after(bought(), &[(2, Heard::Fact(&given))]);
        assert_eq!(seen.attended, [(payment(1), AttentionReason::RefundedElsewhere)]);
        let quote = quoted(&seen, None, Canceller::Buyer).expect("a quote");
        assert_eq!((quote.fee.amount, quote.refund.amount), (fee, refund), "{elsewhere}");
        let ended = cancelled(&seen, None, Canceller::Buyer);
        assert_eq!(money(&ended), (elsewhere + refund, fee));
    }
}

#[test]
fn an_organizer_returns_the_whole_price_and_fees_that_were_kept() {
    let part = cancelled(&bought(), Some(&[1]), Canceller::Buyer);
    let seat = quoted(&bought(), Some(&[2]), Canceller::Organizer).expect("a quote");
    assert_eq!((seat.paid.amount, seat.fee.amount, seat.refund.amount), (350, 0, 350));
    let fees = cancelled(&part, Some(&[]), Canceller::Organizer);
    assert_eq!((fees.order.status, money(&fees)), (OrderStatus::Paid, (650, 0)));
    let whole = quoted(&part, None, Canceller::Organizer).expect("a quote");
    assert_eq!((whole.paid.amount, whole.refund.amount), (460, 460));
    let ended = cancelled(&part, None, Canceller::Organizer);
    assert_eq!((ended.order.status, money(&ended)), (OrderStatus::RefundDue, (TOTAL, 0)));
}

#[test]
fn only_a_buyer_needs_unused_tickets() {
    assert_eq!(changed(&bought(), None, Canceller::Buyer).tickets, Tickets::VoidUnused);
    assert_eq!(changed(&bought(), Some(&[2]), Canceller::Buyer).tickets, Tickets::VoidUnused);
    assert_eq!(changed(&bought(), None, Canceller::Organizer).tickets, Tickets::Void);
    let asked = cancelling(&bought(), None, Canceller::Buyer);
    let used = Demand::Used(vec![2]);
    let refused = cancel(&bought(), &asked, Some(&used), &show(), at(2).now);
    assert!(matches!(refused, Err(Error::NotRefundable(_))));
}

#[test]
fn another_amount_or_currency_than_quoted_is_refused() {
    let dossier = bought();
    for named in [Money::new(854, Currency::KRW), Money::new(855, Currency::EUR)] {
        let asked =
            CancelOrder { refund: Some(named), ..cancelling(&dossier, None, Canceller::Buyer) };
        let refused = cancel(&dossier, &asked, None, &show(), at(2).now);
        assert!(matches!(refused, Err(Error::Conflict(_))), "{named}");
    }
    let asked = CancelOrder { refund: None, ..cancelling(&dossier, None, Canceller::Buyer) };
    let refused = cancel(&dossier, &asked, None, &show(), at(2).now);
    assert!(matches!(refused, Err(Error::Validation(_))));
}

/// One that meets a refund of ours at the provider makes ours fail: then it is known what is left.
#[test]
fn a_fee_is_not_lost_to_a_refund_that_will_be_refused() {
    for (elsewhere, rest) in [(100, 755), (145, 710), (300, 555)] {
        let ended = cancelled(&bought(), None, Canceller::Buyer);
        let id = ended.refunds[0].id;
        let sent = send_refund(&ended, id, at(3).now).expect("it is sent");
        let sent = ended.with(&sent);
        let given = fact(FactStatus::Cancelled, TOTAL, elsewhere);
        let seen = after(sent, &[(4, Heard::Fact(&given))]);
        let refused = Reversed::Refused("more than is left".into());
        let change = reversed(&seen, (id, 1), &refused, at(5).now).expect("it changes something");
        let again = seen.with(&change);
        assert_eq!(money(&again), (elsewhere + rest, 145), "{elsewhere}");
        let all = fact(FactStatus::Cancelled, TOTAL, elsewhere + rest);
        let end = after(again, &[(6, Heard::Fact(&all))]);
        assert_eq!((end.order.status, money(&end)), (OrderStatus::Refunded, (855, 145)));
    }
}

#[test]
fn a_good_seat_is_not_lost_to_a_refund_that_will_be_refused() {
    let part = cancelled(&bought(), Some(&[1]), Canceller::Organizer);
    let id = part.refunds[0].id;
    let sent = send_refund(&part, id, at(3).now).expect("it is sent");
    let sent = part.with(&sent);
    let given = fact(FactStatus::Cancelled, TOTAL, 400);
    let seen = after(sent, &[(4, Heard::Fact(&given))]);
    assert_eq!((seen.order.status, seen.order.kept_seats()), (OrderStatus::Paid, vec![2]));
    let refused = Reversed::Refused("more than is left".into());
    let change = reversed(&seen, (id, 1), &refused, at(5).now).expect("it changes something");
    let again = seen.with(&change);
    assert_eq!((money(&again), again.order.kept_seats()), ((650, 0), vec![2]));
}

#[test]
fn a_fee_that_is_not_left_is_not_quoted() {
    let part = cancelled(&bought(), Some(&[1]), Canceller::Buyer);
    // Of 460 that should be left, 110 of it a fee, the provider has 400, and then 300.
    let given = |elsewhere: i64| {
        let given = fact(FactStatus::Cancelled, TOTAL, 540 + elsewhere);
        after(part.clone(), &[(4, Heard::Fact(&given))])
    };
    let fees = quoted(&given(60), Some(&[]), Canceller::Organizer).expect("a quote");
    assert_eq!(fees.refund.amount, 50);
    let back = cancelled(&given(60), Some(&[]), Canceller::Organizer);
    assert_eq!((money(&back), back.attended), ((650, 0), vec![]));
    let none = quoted(&given(160), Some(&[]), Canceller::Organizer);
    assert!(matches!(none, Err(Error::Conflict(_))), "{none:?}");
    let whole = quoted(&given(160), None, Canceller::Organizer).expect("a quote");
    assert_eq!(whole.refund.amount, 300);
    let ended = cancelled(&given(160), None, Canceller::Organizer);
    assert_eq!(money(&ended), (TOTAL, 0));
    let ended = cancelled(&given(400), None, Canceller::Buyer);
    assert_eq!(money(&ended), (940, 60), "no more is kept than is there");
}

#[test]
fn what_a_bank_decides_about_its_buyer_cannot_give_back() {
    let disputed = Fact { disputed: true, ..paid() };
    let seen = after(bought(), &[(2, Heard::Fact(&disputed))]);
    let buyer = quoted(&seen, None, Canceller::Buyer);
    assert!(matches!(buyer, Err(Error::NotRefundable(_))), "{buyer:?}");
    assert!(quoted(&seen, None, Canceller::Organizer).is_ok());
}

#[test]
fn a_late_payment_does_not_sell_what_the_organizer_gave_up() {
    let mut waiting = confirming();
    waiting.order.status = OrderStatus::PendingPayment;
    for (by, expected) in [
        (Canceller::Buyer, (OrderStatus::Paid, (0, 0))),
        (Canceller::Organizer, (OrderStatus::Cancelled, (TOTAL, 0))),
    ] {
        let given_up = cancelled(&waiting, None, by);
        let late = after(given_up, &[(9, Heard::Fact(&paid()))]);
        assert_eq!((late.order.status, money(&late)), expected, "{by:?}");
    }
}

#[test]
fn a_fee_that_went_back_beside_a_refund_of_ours_is_kept_no_more() {
    let ended = cancelled(&bought(), None, Canceller::Buyer);
    let id = ended.refunds[0].id;
    let sent = send_refund(&ended, id, at(3).now).expect("it is sent");
    let given = fact(FactStatus::Cancelled, TOTAL, 145);
    let seen = after(ended.with(&sent), &[(4, Heard::Fact(&given))]);
    assert_eq!(money(&seen), (TOTAL, 145), "ours may be refused");
    let done = Reversal { id: None, status: CancellationStatus::Succeeded };
    let change = reversed(&seen, (id, 1), &Reversed::Answered(done), at(5).now);
    let end = seen.with(&change.expect("it changes something"));
    assert_eq!((end.order.status, money(&end)), (OrderStatus::Refunded, (TOTAL, 0)));
}
