//! The screens: each with its state, its rules, its picture and its keys.

pub(crate) mod checkout;
pub(crate) mod door;
pub(crate) mod events;
pub(crate) mod line;
pub(crate) mod orders;
pub(crate) mod seats;
pub(crate) mod steering;
pub(crate) mod tickets;

use self::checkout::Checkout;
use self::door::Door;
use self::line::Wait;
use self::orders::Orders;
use self::seats::Visit;
use self::steering::Steering;
use self::tickets::Tickets;
use crate::keymap::Scope;

/// What lies over the list of what is sold.
#[derive(Debug)]
pub(crate) enum Screen {
    Line(Box<Wait>),
    Seats(Box<Visit>),
    Checkout(Box<Checkout>),
    Tickets(Box<Tickets>),
    Orders(Box<Orders>),
    Steering(Box<Steering>),
    Door(Box<Door>),
}

/// Whether what is shown is of now.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Link {
    #[default]
    Loading,
    Live,
    /// So many questions in a row had no answer.
    Broken(u32),
    /// There is nothing to ask for any more.
    Ended,
}

impl Screen {
    pub(crate) fn scope(&self) -> Scope {
        match self {
            Self::Line(_) => Scope::Line,
            Self::Seats(_) => Scope::Seats,
            Self::Checkout(_) => Scope::Checkout,
            Self::Tickets(_) => Scope::Tickets,
            Self::Orders(_) => Scope::Orders,
            Self::Steering(_) => Scope::Steering,
            Self::Door(_) => Scope::Door,
        }
    }

    /// The number that its answers come under.
    pub(crate) fn visit(&self) -> u64 {
        match self {
            Self::Line(wait) => wait.number,
            Self::Seats(visit) => visit.number,
            Self::Checkout(checkout) => checkout.number,
            Self::Tickets(tickets) => tickets.number,
            Self::Orders(orders) => orders.number,
            Self::Steering(steering) => steering.number,
            Self::Door(door) => door.number,
        }
    }

    /// Whether it says how much time is left of something.
    pub(crate) fn counts_down(&self) -> bool {
        match self {
            Self::Line(wait) => wait.opens_at.is_some(),
            Self::Seats(visit) => visit.pass.is_some(),
            Self::Checkout(checkout) => checkout.deadline().is_some(),
            Self::Tickets(_) | Self::Orders(_) | Self::Steering(_) | Self::Door(_) => false,
        }
    }
}

impl Link {
    /// One more question had no answer: how long to wait with the next.
    pub(crate) fn broke(&mut self) -> std::time::Duration {
        const FIRST: std::time::Duration = std::time::Duration::from_secs(1);
        const LONGEST: std::time::Duration = std::time::Duration::from_secs(15);
        let failures = if let Self::Broken(before) = *self { before.saturating_add(1) } else { 1 };
        *self = Self::Broken(failures);
        FIRST.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST)
    }
}
