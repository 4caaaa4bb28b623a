//! What is typed at the door: codes first of all; the name of the gate, and why a scan was a mistake.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ticketing_wire::door::NewAnnulment;

use super::{About, Door, update};
use crate::field::{Field, Pressed};
use crate::keymap::{self, Command, Scope};
use crate::screens::Screen;
use crate::state::{Ask, Effect, State};

/// A key at the door, where nothing lies over it; `None` where it is no letter and ends no line.
pub(crate) fn press(state: &mut State, key: &KeyEvent) -> Option<Vec<Effect>> {
    let Some(Screen::Door(door)) = state.over.last_mut() else { return None };
    // No code has one, and help has to be found.
    let is_help = key.code == KeyCode::Char('?') && !key.modifiers.contains(KeyModifiers::CONTROL);
    if is_help && door.entry.is_none() {
        return None;
    }
    state.notice = None;
    let Some((_, field)) = &mut door.entry else {
        return match door.code.press(key) {
            Pressed::Changed => Some(vec![Effect::Draw]),
            Pressed::Enter => Some(update::scan(state)),
            Pressed::Escape if !door.code.text().is_empty() => {
                door.code.clear();
                Some(vec![Effect::Draw])
            }
            Pressed::Escape | Pressed::Else => None,
        };
    };
    match field.press(key) {
        Pressed::Changed => Some(vec![Effect::Draw]),
        Pressed::Escape => {
            door.entry = None;
            Some(vec![Effect::Draw])
        }
        Pressed::Enter => Some(door.entered()),
        Pressed::Else if keymap::command(Scope::Door, key) == Some(Command::Quit) => None,
        Pressed::Else => Some(Vec::new()),
    }
}

/// Pasted text: each line that ends is scanned, as if it were typed.
pub(crate) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for line in text.split_inclusive(['\n', '\r']) {
        let Some(Screen::Door(door)) = state.over.last_mut() else { break };
        let ends = line.ends_with(['\n', '\r']);
        match &mut door.entry {
            Some((_, field)) => {
                field.add(line);
                break;
            }
            None => door.code.add(line),
        }
        if ends {
            effects.extend(update::scan(state));
        }
    }
    effects.push(Effect::Draw);
    effects
}

impl Door {
    /// Opens the line for something else than a code.
    pub(super) fn ask(&mut self, about: About) {
        self.entry = Some((about, Field::new(super::WORDS_CHARS_MAX)));
    }

    /// What was typed is meant; without a reason nothing is taken back.
    fn entered(&mut self) -> Vec<Effect> {
        let Some((about, field)) = self.entry.take() else { return Vec::new() };
        let text = field.text().trim().to_owned();
        let mut effects = vec![Effect::Draw];
        match about {
            About::Gate => self.gate = (!text.is_empty()).then_some(text),
            About::Reason(_) if text.is_empty() => self.entry = Some((about, field)),
            About::Reason(scan_id) => {
                let annulment = NewAnnulment { scan_id, reason: text };
                let ask = Ask::Annul { performance: self.performance, annulment };
                effects.push(ask.now(self.number));
            }
        }
        effects
    }
}
