//! The rules of the program: what a message makes of the state, and what is to be done then. Pure
//! and synchronous; everything that waits is an [`Effect`].

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};
use ticketing_wire::Time;

use crate::form;
use crate::hall::Direction;
use crate::keymap::{self, Command, Scope};
use crate::screens::{Screen, checkout, door, events, line, orders, seats, steering, tickets};
use crate::state::{About, Ask, Effect, Failure, Help, Message, Question, State, Target};
use crate::view;

/// Takes a message into the state. [`Effect::Draw`] is among the answers only when the screen is
/// different now.
pub(crate) fn update(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Terminated => vec![Effect::Quit],
        Message::Resized => vec![Effect::Draw],
        Message::Key(key) => press(state, &key),
        Message::Pasted(text) => paste(state, &text),
        Message::Clicked(target) => click(state, target),
        Message::Scrolled(direction) => scroll(state, direction),
        Message::Tick(now) => tick(state, now),
        Message::SignedIn(answer) => form::update::signed_in(state, answer),
        Message::Listed(answer) => events::update::listed(state, answer),
        Message::About { visit, about } => {
            if matches!(about.failure(), Some(Failure::SignedOut)) {
                state.who = None;
            }
            // Answers to an earlier visit come late.
            let at = state.over.iter().position(|screen| screen.visit() == visit);
            let seen = state.over.last().map(Screen::visit);
            let effects = at.map_or_else(Vec::new, |at| heard(state, at, about));
            if state.over.last().map(Screen::visit) != seen {
                // It was about a screen that is gone.
                state.question = None;
            }
            effects
        }
    }
}

/// Takes what was heard for this screen. Waiting goes on below whatever lies over it; what the others
/// hear there is asked for again when they are seen again.
fn heard(state: &mut State, at: usize, about: About) -> Vec<Effect> {
    let is_seen = at + 1 == state.over.len();
    let Some(screen) = state.over.get_mut(at) else { return Vec::new() };
    match (about, screen) {
        (About::Place(answer), Screen::Line(_)) => line::update::placed(state, at, answer),
        (About::Line(status), Screen::Line(wait)) => line::update::line(wait, *status),
        _ if !is_seen => Vec::new(),
        (About::Map(answer), _) => seats::update::map(state, answer),
        (About::Seats(delta), _) => seats::update::changed(state, &delta),
        (About::Silent(failure), _) => seats::update::silent(state, &failure),
        (About::Held(answer), Screen::Checkout(_)) => checkout::update::held(state, answer),
        (About::Held(answer), _) => seats::update::held(state, answer),
        (About::Order(answer), Screen::Orders(_)) => orders::update::stands(state, answer),
        (About::Order(answer), _) => checkout::update::became(state, answer),
        (About::Stands(answer), _) => checkout::update::stands(state, answer),
        (About::Paid(answer), _) => checkout::update::paid(state, answer),
        (About::Tickets(answer), _) => tickets::update::came(state, answer),
        (About::Orders(answer), _) => orders::update::came(state, answer),
        (About::Quote { order, answer }, _) => orders::update::quoted(state, order, answer),
        (About::Sale(answer), _) => steering::update::seen(state, answer),
        (About::Steered(answer), _) => steering::update::steered(state, answer),
        (About::CheckedIn { nonce, answer }, _) => door::update::checked_in(state, &nonce, answer),
        (About::Annulled { scan, answer }, _) => door::update::annulled(state, scan, answer),
        (About::Place(_) | About::Line(_), _) => Vec::new(),
    }
}

fn tick(state: &mut State, now: Time) -> Vec<Effect> {
    state.now = now;
    let before = std::mem::replace(&mut state.ticked, now);
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
    match state.over.last() {
        Some(Screen::Seats(visit)) if visit.finding.is_some() => {
            return seats::finding::press(state, key);
        }
        Some(Screen::Steering(steering)) if steering.entry.is_some() => {
            return steering::typing::press(state, key);
        }
        Some(Screen::Door(_)) if state.help.is_none() => {
            if let Some(effects) = door::typing::press(state, key) {
                return effects;
            }
        }
        _ => {}
    }
    if let Some(direction) = state.help.and_then(|_| keymap::scrolls(key)) {
        return scroll(state, direction);
    }
    let Some(command) = keymap::command(state.scope(), key) else { return Vec::new() };
    let noticed = state.notice.take().is_some();
    let mut effects = obey(state, command);
    if noticed && !effects.iter().any(Effect::is_draw) {
        effects.push(Effect::Draw);
    }
    effects
}

/// What was pasted goes where letters go.
fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    match state.over.last() {
        _ if state.form.is_some() => form::update::paste(state, text),
        Some(Screen::Seats(_)) => seats::finding::paste(state, text),
        Some(Screen::Steering(_)) => steering::typing::paste(state, text),
        Some(Screen::Door(_)) => door::typing::paste(state, text),
        _ => Vec::new(),
    }
}

