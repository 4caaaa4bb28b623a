//! The war room as a picture.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Paragraph, Wrap};
use ticketing_wire::line::LineState;
use ticketing_wire::text::clean;

use super::typing::About;
use super::{Seen, Steering};
use crate::look::{self, Look};
use crate::state::State;
use crate::view::{bar, count, link, money, tail};
use crate::words::Words;

/// Cells of the bar of what is sold.
const BAR_WIDTH: usize = 40;
/// Cells of the newest step as a number.
const LAST_WIDTH: usize = 8;
/// From nothing to the most: cells of a history.
const LEVELS: &[u8] = b" .:-=+*#";

/// What the upper right corner says.
pub(crate) fn note(steering: &Steering, words: &Words) -> String {
    link(steering.link, words)
}

pub(crate) fn draw(
    steering: &Steering,
    state: &State,
    look: &Look,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let words = state.words;
    let mut area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let Some(seen) = &steering.seen else {
        frame.render_widget(Text::raw(words.asking), area);
        return;
    };
    if let Some(entry) = &steering.entry {
        area.height -= 1;
        let asked = match entry.about {
            About::Message => words.steering.which_message,
            About::Rate => words.steering.which_rate,
            About::Capacity => words.steering.which_capacity,
        };
        let room = usize::from(area.width).saturating_sub(Span::raw(asked).width() + " _".len());
        let text = tail(&clean(entry.text.text()), room);
        let line = Line::styled(format!("{asked} {text}_"), look::heading());
        frame.render_widget(line, Rect { y: area.bottom(), height: 1, ..area });
    }
    let mut lines = sales(seen, words, look);
    lines.push(Line::default());
    lines.extend(people(seen, words, look));
    lines.push(Line::default());
    let room = usize::from(area.width);
    lines.push(history(words.steering.sold_lately, &steering.sold(), room));
    lines.push(history(words.steering.let_in_lately, &steering.admitted(), room));
    frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }), area);
}

fn sales(seen: &Seen, words: &Words, look: &Look) -> Vec<Line<'static>> {
    let sales = &seen.sales;
    let for_sale = u64::from(sales.seats_total.saturating_sub(sales.not_for_sale));
    let sold = u64::from(sales.sold);
    let part = (sold * 100).checked_div(for_sale).unwrap_or(0);
    let sold_of = (words.steering.sold_of)(&count(sold), &count(for_sale), part);
    let states = [
        (sales.free, words.free),
        (sales.held, words.held),
        (sales.reserved, words.steering.being_paid),
        (sales.not_for_sale, words.not_for_sale),
    ];
    let states = states.map(|(number, word)| format!("{} {word}", count(number.into())));
    let orders = sales.orders.iter();
    let orders =
        orders.map(|(state, number)| format!("{} {}", words.order_status(state), count(*number)));
    let orders = orders.collect::<Vec<_>>().join(", ");
    let (gross, back) = (money(&sales.gross), money(&sales.refunded));
    vec![
        Line::styled(sold_of, look::heading()),
        Line::raw(bar(look, BAR_WIDTH, sold, for_sale)),
        Line::raw(states.join(", ")),
        Line::raw(format!(
            "{} {gross}, {} {back}",
            words.steering.gross, words.steering.given_back
        )),
        Line::raw(format!("{} {orders}", words.steering.orders)),
    ]
}

fn people(seen: &Seen, words: &Words, look: &Look) -> Vec<Line<'static>> {
    let (report, status) = (&seen.line, &seen.status);
    let said = &words.steering;
    let state = match &status.state {
        LineState::Idle => said.idle.to_owned(),
        LineState::PreQueue => said.pre_queue.to_owned(),
        LineState::Open => said.open.to_owned(),
        LineState::Paused => said.paused.to_owned(),
        LineState::Draining => said.draining.to_owned(),
        LineState::Closed => said.closed.to_owned(),
        LineState::SoldOut => said.sold_out.to_owned(),
        LineState::Other(other) => clean(other).into_owned(),
    };
    let number = |number: u32| count(number.into());
    let inside = (said.inside)(
        &number(report.inside),
        &number(report.capacity),
        &number(report.max_inside),
        &number(report.ready),
    );
    let mut lines = vec![
        Line::styled((said.state)(&state, &count(report.waiting)), look::heading()),
        Line::raw(inside),
    ];
    let limit = match () {
        () if report.waiting == 0 => None,
        () if report.inside >= report.capacity => Some(said.full),
        () if report.inside >= status.seats_left => Some(said.no_seats),
        () => None,
    };
    let let_in = (said.let_in)(&count(status.admitting_per_minute));
    let minutes = report.waiting.div_ceil(status.admitting_per_minute.max(1));
    let last = (status.admitting_per_minute > 0).then(|| (said.last_waits)(minutes));
    let moves = [Some(let_in), last, limit.map(str::to_owned)].into_iter().flatten();
    lines.push(Line::raw(moves.collect::<Vec<_>>().join(", ")));
    lines.push(Line::raw((said.totals)(
        &count(report.admitted_total),
        &count(report.lapsed_total),
        &count(report.expired_total),
        &count(report.left_total),
    )));
    if let Some(message) = &status.message {
        lines.push(Line::raw((words.organizer_says)(&clean(message))));
    }
    let due = status.draw.as_ref().filter(|draw| draw.places.is_some() && draw.entropy.is_none());
    if let Some(source) = due.and_then(|draw| draw.entropy_source.as_deref()) {
        lines.push(Line::styled((said.entropy_due)(&clean(source)), look.notice()));
    }
    lines
}

/// The newest at the right, as high as it is of the most.
fn history(name: &str, steps: &[u64], width: usize) -> Line<'static> {
    let room = width.saturating_sub(Span::raw(name).width() + " || ".len() + LAST_WIDTH);
    let seen = &steps[steps.len().saturating_sub(room)..];
    let most = seen.iter().copied().max().unwrap_or(0).max(1);
    let top = u64::try_from(LEVELS.len() - 1).unwrap_or(1);
    let level = |step: &u64| usize::try_from(step.saturating_mul(top).div_ceil(most)).unwrap_or(0);
    let cells: String =
        seen.iter().map(|step| char::from(LEVELS[level(step).min(LEVELS.len() - 1)])).collect();
    let last = count(steps.last().copied().unwrap_or(0));
    Line::raw(format!("{name} |{cells}| {last}"))
}
