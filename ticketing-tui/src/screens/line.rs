//! The waiting room: a place in the line, and how it comes on.

pub(crate) mod keys;
pub(crate) mod update;
pub(crate) mod view;

use ticketing_wire::Time;
use ticketing_wire::line::{LineStatus, Place};

use super::Link;
use super::events::Show;

/// Waiting for one performance.
#[derive(Debug)]
pub(crate) struct Wait {
    pub(crate) number: u64,
    pub(crate) show: Show,
    /// `None` until there is one.
    pub(crate) place: Option<Place>,
    /// How the whole line comes on, once that was heard.
    pub(crate) line: Option<LineStatus>,
    /// The most that were ever ahead: how far it is is measured from there.
    pub(crate) began_behind: u64,
    pub(crate) link: Link,
    /// Whether the bell rings on admission.
    pub(crate) bell: bool,
    /// When joining begins, where it is too early.
    pub(crate) opens_at: Option<Time>,
    /// Why nobody comes in from here any more.
    pub(crate) ended: Option<Ended>,
}

/// How waiting ends without coming in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ended {
    /// The place is over, and another can be had.
    Place,
    /// Bought, and out.
    Bought,
    /// There is nothing to come in for.
    Sale(String),
}

impl Wait {
    pub(crate) fn new(number: u64, show: Show) -> Self {
        Self {
            number,
            show,
            place: None,
            line: None,
            began_behind: 0,
            link: Link::Loading,
            bell: true,
            opens_at: None,
            ended: None,
        }
    }
}
