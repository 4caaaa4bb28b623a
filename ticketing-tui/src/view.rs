//! The state as a picture. Nothing here decides anything.

pub(crate) mod help;
mod question;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};
use ticketing_wire::text::clean;
use ticketing_wire::{Money, Time};

use crate::form;
use crate::keymap;
use crate::look::{self, Look};
use crate::screens::{
    Link, Screen, checkout, door, events, line, orders, seats, steering, tickets,
};
use crate::state::{State, Target};
use crate::words::Words;

/// The smallest screen that is drawn on.
pub(crate) const FLOOR_WIDTH: u16 = 60;
const FLOOR_HEIGHT: u16 = 18;

pub(crate) fn draw(state: &State, look: &Look, frame: &mut Frame<'_>) {
    let (area, words) = (frame.area(), state.words);
    if area.width < FLOOR_WIDTH || area.height < FLOOR_HEIGHT {
        let needed = (words.too_small)(area.width, area.height, FLOOR_WIDTH, FLOOR_HEIGHT);
        frame.render_widget(Paragraph::new(needed), area);
        return;
    }
    let inside = match state.over.last() {
        Some(Screen::Tickets(tickets)) => {
            tickets::view::draw(tickets, state, look, frame, area);
            area
        }
        screen => {
            let (title, note) = heading(state, screen);
            let inside = framed(state, look, frame, &title, &note);
            match screen {
                None => events::view::draw(state, frame, inside),
                Some(Screen::Line(wait)) => line::view::draw(wait, state, look, frame, inside),
                Some(Screen::Seats(visit)) => seats::view::draw(visit, state, look, frame, inside),
                Some(Screen::Checkout(checkout)) => {
                    checkout::view::draw(checkout, state, look, frame, inside);
                }
                Some(Screen::Orders(orders)) => orders::view::draw(orders, state, frame, inside),
                Some(Screen::Steering(steering)) => {
                    steering::view::draw(steering, state, look, frame, inside);
                }
                Some(Screen::Door(door)) => door::view::draw(door, state, look, frame, inside),
                Some(Screen::Tickets(_)) => {}
            }
            inside
        }
    };
    if let Some(help) = state.help {
        help::draw(help, state.scope(), words, look, frame, inside);
    }
    if let Some(form) = &state.form {
        form::view::draw(form, words, look, frame, inside);
    }
    if let Some(question) = &state.question {
        question::draw(question, words, look, frame, inside);
    }
}

/// What is at this place of the screen, where that can be chosen.
pub(crate) fn target(state: &State, look: &Look, area: Rect, at: Position) -> Option<Target> {
    if area.width < FLOOR_WIDTH || area.height < FLOOR_HEIGHT {
        return None;
    }
    let inside = inside(state, area);
    match state.over.last() {
        None => events::view::target(state, inside, at),
        Some(Screen::Seats(visit)) => seats::view::target(visit, state.words, look, inside, at),
        Some(_) => None,
    }
}

/// What the frame leaves; a notice takes the last line.
fn inside(state: &State, area: Rect) -> Rect {
    let mut inside = Block::bordered().inner(area);
    inside.height -= u16::from(state.notice.is_some());
    inside
}

/// What this is, and how fresh it is.
fn heading(state: &State, screen: Option<&Screen>) -> (String, String) {
    let words = state.words;
    match screen {
        None => (words.performances.to_owned(), events::view::note(state)),
        Some(Screen::Line(wait)) => (wait.show.title.clone(), line::view::note(wait, words)),
        Some(Screen::Seats(visit)) => (visit.show.title.clone(), seats::view::note(visit, state)),
        Some(Screen::Checkout(checkout)) => {
            let title = format!("{}: {}", words.checkout, checkout.title);
            (title, checkout::view::note(checkout, state))
        }
        Some(Screen::Tickets(tickets)) => (tickets.title.clone(), String::new()),
        Some(Screen::Steering(steering)) => {
            let title = (words.steering.title)(&steering.title);
            (title, steering::view::note(steering, words))
        }
        Some(Screen::Door(door)) => {
            ((words.door.title)(&door.title), door::view::note(door, words))
        }
        Some(Screen::Orders(orders)) => {
            (words.my_orders.to_owned(), orders::view::note(orders, words))
        }
    }
}

/// The frame: what this is, how fresh it is, which keys there are. A notice takes the last line
/// inside. Answers what is left.
fn framed(state: &State, look: &Look, frame: &mut Frame<'_>, title: &str, note: &str) -> Rect {
    let area = frame.area();
    let note = Line::raw(if note.is_empty() { String::new() } else { format!(" {note} ") });
    let room = usize::from(area.width).saturating_sub(note.width() + 4);
    let title = Line::styled(format!(" {} ", cut(title, room.saturating_sub(2))), look::heading());
    let footer = keymap::footer(state.scope(), state.words).join("  ");
    let block = Block::bordered()
        .border_set(look.border())
        .title_top(title)
        .title_top(note.right_aligned())
        .title_bottom(Line::raw(format!(" {footer} ")));
    frame.render_widget(block, area);
    let inside = inside(state, area);
    if let Some(notice) = &state.notice {
        let line = Rect { y: inside.bottom(), height: 1, ..inside };
        frame.render_widget(Line::styled(format!("! {notice}"), look.notice()), line);
    }
    inside
}

/// Whether what is shown is of now.
pub(crate) fn link(link: Link, words: &Words) -> String {
    let said = match link {
        Link::Loading => words.loading,
        Link::Live => words.live,
        Link::Broken(_) => words.stale,
        Link::Ended => words.link_ended,
    };
    said.to_owned()
}

/// How much time is left: `6:41`, `2:14:09`, `8d 02:14:09`.
pub(crate) fn left_of(end: Time, now: Time) -> String {
    let millis = end.as_millis().saturating_sub(now.as_millis()).max(0);
    // What is begun is left: it says 0:00 when it is over, not a second before.
    let seconds = u64::try_from(millis).unwrap_or(0).div_ceil(1_000);
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}:{seconds:02}"),
        (0, hours) => format!("{hours}:{minutes:02}:{seconds:02}"),
        (days, hours) => format!("{days}d {hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// A bar of so many cells.
pub(crate) fn bar(look: &Look, cells: usize, part: u64, whole: u64) -> String {
    let (full, empty) = look.bar();
    let share = u64::try_from(cells).unwrap_or(0).saturating_mul(part.min(whole)) / whole.max(1);
    let filled = usize::try_from(share).unwrap_or(cells);
    format!("[{}{}]", full.repeat(filled), empty.repeat(cells - filled))
}

/// `1252` as `1,252`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An amount. The server names its currency.
pub(crate) fn money(amount: &Money) -> String {
    clean(&amount.to_string()).into_owned()
}

/// As many whole characters as fit into this many cells.
pub(crate) fn cut(text: &str, cells: usize) -> String {
    let mut short = String::new();
    for letter in text.chars() {
        short.push(letter);
        if width(&short) > cells {
            short.pop();
            break;
        }
    }
    short
}

/// The end of a text, where not all of it fits.
pub(crate) fn tail(text: &str, cells: usize) -> String {
    let mut short: String = text.to_owned();
    while width(&short) > cells {
        short.remove(0);
    }
    short
}

/// A text that takes exactly this many cells.
pub(crate) fn padded(text: &str, cells: usize) -> String {
    let short = cut(text, cells);
    let pad = cells - width(&short);
    format!("{short}{}", " ".repeat(pad))
}

fn width(text: &str) -> usize {
    Span::raw(text).width()
}

#[cfg(test)]
mod tests;
