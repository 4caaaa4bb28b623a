//! Going to a seat by what people call it: `Block B 7 12`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Visit;
use crate::screens::Screen;
use crate::state::{Effect, State};
use crate::update;

/// The longest name that is looked for, in characters.
const MAX_CHARS: usize = 60;

impl Visit {
    /// Takes more of the name.
    pub(super) fn type_more(&mut self, text: &str) {
        let Some(name) = &mut self.finding else { return };
        let room = MAX_CHARS.saturating_sub(name.chars().count());
        name.extend(text.chars().filter(|letter| !letter.is_control()).take(room));
    }
}

/// A key while a seat is named.
pub(crate) fn press(state: &mut State, key: &KeyEvent) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Seats(visit)) = state.over.last_mut() else { return Vec::new() };
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Esc => visit.finding = None,
        KeyCode::Char('c') if control => {
            visit.finding = None;
            return update::quit(state);
        }
        KeyCode::Char('u') if control => visit.finding = Some(String::new()),
        KeyCode::Char(letter) if !control => visit.type_more(letter.encode_utf8(&mut [0; 4])),
        KeyCode::Backspace => {
            visit.finding.as_mut().and_then(String::pop);
        }
        KeyCode::Enter => {
            let name = visit.finding.take().unwrap_or_default();
            let hall = visit.hall.as_ref();
            match hall.and_then(|hall| hall.named(visit.cursor, &name)) {
                Some(cursor) => {
                    visit.cursor = cursor;
                    visit.overview = false;
                }
                None if name.trim().is_empty() => {}
                None => state.notice = Some((words.no_such_seat)(name.trim())),
            }
        }
        _ => return Vec::new(),
    }
    vec![Effect::Draw]
}

/// Text that is pasted while a seat is named.
pub(crate) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(Screen::Seats(visit)) = state.over.last_mut() else { return Vec::new() };
    if visit.finding.is_none() {
        return Vec::new();
    }
    visit.type_more(text.lines().next().unwrap_or_default());
    vec![Effect::Draw]
}
