//! Everything that is on the screen, the messages that change it, and what they ask for.

mod asks;

use std::time::Duration;

use crossterm::event::KeyEvent;
use ticketing_client::IdempotencyKey;
use ticketing_client::seats::SeatMap;
use ticketing_wire::Time;
use ticketing_wire::accounts::{SignIn, SignUp};
use ticketing_wire::door::CheckIn;
use ticketing_wire::line::{LineStatus, Place};
use ticketing_wire::orders::{Cancellation, Order, Ticket};
use ticketing_wire::performances::Performance;
use ticketing_wire::problem::Problem;
use ticketing_wire::seats::{Hold, SeatsDelta};
use uuid::Uuid;

pub(crate) use self::asks::{Ask, Kind, Tell};
use crate::form::Form;
use crate::hall::{Cursor, Direction};
use crate::screens::Screen;
use crate::screens::events::Events;
use crate::screens::steering::{Seen, Steer};
use crate::words::Words;

/// The whole state.
#[derive(Debug)]
pub(crate) struct State {
    /// What is sold; under everything else.
    pub(crate) events: Events,
    /// What lies over that; the last is seen.
    pub(crate) over: Vec<Screen>,
    /// Who signs in, while somebody does.
    pub(crate) form: Option<Form>,
    /// What has to be confirmed before anything else.
    pub(crate) question: Option<Question>,
    /// The help page, while it lies over the screen.
    pub(crate) help: Option<Help>,
    /// One line about what just happened.
    pub(crate) notice: Option<String>,
    /// The e-mail address of who is signed in.
    pub(crate) who: Option<String>,
    /// The time of whatever is decided.
    pub(crate) now: Time,
    /// The last second that counted down.
    pub(crate) ticked: Time,
    pub(crate) words: &'static Words,
    pub(crate) numbers: Numbers,
}

/// The help page, from its so-manieth line on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Help {
    pub(crate) top: usize,
}

/// Names what is asked, so that answers find what they are for.
#[derive(Debug)]
pub(crate) struct Numbers {
    visits: u64,
    random: u128,
    keys: u128,
}

/// What a person is asked before it is done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Question {
    Quit,
    /// Gives up the place in the line on the screen.
    LeaveLine,
    /// Gives up the order that waits for its payment on the screen.
    GiveUpOrder,
    /// Gives the selected order back for what the server said comes back.
    GiveBack {
        order: Uuid,
        quote: Cancellation,
    },
    /// Does this to the line of the war room.
    Steer(Steer),
    /// Leaves a door where scans were not answered.
    LeaveDoor,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Message {
    Key(KeyEvent),
    Pasted(String),
    Clicked(Target),
    /// The wheel, one step.
    Scrolled(Direction),
    Resized,
    Terminated,
    /// A second went by while something counts down.
    Tick(Time),
    /// The e-mail address of who is signed in now.
    SignedIn(Answer<String>),
    Listed(Answer<Vec<Performance>>),
    /// Of one visit; see [`About`].
    About {
        visit: u64,
        about: About,
    },
}

/// What a click is on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Target {
    Seat(Cursor),
    /// By its ordinal, as below.
    Section(usize),
    Show(usize),
}

/// What is heard for one visit: ignored where another one is on the screen.
#[derive(Debug)]
pub(crate) enum About {
    Place(Answer<Place>),
    Line(Box<LineStatus>),
    Map(Answer<Box<SeatMap>>),
    Seats(SeatsDelta),
    /// The seats are not heard of at the moment.
    Silent(Failure),
    Held(Answer<Hold>),
    /// How an order stands that was only looked at.
    Stands(Answer<Box<Order>>),
    /// What came of placing an order, or of giving it up.
    Order(Answer<Box<Order>>),
    /// What came of a try to pay.
    Paid(Answer<Box<Order>>),
    Tickets(Answer<Vec<Ticket>>),
    Orders(Answer<Vec<Order>>),
    Quote {
        order: Uuid,
        answer: Answer<Cancellation>,
    },
    /// How a sale stands.
    Sale(Answer<Box<Seen>>),
    /// What came of steering a line.
    Steered(Answer<Box<LineStatus>>),
    /// What came of a scan with this nonce.
    CheckedIn {
        nonce: String,
        answer: Answer<Box<CheckIn>>,
    },
    /// What came of taking a scan back.
    Annulled {
        scan: Uuid,
        answer: Answer<Box<CheckIn>>,
    },
}

