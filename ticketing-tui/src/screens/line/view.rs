//! The waiting room as a picture.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};
use ticketing_wire::line::{LineState, Place, PlaceState};
use ticketing_wire::text::clean;

use super::{Ended, Wait};
use crate::look::{self, Look};
use crate::state::State;
use crate::view::{bar, count, left_of, link};
use crate::words::Words;

/// Cells of the bar.
const BAR_WIDTH: usize = 40;

/// What the upper right corner says.
pub(crate) fn note(wait: &Wait, words: &Words) -> String {
    link(wait.link, words)
}

pub(crate) fn draw(wait: &Wait, state: &State, look: &Look, frame: &mut Frame<'_>, area: Rect) {
    let words = state.words;
    let mut lines = vec![Line::default()];
    match (&wait.ended, &wait.place, wait.opens_at) {
        (Some(ended), ..) => lines.extend(over(ended, words)),
        (None, _, Some(opens_at)) => {
            let opens_in = (words.opens_in)(&left_of(opens_at, state.now));
            lines.push(Line::styled(opens_in, look::heading()));
            lines.push(Line::raw(words.joins_by_itself));
        }
        (None, Some(place), None) => lines.extend(waiting(wait, place, words, look)),
        (None, None, None) => lines.push(Line::raw(words.asking)),
    }
    lines.push(Line::default());
    lines.extend(wait.line.as_ref().and_then(|line| said(&line.state, words)));
    let message = wait.place.as_ref().and_then(|place| place.message.as_ref());
    let message = message.or_else(|| wait.line.as_ref().and_then(|line| line.message.as_ref()));
    if let Some(message) = message {
        lines.push(Line::styled((words.organizer_says)(&clean(message)), look::heading()));
    }
    let text = Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false });
    let margin = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    frame.render_widget(text, margin);
}

fn waiting(wait: &Wait, place: &Place, words: &Words, look: &Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    match &place.state {
        PlaceState::PreQueued => {
            lines.push(Line::styled((words.pre_queued)(&count(place.number)), look::heading()));
            lines.push(Line::raw(words.draw_to_come));
        }
        PlaceState::SoldOut => lines.push(Line::styled(words.on_standby, look::heading())),
        _ => {
            let ahead = (words.ahead)(&count(place.ahead), &count(place.behind));
            lines.push(Line::styled(ahead, look::heading()));
            let gone = wait.began_behind.saturating_sub(place.ahead);
            lines.push(Line::raw(bar(look, BAR_WIDTH, gone, wait.began_behind)));
            lines.push(Line::raw(match place.eta_seconds {
                Some(eta) => (words.eta)(eta.low, eta.high),
                None => words.no_eta.to_owned(),
            }));
        }
    }
    if let Some(line) = &wait.line {
        let rate = count(line.admitting_per_minute);
        lines.push(Line::raw((words.admitting)(&rate, &count(line.seats_left.into()))));
    }
    if place.likely_sold_out {
        lines.push(Line::styled(words.likely_sold_out, look.notice()));
    }
    lines.push(Line::default());
    lines.push(Line::styled(words.place_kept, look::quiet()));
    let bell = if wait.bell { words.bell_on } else { words.bell_off };
    lines.push(Line::styled(bell, look::quiet()));
    lines
}

fn over(ended: &Ended, words: &Words) -> Vec<Line<'static>> {
    let (what, next) = match ended {
        Ended::Place => (words.place_over.to_owned(), words.enter_joins_again),
        Ended::Bought => (words.bought.to_owned(), words.see_orders),
        Ended::Sale(why) => (why.clone(), words.esc_goes_back),
    };
    vec![Line::styled(what, look::heading()), Line::raw(next)]
}

/// What the line is doing, where that is not what is expected.
fn said(state: &LineState, words: &Words) -> Option<Line<'static>> {
    let said = match state {
        LineState::Paused => words.line_paused,
        LineState::Draining => words.line_draining,
        LineState::Closed => words.line_closed,
        LineState::SoldOut => words.line_sold_out,
        LineState::Idle | LineState::PreQueue | LineState::Open | LineState::Other(_) => {
            return None;
        }
    };
    Some(Line::styled(said, look::heading()))
}
