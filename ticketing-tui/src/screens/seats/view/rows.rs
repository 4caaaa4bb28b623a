//! The rows of a section, centred on each other, with their labels on both sides.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Span;

use super::super::Visit;
use crate::hall::{self, Cursor, Hall, Row, Seat, Shown};
use crate::look::{self, Look};
use crate::words::Words;

/// The widest that a row's label may get.
const MAX_LABEL_WIDTH: usize = 6;

/// How a section lies on the screen, in cells.
struct Placing {
    /// Cells per seat: 2 where there is room for brackets around the cursor, else 1.
    pitch: usize,
    label_width: usize,
    longest: usize,
    /// The first row that is seen.
    top: usize,
    /// Cells of the seats that are cut off on the left.
    left: usize,
    /// Cells for the seats.
    room: usize,
}

/// What seats are drawn from.
struct Drawn<'a> {
    visit: &'a Visit,
    hall: &'a Hall,
    look: &'a Look,
}

/// Draws what fits around the cursor; answers which rows these are when they are not all.
pub(super) fn draw(
    visit: &Visit,
    hall: &Hall,
    rows: &[Row],
    words: &Words,
    look: &Look,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<String> {
    let cursor = visit.cursor;
    let drawn = Drawn { visit, hall, look };
    let placing = Placing::new(rows, cursor, area);
    let height = usize::from(area.height);
    let buffer = frame.buffer_mut();
    let margin = placing.margin();
    let seen = rows.iter().enumerate().skip(placing.top).take(height);
    for ((ordinal, row), y) in seen.zip(area.y..) {
        let line = Rect { x: area.x + margin, y, width: area.width - margin, height: 1 };
        let style = if ordinal == cursor.row { look::heading() } else { look::quiet() };
        placing.draw_labels(row, style, buffer, line);
        let seat_under_cursor = (ordinal == cursor.row).then_some(cursor.seat);
        placing.draw_seats(&drawn, row, seat_under_cursor, buffer, line);
    }
    let last = (placing.top + height).min(rows.len());
    (rows.len() > height).then(|| (words.rows)(placing.top + 1, last, rows.len()))
}

/// The seat that is drawn there.
pub(super) fn seat_at(rows: &[Row], from: Cursor, area: Rect, at: Position) -> Option<Cursor> {
    if !area.contains(at) {
        return None;
    }
    let placing = Placing::new(rows, from, area);
    let row = placing.top + usize::from(at.y - area.y);
    let before = usize::from(placing.margin()) + placing.label_width + 1;
    let seen =
        usize::from(at.x - area.x).checked_sub(before).filter(|cell| *cell < placing.room)?;
    let cell = placing.left + seen;
    let there = rows.get(row)?;
    let is_there = |seat: &Seat| placing.offset(there.width, seat.place) == cell;
    let seat = there.seats.iter().position(is_there)?;
    Some(Cursor { row, seat, ..from })
}

impl Drawn<'_> {
    /// A free seat is the letter of its price, where these are shown.
    fn seat(&self, seat: &Seat) -> (String, Style) {
        let shown = self.visit.shown(self.hall, seat.index);
        let letter = ('a'..='z').nth(usize::from(seat.category));
        let glyph = match letter {
            Some(letter) if self.visit.letters && shown == Shown::Free => letter.to_string(),
            _ => self.look.seat(shown).to_owned(),
        };
        (glyph, self.look.seat_style(shown))
    }
}

impl Placing {
    fn new(rows: &[Row], cursor: Cursor, area: Rect) -> Self {
        let label = |row: &Row| Span::raw(row.label.as_str()).width();
        let label_width = rows.iter().map(label).max().unwrap_or(0).min(MAX_LABEL_WIDTH);
        let room = usize::from(area.width).saturating_sub(2 * (label_width + 1));
        let longest = hall::longest(rows);
        let pitch = if 2 * longest < room { 2 } else { 1 };
        let mut placing = Self { pitch, label_width, longest, top: 0, left: 0, room };
        placing.top = window(cursor.row, rows.len(), usize::from(area.height));
        let under_cursor = rows.get(cursor.row).and_then(|row| {
            row.seats.get(cursor.seat).map(|seat| placing.offset(row.width, seat.place))
        });
        placing.left = window(under_cursor.unwrap_or(0), placing.width(), room);
        placing
    }

    /// A section narrower than the screen stands in its middle.
    fn margin(&self) -> u16 {
        cells(self.room.saturating_sub(self.width()) / 2)
    }

    /// Cells that the longest row takes, with one at each end for the brackets.
    fn width(&self) -> usize {
        self.longest * self.pitch + 3 - self.pitch
    }

    /// The cell of a place in a row of this width; in half seats, rows are exactly centred.
    fn offset(&self, width: usize, place: usize) -> usize {
        1 + (self.longest - width + 2 * place) * self.pitch / 2
    }

    fn draw_labels(&self, row: &Row, style: Style, buffer: &mut Buffer, line: Rect) {
        let width = Span::raw(row.label.as_str()).width().min(self.label_width);
        let pad = self.label_width - width;
        let seats = self.width().min(self.room);
        buffer.set_stringn(line.x + cells(pad), line.y, &row.label, self.label_width, style);
        let right = line.x + cells(self.label_width + 2 + seats);
        let left_over = usize::from(line.right().saturating_sub(right));
        buffer.set_stringn(right, line.y, &row.label, self.label_width.min(left_over), style);
    }

    fn draw_seats(
        &self,
        drawn: &Drawn<'_>,
        row: &Row,
        under_cursor: Option<usize>,
        buffer: &mut Buffer,
        line: Rect,
    ) {
        let mut put = |offset: usize, glyph: &str, style: Style| {
            if let Some(cell) = offset.checked_sub(self.left).filter(|cell| *cell < self.room) {
                let x = line.x + cells(self.label_width + 1 + cell);
                buffer.set_stringn(x, line.y, glyph, 1, style);
            }
        };
        for (ordinal, seat) in row.seats.iter().enumerate() {
            let offset = self.offset(row.width, seat.place);
            let (glyph, style) = drawn.seat(seat);
            if under_cursor != Some(ordinal) {
                put(offset, &glyph, style);
                continue;
            }
            put(offset, &glyph, style.patch(look::cursor()));
            if self.pitch > 1 {
                put(offset - 1, "[", look::heading());
                put(offset + 1, "]", look::heading());
            }
        }
    }
}

/// Where a window of `room` begins so that `place` is in its middle, as far as `all` allows.
fn window(place: usize, all: usize, room: usize) -> usize {
    place.saturating_sub(room / 2).min(all.saturating_sub(room))
}

fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
