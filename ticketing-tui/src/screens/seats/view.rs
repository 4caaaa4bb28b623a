//! The seat map: sections, the rows of one of them, the legend, the seat under the cursor.

mod overview;
mod rows;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span, Text};

use super::Visit;
use crate::hall::{self, Hall, Section, Shown};
use crate::look::{self, Look};
use crate::state::{State, Target};
use crate::view::{bar, count, left_of, link, money};
use ticketing_wire::text::clean;

use crate::words::Words;

/// Cells of the bar of a standing area.
const BAR_WIDTH: usize = 40;

/// Cells of the rules on both sides of the word for the stage.
const STAGE_RULE: usize = 8;

/// Before the first tab that is seen, where there are others before.
const CUT_OFF: &str = "<";

/// Cells between two entries of the legend; nothing is lost when the last are cut off.
const ENTRY_GAP: usize = 2;

/// What the upper right corner says.
pub(crate) fn note(visit: &Visit, state: &State) -> String {
    let words = state.words;
    let link = link(visit.link, words);
    match &visit.pass {
        Some(pass) => {
            let left = left_of(pass.expires_at, state.now);
            format!("{}, {link}", (words.pass_left)(&left))
        }
        None => format!("{}, {link}", words.looking),
    }
}

/// Where what is.
struct Areas {
    tabs: Rect,
    map: Rect,
    rule: Rect,
    legend: Rect,
    status: Rect,
}

fn areas(area: Rect, meanings: usize) -> Areas {
    let [tabs, map, rule, legend, status] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(1),
        Constraint::Length(u16::try_from(meanings).unwrap_or(1)),
        Constraint::Length(1),
    ])
    .areas(area);
    Areas { tabs, map, rule, legend, status }
}

/// The stage, and the rows before it.
fn staged(map: Rect) -> [Rect; 2] {
    Layout::vertical([Constraint::Length(1), Constraint::Min(1)]).areas(map)
}

/// What is at this place of the screen.
pub(crate) fn target(
    visit: &Visit,
    words: &Words,
    look: &Look,
    area: Rect,
    at: Position,
) -> Option<Target> {
    let hall = visit.hall.as_ref()?;
    let Areas { tabs, map, .. } =
        areas(area, legend_lines(visit, hall, words, look, area.width).len());
    if tabs.contains(at) {
        let section = tab_at(hall, visit.cursor.section, tabs, at)?;
        return Some(Target::Section(section));
    }
    if visit.overview {
        return overview::section_at(hall, visit.cursor.section, map, at).map(Target::Section);
    }
    let [_, seats] = staged(map);
    rows::seat_at(hall.rows(visit.cursor), visit.cursor, seats, at).map(Target::Seat)
}

pub(crate) fn draw(visit: &Visit, state: &State, look: &Look, frame: &mut Frame<'_>, area: Rect) {
    let words = state.words;
    let Some(hall) = &visit.hall else {
        frame.render_widget(Text::raw(words.asking), area);
        return;
    };
    let meanings = legend_lines(visit, hall, words, look, area.width);
    let Areas { tabs, map, rule, legend, status } = areas(area, meanings.len());
    frame.render_widget(sections(hall, visit.cursor.section, tabs.width), tabs);
    frame.render_widget(Line::raw(look.rule().repeat(usize::from(rule.width))), rule);
    frame.render_widget(Text::from(meanings), legend);
    let asked = asked(visit, words);
    match hall.sections.get(visit.cursor.section) {
        None => frame.render_widget(Text::raw(words.no_seats), map),
        Some(_) if visit.overview => {
            overview::draw(visit, hall, words, look, frame, map);
            frame.render_widget(asked.unwrap_or_else(|| Line::raw(words.enters_section)), status);
        }
        Some(Section::Seated { rows, .. }) => {
            let [stage, seats] = staged(map);
            frame.render_widget(stage_line(words, look), stage);
            if let Some(part) = rows::draw(visit, hall, rows, words, look, frame, seats) {
                let part = Line::raw(format!(" {part} ")).right_aligned();
                frame.render_widget(part, rule);
            }
            let line = asked.unwrap_or_else(|| under_cursor(visit, hall, words));
            frame.render_widget(line, status);
        }
        Some(Section::Standing { name, category, places, .. }) => {
            let counts = hall.counts_of(visit.cursor.section);
            frame.render_widget(standing(look, words, name, u64::from(*places), counts), map);
            let hall::Category { name, price } = hall.category(*category);
            let price = price.map_or_else(|| words.not_for_sale.to_owned(), |price| money(&price));
            let line = format!("{name}, {price}, {}", words.no_numbers);
            frame.render_widget(asked.unwrap_or_else(|| Line::raw(line)), status);
        }
    }
}

/// The first section whose tab is seen, so that the present one is.
fn first_tab(hall: &Hall, present: usize, width: u16) -> usize {
    let widths: Vec<usize> =
        (0..=present).map(|ordinal| tab(hall, ordinal, present).width()).collect();
    let (mut first, mut taken) = (0, widths.iter().sum::<usize>());
    while first < present && taken + 2 > usize::from(width) {
        taken -= widths[first];
        first += 1;
    }
    first
}

fn tab(hall: &Hall, ordinal: usize, present: usize) -> Span<'static> {
    let name = hall.sections.get(ordinal).map_or("", Section::name);
    if ordinal == present {
        Span::styled(format!("[{} {name}]", ordinal + 1), look::heading())
    } else {
        Span::raw(format!(" {} {name} ", ordinal + 1))
    }
}

