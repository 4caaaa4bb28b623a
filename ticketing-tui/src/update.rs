//! The rules of the program: what a message makes of the state, and what is to be done then. Pure
//! and synchronous; everything that waits is an [`Effect`].

use crossterm::event::{KeyCode, KeyEvent};
use ticketing_wire::Time;

use crate::form;
use crate::keymap::{self, Command, Scope};
use crate::screens::{Screen, checkout, events, line, orders, seats, tickets};
use crate::state::{About, Effect, Message, Question, State};

/// Takes a message into the state. [`Effect::Draw`] is among the answers only when the screen is
/// different now.
pub(crate) fn update(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Terminated => vec![Effect::Quit],
        Message::Resized => vec![Effect::Draw],
        Message::Key(key) => press(state, &key),
        Message::Pasted(text) => form::update::paste(state, &text),
        Message::Tick(now) => tick(state, now),
        Message::SignedIn(answer) => form::update::signed_in(state, answer),
        Message::Listed(answer) => events::update::listed(state, answer),
        Message::About { visit, about } => {
            let is_present = state.over.last().is_some_and(|screen| screen.visit() == visit);
            // Answers to an earlier visit come late.
            if is_present { heard(state, about) } else { Vec::new() }
        }
    }
}

/// Takes what was heard for the visit on the screen.
fn heard(state: &mut State, about: About) -> Vec<Effect> {
    let Some(screen) = state.over.last_mut() else { return Vec::new() };
    match (about, screen) {
        (About::Place(answer), _) => line::update::placed(state, answer),
        (About::Line(status), Screen::Line(wait)) => line::update::line(wait, *status),
        (About::Map(answer), _) => seats::update::map(state, answer),
        (About::Seats(delta), _) => seats::update::changed(state, &delta),
        (About::Silent(failure), _) => seats::update::silent(state, &failure),
        (About::Held(answer), Screen::Checkout(_)) => checkout::update::held(state, answer),
        (About::Held(answer), _) => seats::update::held(state, answer),
        (About::Order(answer), Screen::Orders(_)) => orders::update::stands(state, answer),
        (About::Order(answer), _) => checkout::update::stands(state, answer),
        (About::Paid(answer), _) => checkout::update::paid(state, answer),
        (About::Tickets(answer), _) => tickets::update::came(state, answer),
        (About::Orders(answer), _) => orders::update::came(state, answer),
        (About::Quote { order, answer }, _) => orders::update::quoted(state, order, answer),
        (About::Line(_), _) => Vec::new(),
    }
}

fn tick(state: &mut State, now: Time) -> Vec<Effect> {
    let before = std::mem::replace(&mut state.now, now);
    let mut effects = checkout::update::tick(state, before);
    effects.push(Effect::Draw);
    effects
}

fn press(state: &mut State, key: &KeyEvent) -> Vec<Effect> {
    if state.form.is_some() {
        return form::update::press(state, key);
    }
    if let Some(question) = state.question.clone() {
        return answered(state, question, key);
    }
    if state.events.typing && state.over.is_empty() {
        return events::update::type_filter(state, key);
    }
    let Some(command) = keymap::command(state.scope(), key) else { return Vec::new() };
    let noticed = state.notice.take().is_some();
    let mut effects = obey(state, command);
    if noticed && !effects.iter().any(Effect::is_draw) {
        effects.push(Effect::Draw);
    }
    effects
}

fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Quit => return quit(state),
        Command::Help => state.help = !state.help,
        Command::Back if state.help => state.help = false,
        _ if state.help => return Vec::new(),
        Command::Back => return back(state),
        Command::Redraw => {}
        command => {
            return match state.over.last() {
                None => events::update::obey(state, command),
                Some(Screen::Line(_)) => line::update::obey(state, command),
                Some(Screen::Seats(_)) => seats::update::obey(state, command),
                Some(Screen::Checkout(_)) => checkout::update::obey(state, command),
                Some(Screen::Tickets(_)) => tickets::update::obey(state, command),
                Some(Screen::Orders(_)) => orders::update::obey(state, command),
            };
        }
    }
    vec![Effect::Draw]
}

/// One level back; the first level has none.
fn back(state: &mut State) -> Vec<Effect> {
    if matches!(state.over.last(), Some(Screen::Checkout(_))) {
        return checkout::update::back(state);
    }
    let Some(screen) = state.over.pop() else { return events::update::back(state) };
    let mut effects = vec![Effect::Draw, Effect::Forget(screen.visit())];
    if state.over.is_empty() {
        effects.push(Effect::FetchPerformances);
    }
    effects
}

/// Whoever has something that runs out is asked first.
fn quit(state: &mut State) -> Vec<Effect> {
    let waits = |screen: &Screen| match screen {
        Screen::Checkout(checkout) => checkout.deadline().is_some(),
        _ => false,
    };
    if !state.over.iter().any(waits) {
        return vec![Effect::Quit];
    }
    state.question = Some(Question::Quit);
    vec![Effect::Draw]
}

/// Only a y does it.
fn answered(state: &mut State, question: Question, key: &KeyEvent) -> Vec<Effect> {
    let is_cancel = matches!(keymap::command(state.scope(), key), Some(Command::Quit));
    match key.code {
        KeyCode::Char('y' | 'Y') => {}
        KeyCode::Char('n' | 'N') | KeyCode::Esc => {
            state.question = None;
            return vec![Effect::Draw];
        }
        // Twice is meant.
        _ if is_cancel => return vec![Effect::Quit],
        _ => return Vec::new(),
    }
    state.question = None;
    match question {
        Question::Quit => vec![Effect::Quit],
        Question::LeaveLine => line::update::leave(state),
        Question::GiveUpOrder => checkout::update::give_up(state),
        Question::GiveBack { order, quote } => orders::update::give_back(state, order, quote),
    }
}

impl State {
    pub(crate) fn scope(&self) -> Scope {
        self.over.last().map_or(Scope::Events, Screen::scope)
    }
}

impl Effect {
    pub(crate) fn is_draw(&self) -> bool {
        matches!(self, Self::Draw)
    }
}

#[cfg(test)]
mod tests;
