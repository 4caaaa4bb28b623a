//! The seat map: sections, the rows of one of them, the legend, the seat under the cursor.

mod rows;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span, Text};
use ticketing_client::seats::Section;

use crate::hall::{self, Hall, Shown};
use crate::look::{self, Look};
use crate::plain;
use crate::state::{Link, Visit};

/// Cells of the bar of a standing area.
const BAR_WIDTH: usize = 40;

/// What the upper right corner says.
pub(super) fn note(visit: &Visit) -> String {
    match (&visit.hall, visit.link) {
        (_, Link::Loading) => "loading".to_owned(),
        (Some(hall), Link::Live) => format!("live, change {}", hall.version.sequence),
        (None, Link::Live) => "live".to_owned(),
        (_, Link::Broken(_)) => "STALE, asking again".to_owned(),
        (_, Link::Ended) => "STALE, ended".to_owned(),
    }
}

pub(super) fn draw(visit: &Visit, look: &Look, frame: &mut Frame<'_>, area: Rect) {
    let Some(hall) = &visit.hall else {
        frame.render_widget(Text::raw("Asking the server .."), area);
        return;
    };
    let [tabs, map, rule, legend, status] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(sections(hall, visit.cursor.section, tabs.width), tabs);
    frame.render_widget(Line::raw(look.rule().repeat(usize::from(rule.width))), rule);
    frame.render_widget(legend_line(hall, look), legend);
    match hall.sections.get(visit.cursor.section) {
        None => frame.render_widget(Text::raw("This map has no seats."), map),
        Some(Section::Seated { rows, .. }) => {
            if let Some(part) = rows::draw(hall, rows, visit.cursor, look, frame, map) {
                let part = Line::raw(format!(" {part} ")).right_aligned();
                frame.render_widget(part, rule);
            }
            frame.render_widget(under_cursor(visit, hall), status);
        }
        Some(Section::Standing { name, category, price, first_index, places }) => {
            let counts = hall.count(*first_index..first_index.saturating_add(*places));
            frame.render_widget(standing(look, name, u64::from(*places), counts), map);
            let price = price.as_ref().map_or_else(|| "not for sale".to_owned(), plain::money);
            frame.render_widget(
                Line::raw(format!("{category}, {price}, no numbered places")),
                status,
            );
        }
    }
}

/// The sections by number; the present one in brackets, always visible.
fn sections(hall: &Hall, present: usize, width: u16) -> Line<'_> {
    let tab = |(ordinal, section): (usize, &Section)| {
        let name = hall::name(section);
        if ordinal == present {
            Span::styled(format!("[{} {name}]", ordinal + 1), look::heading())
        } else {
            Span::raw(format!(" {} {name} ", ordinal + 1))
        }
    };
    let mut tabs: Vec<Span<'_>> = hall.sections.iter().enumerate().map(tab).collect();
    let mut first = 0;
    let until_present = |first: usize, tabs: &[Span<'_>]| -> usize {
        tabs[first..].iter().take(present + 1 - first).map(Span::width).sum()
    };
    while first < present && until_present(first, &tabs) + 2 > usize::from(width) {
        first += 1;
    }
    let mut shown = tabs.split_off(first.min(tabs.len()));
    if first > 0 {
        shown.insert(0, Span::raw("<"));
    }
    Line::from(shown)
}

/// What the glyphs mean, and how many seats of the house are that.
fn legend_line(hall: &Hall, look: &Look) -> Line<'static> {
    let counts = hall.counts();
    let entries = [
        (Shown::Free, counts.free, "free"),
        (Shown::Held, counts.held, "held"),
        (Shown::Sold, counts.sold, "sold"),
        (Shown::NotForSale, counts.not_for_sale, "not for sale"),
        (Shown::Unknown, counts.unknown, "unknown"),
    ];
    let mut spans = Vec::new();
    for (shown, count, word) in entries {
        if shown == Shown::Unknown && count == 0 {
            continue;
        }
        spans.push(Span::styled(look.seat(shown), look.seat_style(shown)));
        spans.push(Span::raw(format!(" {} {word}  ", plain::count(count))));
    }
    Line::from(spans)
}

fn under_cursor(visit: &Visit, hall: &Hall) -> Line<'static> {
    let Some((row, seat)) = hall.seat(visit.cursor) else { return Line::raw("no seat here") };
    let section = hall.sections.get(visit.cursor.section).map_or("", hall::name);
    let status = match hall.shown(seat.index) {
        Shown::Free => "free",
        Shown::Held => "held by somebody",
        Shown::Sold => "sold",
        Shown::NotForSale => "not for sale",
        Shown::Unknown => "unknown",
    };
    let price = seat.price.as_ref().map(|price| format!(", {}", plain::money(price)));
    Line::raw(format!(
        "{section}, row {}, seat {}: {status}{}, {}",
        row.label,
        seat.label,
        price.unwrap_or_default(),
        seat.category,
    ))
}

fn standing(look: &Look, name: &str, places: u64, counts: hall::Counts) -> Text<'static> {
    let (full, empty) = look.bar();
    let taken = places.saturating_sub(counts.free);
    let share = u64::try_from(BAR_WIDTH).unwrap_or(0) * taken / places.max(1);
    let filled = usize::try_from(share).unwrap_or(BAR_WIDTH);
    Text::from(vec![
        Line::raw(""),
        Line::styled(
            format!("  {name}: {} of {} free", plain::count(counts.free), plain::count(places)),
            look::heading(),
        ),
        Line::raw(format!("  [{}{}] taken", full.repeat(filled), empty.repeat(BAR_WIDTH - filled))),
        Line::raw(format!(
            "  {} held, {} sold, {} not for sale",
            plain::count(counts.held),
            plain::count(counts.sold),
            plain::count(counts.not_for_sale),
        )),
    ])
}
