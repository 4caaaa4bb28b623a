//! The seats: looked at by anybody, chosen and held by whoever is inside.

mod choosing;
pub(crate) mod finding;
pub(crate) mod keys;
pub(crate) mod update;
pub(crate) mod view;

use ticketing_client::IdempotencyKey;
use ticketing_wire::Time;
use ticketing_wire::seats::NewHold;
use ticketing_wire::secrets::PassToken;

use super::Link;
use super::events::Show;
use crate::hall::{Cursor, Hall, Shown};

/// One look at one seat map.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) number: u64,
    pub(crate) show: Show,
    /// What lets whoever looks choose; `None` for somebody who only looks.
    pub(crate) pass: Option<Pass>,
    /// `None` until the first answer.
    pub(crate) hall: Option<Hall>,
    pub(crate) cursor: Cursor,
    /// The seat that the cursor begins at, once there is a map.
    pub(crate) from: Option<u32>,
    /// Seat indices, in the order of choosing.
    pub(crate) picks: Vec<u32>,
    /// Whether a digit says how many of the best seats are wanted.
    pub(crate) counting: bool,
    /// Whether all sections are seen, and not the rows of one.
    pub(crate) overview: bool,
    /// What names the seat that is looked for, while it is typed.
    pub(crate) finding: Option<String>,
    /// Whether free seats are shown by the letters of their prices.
    pub(crate) letters: bool,
    /// What is asked for, while nothing was said yet.
    pub(crate) busy: Option<Wish>,
    /// What was asked for and never answered: asking for the same again is the same hold.
    pub(crate) unanswered: Option<Wish>,
    /// Offered instead of a seat that was lost: Enter takes it.
    pub(crate) offered: Option<Cursor>,
    pub(crate) link: Link,
}

/// Seats that are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) seats: NewHold,
    /// What makes a repeat the same hold.
    pub(crate) key: IdempotencyKey,
    /// How often it had no answer.
    pub(crate) tries: u32,
}

/// Admission to the seats of one performance.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    pub(crate) token: PassToken,
    pub(crate) expires_at: Time,
}

impl Visit {
    /// What a seat is for whoever looks.
    pub(crate) fn shown(&self, hall: &Hall, index: u32) -> Shown {
        if self.picks.contains(&index) { Shown::Mine } else { hall.shown(index) }
    }
}
