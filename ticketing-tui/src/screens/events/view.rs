//! The list as a picture.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Cell, Row, Table, TableState};
use ticketing_wire::Time;
use ticketing_wire::performances::SaleStatus;
use ticketing_wire::text::clean;

use super::{Events, Show};
use crate::look;
use crate::state::{State, Target};
use crate::view::{count, left_of};
use crate::words::Words;

/// From this width on there is room for the time when the sale begins.
const WIDE: u16 = 76;
/// From this width on there is room for the time of the show, too.
const VERY_WIDE: u16 = 110;
const TIME_WIDTH: u16 = 23;
const FREE_WIDTH: u16 = 13;
const STATUS_WIDTH: u16 = 14;

/// What the upper right corner says.
pub(crate) fn note(state: &State) -> String {
    let (events, words) = (&state.events, state.words);
    match &events.shows {
        None => words.loading.to_owned(),
        Some(shows) => (words.listed)(events.left().len(), shows.len()),
    }
}

/// The list, the times of who is selected, and the filter.
fn areas(events: &Events, area: Rect) -> [Rect; 3] {
    let filter = u16::from(events.typing || !events.filter.is_empty());
    let times = u16::from(!events.left().is_empty());
    let heights = [Constraint::Min(1), Constraint::Length(times), Constraint::Length(filter)];
    Layout::vertical(heights).areas(area)
}

/// What is at this place of the screen.
pub(crate) fn target(state: &State, area: Rect, at: Position) -> Option<Target> {
    let [list, ..] = areas(&state.events, area);
    // The first line is the header; the last selected one is always seen.
    let rows = Rect { y: list.y + 1, height: list.height.saturating_sub(1), ..list };
    let above = state.events.selected.saturating_sub(usize::from(rows.height).saturating_sub(1));
    let row = rows.contains(at).then(|| above + usize::from(at.y - rows.y))?;
    (row < state.events.left().len()).then_some(Target::Show(row))
}

pub(crate) fn draw(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let (events, words) = (&state.events, state.words);
    let [area, below, filter] = areas(events, area);
    let cursor = if events.typing { "_" } else { "" };
    frame.render_widget(Line::raw(format!("/ {}{cursor}", clean(&events.filter))), filter);
    let left = events.left();
    if left.is_empty() {
        frame.render_widget(Text::raw(nothing(events, words)), area);
        return;
    }
    if let Some(show) = left.get(events.selected) {
        frame.render_widget(times(show, words), below);
    }
    let columns = usize::from(area.width >= WIDE) + usize::from(area.width >= VERY_WIDE);
    let rows = left.iter().map(|show| Row::new(cells(show, columns, state)));
    let table = Table::new(rows, widths(columns))
        .header(Row::new(header(columns, words)).style(look::quiet()))
        .highlight_symbol("> ")
        .row_highlight_style(look::cursor());
    let mut position = TableState::new().with_selected(events.selected);
    frame.render_stateful_widget(table, area, &mut position);
}

fn nothing(events: &Events, words: &Words) -> &'static str {
    match &events.shows {
        None => words.asking,
        Some(shows) if shows.is_empty() => words.no_shows,
        Some(_) => words.no_such_show,
    }
}

/// The times of the selected performance, which no narrow list has room for.
fn times(show: &Show, words: &Words) -> Line<'static> {
    let [sale, starts] = [show.on_sale_at, show.starts_at].map(|at| time(show, at));
    Line::styled((words.times)(&sale, &starts), look::quiet())
}

fn time(show: &Show, at: Time) -> String {
    at.shown_in(show.time_zone.as_deref())
}

/// Columns with so many times.
fn widths(times: usize) -> Vec<Constraint> {
    let shared =
        [Constraint::Fill(1), Constraint::Length(STATUS_WIDTH), Constraint::Length(FREE_WIDTH)];
    shared.into_iter().chain(std::iter::repeat_n(Constraint::Length(TIME_WIDTH), times)).collect()
}

fn header(times: usize, words: &Words) -> Vec<Cell<'static>> {
    let free = Cell::from(Line::raw(words.free_of_all).right_aligned());
    let times = [words.on_sale_from, words.starts].into_iter().take(times).map(Cell::from);
    [Cell::from(words.title), Cell::from(words.status), free].into_iter().chain(times).collect()
}

fn cells<'a>(show: &'a Show, times: usize, state: &State) -> Vec<Cell<'a>> {
    let total = count(show.total.into());
    let free = show.free.map_or_else(|| "?".to_owned(), |free| count(free.into()));
    let times = [show.on_sale_at, show.starts_at].into_iter().take(times);
    [
        Cell::from(show.title.as_str()),
        Cell::from(status(show, state)),
        Cell::from(Line::raw(format!("{free}/{total}")).right_aligned()),
    ]
    .into_iter()
    .chain(times.map(|at| Cell::from(time(show, at))))
    .collect()
}

/// Where the sale stands; how long until it begins, where that is still to come.
fn status(show: &Show, state: &State) -> String {
    let words = state.words;
    match &show.status {
        SaleStatus::Listed if show.on_sale_at > state.now => {
            (words.opens_in)(&left_of(show.on_sale_at, state.now))
        }
        SaleStatus::Listed => words.announced.to_owned(),
        SaleStatus::OnSale => words.on_sale.to_owned(),
        SaleStatus::SoldOut => words.sold_out.to_owned(),
        SaleStatus::Over => words.over.to_owned(),
        SaleStatus::Cancelled => words.cancelled.to_owned(),
        SaleStatus::Other(other) => clean(other).replace('_', " "),
    }
}
