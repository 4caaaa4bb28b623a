//! One line that is typed: letters, pasted text, and the keys that mend it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A text with a bound. It never holds a control character.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    text: String,
    chars_max: usize,
}

/// What a key was to a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Pressed {
    Changed,
    Enter,
    Escape,
    /// Not for a field.
    Else,
}

impl Field {
    pub(crate) fn new(chars_max: usize) -> Self {
        Self { text: String::new(), chars_max }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
    }

    /// As much of it as there is room for.
    pub(crate) fn add(&mut self, text: &str) {
        let room = self.chars_max.saturating_sub(self.text.chars().count());
        self.text.extend(text.chars().filter(|letter| !letter.is_control()).take(room));
    }

    pub(crate) fn press(&mut self, key: &KeyEvent) -> Pressed {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Pressed::Enter,
            KeyCode::Esc => return Pressed::Escape,
            KeyCode::Char('u') if control => self.clear(),
            KeyCode::Char(letter) if !control => self.add(letter.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace => drop(self.text.pop()),
            _ => return Pressed::Else,
        }
        Pressed::Changed
    }
}
