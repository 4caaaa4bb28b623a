//! The rules of buying: order what is held, pay what is ordered, and find out what came of it.

use std::time::Duration;

use ticketing_wire::Time;
use ticketing_wire::orders::{NewCancellation, Order, OrderStatus};
use ticketing_wire::problem::ProblemType;
use ticketing_wire::sandbox::Outcome;
use ticketing_wire::seats::{Hold, NewHold};

use super::{Checkout, Doing, Keys, Place};
use crate::keymap::Command;
use crate::screens::{Link, Screen, seats, tickets};
use crate::state::{Answer, Ask, Effect, Failure, Question, State, Tell};

/// How often it is asked what came of a payment that nobody knows of yet.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// How often it is looked whether somebody has paid in a browser.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// When whoever has to do something in time is warned, in seconds before.
const WARNED_AT: [i64; 2] = [60, 10];
/// Every how many seconds an order is looked at whose time to pay is over.
const LATE_LOOK_SECONDS: i64 = 5;

/// With seats that are held.
pub(crate) fn open(state: &mut State, place: Place, labels: Vec<String>) -> Vec<Effect> {
    let title = place.show.title.clone();
    show(state, Checkout::of(title, labels, Some(place), None))
}

/// With an order that waits for its payment.
pub(crate) fn open_order(state: &mut State, order: Order) -> Vec<Effect> {
    let title = state.events.show(order.performance_id).map(|show| show.title.clone());
    let labels = order.seats.iter().map(|seat| (state.words.seat_number)(*seat)).collect();
    let order_id = order.id;
    let mut effects =
        show(state, Checkout::of(title.unwrap_or_default(), labels, None, Some(order)));
    if let Some(Screen::Checkout(checkout)) = state.over.last() {
        effects.push(Ask::ShowOrder { order: order_id }.now(checkout.number));
    }
    effects
}

fn show(state: &mut State, mut checkout: Checkout) -> Vec<Effect> {
    checkout.number = state.numbers.visit();
    state.over.push(Screen::Checkout(Box::new(checkout)));
    vec![Effect::Draw]
}

pub(crate) fn obey(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(Screen::Checkout(checkout)) = state.over.last_mut() else { return Vec::new() };
    if checkout.doing != Doing::Nothing {
        return Vec::new();
    }
    let is_pending = checkout.payment().is_some();
    match (command, &checkout.order) {
        (Command::Go, None) => order(state),
        (Command::Go, Some(order)) if order.status == OrderStatus::Paid => {
            let order = order.clone();
            tickets::update::replace(state, &order)
        }
        (Command::Go, Some(_)) if is_pending => pay(state, Outcome::Approve),
        (Command::Decline, Some(_)) if is_pending => pay(state, Outcome::Decline),
        (Command::GiveUp, Some(_)) if is_pending => {
            state.question = Some(Question::GiveUpOrder);
            vec![Effect::Draw]
        }
        (Command::GiveUp, None) => back(state),
        (Command::Refetch, Some(order)) => {
            vec![Ask::ShowOrder { order: order.id }.now(checkout.number)]
        }
        _ => Vec::new(),
    }
}

/// Orders what is held; holds it again where the server has said that it is over. An order that may have
/// been placed is placed again with its key, however late it is here: that finds it.
fn order(state: &mut State) -> Vec<Effect> {
    let fresh = state.numbers.key();
    let Some(Screen::Checkout(checkout)) = state.over.last_mut() else { return Vec::new() };
    let Some(Place { show, pass, hold }) = &checkout.place else { return Vec::new() };
    let pass = pass.token.clone();
    let ask = if checkout.is_over {
        checkout.doing = Doing::Holding;
        let wish = NewHold::of(hold.seats.clone());
        let key = checkout.keys.hold.get_or_insert(fresh).clone();
        Ask::Hold { performance: show.id, pass, wish, key }
    } else {
        checkout.doing = Doing::Ordering;
        let key = checkout.keys.order.get_or_insert(fresh).clone();
        Ask::Order { pass, hold: hold.id, key }
    };
    vec![Effect::Draw, ask.now(checkout.number)]
}