/// What shall be done.
#[derive(Debug)]
pub(crate) enum Effect {
    Draw,
    /// Draws every cell, whatever the terminal shows.
    Redraw,
    Quit,
    Bell,
    SignIn(SignIn),
    SignUp(SignUp),
    SignOut,
    FetchPerformances {
        after: Duration,
    },
    /// Nobody waits any more for what this visit asked for.
    Forget(u64),
    /// Of one visit, so much later; see [`Ask`].
    Ask {
        visit: u64,
        after: Duration,
        ask: Ask,
    },
    /// Whatever comes of it.
    Tell(Tell),
}

/// What came of a question.
pub(crate) type Answer<A> = Result<A, Failure>;

/// Why an answer is missing.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// There is no such thing, or not any more.
    Gone,
    /// Nobody is signed in, or not any more.
    SignedOut,
    /// The server said no.
    Refused(Box<Problem>),
    /// Anything else; asking again may help.
    Trouble(String),
}

impl State {
    pub(crate) fn new(words: &'static Words, who: Option<String>, now: Time, random: u128) -> Self {
        Self {
            events: Events::default(),
            over: Vec::new(),
            form: None,
            question: None,
            help: None,
            notice: None,
            who,
            now,
            ticked: now,
            words,
            numbers: Numbers { visits: 0, random, keys: 0 },
        }
    }

    /// Whether the screen says how much time is left of something.
    pub(crate) fn counts_down(&self) -> bool {
        match self.over.last() {
            None => self.events.counts_down(self.now),
            Some(screen) => screen.counts_down(),
        }
    }
}

impl Numbers {
    /// A number for a visit.
    pub(crate) fn visit(&mut self) -> u64 {
        self.visits += 1;
        self.visits
    }

    /// What this terminal is called at a door.
    pub(crate) fn device(&self) -> String {
        format!("terminal {:08x}", self.random & u128::from(u32::MAX))
    }

    /// A key for something that must happen once.
    pub(crate) fn key(&mut self) -> IdempotencyKey {
        self.keys += 1;
        IdempotencyKey::from_random(self.random.wrapping_add(self.keys))
    }
}

impl About {
    /// Why there is no answer.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Place(answer) => answer.as_ref().err(),
            Self::Map(answer) => answer.as_ref().err(),
            Self::Held(answer) => answer.as_ref().err(),
            Self::Stands(answer) | Self::Order(answer) | Self::Paid(answer) => {
                answer.as_ref().err()
            }
            Self::Tickets(answer) => answer.as_ref().err(),
            Self::Orders(answer) => answer.as_ref().err(),
            Self::Quote { answer, .. } => answer.as_ref().err(),
            Self::Sale(answer) => answer.as_ref().err(),
            Self::Steered(answer) => answer.as_ref().err(),
            Self::CheckedIn { answer, .. } | Self::Annulled { answer, .. } => answer.as_ref().err(),
            Self::Silent(failure) => Some(failure),
            Self::Line(_) | Self::Seats(_) => None,
        }
    }
}

impl Failure {
    /// In one line.
    pub(crate) fn said(&self, words: &Words) -> String {
        match self {
            Self::Gone => words.gone.to_owned(),
            Self::SignedOut => words.session_ended.to_owned(),
            Self::Refused(problem) => {
                let detail =
                    if problem.detail.is_empty() { &problem.title } else { &problem.detail };
                let fields = problem
                    .errors
                    .iter()
                    .map(|error| format!("{}: {}", error.field, error.message));
                let said: Vec<String> = [detail.clone()].into_iter().chain(fields).collect();
                ticketing_wire::text::clean(&said.join("; ")).into_owned()
            }
            Self::Trouble(why) => why.clone(),
        }
    }
}
