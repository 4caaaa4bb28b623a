use std::time::Duration;

use crossterm::event::KeyCode;
use ticketing_wire::problem::ProblemType;

use super::{asked, draws, refused, trouble};
use crate::fixture::{code, hear, listed, press, sale, status, steering_in};
use crate::screens::steering::{Steer, Steering};
use crate::screens::{Link, Screen};
use crate::state::{About, Ask, Effect, Message, Question, State};
use crate::update::update;
use crate::words::ENGLISH;

fn room(state: &State) -> &Steering {
    let Some(Screen::Steering(steering)) = state.over.last() else { panic!("{state:?}") };
    steering
}

/// What is done to the line by these effects.
fn steered(effects: &[Effect]) -> Option<&Steer> {
    effects.iter().find_map(|effect| match effect {
        Effect::Ask { ask: Ask::Steer { steer, .. }, .. } => Some(steer),
        _ => None,
    })
}

#[test]
fn it_looks_again_after_each_answer_and_seldom_while_there_is_none() {
    let mut state = listed();
    let effects = press(&mut state, "w");
    assert!(matches!(asked(&effects), (Ask::Sale { .. }, Duration::ZERO)));
    let effects = hear(&mut state, About::Sale(Ok(Box::new(sale(0)))));
    assert_eq!(asked(&effects).1, Duration::from_secs(2));
    let effects = hear(&mut state, About::Sale(trouble()));
    assert!(asked(&effects).1 >= Duration::from_secs(2) && draws(&effects));
    assert!(matches!(room(&state).link, Link::Broken(1)));
    hear(&mut state, About::Sale(Ok(Box::new(sale(1)))));
    assert_eq!((room(&state).link, &state.notice), (Link::Live, &None));
}

#[test]
fn whoever_may_not_look_is_told_so_once() {
    let mut state = listed();
    press(&mut state, "w");
    let effects = hear(&mut state, About::Sale(refused(ProblemType::Forbidden)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Ask { .. })));
    assert_eq!(room(&state).link, Link::Ended);
    assert!(press(&mut state, "pacD").is_empty(), "what is not seen is not steered");
}

#[test]
fn nothing_is_done_to_a_line_that_was_not_confirmed() {
    for (keys, meant) in [
        ("pback at ten", Steer::Pause(Some("back at ten".into()))),
        ("p", Steer::Pause(None)),
        ("a600", Steer::Rate(Some(600))),
        ("a", Steer::Rate(None)),
        ("c 250", Steer::Capacity(250)),
    ] {
        let mut state = steering_in(&ENGLISH, 1);
        assert!(steered(&press(&mut state, keys)).is_none());
        assert!(steered(&update(&mut state, code(KeyCode::Enter))).is_none());
        assert_eq!(state.question, Some(Question::Steer(meant.clone())));
        assert!(steered(&press(&mut state, "n")).is_none());
        press(&mut state, keys);
        update(&mut state, code(KeyCode::Enter));
        assert_eq!(steered(&press(&mut state, "y")), Some(&meant));
    }
    let mut state = steering_in(&ENGLISH, 1);
    press(&mut state, "D");
    assert_eq!(steered(&press(&mut state, "y")), Some(&Steer::Drain));
}

#[test]
fn what_is_no_number_is_said_and_can_be_mended() {
    for wrong in ["c0", "c", "c-1", "cmany", "a0", "c4294967296"] {
        let mut state = steering_in(&ENGLISH, 1);
        press(&mut state, wrong);
        update(&mut state, code(KeyCode::Enter));
        assert_eq!(state.notice.as_deref(), Some("that is no number from 1 on"), "{wrong}");
        assert!(state.question.is_none() && room(&state).entry.is_some());
    }
    let mut state = steering_in(&ENGLISH, 1);
    press(&mut state, "cq");
    update(&mut state, code(KeyCode::Backspace));
    update(&mut state, Message::Pasted("300\nand more".into()));
    update(&mut state, code(KeyCode::Enter));
    assert_eq!(state.question, Some(Question::Steer(Steer::Capacity(300))));
}

#[test]
fn a_paused_line_goes_on_by_the_same_key_and_is_looked_at_at_once() {
    let mut state = steering_in(&ENGLISH, 1);
    let effects = hear(&mut state, About::Steered(Ok(Box::new(status("paused")))));
    assert!(matches!(asked(&effects), (Ask::Sale { .. }, Duration::ZERO)));
    press(&mut state, "p");
    assert_eq!(steered(&press(&mut state, "y")), Some(&Steer::Resume));
    // A line that does not show that it is paused goes on all the same.
    let mut sold_out = steering_in(&ENGLISH, 1);
    press(&mut sold_out, "P");
    assert_eq!(steered(&press(&mut sold_out, "y")), Some(&Steer::Resume));
    hear(&mut state, About::Steered(trouble()));
    assert!(state.notice.is_some() && room(&state).is_paused());
}

#[test]
fn what_is_remembered_has_an_end() {
    let state = steering_in(&ENGLISH, 1_000);
    assert_eq!(room(&state).history.len(), 200);
}
