use std::time::Duration;

use crossterm::event::KeyCode;

use ticketing_wire::problem::{Problem, ProblemType};

use super::{asked, refusal, trouble, visit};
use crate::fixture::{code, hall_map, hear, later, listed, place, press, waiting};
use crate::screens::Screen;
use crate::screens::line::Ended;
use crate::state::{About, Ask, Effect, Failure, Message, Question, Tell};
use crate::update::update;

#[test]
fn a_place_is_asked_about_when_the_server_says_and_let_in_when_it_says() {
    let mut state = listed();
    let effects = update(&mut state, code(KeyCode::Enter));
    assert!(matches!(asked(&effects), (Ask::Join { .. }, Duration::ZERO)));
    let effects = hear(&mut state, About::Place(Ok(place("waiting", 9))));
    let asks = effects.iter().filter(|effect| match effect {
        Effect::Ask { ask: Ask::Place { .. }, after, .. } => *after == Duration::from_secs(2),
        Effect::Ask { ask: Ask::Line { .. }, .. } => true,
        _ => false,
    });
    assert_eq!(asks.count(), 2);
    let effects = hear(&mut state, About::Place(Ok(place("waiting", 3))));
    assert!(matches!(asked(&effects).0, Ask::Place { .. }), "it listens already");
    let effects = hear(&mut state, About::Place(Ok(place("admitted", 0))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Bell)));
    assert!(matches!(asked(&effects).0, Ask::Seats { .. }));
    assert!(visit(&state).pass.is_some());
}

#[test]
fn whoever_comes_too_early_joins_when_the_sale_opens() {
    let mut state = listed();
    update(&mut state, code(KeyCode::Enter));
    for (opens_in, asks_after) in [(3_600, 30), (7, 7)] {
        let problem =
            Problem { on_sale_at: Some(later(opens_in)), ..refusal(ProblemType::NotOnSale) };
        let answer = Err(Failure::Refused(Box::new(problem)));
        let effects = hear(&mut state, About::Place(answer));
        assert!(matches!(asked(&effects).0, Ask::Join { .. }));
        assert_eq!(asked(&effects).1, Duration::from_secs(asks_after));
    }
    assert!(state.counts_down());
}

#[test]
fn a_server_that_does_not_answer_is_asked_more_and_more_slowly_and_the_place_stays() {
    let mut state = waiting();
    let waits: Vec<_> =
        (0..5).map(|_| asked(&hear(&mut state, About::Place(trouble()))).1).collect();
    assert_eq!(waits, [2, 4, 8, 15, 15].map(Duration::from_secs));
    let Some(Screen::Line(wait)) = state.over.last() else { panic!("in the line") };
    assert_eq!(wait.place.as_ref().unwrap().ahead, 4_811);
    hear(&mut state, About::Place(Ok(place("waiting", 4_000))));
    assert!(state.notice.is_none());
}

#[test]
fn a_place_is_given_up_only_after_a_yes() {
    let mut state = waiting();
    press(&mut state, "x");
    assert_eq!(state.question, Some(Question::LeaveLine));
    assert!(press(&mut state, "j").is_empty());
    press(&mut state, "n");
    assert!(state.question.is_none() && !state.over.is_empty());
    let effects = press(&mut state, "xy");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Tell(Tell::Leave { .. }))));
    assert!(state.over.is_empty());
}

#[test]
fn a_lapsed_place_is_over_and_enter_joins_again() {
    let mut state = waiting();
    let effects = hear(&mut state, About::Place(Ok(place("lapsed", 0))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Forget(_))));
    let Some(Screen::Line(wait)) = state.over.last() else { panic!("in the line") };
    assert_eq!(wait.ended, Some(Ended::Place));
    let effects = update(&mut state, code(KeyCode::Enter));
    assert!(matches!(asked(&effects).0, Ask::Join { .. }));
}

#[test]
fn waiting_goes_on_while_somebody_looks_at_the_seats_and_they_look_on_inside() {
    let mut state = waiting();
    let Some(Screen::Line(wait)) = state.over.last() else { panic!("in the line") };
    let line = wait.number;
    press(&mut state, "s");
    hear(&mut state, About::Map(Ok(Box::new(hall_map()))));
    press(&mut state, "jj");
    let told = |about| Message::About { visit: line, about };
    let effects = update(&mut state, told(About::Place(Ok(place("waiting", 7)))));
    assert!(matches!(asked(&effects).0, Ask::Place { .. }));
    let effects = update(&mut state, told(About::Place(Ok(place("admitted", 0)))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Bell)));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Forget(visit) if *visit == line)));
    assert_eq!((state.over.len(), visit(&state).cursor.row), (1, 2));
    assert!(visit(&state).pass.is_some());
    press(&mut state, "f ");
    assert_eq!(visit(&state).picks.len(), 1);
}

#[test]
fn a_place_that_lapses_below_the_seats_is_told() {
    let mut state = waiting();
    let Some(Screen::Line(wait)) = state.over.last() else { panic!("in the line") };
    let line = wait.number;
    press(&mut state, "s");
    update(&mut state, Message::About { visit: line, about: About::Place(Ok(place("lapsed", 0))) });
    assert_eq!(state.notice.as_deref(), Some("This place is over."));
}
