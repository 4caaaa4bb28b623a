//! The rules of the orders.

use ticketing_wire::orders::{Cancellation, NewCancellation, Order, OrderStatus};
use uuid::Uuid;

use super::Orders;
use crate::hall::Direction;
use crate::keymap::Command;
use crate::screens::{Link, Screen, checkout, tickets};
use crate::state::{Answer, Ask, Effect, Failure, Question, State};

pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    let number = state.numbers.visit();
    let orders = Orders { number, list: None, selected: 0, link: Link::Loading };
    state.over.push(Screen::Orders(Box::new(orders)));
    vec![Effect::Draw, Ask::Orders.now(number)]
}

pub(crate) fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(Screen::Orders(orders)) = state.over.last_mut() else { return Vec::new() };
    let list = orders.list.as_deref().unwrap_or_default();
    let last = list.len().saturating_sub(1);
    let before = orders.selected;
    let selected = match command {
        Command::Move(Direction::Down) => (before + 1).min(last),
        Command::Move(Direction::Up) => before.saturating_sub(1),
        Command::First => 0,
        Command::Last => last,
        Command::Refetch => return vec![Ask::Orders.now(orders.number)],
        Command::Go => {
            let Some(order) = list.get(before).cloned() else { return Vec::new() };
            return match order.status {
                OrderStatus::PendingPayment | OrderStatus::Confirming => {
                    checkout::update::open_order(state, order)
                }
                _ => tickets::update::open(state, &order),
            };
        }
        Command::GiveUp => {
            let order = list.get(before);
            let ask = order.map(|order| Ask::Quote { order: order.id }.now(orders.number));
            return ask.into_iter().collect();
        }
        _ => return Vec::new(),
    };
    orders.selected = selected;
    if selected == before { Vec::new() } else { vec![Effect::Draw] }
}

/// What would come back: whoever agrees gets that, or nothing happens.
pub(crate) fn quoted(state: &mut State, order: Uuid, answer: Answer<Cancellation>) -> Vec<Effect> {
    let Some(Screen::Orders(orders)) = state.over.last() else { return Vec::new() };
    let list = orders.list.as_deref().unwrap_or_default();
    if list.get(orders.selected).is_none_or(|selected| selected.id != order) {
        // Somebody has gone on to another.
        return Vec::new();
    }
    match answer {
        Ok(quote) => state.question = Some(Question::GiveBack { order, quote }),
        Err(failure) => state.notice = Some(failure.said(state.words)),
    }
    vec![Effect::Draw]
}

/// Gives the order back, after it was confirmed.
pub(crate) fn give_back(state: &mut State, order: Uuid, quote: Cancellation) -> Vec<Effect> {
    let key = state.numbers.key();
    let Some(Screen::Orders(orders)) = state.over.last() else { return Vec::new() };
    let cancellation = NewCancellation { refund: Some(quote.refund), ..Default::default() };
    vec![Effect::Draw, Ask::Cancel { order, cancellation, key }.now(orders.number)]
}

/// Takes the list.
pub(crate) fn came(state: &mut State, answer: Answer<Vec<Order>>) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Orders(orders)) = state.over.last_mut() else { return Vec::new() };
    match answer {
        Ok(mut list) => {
            // The server begins with the oldest.
            list.reverse();
            orders.link = Link::Live;
            orders.selected = orders.selected.min(list.len().saturating_sub(1));
            orders.list = Some(list);
        }
        Err(failure) => {
            state.notice = Some(failure.said(words));
            if matches!(failure, Failure::Gone | Failure::SignedOut) {
                orders.link = Link::Ended;
            } else {
                let after = orders.link.broke();
                return vec![Effect::Draw, Ask::Orders.later(orders.number, after)];
            }
        }
    }
    vec![Effect::Draw]
}

/// Takes one order as it is now.
pub(crate) fn stands(state: &mut State, answer: Answer<Box<Order>>) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Orders(orders)) = state.over.last_mut() else { return Vec::new() };
    match answer {
        Ok(order) => {
            let list = orders.list.iter_mut().flatten();
            list.filter(|one| one.id == order.id).for_each(|one| one.clone_from(&order));
        }
        Err(failure) => state.notice = Some(failure.said(words)),
    }
    vec![Effect::Draw]
}
