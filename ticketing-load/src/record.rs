//! What each buyer was told, and when. The verdict knows nothing else about the buyers.
//!
//! All times are offsets from the run's beginning, on the generator's own clock.

use std::time::Duration;

use ticketing_wire::line::PlaceState;
use ticketing_wire::orders::OrderStatus;
use ticketing_wire::sales::OrganizerTicket;
use uuid::Uuid;

/// One buyer's record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Buyer {
    /// Its account.
    pub account: Uuid,
    /// Every place it had, oldest first.
    pub places: Vec<Place>,
    /// Every answer about an order, oldest first.
    pub orders: Vec<ToldOrder>,
    /// The tickets it was shown.
    pub tickets: Vec<ToldTickets>,
    /// How it ended; `None` for one who never arrived.
    pub fate: Option<Fate>,
}

/// How a buyer's visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// With tickets.
    Bought,
    /// It went away by itself.
    GaveUp,
    /// There was nothing left.
    TurnedAway,
}

/// One place in the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its number; lower numbers come first.
    pub number: u64,
    /// Every question, oldest first.
    pub polls: Vec<Poll>,
    /// The pass that it led to.
    pub pass: Option<Pass>,
}

/// One question about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// When the server had said to ask.
    pub due: Duration,
    /// When the question was written to the socket, the first time if it was repeated.
    pub written: Duration,
    /// When the answer, or the news that there is none, arrived.
    pub answered: Duration,
    /// The answer; `None` where there was none.
    pub state: Option<PlaceState>,
    /// True where it broke at least once.
    pub broke: bool,
}

/// A pass, as its bearer knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// One answer about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldOrder {
    /// The order.
    pub order: Uuid,
    /// Its status in the answer.
    pub status: OrderStatus,
    /// Its seats in the answer.
    pub seats: Vec<u32>,
}

/// The tickets of one order, as its buyer was shown them.
#[derive(Debug, Clone, PartialEq, Eq)]
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
