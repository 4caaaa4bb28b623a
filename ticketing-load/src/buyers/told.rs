//! What each buyer was told, and when. The verdict knows nothing else about the buyers.
//!
//! All times are offsets from the run's beginning, on the generator's own clock; several generators
//! that play one run begin at the same moment of the wall's.

mod asked;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use ticketing_wire::orders::OrderStatus;
use ticketing_wire::sales::OrganizerTicket;
use uuid::Uuid;

pub use asked::{Asked, Poll, Run};

/// One buyer's record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Buyer {
    /// Its account.
    pub account: Uuid,
    /// When it was to arrive.
    pub due: Duration,
    /// True where a busy server turned its first join away for a moment.
    pub join_shed: bool,
    /// Every place it had, oldest first.
    pub places: Vec<Place>,
    /// Every hold it was given, oldest first.
    pub holds: Vec<ToldHold>,
    /// Every answer about an order, oldest first.
    pub orders: Vec<ToldOrder>,
    /// What was sent twice with one key, and what each was answered with.
    pub repeats: Vec<Repeat>,
    /// The tickets it was shown.
    pub tickets: Vec<ToldTickets>,
    /// How it ended; `None` for one who never arrived.
    pub fate: Option<Fate>,
}

/// How a buyer's visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// With tickets.
    Bought,
    /// It went away by itself.
    GaveUp,
    /// There was nothing left.
    TurnedAway,
}

/// One place in the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its number, given in the order of joining.
    pub number: u64,
    /// Where it stands in the order of admission, as it was told last; none before the opening.
    pub rank: Option<u64>,
    /// What it was promised of the draw, where it joined before the opening.
    pub receipt: Option<String>,
    /// When the answer that gave it arrived.
    pub joined: Duration,
    /// What came of its questions.
    pub asked: Asked,
    /// The pass that it led to.
    pub pass: Option<Pass>,
}

/// A pass, as its bearer knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// When the answer that showed it arrived.
    pub arrived: Duration,
    /// When it ends by itself.
    pub expires: Duration,
    /// When the first payment was sent.
    pub payment_sent: Option<Duration>,
    /// When leaving was sent.
    pub leave_sent: Option<Duration>,
    /// When the last request that bore the pass and was answered 2xx was sent.
    pub last_proven: Option<Duration>,
}

/// A hold, as its buyer knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldHold {
    /// Its seats.
    pub seats: Vec<u32>,
    /// When the answer that gave it arrived.
    pub from: Duration,
    /// When it ends by itself.
    pub expires: Duration,
    /// When its buyer sent that it lets the seats go, or orders them: from then on they are the
    /// order's, which may end in many ways.
    pub let_go: Option<Duration>,
}

/// Something sent twice with one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// The order that the first was answered with; none where it was refused or broke.
    pub first: Option<Uuid>,
    /// The same of the second.
    pub second: Option<Uuid>,
}

/// One answer about an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldOrder {
    /// The order.
    pub order: Uuid,
    /// Its status in the answer.
    pub status: OrderStatus,
    /// Its seats in the answer.
    pub seats: Vec<u32>,
}

/// The tickets of one order, as its buyer was shown them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldTickets {
    /// The order.
    pub order: Uuid,
    /// Its tickets.
    pub tickets: Vec<OrganizerTicket>,
}

impl Buyer {
    /// An empty record for this account.
    pub fn of(account: Uuid) -> Self {
        Self { account, ..Self::default() }
    }

    /// The answers that said "paid".
    pub fn paid(&self) -> impl Iterator<Item = &ToldOrder> {
        self.orders.iter().filter(|told| told.status == OrderStatus::Paid)
    }
}
