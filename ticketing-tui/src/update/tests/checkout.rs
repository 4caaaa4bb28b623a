use crossterm::event::KeyCode;

use ticketing_wire::orders::OrderStatus;
use ticketing_wire::problem::ProblemType;
use ticketing_wire::sandbox::Outcome;

use super::{asked, checkout, draws, refused, trouble};
use crate::fixture::{code, hear, hold, holding, later, listed, order, press, tickets};
use crate::screens::Screen;
use crate::screens::checkout::Doing;
use crate::state::{About, Ask, Effect, Message, Question, Tell};
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
    hear(&mut state, About::Order(Ok(order("pending_payment", "two"))));
    let effects = update(&mut state, code(KeyCode::Enter));
    let (Ask::Pay { outcome, key, payment, .. }, _) = asked(&effects) else { panic!() };
    assert_eq!((*outcome, payment.payment_id.as_str()), (Outcome::Approve, "two"));
    assert_ne!(*key, declined, "another payment is another try");

    let effects = hear(&mut state, About::Paid(Ok(order("confirming", "two"))));
    assert!(matches!(asked(&effects), (Ask::ShowOrder { .. }, after) if !after.is_zero()));
    let effects = hear(&mut state, About::Order(Ok(order("paid", "two"))));
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
    hear(&mut state, About::Order(Ok(order("pending_payment", "one"))));
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
    let quote: ticketing_wire::orders::Cancellation = serde_json::from_value(serde_json::json!({
        "seats": [0, 1], "paid": {"amount": 266_000, "currency": "KRW"},
        "fee": {"amount": 6_000, "currency": "KRW"},
        "refund": {"amount": 260_000, "currency": "KRW"},
    }))
    .unwrap();
    hear(&mut state, About::Quote { order: of, answer: Ok(quote.clone()) });
    let effects = press(&mut state, "y");
    let (Ask::Cancel { cancellation, .. }, _) = asked(&effects) else { panic!() };
    assert_eq!(cancellation.refund.as_ref(), Some(&quote.refund));
    hear(&mut state, About::Order(Ok(order("refund_due", "one"))));
    let Some(Screen::Orders(orders)) = state.over.last() else { panic!("the orders") };
    assert_eq!(orders.list.as_ref().unwrap()[0].status, OrderStatus::RefundDue);
}
