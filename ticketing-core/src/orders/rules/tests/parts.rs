//! Seats that are given back while their order goes on with the others.

use super::fixtures::*;
use crate::error::{Error, Result};
use crate::events::OrderEvent;
use crate::idempotency::{IdempotencyKey, RequestHash};
use crate::orders::OrderStatus;
use crate::orders::attempt::AttemptStatus;
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Change, Seats, Tickets};
use crate::orders::dossier::Dossier;
use crate::orders::refund::RefundStatus;
use crate::orders::rules::{Heard, RefundPayment, Reversed, refund_payment, reversed, send_refund};
use crate::payments::{Cancellation, CancellationStatus, Fact, FactStatus, Reversal};

/// Seat 1 cost 600, seat 2 cost 400.
fn bought() -> Dossier {
    after(confirming(), &[(1, Heard::Fact(&paid()))])
}

fn asked(dossier: &Dossier, seats: Option<&[u32]>) -> Result<Option<Change>> {
    let refund = RefundPayment {
        account: dossier.order.account,
        payment: payment(1),
        seats: seats.map(<[u32]>::to_vec),
        key: IdempotencyKey::new("a-key-of-a-person").expect("a key"),
        request: RequestHash::of("refund", payment(1), &()),
    };
    refund_payment(dossier, &refund, at(2).now)
}

fn given_back(dossier: &Dossier, seats: &[u32]) -> (Dossier, Change) {
    let change = asked(dossier, Some(seats)).expect("it may be").expect("it changes something");
    (dossier.clone().with(&change), change)
}

fn amounts(dossier: &Dossier) -> Vec<(i64, RefundStatus)> {
    let mut amounts: Vec<_> =
        dossier.refunds.iter().map(|refund| (refund.amount.amount, refund.status)).collect();
    amounts.sort_by_key(|(amount, _)| *amount);
    amounts
}

fn send_first(dossier: &Dossier, amount: i64) -> Option<Dossier> {
    let refund = dossier.refunds.iter().find(|refund| refund.amount.amount == amount)?;
    send_refund(dossier, refund.id, at(3).now).map(|change| dossier.clone().with(&change))
}

#[test]
fn a_seat_that_is_given_back_takes_its_line_with_it_and_the_order_goes_on() {
    let (reduced, change) = given_back(&bought(), &[2]);
    assert_eq!(
        (change.about, change.seats, change.tickets),
        (vec![2], Seats::GiveUp, Tickets::Void)
    );
    assert_eq!(change.events[0].0, OrderEvent::Reduced);
    assert_eq!(statuses(&reduced), (OrderStatus::Paid, AttemptStatus::Paid));
    assert_eq!((reduced.order.kept_seats(), reduced.order.kept_total().amount), (vec![1], 600));
    assert_eq!(reduced.refunds[0].seats, [2]);
    assert_eq!(amounts(&reduced), [(400, RefundStatus::Requested)]);
    let shown = reduced.order.projection();
    assert_eq!((shown.seats, shown.free), (vec![1], vec![2]));
}

#[test]
fn what_is_no_seat_of_a_paid_order_is_not_given_back() {
    let bought = bought();
    for wrong in [&[3_u32][..], &[1, 3], &[]] {
        assert!(matches!(asked(&bought, Some(wrong)), Err(Error::Validation(_))), "{wrong:?}");
    }
    let (reduced, _) = given_back(&bought, &[2, 2]);
    for twice in [&[2_u32][..], &[1, 2]] {
        assert!(matches!(asked(&reduced, Some(twice)), Err(Error::Conflict(_))), "{twice:?}");
    }
    assert!(matches!(asked(&confirming(), Some(&[1])), Err(Error::Conflict(_))));
}