/// The sections by number; the present one in brackets, always visible.
fn sections(hall: &Hall, present: usize, width: u16) -> Line<'static> {
    let first = first_tab(hall, present, width);
    let cut_off = (first > 0).then(|| Span::raw(CUT_OFF));
    // A large house has more than anybody sees.
    let mut taken = 0;
    let tabs = (first..hall.sections.len()).map(|ordinal| tab(hall, ordinal, present));
    let seen = tabs.take_while(|tab| {
        let begins = taken;
        taken += tab.width();
        begins < usize::from(width)
    });
    cut_off.into_iter().chain(seen).collect()
}

/// The section whose tab is there.
fn tab_at(hall: &Hall, present: usize, tabs: Rect, at: Position) -> Option<usize> {
    let first = first_tab(hall, present, tabs.width);
    let mut end = usize::from(tabs.x) + if first > 0 { CUT_OFF.len() } else { 0 };
    (first..hall.sections.len()).find(|ordinal| {
        end += tab(hall, *ordinal, present).width();
        usize::from(at.x) < end
    })
}

/// Where the stage is: in front of the first row.
fn stage_line(words: &Words, look: &Look) -> Line<'static> {
    let rule = look.rule().repeat(STAGE_RULE);
    Line::styled(format!("{rule} {} {rule}", words.stage), look::quiet()).centered()
}

/// What the glyphs mean, and how many seats of the house are that, in as many lines as it takes; or what
/// the letters cost.
fn legend_lines(
    visit: &Visit,
    hall: &Hall,
    words: &Words,
    look: &Look,
    width: u16,
) -> Vec<Line<'static>> {
    let counts = hall.counts();
    let chosen = u64::try_from(visit.picks.len()).unwrap_or(u64::MAX);
    let entries = [
        (Shown::Free, counts.free, words.free),
        (Shown::Accessible, counts.accessible, words.for_wheelchairs),
        (Shown::Mine, chosen, words.mine),
        (Shown::Held, counts.held, words.held),
        (Shown::Sold, counts.sold, words.sold),
        (Shown::NotForSale, counts.not_for_sale, words.not_for_sale),
        (Shown::Unknown, counts.unknown, words.unknown),
    ];
    let mut lines = vec![Line::default()];
    let mut add = |glyph: Span<'static>, said: String| {
        let entry = [glyph, Span::raw(format!(" {said}  "))];
        let entry_width: usize = entry.iter().map(Span::width).sum();
        let line = lines.last().map_or(0, Line::width);
        if line > 0 && line + entry_width > usize::from(width) + ENTRY_GAP {
            lines.push(Line::default());
        }
        if let Some(line) = lines.last_mut() {
            line.extend(entry);
        }
    };
    for (shown, number, word) in entries {
        let is_rare = matches!(shown, Shown::Unknown | Shown::Accessible | Shown::Mine);
        if !(is_rare && number == 0) {
            let glyph = Span::styled(look.seat(shown), look.seat_style(shown));
            add(glyph, format!("{} {word}", count(number)));
        }
    }
    if visit.letters {
        for (category, letter) in hall.categories().iter().zip('a'..='z') {
            let price = category.price.as_ref().map(money);
            let price = price.unwrap_or_else(|| words.not_for_sale.to_owned());
            add(Span::styled(letter.to_string(), look::heading()), price);
        }
    }
    lines
}

/// What is asked, or waited for.
fn asked(visit: &Visit, words: &Words) -> Option<Line<'static>> {
    if let Some(name) = &visit.finding {
        return Some(Line::styled(
            format!("{} {}_", words.which_seat, clean(name)),
            look::heading(),
        ));
    }
    match (visit.counting, visit.busy.is_some()) {
        (true, _) => Some(Line::styled(words.how_many, look::heading())),
        (false, true) => Some(Line::raw(words.asking)),
        (false, false) => None,
    }
}

fn under_cursor(visit: &Visit, hall: &Hall, words: &Words) -> Line<'static> {
    let Some((row, seat)) = hall.seat(visit.cursor) else { return Line::raw(words.no_seat_here) };
    let section = hall.sections.get(visit.cursor.section).map_or("", Section::name);
    let status = match visit.shown(hall, seat.index) {
        Shown::Free | Shown::Accessible => words.free,
        Shown::Mine => words.mine,
        Shown::Held => words.held_by_somebody,
        Shown::Sold => words.sold,
        Shown::NotForSale => words.not_for_sale,
        Shown::Unknown => words.unknown,
    };
    let kind = if seat.accessible { words.for_a_wheelchair } else { "" };
    let hall::Category { name, price } = hall.category(seat.category);
    let price = price.map(|price| format!(", {}", money(&price))).unwrap_or_default();
    let place = (words.seat_label)(section, &row.label, &seat.label);
    Line::raw(format!("{place}: {status}{kind}{price}, {name}"))
}

fn standing(
    look: &Look,
    words: &Words,
    name: &str,
    places: u64,
    counts: hall::Counts,
) -> Text<'static> {
    let taken = places.saturating_sub(counts.free);
    let free = (words.free_of)(&count(counts.free), &count(places));
    let rest = [
        (counts.held, words.held),
        (counts.sold, words.sold),
        (counts.not_for_sale, words.not_for_sale),
    ];
    let rest = rest.map(|(number, word)| format!("{} {word}", count(number)));
    Text::from(vec![
        Line::raw(""),
        Line::styled(format!("  {name}: {free}"), look::heading()),
        Line::raw(format!("  {} {}", bar(look, BAR_WIDTH, taken, places), words.taken)),
        Line::raw(format!("  {}", rest.join(", "))),
    ])
}
