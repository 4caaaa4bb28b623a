//! The help page: the keymap's lines for the screen below.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::{FLOOR_HEIGHT, padded};
use crate::keymap::{self, Scope};
use crate::look::{self, Look};
use crate::state::Help;
use crate::words::Words;

const WIDTH: u16 = 50;
const KEYS_WIDTH: usize = 15;
const BORDERS: u16 = 2;
/// The lines of a page that the smallest screen has room for.
pub(crate) const FLOOR_LINES: usize = (FLOOR_HEIGHT - 2 * BORDERS) as usize;

pub(super) fn draw(
    help: Help,
    scope: Scope,
    words: &Words,
    look: &Look,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let lines: Vec<Line<'_>> = keymap::page(scope)
        .map(|line| Line::raw(format!(" {}{}", padded(line.keys, KEYS_WIDTH), (line.does)(words))))
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(BORDERS);
    let page = area.centered(Constraint::Length(WIDTH), Constraint::Length(height));
    // As far down as there is something more to see.
    let hidden = height.saturating_sub(page.height);
    let top = u16::try_from(help.top).unwrap_or(u16::MAX).min(hidden);
    let block = Block::bordered()
        .border_set(look.border())
        .title_top(Line::styled(format!(" {} ", words.keys), look::heading()))
        .title_bottom(Line::raw(format!(" {} ", words.closes)));
    let block = if hidden > 0 {
        block.title_bottom(Line::raw(format!(" {} ", words.scrolls)).right_aligned())
    } else {
        block
    };
    frame.render_widget(Clear, page);
    frame.render_widget(Paragraph::new(lines).scroll((top, 0)).block(block), page);
}