/// Pays in the terminal, where the money is the sandbox's.
fn pay(state: &mut State, outcome: Outcome) -> Vec<Effect> {
    let (words, fresh) = (state.words, state.numbers.key());
    let Some(Screen::Checkout(checkout)) = state.over.last_mut() else { return Vec::new() };
    let Some((order, payment)) = checkout.order.as_ref().zip(checkout.payment()) else {
        return Vec::new();
    };
    if payment.gateway_url.is_none() {
        state.notice = Some(words.pay_in_browser.to_owned());
        return vec![Effect::Draw];
    }
    let (order, payment) = (order.id, payment.clone());
    let key = match &checkout.keys.payment {
        Some((id, key)) if *id == payment.payment_id => key.clone(),
        _ => fresh,
    };
    checkout.keys.payment = Some((payment.payment_id.clone(), key.clone()));
    checkout.doing = Doing::Paying;
    checkout.said = None;
    vec![Effect::Draw, Ask::Pay { order, payment, outcome, key }.now(checkout.number)]
}

/// Gives the order up, after it was confirmed.
pub(crate) fn give_up(state: &mut State) -> Vec<Effect> {
    let key = state.numbers.key();
    let Some(Screen::Checkout(checkout)) = state.over.last_mut() else { return Vec::new() };
    let Some(order) = &checkout.order else { return Vec::new() };
    checkout.doing = Doing::GivingUp;
    let cancellation = NewCancellation::default();
    let ask = Ask::Cancel { order: order.id, cancellation, key };
    vec![Effect::Draw, ask.now(checkout.number)]
}

/// Back to the seats, which are let go; an order stays, and is found among the orders.
pub(crate) fn back(state: &mut State) -> Vec<Effect> {
    let Some(Screen::Checkout(checkout)) = state.over.pop() else { return Vec::new() };
    let Checkout { number, place, order, .. } = *checkout;
    let mut effects = vec![Effect::Draw, Effect::Forget(number)];
    if let (Some(place), None) = (place, order) {
        let release = Tell::Release { hold: place.hold.id, pass: place.pass.token.clone() };
        effects.push(Effect::Tell(release));
        effects.extend(seats::update::choose_again(state, place));
    }
    effects
}

/// Takes a hold that was made again.
pub(crate) fn held(state: &mut State, answer: Answer<Hold>) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Checkout(checkout)) = state.over.last_mut() else { return Vec::new() };
    checkout.doing = Doing::Nothing;
    if !matches!(answer, Err(Failure::Trouble(_))) {
        checkout.keys.hold = None;
    }
    match answer {
        Ok(hold) => {
            checkout.is_over = false;
            checkout.keys.order = None;
            if let Some(place) = &mut checkout.place {
                place.hold = hold;
            }
        }
        Err(Failure::Refused(problem)) if problem.kind == ProblemType::SeatTaken => {
            let effects = back(state);
            state.notice = Some(words.held_by_others.to_owned());
            return effects;
        }
        Err(failure) => state.notice = Some(failure.said(words)),
    }
    vec![Effect::Draw]
}

/// Takes what came of placing the order, or of giving it up.
pub(crate) fn became(state: &mut State, answer: Answer<Box<Order>>) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Checkout(checkout)) = state.over.last_mut() else { return Vec::new() };
    checkout.doing = Doing::Nothing;
    let failure = match answer {
        Ok(order) => return stands(state, Ok(order)),
        Err(failure) => failure,
    };
    if let Failure::Refused(problem) = &failure
        && problem.kind == ProblemType::HoldExpired
    {
        // The server's clock counts: Enter holds the seats again.
        checkout.is_over = true;
    }
    state.notice = Some(match failure {
        Failure::Trouble(why) => (words.safe_to_retry)(&why),
        failure => failure.said(words),
    });
    vec![Effect::Draw]
}

