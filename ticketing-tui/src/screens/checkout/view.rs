//! The checkout as a picture.

use std::cmp::Ordering;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};
use ticketing_wire::Money;
use ticketing_wire::orders::{LineKind, OrderLine, OrderStatus};
use ticketing_wire::text::clean;

use super::{Checkout, Doing};
use crate::look::{self, Look};
use crate::state::State;
use crate::view::{count, left_of, money};
use crate::words::Words;

/// From how many seconds before the end on the time left is a warning.
const LITTLE_TIME_MS: i64 = 60_000;
/// Lines below the list: what to do, and what was said.
const BELOW: u16 = 6;
/// Cells of the words before an amount.
const LABEL_WIDTH: usize = 36;
const AMOUNT_WIDTH: usize = 16;

/// What the upper right corner says.
pub(crate) fn note(checkout: &Checkout, state: &State) -> String {
    let words = state.words;
    match checkout.deadline() {
        Some(_) if checkout.is_too_late(state.now) => words.hold_over.to_owned(),
        Some(deadline) => {
            let left = left_of(deadline, state.now);
            let little = deadline.as_millis() - state.now.as_millis() <= LITTLE_TIME_MS;
            let said = match checkout.order {
                Some(_) => (words.pay_within)(&left),
                None => (words.held_for)(&left),
            };
            if little { format!("! {said} !") } else { said }
        }
        None => String::new(),
    }
}

pub(crate) fn draw(
    checkout: &Checkout,
    state: &State,
    look: &Look,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let words = state.words;
    let [steps, list, below] =
        Layout::vertical([Constraint::Length(2), Constraint::Min(1), Constraint::Length(BELOW)])
            .areas(area);
    frame.render_widget(Line::styled(way(checkout, words), look::heading()), steps);
    frame.render_widget(Text::from(bill(checkout, words, list.height)), list);
    let mut lines = vec![Line::raw(look.rule().repeat(usize::from(below.width)))];
    lines.push(Line::styled(next(checkout, state), look::heading()));
    if let Some(url) = browser(checkout) {
        lines.push(Line::raw(url));
    }
    // While it is found out how things stand no key helps, and none is offered.
    if let Some(said) = checkout.said.as_ref().filter(|_| checkout.doing != Doing::Looking) {
        lines.push(Line::styled(format!("! {said}"), look.notice()));
    }
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), below);
}

/// The way to the tickets, and where on it this is.
fn way(checkout: &Checkout, words: &Words) -> String {
    let here = match (&checkout.order, checkout.doing) {
        (None, _) => 1,
        (Some(order), _) if order.status == OrderStatus::Paid => 3,
        (Some(_), _) => 2,
    };
    let steps = words.way.iter().enumerate().map(|(ordinal, step)| {
        let mark = match ordinal.cmp(&here) {
            Ordering::Less => " ok",
            Ordering::Equal => " >",
            Ordering::Greater => "",
        };
        format!("[{} {step}{mark}]", ordinal + 1)
    });
    steps.collect::<Vec<_>>().join(" ")
}

/// What is paid for, as many lines as fit, and the sum of all.
fn bill(checkout: &Checkout, words: &Words, height: u16) -> Vec<Line<'static>> {
    let (lines, total) = match (&checkout.order, &checkout.place) {
        (Some(order), _) => (&order.lines, &order.total),
        (None, Some(place)) => (&place.hold.lines, &place.hold.total),
        (None, None) => return Vec::new(),
    };
    let seats = match (&checkout.order, &checkout.place) {
        (Some(order), _) => &order.seats,
        (None, Some(place)) => &place.hold.seats,
        (None, None) => return Vec::new(),
    };
    let named = |line: &OrderLine| {
        let place = line.seat.and_then(|seat| seats.iter().position(|one| *one == seat));
        let label = place.and_then(|place| checkout.labels.get(place)).cloned();
        match (&line.kind, label) {
            (LineKind::Ticket, Some(label)) => label,
            (LineKind::Ticket, None) => words.ticket.to_owned(),
            (LineKind::Fee, _) => words.fee.to_owned(),
            (LineKind::Other(other), _) => clean(other).into_owned(),
        }
    };
    let room = usize::from(height).saturating_sub(2);
    let mut shown: Vec<Line<'static>> =
        lines.iter().take(room).map(|line| amount(&named(line), &line.amount)).collect();
    if lines.len() > room {
        let more = count(u64::try_from(lines.len() - room).unwrap_or(u64::MAX));
        shown.push(Line::styled((words.more_lines)(&more), look::quiet()));
    }
    shown.push(amount(words.total, total).style(look::heading()));
    shown
}

fn amount(label: &str, amount: &Money) -> Line<'static> {
    let label = crate::view::padded(label, LABEL_WIDTH);
    Line::raw(format!("{label}{:>AMOUNT_WIDTH$}", money(amount)))
}

/// What Enter does, or what is waited for.
fn next(checkout: &Checkout, state: &State) -> String {
    let words = state.words;
    match (checkout.doing, &checkout.order) {
        (Doing::Paying, _) => words.paying.to_owned(),
        (Doing::Holding | Doing::Ordering | Doing::GivingUp | Doing::Looking, _) => {
            words.asking.to_owned()
        }
        (Doing::Nothing, None) if checkout.is_too_late(state.now) => {
            words.enter_holds_again.to_owned()
        }
        (Doing::Nothing, None) => words.enter_orders.to_owned(),
        (Doing::Nothing, Some(order)) => match &order.status {
            OrderStatus::PendingPayment if browser(checkout).is_some() => {
                words.pay_in_browser.to_owned()
            }
            OrderStatus::PendingPayment => words.enter_pays.to_owned(),
            OrderStatus::Confirming => words.confirming.to_owned(),
            OrderStatus::Paid => words.enter_tickets.to_owned(),
            status => (words.order_is)(&words.order_status(status)),
        },
    }
}

/// Where a person pays, where that is not in the terminal.
fn browser(checkout: &Checkout) -> Option<String> {
    let payment = checkout.payment()?;
    let url = payment.checkout_url.as_ref().filter(|_| payment.gateway_url.is_none())?;
    Some(clean(url).into_owned())
}
