//! A small history in which everything is right, for tests to spoil.

use std::time::Duration;

use uuid::Uuid;

use super::Evidence;
use crate::gateway::{Entry, EntryKind, Purpose};
use crate::line::State;
use crate::load::aftermath::{Aftermath, Settlement};
use crate::load::record::{Buyer, Fate, Pass, Place, Poll, ToldOrder, ToldTickets};
use crate::money::Money;
use crate::orders::Status;
use crate::sales::{Order, Sales, Ticket};

pub(super) const PERFORMANCE: Uuid = Uuid::from_u128(1);
pub(super) const PRICE: i64 = 100;

pub(super) fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Three seats, capacity one: buyer 1 buys seat 0, then buyer 2 buys seat 1; buyer 3 ordered
/// seat 2 and let the order expire.
pub(super) fn green() -> Evidence {
    let orders = vec![order(1, 0, Status::Paid), order(2, 1, Status::Paid), expired(3, 2)];
    Evidence {
        performance: PERFORMANCE,
        capacity: 1,
        buyers: vec![buyer(1, 1.0), buyer(2, 3.0)],
        aftermath: Aftermath {
            settlement: Settlement { waited: Duration::ZERO, held: 0, reserved: 0, confirming: 0 },
            sales: sales(),
            orders,
            ledger: vec![entry(1, EntryKind::Capture, PRICE), entry(2, EntryKind::Capture, PRICE)],
        },
        errors: 0,
    }
}

pub(super) fn order_id(number: u128) -> Uuid {
    Uuid::from_u128(100 + number)
}

pub(super) fn ticket(order: u128, seat: u32) -> Ticket {
    Ticket { id: Uuid::from_u128(1_000 * order + u128::from(seat)), seat }
}

pub(super) fn order(number: u128, seat: u32, status: Status) -> Order {
    Order {
        id: order_id(number),
        account_id: Uuid::from_u128(number),
        status,
        seats: vec![seat],
        payment_id: Some(format!("payment-{number}")),
        total: Money { amount: PRICE, currency: "KRW".to_owned() },
        tickets: vec![ticket(number, seat)],
    }
}

fn expired(number: u128, seat: u32) -> Order {
    Order { tickets: Vec::new(), ..order(number, seat, Status::Expired) }
}

pub(super) fn entry(order: u128, kind: EntryKind, amount: i64) -> Entry {
    Entry {
        payment_id: format!("payment-{order}"),
        kind,
        amount,
        currency: "KRW".to_owned(),
        at: None,
        custom_data: Some(Purpose { order_id: order_id(order), performance_id: PERFORMANCE }),
    }
}

/// Buyer `number` holds place `number`, is admitted at `admitted`, pays a second later.
pub(super) fn buyer(number: u32, admitted: f64) -> Buyer {
    let order = order_id(number.into());
    let seat = number - 1;
    Buyer {
        account: Uuid::from_u128(number.into()),
        places: vec![Place {
            number: number.into(),
            polls: vec![poll(admitted - 0.1, State::Admitted)],
            pass: Some(pass(admitted)),
        }],
        orders: vec![ToldOrder { order, status: Status::Paid, seats: vec![seat] }],
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

/// A punctual poll, answered after a tenth of a second.
pub(super) fn poll(written: f64, state: State) -> Poll {
    Poll {
        due: seconds(written),
        written: seconds(written),
        answered: seconds(written + 0.1),
        state: Some(state),
        broke: false,
    }
}

fn sales() -> Sales {
    Sales {
        seats_total: 3,
        free: 1,
        held: 0,
        reserved: 0,
        sold: 2,
        not_for_sale: 0,
        orders: std::collections::BTreeMap::default(),
        gross: 0,
        refunded: 0,
    }
}
