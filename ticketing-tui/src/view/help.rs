//! The help page: the keymap's lines for the screen below.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::padded;
use crate::keymap::{self, Scope};
use crate::look::{self, Look};
use crate::words::Words;

const WIDTH: u16 = 50;
const KEYS_WIDTH: usize = 15;

pub(super) fn draw(scope: Scope, words: &Words, look: &Look, frame: &mut Frame<'_>, area: Rect) {
    let lines: Vec<Line<'_>> = keymap::lines(scope)
        .filter(|line| !line.keys.is_empty())
        .map(|line| Line::raw(format!(" {}{}", padded(line.keys, KEYS_WIDTH), (line.does)(words))))
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let page = area.centered(Constraint::Length(WIDTH), Constraint::Length(height));
    let block = Block::bordered()
        .border_set(look.border())
        .title_top(Line::styled(format!(" {} ", words.keys), look::heading()))
        .title_bottom(Line::raw(format!(" {} ", words.closes)));
    frame.render_widget(Clear, page);
    frame.render_widget(Paragraph::new(lines).block(block), page);
}
