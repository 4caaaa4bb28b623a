//! The state as a picture. Nothing here decides anything.

mod help;
mod performances;
mod seats;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph};

use crate::keymap;
use crate::look::{self, Look};
use crate::state::{Screen, State};

/// The smallest screen that is drawn on.
pub(crate) const FLOOR_WIDTH: u16 = 60;
const FLOOR_HEIGHT: u16 = 18;

pub(crate) fn draw(state: &State, look: &Look, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < FLOOR_WIDTH || area.height < FLOOR_HEIGHT {
        let needed = format!(
            "{}x{} is too small: {FLOOR_WIDTH}x{FLOOR_HEIGHT} is needed",
            area.width, area.height
        );
        frame.render_widget(Paragraph::new(needed), area);
        return;
    }
    let (title, note) = match &state.screen {
        Screen::Performances => ("Performances".to_owned(), performances::note(&state.list)),
        Screen::Seats(visit) => (visit.show.title.clone(), seats::note(visit)),
    };
    let inside = framed(state, look, frame, &title, &note);
    match &state.screen {
        Screen::Performances => performances::draw(&state.list, frame, inside),
        Screen::Seats(visit) => seats::draw(visit, look, frame, inside),
    }
    if state.help {
        help::draw(state.scope(), look, frame, inside);
    }
}

/// The frame: what this is, how fresh it is, which keys there are. A notice takes the last line
/// inside. Answers what is left.
fn framed(state: &State, look: &Look, frame: &mut Frame<'_>, title: &str, note: &str) -> Rect {
    let area = frame.area();
    let note = Line::raw(format!(" {note} "));
    let room = usize::from(area.width).saturating_sub(note.width() + 4);
    let title = Line::styled(format!(" {} ", cut(title, room.saturating_sub(2))), look::heading());
    let block = Block::bordered()
        .border_set(look.border())
        .title_top(title)
        .title_top(note.right_aligned())
        .title_bottom(Line::raw(format!(" {} ", keymap::footer(state.scope()))));
    let mut inside = block.inner(area);
    frame.render_widget(block, area);
    if let Some(notice) = &state.notice {
        inside.height -= 1;
        let line = Rect { y: inside.bottom(), height: 1, ..inside };
        frame.render_widget(Line::styled(format!("! {notice}"), look.notice()), line);
    }
    inside
}

/// `1252` as `1,252`.
fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// As many whole characters as fit into this many cells.
fn cut(text: &str, cells: usize) -> String {
    let mut short = String::new();
    for letter in text.chars() {
        short.push(letter);
        if Line::raw(short.as_str()).width() > cells {
            short.pop();
            break;
        }
    }
    short
}

#[cfg(test)]
mod tests;