/// A click on what lies under everything else does nothing.
fn click(state: &mut State, target: Target) -> Vec<Effect> {
    if state.form.is_some() || state.question.is_some() || state.help.is_some() {
        return Vec::new();
    }
    // As a key does: what was said before is over, and so is what was typed.
    state.notice = None;
    state.events.typing = false;
    match state.over.last() {
        None => events::update::click(state, target),
        Some(Screen::Seats(_)) => seats::update::click(state, target),
        Some(_) => Vec::new(),
    }
}

/// The wheel walks as the arrows do.
fn scroll(state: &mut State, direction: Direction) -> Vec<Effect> {
    if state.form.is_some() || state.question.is_some() {
        return Vec::new();
    }
    // What is hidden on the smallest screen; a larger one hides less.
    let last = keymap::page(state.scope()).count().saturating_sub(view::help::FLOOR_LINES);
    let Some(help) = &mut state.help else {
        let noticed = state.notice.take().is_some();
        let mut effects = obey(state, Command::Move(direction));
        if noticed {
            effects.push(Effect::Draw);
        }
        return effects;
    };
    let top = match direction {
        Direction::Up | Direction::Left => help.top.saturating_sub(1),
        Direction::Down | Direction::Right => (help.top + 1).min(last),
    };
    let before = std::mem::replace(&mut help.top, top);
    if before == top { Vec::new() } else { vec![Effect::Draw] }
}

fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Quit => return quit(state),
        Command::Help if state.help.is_none() => state.help = Some(Help::default()),
        Command::Help | Command::Back if state.help.is_some() => state.help = None,
        _ if state.help.is_some() => return Vec::new(),
        Command::Back => return back(state),
        Command::Redraw => return vec![Effect::Redraw],
        command => {
            return match state.over.last() {
                None => events::update::obey(state, command),
                Some(Screen::Line(_)) => line::update::obey(state, command),
                Some(Screen::Seats(_)) => seats::update::obey(state, command),
                Some(Screen::Checkout(_)) => checkout::update::obey(state, command),
                Some(Screen::Tickets(_)) => tickets::update::obey(state, command),
                Some(Screen::Orders(_)) => orders::update::obey(state, command),
                Some(Screen::Steering(_)) => steering::update::obey(state, command),
                Some(Screen::Door(_)) => door::update::obey(state, command),
            };
        }
    }
    vec![Effect::Draw]
}

/// One level back; the first level has none.
fn back(state: &mut State) -> Vec<Effect> {
    match state.over.last() {
        // What was asked has to be heard: it may be a hold, or an order.
        Some(Screen::Seats(visit)) if visit.busy.is_some() => return wait(state),
        Some(Screen::Checkout(checkout)) if checkout.doing.matters() => return wait(state),
        Some(Screen::Checkout(_)) => return checkout::update::back(state),
        Some(Screen::Door(door)) if door.unanswered() > 0 => {
            state.question = Some(Question::LeaveDoor);
            return vec![Effect::Draw];
        }
        _ => {}
    }
    leave(state)
}

fn leave(state: &mut State) -> Vec<Effect> {
    let Some(screen) = state.over.pop() else { return events::update::back(state) };
    let mut effects = vec![Effect::Draw, Effect::Forget(screen.visit())];
    match state.over.last() {
        None => effects.push(Effect::FetchPerformances { after: Duration::ZERO }),
        Some(Screen::Orders(orders)) => effects.push(Ask::Orders.now(orders.number)),
        Some(_) => {}
    }
    effects
}

fn wait(state: &mut State) -> Vec<Effect> {
    state.notice = Some(state.words.wait_for_answer.to_owned());
    vec![Effect::Draw]
}

/// Whoever has something that runs out is asked first.
pub(crate) fn quit(state: &mut State) -> Vec<Effect> {
    let waits = |screen: &Screen| match screen {
        Screen::Checkout(checkout) => checkout.deadline().is_some() || checkout.doing.matters(),
        Screen::Seats(visit) => visit.busy.is_some(),
        Screen::Door(door) => door.unanswered() > 0,
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
    let mut effects = match question {
        Question::Quit => vec![Effect::Quit],
        Question::LeaveLine => line::update::leave(state),
        Question::GiveUpOrder => checkout::update::give_up(state),
        Question::Steer(steer) => steering::update::steer(state, steer),
        Question::LeaveDoor => leave(state),
        Question::GiveBack { order, quote } => orders::update::give_back(state, order, quote),
    };
    // The question is gone, whatever came of it.
    effects.push(Effect::Draw);
    effects
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
