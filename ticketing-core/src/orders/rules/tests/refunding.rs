use super::fixtures::*;
use crate::id::RefundId;
use crate::orders::OrderStatus;
use crate::orders::attention::AttentionReason;
use crate::orders::change::Change;
use crate::orders::dossier::Dossier;
use crate::orders::refund::RefundStatus;
use crate::orders::rules::{Heard, Reversed, redriven, reversed, send_refund};
use crate::payments::{CancellationStatus, FactStatus, Reversal};

/// A refund of everything, sent.
fn refunding() -> (Dossier, RefundId) {
    let wrong = fact(FactStatus::Paid, 999, 0);
    let due = confirming().with(&heard(&confirming(), &wrong));
    let id = due.refunds[0].id;
    let sent = due.clone().with(&send_refund(&due, id, at(2).now).expect("it is due"));
    (sent, id)
}

fn answered(dossier: &Dossier, id: RefundId, status: CancellationStatus) -> Change {
    let reversal = Reversal { id: Some("c1".into()), status };
    reversed(dossier, (id, 1), &Reversed::Answered(reversal), at(3).now).expect("it is heard")
}

#[test]
fn a_refund_that_is_only_requested_is_not_done() {
    let (sent, id) = refunding();
    let pending = sent.clone().with(&answered(&sent, id, CancellationStatus::Requested));
    assert_eq!(pending.refunds[0].status, RefundStatus::Pending);
    assert_eq!(pending.order.status, OrderStatus::RefundDue);
    let through = after(pending, &[(4, Heard::Fact(&fact(FactStatus::Cancelled, 999, 999)))]);
    assert_eq!(through.refunds[0].status, RefundStatus::Done);
    assert_eq!(through.order.status, OrderStatus::Refunded);
}

#[test]
fn a_refund_that_the_provider_has_taken_is_never_sent_again_until_it_failed() {
    let (sent, id) = refunding();
    let days = at(10 * 86_400).now;
    assert!(sent.refunds[0].key_is_forgotten(days), "nobody knows what became of it");
    let pending = sent.clone().with(&answered(&sent, id, CancellationStatus::Requested));
    assert!(!pending.refunds[0].key_is_forgotten(days));
    let refused = Reversed::Refused("shows nothing".into());
    assert!(reversed(&pending, (id, 1), &refused, days).is_none());
    assert!(send_refund(&pending, id, days).is_none());
    let failed = pending.clone().with(&answered(&pending, id, CancellationStatus::Failed));
    assert!(send_refund(&failed, id, days).is_some());
}

#[test]
fn a_refund_that_failed_is_tried_again_under_a_key_of_its_own() {
    let (sent, id) = refunding();
    let key = sent.refunds[0].key();
    let failed = sent.clone().with(&answered(&sent, id, CancellationStatus::Failed));
    assert_eq!(failed.refunds[0].status, RefundStatus::Requested);
    assert_ne!(failed.refunds[0].key(), key);
    // What is said of the earlier try comes too late.
    let late = Reversed::Answered(Reversal { id: None, status: CancellationStatus::Failed });
    assert!(reversed(&failed, (id, 1), &late, at(4).now).is_none());
    // Without an answer the key stays.
    let silent = reversed(&sent, (id, 1), &Reversed::Silence, at(4).now).expect("it waits");
    assert_eq!(silent.refunds[0].key(), key);
}

#[test]
fn a_refund_that_the_provider_does_not_do_needs_a_person_and_is_tried_on() {
    let (sent, id) = refunding();
    let never = Reversed::Hopeless("MAX_CANCEL_COUNT_REACHED".into());
    let stuck = reversed(&sent, (id, 1), &never, at(4).now).expect("it is heard");
    assert_eq!(stuck.refunds[0].status, RefundStatus::NeedsAttention);
    assert_eq!(stuck.attention[0].reason, AttentionReason::RefundRefused);
    assert!(stuck.refunds[0].next_at.is_some());
    // The matter stands while it is tried on, and is closed when the money is back.
    let stuck = sent.clone().with(&stuck);
    let again = send_refund(&stuck, id, at(5).now).expect("it is tried on");
    assert!(again.closed.is_empty() && again.attention.is_empty());
    let through = after(stuck, &[(6, Heard::Fact(&fact(FactStatus::Cancelled, 999, 999)))]);
    assert_eq!(through.attended, []);
    let mut dossier = sent;
    let mut tries = 0;
    while dossier.refunds[0].status != RefundStatus::NeedsAttention {
        let refused = Reversed::Refused("PG_PROVIDER".into());
        let attempt = dossier.refunds[0].attempt;
        let change = reversed(&dossier, (id, attempt), &refused, at(4).now).expect("it is heard");
        dossier = dossier.clone().with(&change);
        tries += 1;
    }
    assert_eq!(tries, 8);
}

#[test]
fn what_was_refused_is_tried_again_unless_a_person_has_to_decide_about_the_payment() {
    let (sent, id) = refunding();
    assert!(redriven(&sent, at(5).now).is_none(), "nothing was refused");
    let never = Reversed::Hopeless("MAX_CANCEL_COUNT_REACHED".into());
    let stuck = reversed(&sent, (id, 1), &never, at(4).now).expect("it is heard");
    let mut stuck = sent.clone().with(&stuck);
    let again = redriven(&stuck, at(5).now).expect("it is tried again");
    assert_eq!(again.refunds[0].next_at, Some(at(5).now));
    assert!(again.closed.is_empty(), "until the money is back");
    let payment = stuck.refunds[0].payment;
    stuck.attended.push((payment, AttentionReason::Disputed));
    assert!(redriven(&stuck, at(5).now).is_none(), "the bank may give it back");
}