#[test]
fn the_last_seats_end_the_order_and_all_that_is_left_goes_back() {
    let (whole, change) = given_back(&bought(), &[1, 2]);
    assert_eq!((change.about, change.events[0].0), (vec![1, 2], OrderEvent::Voided));
    assert_eq!(amounts(&whole), [(1_000, RefundStatus::Requested)]);
    let (reduced, _) = given_back(&bought(), &[2]);
    for last in [Some(&[1_u32][..]), None] {
        let change = asked(&reduced, last).expect("it may be").expect("it changes something");
        assert_eq!(
            (change.about.as_slice(), change.events[0].0),
            (&[1_u32][..], OrderEvent::Voided)
        );
        let ended = reduced.clone().with(&change);
        assert_eq!(ended.order.status, OrderStatus::RefundDue);
        assert_eq!(
            amounts(&ended),
            [(400, RefundStatus::Requested), (600, RefundStatus::Requested)]
        );
    }
}

/// The provider shows 400 given back: of which of two, if both could have been sent, nobody knows.
#[test]
fn one_refund_of_a_payment_is_under_way_at_a_time() {
    let (reduced, _) = given_back(&bought(), &[2]);
    let (both, _) = given_back(&reduced, &[1]);
    let sent = send_first(&both, 400).expect("it is due");
    assert!(send_first(&sent, 600).is_none(), "the other one waits");
    let shown = after(sent, &[(4, Heard::Fact(&fact(FactStatus::Cancelled, 1_000, 400)))]);
    assert_eq!(amounts(&shown), [(400, RefundStatus::Done), (600, RefundStatus::Requested)]);
    assert!(send_first(&shown, 600).is_some());
}

#[test]
fn of_two_refunds_of_one_amount_the_one_that_was_sent_is_done() {
    let mut even = bought();
    even.order.lines = [(1, 500), (2, 500)].map(line).into();
    let (reduced, _) = given_back(&even, &[1]);
    let (both, _) = given_back(&reduced, &[2]);
    let ids: Vec<_> = both.refunds.iter().map(|refund| refund.id).collect();
    for (sent, waiting) in [(ids[0], ids[1]), (ids[1], ids[0])] {
        let change = send_refund(&both, sent, at(3).now).expect("it is due");
        let half = fact(FactStatus::Cancelled, 1_000, 500);
        let shown = after(both.clone().with(&change), &[(4, Heard::Fact(&half))]);
        let status = |id| shown.refund(id).map(|refund| refund.status);
        assert_eq!(status(sent), Some(RefundStatus::Done));
        assert_eq!(status(waiting), Some(RefundStatus::Requested));
    }
}

#[test]
fn what_somebody_else_gave_back_for_a_seat_is_not_given_back_again() {
    let partly = fact(FactStatus::Cancelled, 1_000, 400);
    let elsewhere = after(bought(), &[(2, Heard::Fact(&partly))]);
    assert_eq!(elsewhere.attended, [(payment(1), AttentionReason::RefundedElsewhere)]);
    let (reduced, _) = given_back(&elsewhere, &[2]);
    assert_eq!(amounts(&reduced), [(400, RefundStatus::Done)]);
    assert_eq!((reduced.order.kept_seats(), reduced.attended), (vec![1], vec![]));
}

#[test]
fn what_somebody_else_gives_back_is_taken_off_what_was_not_sent() {
    let whole = asked(&bought(), None).expect("it may be").expect("it changes something");
    let whole = bought().with(&whole);
    let partly = fact(FactStatus::Cancelled, 1_000, 300);
    let less = after(whole.clone(), &[(3, Heard::Fact(&partly))]);
    assert_eq!(amounts(&less), [(300, RefundStatus::Done), (700, RefundStatus::Requested)]);
    // What was sent stays as it was sent, until it was refused.
    let sent = send_first(&whole, 1_000).expect("it is due");
    let sent = after(sent, &[(4, Heard::Fact(&partly))]);
    assert_eq!(amounts(&sent), [(300, RefundStatus::Done), (1_000, RefundStatus::Sent)]);
    let id = whole.refunds[0].id;
    let refused = Reversed::Refused("CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN".into());
    let change = reversed(&sent, (id, 1), &refused, at(5).now).expect("it is heard");
    let less = sent.with(&change);
    assert_eq!(amounts(&less), [(300, RefundStatus::Done), (700, RefundStatus::Requested)]);
    // All of it, in three steps, while nobody knows of ours.
    let mut gone = send_first(&whole, 1_000).expect("it is due");
    for (second, back) in [(4, 400), (5, 700), (6, 1_000)] {
        let fact = fact(FactStatus::Cancelled, 1_000, back);
        gone = after(gone, &[(second, Heard::Fact(&fact))]);
    }
    let change = reversed(&gone, (id, 1), &refused, at(7).now).expect("it is heard");
    let gone = gone.with(&change);
    assert!(amounts(&gone).iter().all(|(_, status)| *status == RefundStatus::Done));
    assert_eq!((gone.going_back(payment(1)), gone.order.status), (1_000, OrderStatus::Refunded));
}

