//! All sections: how much of each is free, and what it costs.

use ratatui::Frame;
use ratatui::layout::{Constraint, Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Cell, Row, Table, TableState};

use super::super::Visit;
use crate::hall::Hall;
use crate::look::{self, Look};
use crate::view::{bar, count, money};
use crate::words::Words;

const NUMBER_WIDTH: u16 = 5;
const FREE_WIDTH: u16 = 15;
const PRICE_WIDTH: u16 = 15;
/// Cells of a bar, with its ends.
const BAR_WIDTH: u16 = 22;
/// From this width on there is room for bars.
const WIDE: u16 = 76;

/// A line for each, as many as fit around the present one.
pub(super) fn draw(
    visit: &Visit,
    hall: &Hall,
    words: &Words,
    look: &Look,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let is_wide = area.width >= WIDE;
    let header = ["", words.section, words.free_of_all, words.taken, words.from_price];
    let widths = [
        Constraint::Length(NUMBER_WIDTH),
        Constraint::Fill(1),
        Constraint::Length(FREE_WIDTH),
        Constraint::Length(if is_wide { BAR_WIDTH } else { 0 }),
        Constraint::Length(PRICE_WIDTH),
    ];
    let right = |text: String| Cell::from(Line::raw(text).right_aligned());
    let row = |ordinal: usize| {
        let (counts, all) = (hall.counts_of(ordinal), hall.seats_of(ordinal));
        let price = hall.lowest_price(ordinal);
        let price = price.map_or_else(|| words.not_for_sale.to_owned(), money);
        let cells = usize::from(BAR_WIDTH) - 2;
        Row::new([
            right((ordinal + 1).to_string()),
            Cell::from(hall.sections[ordinal].name()),
            right(format!("{}/{}", count(counts.can_be_had()), count(all))),
            Cell::from(bar(look, cells, all - counts.can_be_had().min(all), all)),
            right(price),
        ])
    };
    // Only what is seen is made: a house has thousands of sections at most, and pictures are many.
    let above = above(visit.cursor.section, area);
    let seen = (above..hall.sections.len()).take(usize::from(area.height));
    let table = Table::new(seen.map(row), widths)
        .header(Row::new(header).style(look::quiet()))
        .highlight_symbol("> ")
        .row_highlight_style(look::cursor());
    let mut position = TableState::new().with_selected(visit.cursor.section - above);
    frame.render_stateful_widget(table, area, &mut position);
}

/// The section whose line is there.
pub(super) fn section_at(hall: &Hall, present: usize, area: Rect, at: Position) -> Option<usize> {
    let line = area.contains(at).then(|| usize::from(at.y - area.y))?;
    // The first line is the header.
    let section = above(present, area) + line.checked_sub(1)?;
    (section < hall.sections.len()).then_some(section)
}

/// How many sections are above the first line.
fn above(present: usize, area: Rect) -> usize {
    let lines = usize::from(area.height).saturating_sub(1).max(1);
    present.saturating_sub(lines - 1)
}
