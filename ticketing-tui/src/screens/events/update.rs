//! The rules of the list.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ticketing_wire::performances::Performance;

use super::Show;
use crate::form::{Form, Then};
use crate::hall::Direction;
use crate::keymap::Command;
use crate::screens::{Link, door, line, orders, seats, steering};
use crate::state::{Answer, Effect, State, Target};

/// The longest filter, in characters.
const MAX_FILTER_CHARS: usize = 60;

pub(crate) fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    let last = state.events.left().len().saturating_sub(1);
    let before = state.events.selected;
    let selected = match command {
        Command::Move(Direction::Down) => (before + 1).min(last),
        Command::Move(Direction::Up) => before.saturating_sub(1),
        Command::First => 0,
        Command::Last => last,
        Command::Filter => {
            state.events.typing = true;
            return vec![Effect::Draw];
        }
        Command::Refetch => return vec![Effect::FetchPerformances { after: Duration::ZERO }],
        Command::Go | Command::Look | Command::WarRoom | Command::Door => {
            return open(state, command);
        }
        Command::MyOrders => return with_account(state, Then::MyOrders),
        Command::Account => return account(state),
        _ => return Vec::new(),
    };
    state.events.selected = selected;
    if selected == before { Vec::new() } else { vec![Effect::Draw] }
}

/// A click selects a performance, and opens the one that is selected.
pub(crate) fn click(state: &mut State, target: Target) -> Vec<Effect> {
    let Target::Show(show) = target else { return Vec::new() };
    if show == state.events.selected {
        return open(state, Command::Go);
    }
    if show >= state.events.left().len() {
        return Vec::new();
    }
    state.events.selected = show;
    vec![Effect::Draw]
}

/// The first level has none below, so this never quits.
pub(crate) fn back(state: &mut State) -> Vec<Effect> {
    if state.events.filter.is_empty() {
        return Vec::new();
    }
    state.events.filter.clear();
    state.events.selected = 0;
    vec![Effect::Draw]
}

fn open(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(show) = state.events.chosen().cloned() else { return Vec::new() };
    let then = match command {
        Command::Look => Then::Look(show),
        Command::WarRoom => Then::Steer(show),
        Command::Door => Then::Door(show),
        _ => Then::Join(show),
    };
    with_account(state, then)
}

/// Does what needs an account: at once, or after the sign-in.
fn with_account(state: &mut State, then: Then) -> Vec<Effect> {
    if state.who.is_none() {
        state.form = Some(Form::sign_in(then));
        return vec![Effect::Draw];
    }
    go_on(state, then)
}

pub(crate) fn go_on(state: &mut State, then: Then) -> Vec<Effect> {
    match then {
        Then::Nothing => vec![Effect::Draw],
        Then::Join(show) => line::update::open(state, show),
        Then::Look(show) => seats::update::look(state, show),
        Then::Steer(show) => steering::update::open(state, show),
        Then::Door(show) => door::update::open(state, show),
        Then::MyOrders => orders::update::open(state),
    }
}

fn account(state: &mut State) -> Vec<Effect> {
    if state.who.take().is_some() {
        state.notice = Some(state.words.signed_out.to_owned());
        return vec![Effect::Draw, Effect::SignOut];
    }
    state.form = Some(Form::sign_in(Then::Nothing));
    vec![Effect::Draw]
}

/// Keys while the filter is typed: Enter keeps it, Esc drops it.
pub(crate) fn type_filter(state: &mut State, key: &KeyEvent) -> Vec<Effect> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let events = &mut state.events;
    match key.code {
        KeyCode::Char('c') if control => return vec![Effect::Quit],
        KeyCode::Char(letter) if !control && events.filter.chars().count() < MAX_FILTER_CHARS => {
            events.filter.push(letter);
        }
        KeyCode::Backspace if events.filter.pop().is_some() => {}
        KeyCode::Enter => events.typing = false,
        KeyCode::Esc => {
            events.typing = false;
            events.filter.clear();
        }
        _ => return Vec::new(),
    }
    events.selected = 0;
    vec![Effect::Draw]
}

/// Takes a fresh list; the selection stays with its performance.
pub(crate) fn listed(state: &mut State, answer: Answer<Vec<Performance>>) -> Vec<Effect> {
    match answer {
        Ok(performances) => {
            let events = &mut state.events;
            if matches!(events.link, Link::Broken(_)) {
                state.notice = None;
            }
            events.link = Link::Live;
            let selected = events.chosen().map(|show| show.id);
            events.shows = Some(performances.into_iter().map(Show::from).collect());
            let left = events.left();
            let place = left.iter().position(|show| Some(show.id) == selected);
            let end = left.len().saturating_sub(1);
            events.selected = place.unwrap_or(events.selected.min(end));
        }
        Err(failure) => {
            state.notice = Some(failure.said(state.words));
            let after = state.events.link.broke();
            return vec![Effect::Draw, Effect::FetchPerformances { after }];
        }
    }
    vec![Effect::Draw]
}
