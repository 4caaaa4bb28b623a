use crossterm::event::KeyCode;

use ticketing_wire::orders::OrderStatus;
use ticketing_wire::problem::ProblemType;
use ticketing_wire::sandbox::Outcome;

use super::{asked, checkout, draws, refused, trouble};
use crate::fixture::{
    code, hear, hold, holding, later, listed, order, place, press, tickets, waiting,
};
use crate::screens::Screen;
use crate::screens::checkout::Doing;
use crate::state::{About, Ask, Effect, Message, Question, State, Tell};
use crate::update::update;

#[test]
fn a_hold_becomes_an_order_that_is_paid_and_shows_its_tickets() {
    let mut state = holding();
    assert_eq!(checkout(&state).labels, ["Block A, row 1, seat 1", "Block A, row 1, seat 2"]);
    let effects = update(&mut state, code(KeyCode::Enter));
    let (Ask::Order { key: first, .. }, _) = asked(&effects) else { panic!("{effects:?}") };
    let first = first.clone();
    assert!(update(&mut state, code(KeyCode::Enter)).is_empty(), "it is being ordered");
    hear(&mut state, About::Order(trouble()));
    let effects = update(&mut state, code(KeyCode::Enter));
    let (Ask::Order { key, .. }, _) = asked(&effects) else { panic!("{effects:?}") };
    assert_eq!(*key, first, "a repeat changes nothing");

    hear(&mut state, About::Order(Ok(order("pending_payment", "one"))));
    let effects = press(&mut state, "d");
    let (Ask::Pay { outcome, key: declined, .. }, _) = asked(&effects) else { panic!() };
    assert_eq!(*outcome, Outcome::Decline);
    let declined = declined.clone();
    let effects = hear(&mut state, About::Paid(refused(ProblemType::PaymentDeclined)));
    assert!(matches!(asked(&effects).0, Ask::ShowOrder { .. }));
    hear(&mut state, About::Stands(Ok(order("pending_payment", "two"))));
    let effects = update(&mut state, code(KeyCode::Enter));
    let (Ask::Pay { outcome, key, payment, .. }, _) = asked(&effects) else { panic!() };
    assert_eq!((*outcome, payment.payment_id.as_str()), (Outcome::Approve, "two"));
    assert_ne!(*key, declined, "another payment is another try");

    let effects = hear(&mut state, About::Paid(Ok(order("confirming", "two"))));
    assert!(matches!(asked(&effects), (Ask::ShowOrder { .. }, after) if !after.is_zero()));
    let effects = hear(&mut state, About::Stands(Ok(order("paid", "two"))));
    assert!(matches!(asked(&effects).0, Ask::Tickets { .. }));
    hear(&mut state, About::Tickets(Ok(tickets())));
    press(&mut state, "n");
    let Some(Screen::Tickets(shown)) = state.over.last() else { panic!("the tickets") };
    assert_eq!(shown.at, 1);
}

#[test]
fn a_payment_without_an_answer_is_repeated_with_its_key_once_the_order_was_asked() {
    let mut state = holding();
    update(&mut state, code(KeyCode::Enter));
    hear(&mut state, About::Order(Ok(order("pending_payment", "one"))));
    let effects = update(&mut state, code(KeyCode::Enter));
    let (Ask::Pay { key: first, .. }, _) = asked(&effects) else { panic!() };
    let first = first.clone();
    let effects = hear(&mut state, About::Paid(trouble()));
    assert!(matches!(asked(&effects), (Ask::ShowOrder { .. }, after) if !after.is_zero()));
    assert!(update(&mut state, code(KeyCode::Enter)).is_empty(), "not before it was asked");
    assert!(asked(&hear(&mut state, About::Stands(trouble()))).1 > after(&effects), "and again");
    hear(&mut state, About::Stands(Ok(order("pending_payment", "one"))));
    let effects = update(&mut state, code(KeyCode::Enter));
    let (Ask::Pay { key, .. }, _) = asked(&effects) else { panic!() };
    assert_eq!(*key, first);
}

