//! The orders as a picture.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Cell, Row, Table, TableState};
use ticketing_wire::orders::{Order, OrderRefundStatus};

use super::Orders;
use crate::look;
use crate::state::State;
use crate::view::{link, money};
use crate::words::Words;

const SEATS_WIDTH: u16 = 6;
const AMOUNT_WIDTH: u16 = 14;
const STATUS_WIDTH: u16 = 18;

/// What the upper right corner says.
pub(crate) fn note(orders: &Orders, words: &Words) -> String {
    link(orders.link, words)
}

pub(crate) fn draw(orders: &Orders, state: &State, frame: &mut Frame<'_>, mut area: Rect) {
    let words = state.words;
    let list = match &orders.list {
        None => return frame.render_widget(Text::raw(words.asking), area),
        Some(list) if list.is_empty() => {
            return frame.render_widget(Text::raw(words.no_orders), area);
        }
        Some(list) => list,
    };
    if let Some(order) = list.get(orders.selected) {
        area.height -= 1;
        let line = Line::styled(sums(order, words), look::quiet());
        frame.render_widget(line, Rect { y: area.bottom(), height: 1, ..area });
    }
    let widths = [
        Constraint::Fill(1),
        Constraint::Length(SEATS_WIDTH),
        Constraint::Length(AMOUNT_WIDTH),
        Constraint::Length(STATUS_WIDTH),
    ];
    let rows = list.iter().map(|order| {
        let title = state.events.show(order.performance_id).map(|show| show.title.clone());
        let amount = Line::raw(money(&order.total)).right_aligned();
        let seats = Line::raw(order.seats.len().to_string()).right_aligned();
        Row::new([
            Cell::from(title.unwrap_or_else(|| words.not_listed.to_owned())),
            Cell::from(seats),
            Cell::from(amount),
            Cell::from(words.order_status(&order.status)),
        ])
    });
    let header = [words.title, words.seats, words.total, words.status];
    let table = Table::new(rows, widths)
        .header(Row::new(header).style(look::quiet()))
        .highlight_symbol("> ")
        .row_highlight_style(look::cursor());
    let mut position = TableState::new().with_selected(orders.selected);
    frame.render_stateful_widget(table, area, &mut position);
}

/// What of its money is back, or on its way.
fn sums(order: &Order, words: &Words) -> String {
    let sums = order.refunds.iter().map(|refund| {
        let said = match refund.status {
            OrderRefundStatus::Done => words.money_is_back,
            _ => words.money_on_its_way,
        };
        format!("{} {said}", money(&refund.amount))
    });
    sums.collect::<Vec<_>>().join(", ")
}