#[test]
fn an_order_whose_rest_went_back_elsewhere_is_refunded_when_its_parts_are_too() {
    let (reduced, _) = given_back(&bought(), &[2]);
    let sent = send_first(&reduced, 400).expect("it is due");
    let ours = |status| Cancellation { id: "ours".into(), amount: 400, status };
    let taken = Reversal { id: Some("ours".into()), status: CancellationStatus::Requested };
    let answered = Reversed::Answered(taken);
    let change = reversed(&sent, (sent.refunds[0].id, 1), &answered, at(4).now).expect("heard");
    let taken = sent.with(&change);
    let shown = |back, status| Fact {
        cancellations: vec![ours(status)],
        ..fact(FactStatus::Cancelled, 1_000, back)
    };
    let rest = after(taken, &[(5, Heard::Fact(&shown(600, CancellationStatus::Requested)))]);
    assert_eq!(amounts(&rest), [(400, RefundStatus::Pending), (600, RefundStatus::Done)]);
    assert_eq!(rest.order.status, OrderStatus::RefundDue, "ours is not through");
    let all = after(rest, &[(6, Heard::Fact(&shown(1_000, CancellationStatus::Succeeded)))]);
    assert_eq!(all.order.status, OrderStatus::Refunded);
}

#[test]
fn what_a_console_gives_back_for_a_seat_in_two_parts_is_not_given_back_again() {
    let (reduced, _) = given_back(&bought(), &[2]);
    let half = after(reduced, &[(3, Heard::Fact(&fact(FactStatus::Cancelled, 1_000, 200)))]);
    assert_eq!(amounts(&half), [(200, RefundStatus::Done), (200, RefundStatus::Requested)]);
    let most = after(half, &[(4, Heard::Fact(&fact(FactStatus::Cancelled, 1_000, 350)))]);
    assert_eq!(most.going_back(payment(1)), 400);
    let all = after(most, &[(5, Heard::Fact(&fact(FactStatus::Cancelled, 1_000, 400)))]);
    assert!(all.all_back() && all.going_back(payment(1)) == 400);
    assert_eq!((statuses(&all).0, all.attended), (OrderStatus::Paid, vec![]));
}

#[test]
fn seats_that_a_console_gave_back_one_by_one_leave_the_last_one_alone() {
    let mut three = bought();
    three.order.seats = vec![1, 2, 3];
    three.order.lines = [(1, 300), (2, 400), (3, 300)].map(line).into();
    for (first, second) in [(300, 700), (400, 700), (650, 700)] {
        let (one, _) = given_back(&three, &[1]);
        let (two, _) = given_back(&one, &[2]);
        let facts = [first, second].map(|back| fact(FactStatus::Cancelled, 1_000, back));
        let after = after(two, &[(3, Heard::Fact(&facts[0])), (4, Heard::Fact(&facts[1]))]);
        assert!(after.all_back() && after.going_back(payment(1)) == 700, "{:?}", after.refunds);
        assert_eq!((after.order.status, after.order.kept_seats()), (OrderStatus::Paid, vec![3]));
    }
}

