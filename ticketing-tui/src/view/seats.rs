//! The seat map: sections, the rows of one of them, the legend, the seat under the cursor.

mod rows;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span, Text};

use crate::hall::{self, Hall, Section, Shown};
use crate::look::{self, Look};
use crate::state::{Link, Visit};

use super::count;

/// Cells of the bar of a standing area.
const BAR_WIDTH: usize = 40;

/// Cells of the rules on both sides of the word for the stage.
const STAGE_RULE: usize = 8;

/// Cells between two entries of the legend; nothing is lost when the last are cut off.
const ENTRY_GAP: usize = 2;

/// What the upper right corner says.
pub(super) fn note(visit: &Visit) -> String {
    match (&visit.hall, visit.link) {
        (_, Link::Loading) => "loading".to_owned(),
        (Some(hall), Link::Live) => format!("live, change {}", hall.version().sequence),
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
    let meanings = legend_lines(hall, look, area.width);
    let [tabs, map, rule, legend, status] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(1),
        Constraint::Length(u16::try_from(meanings.len()).unwrap_or(1)),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(sections(hall, visit.cursor.section, tabs.width), tabs);
    frame.render_widget(Line::raw(look.rule().repeat(usize::from(rule.width))), rule);
    frame.render_widget(Text::from(meanings), legend);
    match hall.sections.get(visit.cursor.section) {
        None => frame.render_widget(Text::raw("This map has no seats."), map),
        Some(Section::Seated { rows, .. }) => {
            let [stage, seats] =
                Layout::vertical([Constraint::Length(1), Constraint::Min(1)]).areas(map);
            frame.render_widget(stage_line(look), stage);
            if let Some(part) = rows::draw(hall, rows, visit.cursor, look, frame, seats) {
                let part = Line::raw(format!(" {part} ")).right_aligned();
                frame.render_widget(part, rule);
            }
            frame.render_widget(under_cursor(visit, hall), status);
        }
        Some(Section::Standing { name, category, first_index, places }) => {
            let counts = hall.count(*first_index..first_index.saturating_add(*places));
            frame.render_widget(standing(look, name, u64::from(*places), counts), map);
            let hall::Category { name, price } = hall.category(*category);
            let price = price.map_or_else(|| "not for sale".to_owned(), |price| price.to_string());
            let line = Line::raw(format!("{name}, {price}, no numbered places"));
            frame.render_widget(line, status);
        }
    }
}

/// The sections by number; the present one in brackets, always visible.
fn sections(hall: &Hall, present: usize, width: u16) -> Line<'_> {
    let tab = |(ordinal, section): (usize, &Section)| {
        let name = section.name();
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

/// Where the stage is: in front of the first row.
fn stage_line(look: &Look) -> Line<'static> {
    let rule = look.rule().repeat(STAGE_RULE);
    Line::styled(format!("{rule} stage {rule}"), look::quiet()).centered()
}

/// What the glyphs mean, and how many seats of the house are that, in as many lines as it takes.
fn legend_lines(hall: &Hall, look: &Look, width: u16) -> Vec<Line<'static>> {
    let counts = hall.counts();
    let entries = [
        (Shown::Free, counts.free, "free"),
        (Shown::Accessible, counts.accessible, "for wheelchairs"),
        (Shown::Held, counts.held, "held"),
        (Shown::Sold, counts.sold, "sold"),
        (Shown::NotForSale, counts.not_for_sale, "not for sale"),
        (Shown::Unknown, counts.unknown, "unknown"),
    ];
    let mut lines = vec![Line::default()];
    for (shown, number, word) in entries {
        if matches!(shown, Shown::Unknown | Shown::Accessible) && number == 0 {
            continue;
        }
        let entry = [
            Span::styled(look.seat(shown), look.seat_style(shown)),
            Span::raw(format!(" {} {word}  ", count(number))),
        ];
        let entry_width: usize = entry.iter().map(Span::width).sum();
        let line = lines.last().map_or(0, Line::width);
        if line > 0 && line + entry_width > usize::from(width) + ENTRY_GAP {
            lines.push(Line::default());
        }
        if let Some(line) = lines.last_mut() {
            line.extend(entry);
        }
    }
    lines
}

fn under_cursor(visit: &Visit, hall: &Hall) -> Line<'static> {
    let Some((row, seat)) = hall.seat(visit.cursor) else { return Line::raw("no seat here") };
    let section = hall.sections.get(visit.cursor.section).map_or("", Section::name);
    let status = match hall.shown(seat.index) {
        Shown::Free | Shown::Accessible => "free",
        Shown::Held => "held by somebody",
        Shown::Sold => "sold",
        Shown::NotForSale => "not for sale",
        Shown::Unknown => "unknown",
    };
    let kind = if seat.accessible { ", for a wheelchair" } else { "" };
    let hall::Category { name, price } = hall.category(seat.category);
    let price = price.map(|price| format!(", {price}")).unwrap_or_default();
    Line::raw(format!(
        "{section}, row {}, seat {}: {status}{kind}{price}, {name}",
        row.label, seat.label,
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
            format!("  {name}: {} of {} free", count(counts.free), count(places)),
            look::heading(),
        ),
        Line::raw(format!("  [{}{}] taken", full.repeat(filled), empty.repeat(BAR_WIDTH - filled))),
        Line::raw(format!(
            "  {} held, {} sold, {} not for sale",
            count(counts.held),
            count(counts.sold),
            count(counts.not_for_sale),
        )),
    ])
}
