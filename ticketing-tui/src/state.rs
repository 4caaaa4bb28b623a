//! Everything that is on the screen, and the messages that change it.

use std::time::Duration;

use crossterm::event::KeyEvent;
use ticketing_client::seats::{SeatMap, SeatsAnswer};
use ticketing_wire::Time;
use ticketing_wire::performances::{Performance, Price};
use ticketing_wire::text::clean;
use uuid::Uuid;

use crate::hall::{Cursor, Hall};
use crate::keymap::Scope;

/// The whole state.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) screen: Screen,
    pub(crate) list: List,
    /// Whether the help page lies over the screen.
    pub(crate) help: bool,
    /// One line about what just went wrong.
    pub(crate) notice: Option<String>,
    /// Maps are for signed-in accounts.
    pub(crate) signed_in: bool,
    /// How many maps were opened; names the present one.
    pub(crate) visits: u64,
}

#[derive(Debug)]
pub(crate) enum Screen {
    Performances,
    Seats(Box<Visit>),
}

/// The performances.
#[derive(Debug, Default)]
pub(crate) struct List {
    /// `None` until the first answer.
    pub(crate) shows: Option<Vec<Show>>,
    /// An ordinal among those that the filter leaves.
    pub(crate) selected: usize,
    pub(crate) filter: String,
    /// Whether keys go into the filter.
    pub(crate) typing: bool,
}

/// A performance as the list shows it, its texts made safe.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Show {
    pub(crate) id: Uuid,
    pub(crate) title: String,
    pub(crate) status: String,
    pub(crate) starts_at: Time,
    pub(crate) on_sale_at: Time,
    /// The zone that these times are read in.
    pub(crate) time_zone: Option<String>,
    pub(crate) free: Option<u32>,
    pub(crate) total: u32,
    pub(crate) prices: Vec<Price>,
}

/// One look at one seat map.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) number: u64,
    pub(crate) show: Show,
    /// `None` until the first answer.
    pub(crate) hall: Option<Hall>,
    pub(crate) cursor: Cursor,
    pub(crate) etag: Option<String>,
    pub(crate) link: Link,
}

/// Whether what is shown is of now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Link {
    Loading,
    Live,
    /// So many questions in a row had no answer.
    Broken(u32),
    /// There is nothing to ask for any more.
    Ended,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Message {
    Key(KeyEvent),
    Resized,
    Terminated,
    Listed(Result<Vec<Performance>, Failure>),
    Map { visit: u64, answer: Result<SeatMap, Failure> },
    Statuses { visit: u64, answer: Result<SeatsAnswer, Failure> },
}

/// What shall be done.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Effect {
    Draw,
    Quit,
    FetchPerformances,
    FetchMap { visit: u64, performance: Uuid, after: Duration },
    FetchStatuses { visit: u64, performance: Uuid, etag: Option<String>, after: Duration },
}

/// Why an answer is missing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Failure {
    /// There is no such thing, or not any more.
    Gone,
    /// The session ended for good.
    SignedOut,
    /// Anything else; asking again may help.
    Trouble(String),
}

impl State {
    pub(crate) fn new(signed_in: bool) -> Self {
        Self {
            screen: Screen::Performances,
            list: List::default(),
            help: false,
            notice: None,
            signed_in,
            visits: 0,
        }
    }

    pub(crate) fn scope(&self) -> Scope {
        match self.screen {
            Screen::Performances => Scope::Performances,
            Screen::Seats(_) => Scope::Seats,
        }
    }
}

impl List {
    /// What the filter leaves.
    pub(crate) fn left(&self) -> Vec<&Show> {
        let wanted = self.filter.to_lowercase();
        let shows = self.shows.iter().flatten();
        shows.filter(|show| show.title.to_lowercase().contains(&wanted)).collect()
    }
}

impl From<Performance> for Show {
    fn from(performance: Performance) -> Self {
        Self {
            id: performance.id,
            title: clean(&performance.title).into_owned(),
            status: clean(performance.status.as_str()).replace('_', " "),
            starts_at: performance.starts_at,
            on_sale_at: performance.on_sale_at,
            time_zone: performance.time_zone,
            free: performance.seats_free,
            total: performance.seats_total,
            prices: performance.prices,
        }
    }
}