#[test]
fn a_refund_that_was_taken_without_a_name_is_the_one_that_came_through() {
    let mut even = bought();
    even.order.lines = [(1, 500), (2, 500)].map(line).into();
    let (one, _) = given_back(&even, &[1]);
    let (both, _) = given_back(&one, &[2]);
    for (taken, waiting) in [(0, 1), (1, 0)] {
        let [taken, waiting] = [taken, waiting].map(|place: usize| both.refunds[place].id);
        let sent = both.clone().with(&send_refund(&both, taken, at(3).now).expect("it is due"));
        let answer = Reversal { id: None, status: CancellationStatus::Requested };
        let answer = Reversed::Answered(answer);
        let pending = sent.clone().with(&reversed(&sent, (taken, 1), &answer, at(4).now).unwrap());
        let half = fact(FactStatus::Cancelled, 1_000, 500);
        let shown = after(pending, &[(5, Heard::Fact(&half))]);
        assert_eq!(shown.refund(taken).unwrap().status, RefundStatus::Done);
        assert_eq!(shown.refund(waiting).unwrap().status, RefundStatus::Requested);
    }
}

#[test]
fn a_refund_that_the_provider_has_taken_and_nobody_heard_of_is_not_sent_again() {
    let (reduced, _) = given_back(&bought(), &[2]);
    let sent = send_first(&reduced, 400).expect("it is due");
    let taken =
        Cancellation { id: "theirs".into(), amount: 400, status: CancellationStatus::Requested };
    let shown = Fact { cancellations: vec![taken], ..paid() };
    let noted = after(sent, &[(4, Heard::Fact(&shown))]);
    assert_eq!(amounts(&noted), [(400, RefundStatus::Pending)]);
    let refused = Reversed::Refused("shows nothing".into());
    assert!(reversed(&noted, (noted.refunds[0].id, 1), &refused, at(5).now).is_none());
}

#[test]
fn a_person_is_asked_when_what_was_taken_has_no_end() {
    let (reduced, _) = given_back(&bought(), &[2]);
    let sent = send_first(&reduced, 400).expect("it is due");
    let id = sent.refunds[0].id;
    let taken = Reversal { id: Some("ours".into()), status: CancellationStatus::Requested };
    let taken = reversed(&sent, (id, 1), &Reversed::Answered(taken), at(4).now).unwrap();
    let mut taken = sent.with(&taken);
    for (seconds, attended) in [(3_600, 0), (90_000, 1)] {
        let change = reversed(&taken, (id, 1), &Reversed::Silence, at(seconds).now).unwrap();
        taken = taken.with(&change);
        assert_eq!(taken.attended.len(), attended);
    }
    let through = after(taken, &[(90_001, Heard::Fact(&fact(FactStatus::Cancelled, 1_000, 400)))]);
    assert_eq!((through.attended, through.order.status), (vec![], OrderStatus::Paid));
}

#[test]
fn a_seat_that_costs_nothing_is_given_back_though_no_money_is_left() {
    let mut one_free = bought();
    one_free.order.lines = [(1, 1_000), (2, 0)].map(line).into();
    let (reduced, _) = given_back(&one_free, &[1]);
    assert_eq!(amounts(&reduced), [(1_000, RefundStatus::Requested)]);
    let ended = asked(&reduced, Some(&[2])).expect("it may be").expect("it changes something");
    assert_eq!((ended.about.as_slice(), ended.tickets), (&[2][..], Tickets::Void));
    let ended = reduced.clone().with(&ended);
    assert_eq!(ended.order.status, OrderStatus::RefundDue);
    let back = after(reduced, &[(3, Heard::Fact(&fact(FactStatus::Cancelled, 1_000, 1_000)))]);
    let ended = asked(&back, Some(&[2])).expect("it may be").expect("it changes something");
    assert_eq!(back.with(&ended).order.status, OrderStatus::Refunded);
    let nothing_left = asked(&ended_unpaid(), None);
    assert!(matches!(nothing_left, Err(Error::Conflict(_))));
}

fn ended_unpaid() -> Dossier {
    let mut dossier = confirming();
    dossier.order.status = OrderStatus::Expired;
    dossier
}
