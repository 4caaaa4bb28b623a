use crossterm::event::KeyCode;

use ticketing_wire::problem::{Problem, ProblemType};

use super::{asked, draws, refusal, refused, trouble, visit};
use crate::fixture::{code, delta, hall_map, hear, map, place, press, seated, sections, waiting};
use crate::hall::Cursor;
use crate::screens::{Link, Screen};
use crate::state::{About, Ask, Effect, Failure, Message};
use crate::update::update;

#[test]
fn what_changes_is_drawn_and_what_is_known_is_not() {
    let mut state = seated();
    assert!(hear(&mut state, delta(204, &[(0, 3)])).is_empty());
    assert!(draws(&hear(&mut state, delta(205, &[(0, 3)]))));
    let other_epoch = About::Seats(ticketing_wire::seats::SeatsDelta {
        epoch: 2,
        sequence: 206,
        changes: Vec::new(),
    });
    let effects = hear(&mut state, other_epoch);
    assert!(matches!(asked(&effects).0, Ask::Seats { .. }));
    assert!(hear(&mut state, delta(206, &[(0, 0)])).is_empty(), "of the map before");
}

#[test]
fn answers_to_an_earlier_visit_are_ignored() {
    let mut state = seated();
    let number = visit(&state).number;
    let late = || Message::About { visit: number, about: delta(205, &[(0, 3)]) };
    update(&mut state, code(KeyCode::Esc));
    assert!(update(&mut state, late()).is_empty());
    press(&mut state, "s");
    assert!(update(&mut state, late()).is_empty());
    assert!(visit(&state).hall.is_none());
}

#[test]
fn a_seat_that_is_chosen_and_lost_is_told_with_the_nearest_that_enter_takes() {
    let mut state = seated();
    press(&mut state, "l ");
    assert_eq!(visit(&state).picks, [1]);
    hear(&mut state, delta(205, &[(1, 1)]));
    let notice = state.notice.clone().unwrap();
    assert_eq!(
        notice,
        "Block A, row 1, seat 2 just went; nearest free: Block A, row 1, seat 1 (Enter)"
    );
    assert!(visit(&state).picks.is_empty());
    update(&mut state, code(KeyCode::Enter));
    assert_eq!(visit(&state).picks, [0]);
}

#[test]
fn only_free_seats_are_chosen_and_no_more_than_one_may_have() {
    let mut state = seated();
    press(&mut state, "ll ");
    assert!(visit(&state).picks.is_empty(), "somebody holds it");
    assert!(state.notice.is_some());
    update(&mut state, code(KeyCode::Home));
    press(&mut state, " l llllll ");
    assert_eq!(visit(&state).picks, [0, 1, 7]);
    press(&mut state, "j ");
    let most = visit(&state).picks.len();
    press(&mut state, "hhhhhh h h h h h h ");
    assert!(most <= 4 && visit(&state).picks.len() <= 4, "{:?}", visit(&state).picks);
    press(&mut state, "u");
    assert!(visit(&state).picks.is_empty());
}

#[test]
fn the_best_are_held_by_a_digit_and_a_digit_alone_is_a_section() {
    let mut state = seated();
    press(&mut state, "2");
    assert_eq!(visit(&state).cursor, Cursor { section: 1, row: 0, seat: 0 });
    let effects = press(&mut state, "b3");
    let (Ask::Hold { wish, .. }, _) = asked(&effects) else { panic!("{effects:?}") };
    assert_eq!(wish.best.as_ref().unwrap().count, 3);
    assert!(wish.best.as_ref().unwrap().section.is_none());
    let asked_again = press(&mut state, "b3");
    assert!(asked_again.is_empty(), "one hold at a time: {asked_again:?}");
    let mut state = seated();
    let effects = press(&mut state, "3b2");
    let (Ask::Hold { wish, .. }, _) = asked(&effects) else { panic!("{effects:?}") };
    assert_eq!(wish.best.as_ref().unwrap().section.as_deref(), Some("Standing"));
}

#[test]
fn seats_that_somebody_took_first_are_dropped_and_the_others_stay() {
    let mut state = seated();
    press(&mut state, " l ");
    update(&mut state, code(KeyCode::Enter));
    hear(&mut state, delta(205, &[(0, 1), (1, 1)]));
    assert_eq!(visit(&state).picks, [0, 1], "they may be held by whoever asked");
    let problem = Problem { seats: Some(vec![1]), ..refusal(ProblemType::SeatTaken) };
    hear(&mut state, About::Held(Err(Failure::Refused(Box::new(problem)))));
    assert_eq!(visit(&state).picks, [0]);
    assert!(state.notice.as_deref().unwrap().contains("seat 2 just went"));
}

#[test]
fn a_silent_server_is_said_once_and_heard_again_without_a_word() {
    let mut state = seated();
    let silent = || About::Silent(Failure::Trouble("timed out".to_owned()));
    assert!(draws(&hear(&mut state, silent())));
    assert!(hear(&mut state, silent()).is_empty());
    assert!(visit(&state).hall.is_some(), "the last map stays");
    hear(&mut state, About::Map(Ok(Box::new(hall_map()))));
    assert_eq!((visit(&state).link, &state.notice), (Link::Live, &None));
    hear(&mut state, About::Map(Err(Failure::Gone)));
    assert_eq!(visit(&state).link, Link::Ended);
}

