use std::sync::Arc;
use std::time::Duration;

use crossterm::event::KeyCode;
use ticketing_client::seats::{SeatMap, SeatsAnswer};
use ticketing_wire::seats::{Layout, SeatsNow};

use super::update;
use crate::fixture::{code, hall_map, listed, newer, performances, press, seated};
use crate::hall::Cursor;
use crate::state::{Effect, Failure, Link, Message, Screen, State, Visit};

fn visit(state: &State) -> &Visit {
    let Screen::Seats(visit) = &state.screen else { panic!("on the seat map") };
    visit
}

fn fresh(sequence: u64) -> Message {
    let answer =
        SeatsAnswer::Fresh { etag: Some(format!("\"1:{sequence}\"")), now: newer(sequence) };
    Message::Statuses { visit: 1, answer: Ok(answer) }
}

fn trouble() -> Message {
    Message::Statuses { visit: 1, answer: Err(Failure::Trouble("timed out".to_owned())) }
}

fn wait(effects: &[Effect]) -> Option<Duration> {
    effects.iter().find_map(|effect| match effect {
        Effect::FetchStatuses { after, .. } | Effect::FetchMap { after, .. } => Some(*after),
        _ => None,
    })
}

#[test]
fn the_selection_moves_and_stops_at_the_ends_without_drawing() {
    let mut state = listed();
    assert_eq!(press(&mut state, "k"), []);
    assert_eq!(press(&mut state, "j"), [Effect::Draw]);
    assert_eq!(state.list.selected, 1);
    press(&mut state, "G");
    assert_eq!(press(&mut state, "j"), []);
    assert_eq!(state.list.selected, 2);
    assert_eq!(press(&mut state, "x"), []);
}

#[test]
fn a_fresh_list_keeps_the_selected_performance() {
    let mut state = listed();
    press(&mut state, "j");
    let selected = state.list.left()[1].id;
    let mut turned = performances();
    turned.reverse();
    turned.rotate_left(1);
    update(&mut state, Message::Listed(Ok(turned)));
    assert_eq!(state.list.left()[state.list.selected].id, selected);
    update(&mut state, Message::Listed(Ok(Vec::new())));
    assert_eq!(state.list.selected, 0);
}

#[test]
fn the_filter_takes_letters_that_are_commands_elsewhere() {
    let mut state = listed();
    assert_eq!(press(&mut state, "/bAdq"), [Effect::Draw]);
    assert!(state.list.left().is_empty());
    update(&mut state, code(KeyCode::Backspace));
    assert_eq!(state.list.left().len(), 1);
    update(&mut state, code(KeyCode::Enter));
    assert!(!state.list.typing);
    assert_eq!(update(&mut state, code(KeyCode::Esc)), [Effect::Draw]);
    assert_eq!(state.list.left().len(), 3);
    assert_eq!(update(&mut state, code(KeyCode::Esc)), [], "Esc never quits");
}

#[test]
fn enter_opens_the_map_and_esc_comes_back_and_refetches() {
    let mut state = listed();
    let performance = state.list.left()[0].id;
    let fetch = Effect::FetchMap { visit: 1, performance, after: Duration::ZERO };
    assert_eq!(update(&mut state, code(KeyCode::Enter)), [Effect::Draw, fetch]);
    assert_eq!(update(&mut state, code(KeyCode::Esc)), [Effect::Draw, Effect::FetchPerformances]);
    assert!(matches!(state.screen, Screen::Performances));
}

#[test]
fn without_a_session_the_map_stays_shut_and_says_why() {
    let mut state = listed();
    state.signed_in = false;
    assert_eq!(update(&mut state, code(KeyCode::Enter)), [Effect::Draw]);
    assert!(state.notice.as_deref().unwrap().contains("sign in"));
    assert!(matches!(state.screen, Screen::Performances));
    assert_eq!(press(&mut state, "k"), [Effect::Draw], "any key takes the notice away");
    assert_eq!(state.notice, None);
}

#[test]
fn the_map_is_asked_for_a_second_after_each_answer_with_the_last_tag() {
    let mut state = seated();
    let effects = update(&mut state, fresh(205));
    let performance = visit(&state).show.id;
    let etag = Some("\"1:205\"".to_owned());
    let after = Duration::from_secs(1);
    assert_eq!(
        effects,
        [Effect::Draw, Effect::FetchStatuses { visit: 1, performance, etag, after }]
    );
}

