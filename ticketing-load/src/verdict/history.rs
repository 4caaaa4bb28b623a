//! A small history in which everything is right, for tests to spoil.

use std::time::Duration;

use ticketing_wire::Money;
use ticketing_wire::line::PlaceState;
use ticketing_wire::orders::OrderStatus;
use ticketing_wire::sales::{OrganizerOrder, OrganizerTicket, SalesReport};
use ticketing_wire::sandbox::{EntryKind, LedgerEntry, Purpose};
use uuid::Uuid;

use super::{Evidence, Testimony};
use crate::aftermath::{Aftermath, Settlement};
use crate::buyers::told::{Asked, Buyer, Fate, Pass, Place, Poll, ToldOrder, ToldTickets};
use crate::record::Breaks;

pub(super) const PERFORMANCE: Uuid = Uuid::from_u128(1);
pub(super) const PRICE: i64 = 100;

pub(super) fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Three seats, capacity one: buyer 1 buys seat 0, then buyer 2 buys seat 1; buyer 3 ordered
/// seat 2 and let the order expire.
pub(super) fn green() -> Evidence {
    let orders =
        vec![order(1, 0, OrderStatus::Paid), order(2, 1, OrderStatus::Paid), expired(3, 2)];
    Evidence {
        told: Testimony {
            performance: PERFORMANCE,
            capacity: 1,
            admit_per_minute: None,
            claim_seconds: 5,
            buyers: vec![buyer(1, 1.0), buyer(2, 3.0)],
            generators: 1,
            ended_by_limit: false,
            breaks: Breaks::default(),
        },
        aftermath: Aftermath {
            settlement: Settlement { waited: Duration::ZERO, held: 0, reserved: 0, confirming: 0 },
            sales: sales(),
            orders,
            ledger: vec![entry(1, EntryKind::Capture, PRICE), entry(2, EntryKind::Capture, PRICE)],
        },
    }
}

pub(super) fn order_id(number: u128) -> Uuid {
    Uuid::from_u128(100 + number)
}

pub(super) fn ticket(order: u128, seat: u32) -> OrganizerTicket {
    OrganizerTicket { id: Uuid::from_u128(1_000 * order + u128::from(seat)), seat }
}

pub(super) fn order(number: u128, seat: u32, status: OrderStatus) -> OrganizerOrder {
    OrganizerOrder {
        id: order_id(number),
        account_id: Uuid::from_u128(number),
        status,
        seats: vec![seat],
        payment_id: Some(format!("payment-{number}")),
        total: Money::new(PRICE, "KRW"),
        line_number: u64::try_from(number).expect("a small number"),
        tickets: vec![ticket(number, seat)],
        returned: Vec::new(),
        refunds: Vec::new(),
        fees_kept: None,
        cancel_reason: None,
    }
}

fn expired(number: u128, seat: u32) -> OrganizerOrder {
    OrganizerOrder { tickets: Vec::new(), ..order(number, seat, OrderStatus::Expired) }
}

pub(super) fn entry(order: u128, kind: EntryKind, amount: i64) -> LedgerEntry {
    let purpose = Purpose { order_id: order_id(order), performance_id: PERFORMANCE };
    LedgerEntry {
        payment_id: format!("payment-{order}"),
        kind,
        amount,
        currency: "KRW".to_owned(),
        at: None,
        custom_data: serde_json::to_value(purpose).unwrap(),
    }
}

/// Buyer `number` holds place `number`, is admitted at `admitted`, pays a second later.
pub(super) fn buyer(number: u32, admitted: f64) -> Buyer {
    let order = order_id(number.into());
    let seat = number - 1;
    Buyer {
        account: Uuid::from_u128(number.into()),
        due: Duration::ZERO,
        join_shed: false,
        places: vec![Place {
            receipt: None,
            number: number.into(),
            rank: Some(number.into()),
            joined: Duration::ZERO,
            asked: asked(&[poll(admitted - 0.1, PlaceState::Admitted)]),
            pass: Some(pass(admitted)),
        }],
        holds: Vec::new(),
        repeats: Vec::new(),
        orders: vec![ToldOrder { order, status: OrderStatus::Paid, seats: vec![seat] }],
        tickets: vec![ToldTickets { order, tickets: vec![ticket(number.into(), seat)] }],
        fate: Some(Fate::Bought),
    }
}

/// A pass that arrived then, for thirty seconds, and led to a payment a second later.
pub(super) fn pass(arrived: f64) -> Pass {
    Pass {
        arrived: seconds(arrived),
        expires: seconds(arrived + 30.0),
        payment_sent: Some(seconds(arrived + 1.0)),
        leave_sent: None,
        last_proven: Some(seconds(arrived + 0.5)),
    }
}

/// What came of these questions.
pub(super) fn asked(polls: &[Poll]) -> Asked {
    let mut asked = Asked::default();
    for poll in polls {
        asked.add(poll);
    }
    asked
}

/// A punctual poll, answered after a tenth of a second.
pub(super) fn poll(written: f64, state: PlaceState) -> Poll {
    Poll {
        due: seconds(written),
        written: seconds(written),
        answered: seconds(written + 0.1),
        state: Some(state),
        broke: false,
    }
}

fn sales() -> SalesReport {
    SalesReport {
        seats_total: 3,
        free: 1,
        held: 0,
        reserved: 0,
        sold: 2,
        not_for_sale: 0,
        orders: std::collections::BTreeMap::default(),
        gross: Money::new(2 * PRICE, "KRW"),
        refunded: Money::new(0, "KRW"),
    }
}
