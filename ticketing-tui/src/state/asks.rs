//! What is asked of the server, and told it.

use std::time::Duration;

use ticketing_client::IdempotencyKey;
use ticketing_wire::door::{NewAnnulment, NewScan};
use ticketing_wire::orders::{NewCancellation, Payment};
use ticketing_wire::sandbox::Outcome;
use ticketing_wire::seats::NewHold;
use ticketing_wire::secrets::{PassToken, PlaceToken};
use uuid::Uuid;

use super::Effect;
use crate::screens::steering::Steer;

/// What is asked for a visit: it is answered by a message about that visit. Of looks a visit has one at
/// a time, and of streams: another takes the place of the one before. What changes something is done to
/// its end, whether its visit is still there or not.
#[derive(Debug)]
pub(crate) enum Ask {
    Join {
        performance: Uuid,
    },
    Place {
        performance: Uuid,
        place: PlaceToken,
    },
    /// How the line comes on, from now on.
    Line {
        performance: Uuid,
        place: PlaceToken,
    },
    /// The seats, and how they change from now on.
    Seats {
        performance: Uuid,
    },
    Hold {
        performance: Uuid,
        pass: PassToken,
        wish: NewHold,
        key: IdempotencyKey,
    },
    Order {
        pass: PassToken,
        hold: Uuid,
        key: IdempotencyKey,
    },
    ShowOrder {
        order: Uuid,
    },
    /// Agrees to the payment at the sandbox's gateway, and confirms it.
    Pay {
        order: Uuid,
        payment: Payment,
        outcome: Outcome,
        key: IdempotencyKey,
    },
    Tickets {
        order: Uuid,
    },
    Orders,
    Quote {
        order: Uuid,
    },
    /// How the sale of a performance stands, for its organizer.
    Sale {
        performance: Uuid,
    },
    Steer {
        performance: Uuid,
        steer: Steer,
    },
    CheckIn {
        performance: Uuid,
        scan: Box<NewScan>,
    },
    /// Takes a scan back.
    Annul {
        performance: Uuid,
        annulment: NewAnnulment,
    },
    Cancel {
        order: Uuid,
        cancellation: NewCancellation,
        key: IdempotencyKey,
    },
}

/// What a server is told without anybody waiting for what it says.
#[derive(Debug)]
pub(crate) enum Tell {
    Leave { performance: Uuid, place: PlaceToken },
    Release { hold: Uuid, pass: PassToken },
}

/// What another of its kind takes the place of.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Kind {
    Look,
    Stream,
    /// Nothing takes its place.
    Deed,
}

impl Ask {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Join { .. }
            | Self::Place { .. }
            | Self::ShowOrder { .. }
            | Self::Tickets { .. }
            | Self::Orders
            | Self::Sale { .. }
            | Self::Quote { .. } => Kind::Look,
            Self::Line { .. } | Self::Seats { .. } => Kind::Stream,
            Self::Hold { .. }
            | Self::Order { .. }
            | Self::Pay { .. }
            | Self::Steer { .. }
            | Self::CheckIn { .. }
            | Self::Annul { .. }
            | Self::Cancel { .. } => Kind::Deed,
        }
    }

    /// At once.
    pub(crate) fn now(self, visit: u64) -> Effect {
        self.later(visit, Duration::ZERO)
    }

    pub(crate) fn later(self, visit: u64, after: Duration) -> Effect {
        Effect::Ask { visit, after, ask: self }
    }
}
