//! The list of performances.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Cell, Row, Table, TableState};
use ticketing_wire::Time;
use ticketing_wire::text::clean;

use crate::look;
use crate::state::{List, Show};

use super::count;

/// From this width on there is room for the time when the sale begins.
const WIDE: u16 = 76;
/// From this width on there is room for the time of the show, too.
const VERY_WIDE: u16 = 110;
const TIME_WIDTH: u16 = 23;
const FREE_WIDTH: u16 = 13;
const STATUS_WIDTH: u16 = 11;

/// What the upper right corner says.
pub(super) fn note(list: &List) -> String {
    match &list.shows {
        None => "loading".to_owned(),
        Some(shows) if list.filter.is_empty() => {
            format!("{} listed, times of the house", shows.len())
        }
        Some(shows) => format!("{} of {}, times of the house", list.left().len(), shows.len()),
    }
}

pub(super) fn draw(list: &List, frame: &mut Frame<'_>, mut area: Rect) {
    if list.typing || !list.filter.is_empty() {
        area.height -= 1;
        let cursor = if list.typing { "_" } else { "" };
        let line = Line::raw(format!("/ {}{cursor}", clean(&list.filter)));
        frame.render_widget(line, Rect { y: area.bottom(), height: 1, ..area });
    }
    let left = list.left();
    if left.is_empty() {
        frame.render_widget(Text::raw(nothing(list)), area);
        return;
    }
    if let Some(show) = left.get(list.selected) {
        area.height -= 1;
        frame.render_widget(times(show), Rect { y: area.bottom(), height: 1, ..area });
    }
    let columns = usize::from(area.width >= WIDE) + usize::from(area.width >= VERY_WIDE);
    let rows = left.iter().map(|show| Row::new(cells(show, columns)));
    let table = Table::new(rows, widths(columns))
        .header(Row::new(header(columns)).style(look::quiet()))
        .highlight_symbol("> ")
        .row_highlight_style(look::cursor());
    let mut position = TableState::new().with_selected(list.selected);
    frame.render_stateful_widget(table, area, &mut position);
}

fn nothing(list: &List) -> &'static str {
    match &list.shows {
        None => "Asking the server ..",
        Some(shows) if shows.is_empty() => "No performances are listed.",
        Some(_) => "No title has this in it. Esc drops the filter.",
    }
}

/// The times of the selected performance, which no narrow list has room for.
fn times(show: &Show) -> Line<'static> {
    let [sale, starts] = [show.on_sale_at, show.starts_at].map(|at| time(show, at));
    Line::styled(format!("sale {sale}, show {starts}"), look::quiet())
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

fn header(times: usize) -> Vec<Cell<'static>> {
    let free = Cell::from(Line::raw("free of all").right_aligned());
    let times = ["on sale from", "starts"].into_iter().take(times).map(Cell::from);
    [Cell::from("title"), Cell::from("status"), free].into_iter().chain(times).collect()
}

fn cells(show: &Show, times: usize) -> Vec<Cell<'_>> {
    let total = count(show.total.into());
    let free = show.free.map_or_else(|| "?".to_owned(), |free| count(free.into()));
    let times = [show.on_sale_at, show.starts_at].into_iter().take(times);
    [
        Cell::from(show.title.as_str()),
        Cell::from(show.status.as_str()),
        Cell::from(Line::raw(format!("{free}/{total}")).right_aligned()),
    ]
    .into_iter()
    .chain(times.map(|at| Cell::from(time(show, at))))
    .collect()
}
