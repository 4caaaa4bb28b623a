//! What is typed in the war room: a message, a rate, a capacity.

use crossterm::event::KeyEvent;

use super::Steer;
use crate::field::{Field, Pressed};
use crate::keymap::{self, Command, Scope};
use crate::screens::Screen;
use crate::state::{Effect, Question, State};
use crate::update;

/// The longest that is typed, in characters: the longest message.
const MAX_CHARS: usize = 500;

/// A text that says how.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) about: About,
    pub(crate) text: Field,
}

/// What is typed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum About {
    Message,
    Rate,
    Capacity,
}

impl Entry {
    pub(super) fn new(about: About) -> Self {
        Self { about, text: Field::new(MAX_CHARS) }
    }

    /// What it asks for; `None` where it has to be a number and is none.
    fn meant(&self) -> Option<Steer> {
        let text = self.text.text().trim();
        let number = || text.parse().ok().filter(|number| *number > 0);
        match self.about {
            About::Message => Some(Steer::Pause((!text.is_empty()).then(|| text.to_owned()))),
            About::Rate if text.is_empty() => Some(Steer::Rate(None)),
            About::Rate => number().map(|rate| Steer::Rate(Some(rate))),
            About::Capacity => number().map(Steer::Capacity),
        }
    }
}

/// A key while something is typed: Enter asks whether that is meant.
pub(crate) fn press(state: &mut State, key: &KeyEvent) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Steering(steering)) = state.over.last_mut() else { return Vec::new() };
    let Some(entry) = &mut steering.entry else { return Vec::new() };
    match entry.text.press(key) {
        Pressed::Changed => {}
        Pressed::Escape => steering.entry = None,
        Pressed::Enter => match entry.meant() {
            Some(steer) => {
                steering.entry = None;
                state.question = Some(Question::Steer(steer));
            }
            None => state.notice = Some(words.steering.no_number.to_owned()),
        },
        Pressed::Else if keymap::command(Scope::Steering, key) == Some(Command::Quit) => {
            steering.entry = None;
            return update::quit(state);
        }
        Pressed::Else => return Vec::new(),
    }
    vec![Effect::Draw]
}

/// Text that is pasted while something is typed.
pub(crate) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(Screen::Steering(steering)) = state.over.last_mut() else { return Vec::new() };
    let Some(entry) = &mut steering.entry else { return Vec::new() };
    entry.text.add(text.lines().next().unwrap_or_default());
    vec![Effect::Draw]
}