/// Takes how the order stands. A look that was on its way while something else was asked says nothing,
/// unless it is paid.
pub(crate) fn stands(state: &mut State, answer: Answer<Box<Order>>) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Checkout(checkout)) = state.over.last_mut() else { return Vec::new() };
    let number = checkout.number;
    match answer {
        Ok(order) if order.status == OrderStatus::Paid => tickets::update::replace(state, &order),
        _ if checkout.doing.matters() => Vec::new(),
        Ok(order) => {
            checkout.doing = Doing::Nothing;
            let ask = Ask::ShowOrder { order: order.id };
            let waits_for_browser = order.status == OrderStatus::PendingPayment
                && order.payment.as_ref().is_some_and(|payment| payment.gateway_url.is_none());
            let again = match &order.status {
                OrderStatus::Confirming => Some(ask.later(number, ASK_AGAIN)),
                _ => waits_for_browser.then(|| ask.later(number, LOOK_AGAIN)),
            };
            checkout.link = Link::Live;
            checkout.order = Some(*order);
            [Effect::Draw].into_iter().chain(again).collect()
        }
        Err(failure @ (Failure::Gone | Failure::SignedOut)) => {
            checkout.doing = Doing::Nothing;
            state.notice = Some(failure.said(words));
            vec![Effect::Draw]
        }
        Err(failure) => {
            let after = checkout.link.broke();
            let order = checkout.order.as_ref().map(|order| order.id);
            let again = order.map(|order| Ask::ShowOrder { order }.later(number, after));
            state.notice = Some(failure.said(words));
            [Effect::Draw].into_iter().chain(again).collect()
        }
    }
}

/// Takes what came of a payment. Where that is not known, the order is asked.
pub(crate) fn paid(state: &mut State, answer: Answer<Box<Order>>) -> Vec<Effect> {
    let words = state.words;
    let Some(Screen::Checkout(checkout)) = state.over.last_mut() else { return Vec::new() };
    checkout.doing = Doing::Looking;
    let failure = match answer {
        Ok(order) => return stands(state, Ok(order)),
        Err(failure) => failure,
    };
    let after = match &failure {
        Failure::Refused(problem) if problem.kind == ProblemType::PaymentDeclined => {
            checkout.said = Some(words.declined.to_owned());
            Duration::ZERO
        }
        Failure::Trouble(why) => {
            checkout.said = Some((words.safe_to_retry)(why));
            ASK_AGAIN
        }
        failure => {
            checkout.said = Some(failure.said(words));
            Duration::ZERO
        }
    };
    let ask = checkout.order.as_ref().map(|order| Ask::ShowOrder { order: order.id });
    let number = checkout.number;
    let ask = ask.map(|ask| ask.later(number, after));
    [Effect::Draw].into_iter().chain(ask).collect()
}

/// A second went by: whoever has little time left hears it, and an order whose time is over is asked.
pub(crate) fn tick(state: &State, before: Time) -> Vec<Effect> {
    let Some(Screen::Checkout(checkout)) = state.over.last() else { return Vec::new() };
    let Some(deadline) = checkout.deadline() else { return Vec::new() };
    let left = |now: Time| deadline.as_millis().saturating_sub(now.as_millis());
    let passes =
        |seconds: i64| left(before) > seconds * 1_000 && left(state.now) <= seconds * 1_000;
    let mut effects = Vec::new();
    if WARNED_AT.into_iter().any(passes) {
        effects.push(Effect::Bell);
    }
    // Clocks differ, and what is over is not over at once: it is looked at until it is.
    let late = left(state.now).saturating_neg() / 1_000;
    if let Some(order) = &checkout.order
        && left(state.now) <= 0
        && late % LATE_LOOK_SECONDS == 0
    {
        effects.push(Ask::ShowOrder { order: order.id }.now(checkout.number));
    }
    effects
}

impl Checkout {
    fn of(title: String, labels: Vec<String>, place: Option<Place>, order: Option<Order>) -> Self {
        Self {
            number: 0,
            title,
            labels,
            place,
            order,
            doing: Doing::Nothing,
            said: None,
            is_over: false,
            link: Link::Live,
            keys: Keys::default(),
        }
    }
}
