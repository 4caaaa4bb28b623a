use crate::clock::Timestamp;
use crate::guards::Guards;
use crate::id::PaymentId;
use crate::money::{Currency, Money};
use crate::orders::attempt::{Attempt, AttemptStatus};
use crate::orders::change::Change;
use crate::orders::dossier::Dossier;
use crate::orders::rules::{Heard, Terms, settle};
use crate::orders::{Order, OrderStatus};
use crate::payments::{Fact, FactStatus};
use crate::seats::{LineKind, OrderLine};

pub(super) const TOTAL: i64 = 1_000;
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_777_629_600_000);

pub(super) fn payment(number: u128) -> PaymentId {
    uuid::Uuid::from_u128(number).into()
}

pub(super) fn at(seconds: i64) -> Terms {
    let now = NOW.plus_millis(seconds * 1_000);
    Terms { next_payment: payment(99), now, guards: Guards::default() }
}

pub(super) fn line((seat, amount): (u32, i64)) -> OrderLine {
    let amount = Money::new(amount, Currency::KRW);
    OrderLine { kind: LineKind::Ticket, seat: Some(seat), amount }
}

/// An order whose payment 1 is under way since now, with ten minutes to pay.
pub(super) fn confirming() -> Dossier {
    let id = uuid::Uuid::from_u128(7);
    let mut attempt = Attempt::created(payment(1), NOW);
    attempt.status = AttemptStatus::Confirming;
    attempt.send(NOW);
    Dossier {
        order: Order {
            id: id.into(),
            performance: id.into(),
            account: id.into(),
            hold: id.into(),
            status: OrderStatus::Confirming,
            seats: vec![1, 2],
            returned: Vec::new(),
            lines: [(1, 600), (2, 400)].map(line).into(),
            methods: Vec::new(),
            refund_terms: Vec::new(),
            total: Money::new(TOTAL, Currency::KRW),
            fees_kept: Money::new(0, Currency::KRW),
            cancel_reason: None,
            expires_at: NOW.plus_seconds(600),
            payment: payment(1),
            cancel_wanted: false,
            version: 3,
            line_number: 1,
            line_epoch: 1,
            created_at: NOW,
        },
        attempts: vec![attempt],
        refunds: Vec::new(),
        attended: Vec::new(),
    }
}

pub(super) fn fact(status: FactStatus, captured: i64, cancelled: i64) -> Fact {
    let captured = Money::new(captured, Currency::KRW);
    Fact { status, captured, cancelled, ..Fact::ready(payment(1), Currency::KRW) }
}

pub(super) fn paid() -> Fact {
    fact(FactStatus::Paid, TOTAL, 0)
}

pub(super) fn ready() -> Fact {
    fact(FactStatus::Ready, 0, 0)
}

/// After everything that was heard, at its second.
pub(super) fn after(dossier: Dossier, heard: &[(i64, Heard<'_>)]) -> Dossier {
    heard.iter().fold(dossier, |dossier, (seconds, heard)| {
        match settle(&dossier, *heard, None, &at(*seconds)) {
            Some(change) => dossier.clone().with(&change),
            None => dossier,
        }
    })
}

pub(super) fn heard(dossier: &Dossier, fact: &Fact) -> Change {
    settle(dossier, Heard::Fact(fact), None, &at(1)).expect("it changes something")
}

pub(super) fn statuses(dossier: &Dossier) -> (OrderStatus, AttemptStatus) {
    (dossier.order.status, dossier.attempt_status(payment(1)))
}
