//! The rules of the war room: it looks every two seconds, and nothing is done to the line that was not
//! confirmed.

use std::collections::VecDeque;
use std::time::Duration;

use ticketing_wire::line::LineStatus;

use super::typing::{About, Entry};
use super::{Seen, Steer, Steering};
use crate::keymap::Command;
use crate::screens::events::Show;
use crate::screens::{Link, Screen};
use crate::state::{Answer, Ask, Effect, Failure, Question, State};

/// From one answer to the next question.
const EVERY: Duration = Duration::from_secs(2);

pub(crate) fn open(state: &mut State, show: Show) -> Vec<Effect> {
    let number = state.numbers.visit();
    let steering = Steering {
        number,
        performance: show.id,
        title: show.title,
        seen: None,
        history: VecDeque::new(),
        entry: None,
        link: Link::Loading,
    };
    let ask = steering.look(Duration::ZERO);
    state.over.push(Screen::Steering(Box::new(steering)));
    vec![Effect::Draw, ask]
}

pub(crate) fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(Screen::Steering(steering)) = state.over.last_mut() else { return Vec::new() };
    if command == Command::Refetch {
        return vec![steering.look(Duration::ZERO)];
    }
    if steering.seen.is_none() {
        // What is not seen is not steered.
        return Vec::new();
    }
    match command {
        // Before the opening, and once all is sold, a line does not show that it is paused.
        Command::Pause if steering.is_paused() => {
            state.question = Some(Question::Steer(Steer::Resume));
        }
        Command::Resume => state.question = Some(Question::Steer(Steer::Resume)),
        Command::Pause => steering.entry = Some(Entry::new(About::Message)),
        Command::Rate => steering.entry = Some(Entry::new(About::Rate)),
        Command::Capacity => steering.entry = Some(Entry::new(About::Capacity)),
        Command::Drain => state.question = Some(Question::Steer(Steer::Drain)),
        _ => return Vec::new(),
    }
    vec![Effect::Draw]
}

/// Does what was confirmed.
pub(crate) fn steer(state: &mut State, steer: Steer) -> Vec<Effect> {
    let Some(Screen::Steering(steering)) = state.over.last() else { return Vec::new() };
    vec![Ask::Steer { performance: steering.performance, steer }.now(steering.number)]
}

/// Takes what came of that; what it changed is seen by the next look.
pub(crate) fn steered(state: &mut State, answer: Answer<Box<LineStatus>>) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Steering(steering)) = state.over.last_mut() else { return Vec::new() };
    match answer {
        Ok(status) => {
            if let Some(seen) = &mut steering.seen {
                seen.status = *status;
            }
            state.notice = Some(words.steering.done.to_owned());
        }
        Err(failure) => state.notice = Some(failure.said(words)),
    }
    let look = steering.look(Duration::ZERO);
    vec![Effect::Draw, look]
}

/// Takes a look.
pub(crate) fn seen(state: &mut State, answer: Answer<Box<Seen>>) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Steering(steering)) = state.over.last_mut() else { return Vec::new() };
    let after = match answer {
        Ok(seen) => {
            if matches!(steering.link, Link::Broken(_)) {
                state.notice = None;
            }
            steering.link = Link::Live;
            steering.note(*seen);
            EVERY
        }
        Err(failure) => {
            state.notice = Some(failure.said(words));
            match failure {
                Failure::Trouble(_) => steering.link.broke(),
                // Whoever may not look now may not look in two seconds.
                Failure::Gone | Failure::SignedOut | Failure::Refused(_) => {
                    steering.link = Link::Ended;
                    return vec![Effect::Draw];
                }
            }
        }
    };
    let look = steering.look(after);
    vec![Effect::Draw, look]
}

impl Steering {
    pub(crate) fn look(&self, after: Duration) -> Effect {
        Ask::Sale { performance: self.performance }.later(self.number, after)
    }
}
