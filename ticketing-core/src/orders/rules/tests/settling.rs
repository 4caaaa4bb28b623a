use super::fixtures::*;
use crate::orders::OrderStatus;
use crate::orders::attempt::{Attempt, AttemptStatus};
use crate::orders::attention::AttentionReason;
use crate::orders::change::{Demand, Seats, Tickets};
use crate::orders::rules::{Heard, expire, send_again, settle};
use crate::payments::{Fact, FactStatus};

#[test]
fn only_the_right_amount_of_the_right_channel_pays() {
    let change = heard(&confirming(), &paid());
    assert_eq!((change.order.status, change.tickets), (OrderStatus::Paid, Tickets::Make));
    let foreign = Fact { is_ours: false, ..paid() };
    for wrong in [fact(FactStatus::Paid, 999, 0), fact(FactStatus::Paid, 1_001, 0), foreign] {
        let change = heard(&confirming(), &wrong);
        assert_eq!(change.order.status, OrderStatus::RefundDue);
        assert_eq!((change.tickets, change.seats), (Tickets::Keep, Seats::GiveUp));
        assert_eq!(change.refunds[0].amount, wrong.captured);
        assert_eq!(change.attention.len(), 1);
    }
}

#[test]
fn the_same_fact_twice_changes_nothing_the_second_time() {
    for fact in [paid(), fact(FactStatus::Paid, 999, 0), fact(FactStatus::Cancelled, 1_000, 1_000)]
    {
        let once = confirming().with(&heard(&confirming(), &fact));
        let twice = settle(&once, Heard::Fact(&fact), None, &at(1));
        let moved = twice.is_some_and(|change| {
            !change.events.is_empty() || !change.refunds.is_empty() || !change.attention.is_empty()
        });
        assert!(!moved, "{fact:?}");
    }
}

#[test]
fn a_payment_that_shows_nothing_has_not_failed_while_our_charge_may_run() {
    let open = after(confirming(), &[(5, Heard::Fact(&ready())), (89, Heard::Fact(&ready()))]);
    assert_eq!(statuses(&open), (OrderStatus::Confirming, AttemptStatus::Unknown));
    let over = after(open, &[(90, Heard::Fact(&ready()))]);
    assert_eq!(statuses(&over), (OrderStatus::PendingPayment, AttemptStatus::Failed));
    assert_eq!(over.order.payment, payment(99));
}

#[test]
fn the_refusal_of_the_only_charge_ends_it_and_that_of_a_second_one_does_not() {
    let refused = after(confirming(), &[(1, Heard::Refused(&ready()))]);
    assert_eq!(statuses(&refused).1, AttemptStatus::Failed);
    let again = send_again(&confirming(), payment(1), at(5).now).expect("in time");
    let second = after(confirming().with(&again), &[(6, Heard::Refused(&ready()))]);
    assert_eq!(statuses(&second), (OrderStatus::Confirming, AttemptStatus::Unknown));
}

#[test]
fn a_charge_is_sent_again_a_few_times_and_only_in_time() {
    let mut dossier = confirming();
    let mut sent = 0;
    while let Some(change) = send_again(&dossier, payment(1), at(5).now) {
        dossier = dossier.clone().with(&change);
        sent += 1;
    }
    assert_eq!(sent, 2);
    assert!(send_again(&confirming(), payment(1), at(600).now).is_none());
}

#[test]
fn seats_do_not_wait_for_ever_and_late_money_takes_them_again_or_goes_back() {
    let (silence, odd) = (Heard::Silence(payment(1)), fact(FactStatus::Other, 0, 0));
    for nothing in [silence, Heard::Fact(&odd)] {
        let waits = after(confirming(), &[(599, nothing)]);
        assert_eq!(statuses(&waits), (OrderStatus::Confirming, AttemptStatus::Unknown));
        let change = settle(&waits, nothing, None, &at(600)).expect("the seats go");
        assert_eq!(change.seats, Seats::GiveUp);
        let released = waits.with(&change);
        assert_eq!(statuses(&released), (OrderStatus::Expired, AttemptStatus::Unknown));
        let late = settle(&released, Heard::Fact(&paid()), None, &at(3_600)).expect("it pays");
        assert_eq!(late.seats, Seats::Claim { limit: None });
        assert_eq!(late.order.status, OrderStatus::Paid);
        let gone = Demand::Seats(vec![2]);
        let late = settle(&released, Heard::Fact(&paid()), Some(&gone), &at(3_600));
        let late = late.expect("it goes back");
        assert_eq!((late.order.status, late.seats), (OrderStatus::RefundDue, Seats::Keep));
        assert_eq!(late.refunds[0].amount.amount, TOTAL);
    }
}

