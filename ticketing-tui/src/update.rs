//! The rules of the program: what a message makes of the state, and what is to be done then. Pure
//! and synchronous; everything that waits is an [`Effect`].

mod seats;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ticketing_wire::performances::Performance;

use crate::hall::Direction;
use crate::keymap::{self, Command};
use crate::state::{Effect, Failure, Message, Screen, Show, State};

/// The longest filter, in characters.
const MAX_FILTER_CHARS: usize = 60;

const SIGN_IN_FIRST: &str = "seats are for signed-in accounts: start again and sign in";

/// Takes a message into the state. [`Effect::Draw`] is among the answers only when the screen is
/// different now.
pub(crate) fn update(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Terminated => vec![Effect::Quit],
        Message::Resized => vec![Effect::Draw],
        Message::Key(key) => press(state, &key),
        Message::Listed(answer) => listed(state, answer),
        Message::Map { visit, answer } => seats::map(state, visit, answer),
        Message::Statuses { visit, answer } => seats::statuses(state, visit, answer),
    }
}

fn press(state: &mut State, key: &KeyEvent) -> Vec<Effect> {
    if state.list.typing {
        return type_filter(state, key);
    }
    let Some(command) = keymap::command(state.scope(), key) else { return Vec::new() };
    let noticed = state.notice.take().is_some();
    let mut effects = obey(state, command);
    if noticed && !effects.contains(&Effect::Draw) {
        effects.push(Effect::Draw);
    }
    effects
}

fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Quit => return vec![Effect::Quit],
        Command::Help => state.help = !state.help,
        Command::Back if state.help => state.help = false,
        _ if state.help => return Vec::new(),
        Command::Back => return back(state),
        Command::Filter => state.list.typing = true,
        command => {
            return match state.screen {
                Screen::Performances => in_list(state, command),
                Screen::Seats(_) => seats::obey(state, command),
            };
        }
    }
    vec![Effect::Draw]
}

/// One level back; the first level has none, so this never quits.
fn back(state: &mut State) -> Vec<Effect> {
    match state.screen {
        Screen::Seats(_) => {
            state.screen = Screen::Performances;
            vec![Effect::Draw, Effect::FetchPerformances]
        }
        Screen::Performances if state.list.filter.is_empty() => Vec::new(),
        Screen::Performances => {
            state.list.filter.clear();
            state.list.selected = 0;
            vec![Effect::Draw]
        }
    }
}

fn in_list(state: &mut State, command: Command) -> Vec<Effect> {
    let last = state.list.left().len().saturating_sub(1);
    let before = state.list.selected;
    let selected = match command {
        Command::Move(Direction::Down) => (before + 1).min(last),
        Command::Move(Direction::Up) => before.saturating_sub(1),
        Command::First => 0,
        Command::Last => last,
        Command::Refetch => return vec![Effect::FetchPerformances],
        Command::Open => return open(state),
        _ => return Vec::new(),
    };
    state.list.selected = selected;
    if selected == before { Vec::new() } else { vec![Effect::Draw] }
}

fn open(state: &mut State) -> Vec<Effect> {
    let Some(show) = state.list.left().get(state.list.selected).copied().cloned() else {
        return Vec::new();
    };
    if !state.signed_in {
        state.notice = Some(SIGN_IN_FIRST.to_owned());
        return vec![Effect::Draw];
    }
    seats::visit(state, show)
}

/// Keys while the filter is typed: Enter keeps it, Esc drops it.
fn type_filter(state: &mut State, key: &KeyEvent) -> Vec<Effect> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let list = &mut state.list;
    match key.code {
        KeyCode::Char('c') if control => return vec![Effect::Quit],
        KeyCode::Char(letter) if !control && list.filter.chars().count() < MAX_FILTER_CHARS => {
            list.filter.push(letter);
        }
        KeyCode::Backspace if list.filter.pop().is_some() => {}
        KeyCode::Enter => list.typing = false,
        KeyCode::Esc => {
            list.typing = false;
            list.filter.clear();
        }
        _ => return Vec::new(),
    }
    list.selected = 0;
    vec![Effect::Draw]
}

/// Takes a fresh list; the selection stays with its performance.
fn listed(state: &mut State, answer: Result<Vec<Performance>, Failure>) -> Vec<Effect> {
    match answer {
        Ok(performances) => {
            let list = &mut state.list;
            let selected = list.left().get(list.selected).map(|show| show.id);
            list.shows = Some(performances.into_iter().map(Show::from).collect());
            let left = list.left();
            let place = left.iter().position(|show| Some(show.id) == selected);
            let end = left.len().saturating_sub(1);
            list.selected = place.unwrap_or(list.selected.min(end));
        }
        Err(failure) => state.notice = Some(said(&failure)),
    }
    vec![Effect::Draw]
}

/// The failure in one line.
fn said(failure: &Failure) -> String {
    match failure {
        Failure::Gone => "the performance is not there any more".to_owned(),
        Failure::SignedOut => "the session has ended: start again and sign in".to_owned(),
        Failure::Trouble(why) => why.clone(),
    }
}

#[cfg(test)]
mod tests;