#[test]
fn nothing_is_drawn_unless_the_version_is_another_one() {
    let mut state = seated();
    let unchanged = Message::Statuses { visit: 1, answer: Ok(SeatsAnswer::Unchanged) };
    assert!(!update(&mut state, unchanged).contains(&Effect::Draw));
    assert!(!update(&mut state, fresh(204)).contains(&Effect::Draw), "the version of the layout");
    assert!(update(&mut state, fresh(205)).contains(&Effect::Draw));
    assert!(!update(&mut state, fresh(205)).contains(&Effect::Draw));
    assert!(update(&mut state, fresh(3)).contains(&Effect::Draw), "a server that began again");
}

#[test]
fn answers_to_an_earlier_visit_are_ignored() {
    let mut state = seated();
    update(&mut state, code(KeyCode::Esc));
    assert_eq!(update(&mut state, fresh(205)), []);
    update(&mut state, code(KeyCode::Enter));
    assert_eq!(update(&mut state, fresh(206)), []);
    assert!(visit(&state).hall.is_none());
}

#[test]
fn questions_without_an_answer_are_repeated_more_and_more_slowly_until_one_has_one() {
    let mut state = seated();
    let effects: Vec<_> = (0..6).map(|_| update(&mut state, trouble())).collect();
    let waits: Vec<_> = effects.iter().filter_map(|effects| wait(effects)).collect();
    assert_eq!(waits, [2, 4, 8, 15, 15, 15].map(Duration::from_secs));
    let drawn = effects.iter().filter(|effects| effects.contains(&Effect::Draw)).count();
    assert_eq!(drawn, 1, "it looks the same from then on");
    assert!(visit(&state).hall.is_some(), "the last map stays");

    let unchanged = Message::Statuses { visit: 1, answer: Ok(SeatsAnswer::Unchanged) };
    let effects = update(&mut state, unchanged);
    assert!(effects.contains(&Effect::Draw));
    assert_eq!(wait(&effects), Some(Duration::from_secs(1)));
    assert_eq!((visit(&state).link, state.notice), (Link::Live, None));
}

#[test]
fn a_performance_that_is_gone_is_not_asked_for_again() {
    let mut state = seated();
    let gone = Message::Statuses { visit: 1, answer: Err(Failure::Gone) };
    assert_eq!(update(&mut state, gone), [Effect::Draw]);
    assert_eq!(visit(&state).link, Link::Ended);
}

#[test]
fn statuses_of_another_layout_fetch_the_layout() {
    let mut state = seated();
    let now = SeatsNow { layout: "another hall".to_owned(), ..newer(205) };
    let answer = Ok(SeatsAnswer::Fresh { etag: None, now });
    let effects = update(&mut state, Message::Statuses { visit: 1, answer });
    let performance = visit(&state).show.id;
    let fetch = Effect::FetchMap { visit: 2, performance, after: Duration::ZERO };
    assert_eq!(effects, [Effect::Draw, fetch]);
}

#[test]
fn sections_are_reached_by_tab_and_by_number() {
    let mut state = seated();
    update(&mut state, code(KeyCode::Tab));
    assert_eq!(visit(&state).cursor, Cursor { section: 1, row: 0, seat: 0 });
    update(&mut state, code(KeyCode::BackTab));
    update(&mut state, code(KeyCode::BackTab));
    assert_eq!(visit(&state).cursor.section, 2);
    assert_eq!(press(&mut state, "j"), [], "a standing area has no rows to walk in");
    press(&mut state, "1");
    assert_eq!(visit(&state).cursor.section, 0);
    assert_eq!(press(&mut state, "9"), []);
}

#[test]
fn help_covers_the_screen_until_it_is_closed() {
    let mut state = listed();
    assert_eq!(press(&mut state, "?"), [Effect::Draw]);
    assert_eq!(press(&mut state, "j"), []);
    assert_eq!(update(&mut state, code(KeyCode::Esc)), [Effect::Draw]);
    assert!(!state.help);
    assert_eq!(press(&mut state, "?q"), [Effect::Quit]);
}

#[test]
fn a_restarted_map_with_fewer_seats_brings_the_cursor_back_inside() {
    let mut state = seated();
    press(&mut state, "2GGjjjjjjjjjjjj");
    press(&mut state, "r");
    let mut layout = Layout::clone(hall_map().layout());
    layout.sections.truncate(1);
    let map = SeatMap::new(Arc::new(layout), &newer(204)).unwrap();
    update(&mut state, Message::Map { visit: 2, answer: Ok(map) });
    assert_eq!(visit(&state).cursor, Cursor::default());
}