#[test]
fn sections_are_reached_by_tab_and_by_number() {
    let mut state = seated();
    update(&mut state, code(KeyCode::Tab));
    assert_eq!(visit(&state).cursor, Cursor { section: 1, row: 0, seat: 0 });
    update(&mut state, code(KeyCode::BackTab));
    update(&mut state, code(KeyCode::BackTab));
    assert_eq!(visit(&state).cursor.section, 2);
    assert!(press(&mut state, "j").is_empty(), "a standing area has no rows to walk in");
    press(&mut state, "1");
    assert_eq!(visit(&state).cursor.section, 0);
    assert!(press(&mut state, "9").is_empty());
}

#[test]
fn a_map_with_fewer_seats_brings_the_cursor_back_inside() {
    let mut state = seated();
    press(&mut state, "2GGjjjjjjjjjjjj");
    hear(&mut state, About::Map(Ok(Box::new(map([&[8], &[3]])))));
    assert_eq!(visit(&state).cursor, Cursor { section: 1, row: 0, seat: 0 });
}

#[test]
fn a_hold_whose_answer_was_lost_is_asked_for_again_with_its_key() {
    let mut state = seated();
    let effects = press(&mut state, "b2");
    let (Ask::Hold { key: first, .. }, _) = asked(&effects) else { panic!() };
    let first = first.clone();
    assert!(draws(&update(&mut state, code(KeyCode::Esc))));
    assert!(matches!(state.over.last(), Some(Screen::Seats(_))), "it may be held");
    for _ in 0..2 {
        let effects = hear(&mut state, About::Held(trouble()));
        let (Ask::Hold { key, .. }, after) = asked(&effects) else { panic!("{effects:?}") };
        assert_eq!(*key, first);
        assert!(!after.is_zero());
    }
    hear(&mut state, About::Held(trouble()));
    assert!(visit(&state).busy.is_none(), "somebody else may decide now");
    let effects = press(&mut state, "b2");
    let (Ask::Hold { key, .. }, _) = asked(&effects) else { panic!("{effects:?}") };
    assert_eq!(*key, first, "the same again is the same hold");
    hear(&mut state, About::Held(refused(ProblemType::LimitExceeded)));
    let effects = press(&mut state, "b2");
    let (Ask::Hold { key, .. }, _) = asked(&effects) else { panic!("{effects:?}") };
    assert_ne!(*key, first);
}

#[test]
fn what_is_offered_is_gone_with_the_next_key() {
    let mut state = seated();
    press(&mut state, "l ");
    hear(&mut state, delta(205, &[(1, 1)]));
    press(&mut state, "llllll ");
    let picks = visit(&state).picks.clone();
    assert_eq!(picks.len(), 1);
    let effects = update(&mut state, code(KeyCode::Enter));
    assert!(matches!(asked(&effects).0, Ask::Hold { .. }), "nothing is added");
    assert_eq!(visit(&state).picks, picks);
}

#[test]
fn a_seat_is_found_by_its_name_wherever_it_is() {
    let mut state = seated();
    let at = |state: &crate::state::State| visit(state).cursor;
    for (name, section, row, seat) in [
        ("\u{fffd}B 2 20", 1, 1, 19),
        ("7", 1, 1, 6),
        ("1 3", 1, 0, 2),
        ("block a 6 4", 0, 5, 3),
        ("standing", 2, 0, 0),
        ("Block \u{fffd}B", 1, 0, 0),
    ] {
        press(&mut state, "g");
        press(&mut state, name);
        update(&mut state, code(KeyCode::Enter));
        assert_eq!(at(&state), Cursor { section, row, seat }, "{name}");
    }
    press(&mut state, "gC 1 1");
    assert!(state.notice.is_none());
    update(&mut state, code(KeyCode::Enter));
    assert_eq!(state.notice.as_deref(), Some("no seat is called C 1 1"));
    assert_eq!(at(&state), Cursor { section: 1, row: 0, seat: 0 });
    press(&mut state, "gq");
    update(&mut state, code(KeyCode::Esc));
    assert!(visit(&state).finding.is_none() && state.question.is_none());
}

#[test]
fn a_large_house_is_seen_whole_first_and_a_small_one_when_asked() {
    let mut state = seated();
    assert!(!visit(&state).overview);
    for (count, is_large) in [(9, false), (10, true)] {
        let mut other = waiting();
        hear(&mut other, About::Place(Ok(place("admitted", 0))));
        hear(&mut other, About::Map(Ok(Box::new(sections(count)))));
        assert_eq!(visit(&other).overview, is_large, "{count} sections");
    }
    press(&mut state, " -j");
    assert_eq!((visit(&state).overview, visit(&state).cursor.section), (true, 1));
    press(&mut state, "jjj");
    assert_eq!(visit(&state).cursor.section, 2, "the last");
    let effects = update(&mut state, code(KeyCode::Enter));
    assert!(!visit(&state).overview);
    assert!(matches!(effects[..], [Effect::Draw]), "Enter enters and holds nothing: {effects:?}");
    assert_eq!(visit(&state).picks, [0]);
}

#[test]
fn the_mouse_ends_what_was_offered_and_typed_as_a_key_does() {
    let mut state = seated();
    press(&mut state, "l ");
    hear(&mut state, delta(205, &[(1, 1)]));
    assert!(state.notice.is_some() && visit(&state).offered.is_some());
    assert!(draws(&update(&mut state, Message::Scrolled(crate::hall::Direction::Down))));
    assert!(state.notice.is_none() && visit(&state).offered.is_none());
    press(&mut state, "gA");
    let seat = crate::state::Target::Seat(Cursor { section: 0, row: 0, seat: 0 });
    update(&mut state, Message::Clicked(seat));
    assert_eq!((visit(&state).finding.as_ref(), &visit(&state).picks[..]), (None, &[0][..]));
}
