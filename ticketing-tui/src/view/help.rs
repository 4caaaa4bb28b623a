//! The help page: the keymap's lines for the screen below.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::keymap::{self, Scope};
use crate::look::{self, Look};

const WIDTH: u16 = 44;
const KEYS_WIDTH: usize = 12;

pub(super) fn draw(scope: Scope, look: &Look, frame: &mut Frame<'_>, area: Rect) {
    let lines: Vec<Line<'_>> = keymap::lines(scope)
        .map(|line| Line::raw(format!(" {:KEYS_WIDTH$}{}", line.keys, line.does)))
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let page = area.centered(Constraint::Length(WIDTH), Constraint::Length(height));
    let block = Block::bordered()
        .border_set(look.border())
        .title_top(Line::styled(" Keys ", look::heading()))
        .title_bottom(Line::raw(" ? or Esc closes "));
    frame.render_widget(Clear, page);
    frame.render_widget(Paragraph::new(lines).block(block), page);
}