#[test]
fn whoever_is_about_to_lose_the_seats_hears_it_and_may_hold_them_again() {
    let mut state = holding();
    let bells =
        |effects: &[Effect]| effects.iter().filter(|effect| matches!(effect, Effect::Bell)).count();
    let rung: usize =
        (1..=299).map(|second| bells(&update(&mut state, Message::Tick(later(second))))).sum();
    assert_eq!(rung, 2, "a minute and ten seconds before the end");
    update(&mut state, Message::Tick(later(300)));
    assert!(checkout(&state).is_too_late(state.now));
    let effects = update(&mut state, code(KeyCode::Enter));
    assert!(matches!(asked(&effects).0, Ask::Order { .. }), "the server decides what is too late");
    hear(&mut state, About::Order(refused(ProblemType::HoldExpired)));
    let effects = update(&mut state, code(KeyCode::Enter));
    let (Ask::Hold { wish, .. }, _) = asked(&effects) else { panic!("{effects:?}") };
    assert_eq!(wish.seats.as_deref(), Some([0, 1].as_slice()));
    let again = ticketing_wire::seats::Hold { expires_at: later(600), ..hold() };
    hear(&mut state, About::Held(Ok(again)));
    assert_eq!(checkout(&state).doing, Doing::Nothing);
    assert!(!checkout(&state).is_too_late(state.now));
    hear(&mut state, About::Held(refused(ProblemType::SeatTaken)));
    assert!(matches!(state.over.last(), Some(Screen::Seats(_))), "choose again");
}

#[test]
fn esc_lets_held_seats_go_and_leaves_an_order_alone() {
    let mut state = holding();
    let effects = update(&mut state, code(KeyCode::Esc));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Tell(Tell::Release { .. }))));
    assert!(matches!(state.over.last(), Some(Screen::Seats(_))));

    let mut state = holding();
    update(&mut state, code(KeyCode::Enter));
    hear(&mut state, About::Order(Ok(order("pending_payment", "one"))));
    let effects = update(&mut state, code(KeyCode::Esc));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Tell(_))));
    assert!(state.over.is_empty());
}

#[test]
fn whoever_holds_seats_is_asked_before_the_program_ends_and_twice_is_meant() {
    let mut state = holding();
    assert!(draws(&press(&mut state, "q")));
    assert_eq!(state.question, Some(Question::Quit));
    assert!(matches!(press(&mut state, "q")[..], [Effect::Quit]));
    assert!(matches!(press(&mut listed(), "q")[..], [Effect::Quit]));
}

#[test]
fn an_order_is_given_back_for_what_was_quoted() {
    let mut state = listed();
    press(&mut state, "m");
    hear(&mut state, About::Orders(Ok(vec![*order("paid", "one")])));
    let effects = press(&mut state, "x");
    let (Ask::Quote { order: of }, _) = asked(&effects) else { panic!() };
    let of = *of;
    let quote = quote();
    hear(&mut state, About::Quote { order: of, answer: Ok(quote.clone()) });
    let effects = press(&mut state, "y");
    let (Ask::Cancel { cancellation, .. }, _) = asked(&effects) else { panic!() };
    assert_eq!(cancellation.refund.as_ref(), Some(&quote.refund));
    hear(&mut state, About::Order(Ok(order("refund_due", "one"))));
    let Some(Screen::Orders(orders)) = state.over.last() else { panic!("the orders") };
    assert_eq!(orders.list.as_ref().unwrap()[0].status, OrderStatus::RefundDue);
}

