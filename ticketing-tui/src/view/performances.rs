//! The list of performances.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Cell, Row, Table, TableState};

use crate::look;
use crate::plain;
use crate::state::{List, Show};

/// From this width on there is room for the time of the show.
const WIDE: u16 = 76;
const TIME_WIDTH: u16 = 12;
const FREE_WIDTH: u16 = 13;
const STATUS_WIDTH: u16 = 11;

/// What the upper right corner says.
pub(super) fn note(list: &List) -> String {
    match &list.shows {
        None => "loading".to_owned(),
        Some(shows) if list.filter.is_empty() => format!("{} listed, times in UTC", shows.len()),
        Some(shows) => format!("{} of {}, times in UTC", list.left().len(), shows.len()),
    }
}

pub(super) fn draw(list: &List, frame: &mut Frame<'_>, mut area: Rect) {
    if list.typing || !list.filter.is_empty() {
        area.height -= 1;
        let cursor = if list.typing { "_" } else { "" };
        let line = Line::raw(format!("/ {}{cursor}", plain::text(&list.filter)));
        frame.render_widget(line, Rect { y: area.bottom(), height: 1, ..area });
    }
    let left = list.left();
    if left.is_empty() {
        frame.render_widget(Text::raw(nothing(list)), area);
        return;
    }
    let wide = area.width >= WIDE;
    let rows = left.iter().map(|show| Row::new(cells(show, wide)));
    let table = Table::new(rows, widths(wide))
        .header(Row::new(header(wide)).style(look::quiet()))
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

fn widths(wide: bool) -> Vec<Constraint> {
    let shared = [
        Constraint::Fill(1),
        Constraint::Length(STATUS_WIDTH),
        Constraint::Length(FREE_WIDTH),
        Constraint::Length(TIME_WIDTH),
    ];
    let starts = wide.then_some(Constraint::Length(TIME_WIDTH));
    shared.into_iter().chain(starts).collect()
}

fn header(wide: bool) -> Vec<Cell<'static>> {
    let starts = wide.then_some(Cell::from("starts"));
    let free = Cell::from(Line::raw("free of all").right_aligned());
    [Cell::from("title"), Cell::from("status"), free, Cell::from("on sale from")]
        .into_iter()
        .chain(starts)
        .collect()
}

fn cells(show: &Show, wide: bool) -> Vec<Cell<'_>> {
    let free = match (show.free, show.total) {
        (Some(free), Some(total)) => format!("{}/{}", plain::count(free), plain::count(total)),
        (_, Some(total)) => format!("?/{}", plain::count(total)),
        (_, None) => "?".to_owned(),
    };
    let starts = wide.then(|| Cell::from(plain::time(show.starts_at)));
    [
        Cell::from(show.title.as_str()),
        Cell::from(show.status.as_str()),
        Cell::from(Line::raw(free).right_aligned()),
        Cell::from(plain::time(show.on_sale_at)),
    ]
    .into_iter()
    .chain(starts)
    .collect()
}
