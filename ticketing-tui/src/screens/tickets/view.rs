//! A ticket as a picture that a phone reads: without a frame, so that it fits 80x24.

use qrcode::{Color as Module, EcLevel, QrCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};
use ticketing_wire::orders::{Ticket, TicketStatus};
use ticketing_wire::text::clean;

use super::Tickets;
use crate::keymap::{self, Scope};
use crate::look::{self, Look};
use crate::state::State;
use crate::words::Words;

/// Modules of white around the code.
const QUIET: usize = 4;
/// Cells that are left between the picture and the words beside it.
const GAP: u16 = 2;

/// The picture's modules by row, its white border included; `None` for a code that is too long.
fn modules(code: &str) -> Option<Vec<Vec<bool>>> {
    let code = QrCode::with_error_correction_level(code, EcLevel::M).ok()?;
    let side = code.width() + 2 * QUIET;
    let dark = |x: usize, y: usize| {
        let inside = QUIET..side - QUIET;
        inside.contains(&x) && inside.contains(&y) && code[(x - QUIET, y - QUIET)] == Module::Dark
    };
    Some((0..side).map(|y| (0..side).map(|x| dark(x, y)).collect()).collect())
}

pub(crate) fn draw(
    tickets: &Tickets,
    state: &State,
    look: &Look,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let words = state.words;
    let footer = Rect { y: area.bottom() - 1, height: 1, ..area };
    let mut room = Rect { height: area.height - 1, ..area };
    let keys = keymap::footer(Scope::Tickets, words).join("  ");
    let footer_line = match &state.notice {
        Some(notice) => Line::styled(format!("! {notice}"), look.notice()),
        None => Line::styled(keys, look::quiet()),
    };
    frame.render_widget(footer_line, footer);
    let Some(list) = &tickets.list else {
        frame.render_widget(Text::raw(words.asking), room);
        return;
    };
    let Some(ticket) = list.get(tickets.at) else {
        frame.render_widget(Text::raw(words.no_tickets), room);
        return;
    };
    let picture = modules(&ticket.code).filter(|_| ticket.status == TicketStatus::Valid);
    let mut why_none = None;
    if let Some(picture) = picture {
        let width = u16::try_from(picture.len()).unwrap_or(u16::MAX);
        let height = width.div_ceil(2);
        if look.is_ascii() {
            why_none = Some(words.no_qr_in_ascii.to_owned());
        } else if width <= room.width && height <= room.height {
            draw_picture(&picture, frame, Rect { width, height, ..room });
            let beside = width + GAP;
            room = Rect {
                x: room.x + beside.min(room.width),
                width: room.width.saturating_sub(beside),
                ..room
            };
        } else {
            why_none = Some((words.too_small_for_qr)(width, height + 1));
        }
    }
    let said = said(tickets, ticket, list.len(), why_none, words);
    frame.render_widget(Paragraph::new(said).wrap(Wrap { trim: false }), room);
}

/// Two modules in each cell, always black on white: a reader needs that, whatever the theme is.
fn draw_picture(picture: &[Vec<bool>], frame: &mut Frame<'_>, area: Rect) {
    let buffer = frame.buffer_mut();
    let style = Style::new().fg(Color::Black).bg(Color::White);
    for (rows, y) in picture.chunks(2).zip(area.y..) {
        for (column, x) in (0..rows[0].len()).zip(area.x..) {
            let upper = rows[0][column];
            let lower = rows.get(1).is_some_and(|row| row[column]);
            let glyph = match (upper, lower) {
                (true, true) => "█",
                (true, false) => "▀",
                (false, true) => "▄",
                (false, false) => " ",
            };
            buffer.set_stringn(x, y, glyph, 1, style);
        }
    }
}

fn said(
    tickets: &Tickets,
    ticket: &Ticket,
    all: usize,
    why_none: Option<String>,
    words: &Words,
) -> Vec<Line<'static>> {
    let status = match &ticket.status {
        TicketStatus::Valid => words.valid.to_owned(),
        TicketStatus::Used => words.used.to_owned(),
        TicketStatus::Void => words.void.to_owned(),
        TicketStatus::Other(other) => clean(other).into_owned(),
    };
    let mut lines = vec![
        Line::styled((words.ticket_of)(tickets.at + 1, all), look::heading()),
        Line::styled(status, look::heading()),
        Line::default(),
        Line::raw(tickets.title.clone()),
    ];
    if let Some((starts_at, zone)) = &tickets.starts_at {
        lines.push(Line::raw(starts_at.shown_in(zone.as_deref())));
    }
    lines.push(Line::raw(clean(&ticket.label).into_owned()));
    lines.push(Line::default());
    lines.extend(why_none.map(Line::raw));
    lines.push(Line::styled(clean(&ticket.code).into_owned(), look::quiet()));
    lines
}