#[test]
fn an_order_whose_answer_was_lost_is_placed_again_with_its_key_however_late_it_is() {
    let mut state = holding();
    let effects = update(&mut state, code(KeyCode::Enter));
    let (Ask::Order { key: first, .. }, _) = asked(&effects) else { panic!() };
    let first = first.clone();
    assert!(state.over.len() == 1 && draws(&update(&mut state, code(KeyCode::Esc))));
    assert!(matches!(state.over.last(), Some(Screen::Checkout(_))), "it may be an order");
    hear(&mut state, About::Order(trouble()));
    update(&mut state, Message::Tick(later(4_000)));
    let effects = update(&mut state, code(KeyCode::Enter));
    let (Ask::Order { key, .. }, _) = asked(&effects) else { panic!("{effects:?}") };
    assert_eq!(*key, first);
}

#[test]
fn a_look_that_was_under_way_says_nothing_while_something_else_is_asked() {
    let mut state = holding();
    update(&mut state, code(KeyCode::Enter));
    hear(&mut state, About::Order(Ok(order("pending_payment", "one"))));
    update(&mut state, code(KeyCode::Enter));
    hear(&mut state, About::Stands(Ok(order("pending_payment", "one"))));
    assert_eq!(checkout(&state).doing, Doing::Paying);
    hear(&mut state, About::Stands(trouble()));
    assert_eq!(checkout(&state).doing, Doing::Paying);
    hear(&mut state, About::Stands(Ok(order("paid", "one"))));
    assert!(matches!(state.over.last(), Some(Screen::Tickets(_))), "but this it does");
}

#[test]
fn an_order_whose_time_is_over_is_looked_at_until_that_is_known() {
    let mut state = holding();
    update(&mut state, code(KeyCode::Enter));
    hear(&mut state, About::Order(Ok(order("pending_payment", "one"))));
    let looks = |state: &mut State, seconds: std::ops::Range<i64>| {
        let ticks = seconds.map(|second| update(state, Message::Tick(later(second))));
        let asks = ticks
            .flatten()
            .filter(|effect| matches!(effect, Effect::Ask { ask: Ask::ShowOrder { .. }, .. }));
        asks.count()
    };
    assert_eq!(looks(&mut state, 590..600), 0);
    // A key between two seconds makes no difference.
    state.now = later(600);
    press(&mut state, "?");
    assert_eq!(looks(&mut state, 600..621), 5);
    hear(&mut state, About::Stands(Ok(order("expired", "one"))));
    assert_eq!(looks(&mut state, 621..640), 0);
}

#[test]
fn a_quote_for_an_order_that_is_not_looked_at_any_more_asks_nothing() {
    let mut state = listed();
    press(&mut state, "m");
    let mut other = *order("paid", "two");
    other.id = uuid::Uuid::from_u128(99);
    // The newest comes last from a server, and is shown first.
    hear(&mut state, About::Orders(Ok(vec![*order("paid", "one"), other])));
    let effects = press(&mut state, "x");
    let (Ask::Quote { order: of }, _) = asked(&effects) else { panic!() };
    assert_eq!(*of, uuid::Uuid::from_u128(99));
    let of = *of;
    press(&mut state, "j");
    let quote = quote();
    hear(&mut state, About::Quote { order: of, answer: Ok(quote) });
    assert_eq!(state.question, None);
}

#[test]
fn a_question_goes_with_its_screen() {
    let mut state = waiting();
    press(&mut state, "x");
    assert_eq!(state.question, Some(Question::LeaveLine));
    hear(&mut state, About::Place(Ok(place("admitted", 0))));
    assert_eq!(state.question, None);
    press(&mut state, "y");
    assert!(matches!(state.over.last(), Some(Screen::Seats(_))));
}

fn quote() -> ticketing_wire::orders::Cancellation {
    let quote = serde_json::json!({
        "seats": [0, 1], "paid": {"amount": 266_000, "currency": "KRW"},
        "fee": {"amount": 6_000, "currency": "KRW"},
        "refund": {"amount": 260_000, "currency": "KRW"},
    });
    serde_json::from_value(quote).unwrap()
}

fn after(effects: &[Effect]) -> std::time::Duration {
    asked(effects).1
}