#[test]
fn what_nobody_says_for_a_day_needs_a_person() {
    let silence = Heard::Silence(payment(1));
    let day: Vec<(i64, Heard<'_>)> = (1..=30).map(|hour| (hour * 3_600, silence)).collect();
    let over = after(confirming(), &day);
    assert_eq!(over.attended, [(payment(1), AttentionReason::NoEnd)]);
    assert_eq!(over.attempts[0].look_at, None, "the looks have an end");
}

#[test]
fn an_ended_attempt_is_watched_for_a_day() {
    let mut dossier = confirming();
    dossier.order.status = OrderStatus::PendingPayment;
    dossier.attempts[0] = Attempt::created(payment(1), NOW);
    let ended = dossier.clone().with(&expire(&dossier, NOW.plus_seconds(601)).expect("overdue"));
    let (mut watched, mut looks) = (ended.clone(), 0);
    while let Some(due) = watched.attempts[0].look_at {
        let seconds = (due.as_millis() - NOW.as_millis()) / 1_000;
        watched = after(watched, &[(seconds, Heard::Fact(&ready()))]);
        looks += 1;
    }
    assert_eq!(looks, 5);
    let found = heard(&ended, &paid());
    assert_eq!(
        (found.order.status, found.seats),
        (OrderStatus::Paid, Seats::Claim { limit: None })
    );
}

#[test]
fn a_second_capture_goes_back_alone_and_the_tickets_stay() {
    let mut other = paid();
    other.payment = payment(2);
    let mut dossier = confirming().with(&heard(&confirming(), &paid()));
    let mut second = Attempt::created(payment(2), NOW);
    second.end(AttemptStatus::Failed, NOW);
    dossier.attempts.push(second);
    let change = heard(&dossier, &other);
    assert_eq!((change.order.status, change.tickets), (OrderStatus::Paid, Tickets::Keep));
    assert_eq!((change.refunds.len(), change.refunds[0].payment), (1, payment(2)));
    // Also when the first is on its way back.
    let mut refunding = dossier.clone();
    refunding.order.status = OrderStatus::RefundDue;
    assert_eq!(heard(&refunding, &other).refunds.len(), 1);
}

#[test]
fn an_earlier_attempt_that_captures_after_all_pays_and_the_new_one_ends() {
    let failed = fact(FactStatus::Failed, 0, 0);
    let reopened = after(confirming(), &[(1, Heard::Fact(&failed))]);
    assert_eq!(reopened.order.payment, payment(99));
    let settled = after(reopened, &[(2, Heard::Fact(&paid()))]);
    assert_eq!(statuses(&settled), (OrderStatus::Paid, AttemptStatus::Paid));
    assert_eq!(settled.attempt_status(payment(99)), AttemptStatus::Failed);
}

#[test]
fn older_news_are_no_news() {
    let time = |seconds: i64| Some(NOW.plus_millis(seconds * 1_000));
    let newer = Fact { changed_at: time(9), ..fact(FactStatus::Failed, 0, 0) };
    let older = Fact { changed_at: time(8), ..paid() };
    let settled = after(confirming(), &[(1, Heard::Fact(&newer)), (2, Heard::Fact(&older))]);
    assert_eq!(statuses(&settled), (OrderStatus::PendingPayment, AttemptStatus::Failed));
}

#[test]
fn who_gives_up_while_paying_gets_money_back_and_no_tickets() {
    let mut wanted = confirming();
    wanted.order.cancel_wanted = true;
    let change = heard(&wanted, &paid());
    assert_eq!((change.order.status, change.tickets), (OrderStatus::RefundDue, Tickets::Keep));
    assert_eq!(change.refunds[0].amount.amount, TOTAL);
    let failed = heard(&wanted, &fact(FactStatus::Failed, 0, 0));
    assert_eq!((failed.order.status, failed.seats), (OrderStatus::Cancelled, Seats::GiveUp));
}

#[test]
fn a_payment_that_somebody_else_gave_back_frees_the_order_or_voids_its_tickets() {
    let gone = fact(FactStatus::Cancelled, TOTAL, TOTAL);
    let open = confirming().with(&heard(&confirming(), &gone));
    assert_eq!(statuses(&open), (OrderStatus::PendingPayment, AttemptStatus::Returned));
    let sold = confirming().with(&heard(&confirming(), &paid()));
    let change = heard(&sold, &gone);
    assert_eq!((change.tickets, change.seats), (Tickets::Void, Seats::GiveUp));
    assert_eq!(change.order.status, OrderStatus::Refunded);
    assert!(change.refunds[0].elsewhere);
    let part = heard(&sold, &fact(FactStatus::Cancelled, TOTAL, 400));
    assert_eq!((part.order.status, part.tickets), (OrderStatus::Paid, Tickets::Keep));
    assert_eq!(part.attention[0].reason, AttentionReason::RefundedElsewhere);
}

#[test]
fn money_of_an_order_that_an_older_server_left_open_waits_from_its_deadline() {
    let mut old = confirming();
    old.attempts[0].sends = u32::MAX;
    old.attempts[0].sent_at = Some(old.order.expires_at);
    old.attempts[0].began_at = Some(old.order.expires_at);
    let open = after(old, &[(650, Heard::Refused(&ready()))]);
    assert_eq!(statuses(&open), (OrderStatus::Confirming, AttemptStatus::Unknown));
}
