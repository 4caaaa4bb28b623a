//! The rules of the tickets.

use ticketing_wire::orders::{Order, Ticket};

use super::Tickets;
use crate::hall::Direction;
use crate::keymap::Command;
use crate::screens::{Link, Screen};
use crate::state::{Answer, Ask, Effect, Failure, State};

/// Instead of what is on the screen, which is done.
pub(crate) fn replace(state: &mut State, order: &Order) -> Vec<Effect> {
    let done = state.over.pop().map(|screen| Effect::Forget(screen.visit()));
    done.into_iter().chain(open(state, order)).collect()
}

pub(crate) fn open(state: &mut State, order: &Order) -> Vec<Effect> {
    let show = state.events.show(order.performance_id);
    let tickets = Tickets {
        number: 0,
        order: order.id,
        title: show.map(|show| show.title.clone()).unwrap_or_default(),
        starts_at: show.map(|show| (show.starts_at, show.time_zone.clone())),
        list: None,
        at: 0,
        link: Link::Loading,
    };
    let number = state.numbers.visit();
    state.over.push(Screen::Tickets(Box::new(Tickets { number, ..tickets })));
    vec![Effect::Draw, Ask::Tickets { order: order.id }.now(number)]
}

pub(crate) fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(Screen::Tickets(tickets)) = state.over.last_mut() else { return Vec::new() };
    let count = tickets.list.as_ref().map_or(0, Vec::len).max(1);
    let to = match command {
        Command::Next | Command::Move(Direction::Right) => (tickets.at + 1) % count,
        Command::Previous | Command::Move(Direction::Left) => (tickets.at + count - 1) % count,
        Command::Refetch => {
            return vec![Ask::Tickets { order: tickets.order }.now(tickets.number)];
        }
        _ => return Vec::new(),
    };
    let moved = std::mem::replace(&mut tickets.at, to) != to;
    if moved { vec![Effect::Draw] } else { Vec::new() }
}

/// Takes the tickets. A payment may be known a moment before they are.
pub(crate) fn came(state: &mut State, answer: Answer<Vec<Ticket>>) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Tickets(tickets)) = state.over.last_mut() else { return Vec::new() };
    match answer {
        Ok(list) => {
            tickets.link = Link::Live;
            tickets.at = tickets.at.min(list.len().saturating_sub(1));
            tickets.list = Some(list);
            vec![Effect::Draw]
        }
        Err(failure @ (Failure::Gone | Failure::SignedOut)) => {
            tickets.link = Link::Ended;
            state.notice = Some(failure.said(words));
            vec![Effect::Draw]
        }
        Err(failure) => {
            let after = tickets.link.broke();
            let again = Ask::Tickets { order: tickets.order }.later(tickets.number, after);
            state.notice = Some(failure.said(words));
            vec![Effect::Draw, again]
        }
    }
}
