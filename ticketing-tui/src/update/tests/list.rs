use std::time::Duration;

use crossterm::event::KeyCode;

use ticketing_wire::problem::ProblemType;

use super::{asked, draws, refused};
use crate::fixture::{code, key, listed, performances, press};
use crate::state::{Ask, Effect, Message};
use crate::update::update;

#[test]
fn the_selection_moves_and_stops_at_the_ends_without_drawing() {
    let mut state = listed();
    assert!(press(&mut state, "k").is_empty());
    assert!(draws(&press(&mut state, "j")));
    assert_eq!(state.events.selected, 1);
    press(&mut state, "G");
    assert!(press(&mut state, "j").is_empty());
    assert_eq!(state.events.selected, 2);
    assert!(press(&mut state, "z").is_empty());
}

#[test]
fn a_fresh_list_keeps_the_selected_performance() {
    let mut state = listed();
    press(&mut state, "j");
    let selected = state.events.chosen().unwrap().id;
    let mut turned = performances();
    turned.reverse();
    turned.rotate_left(1);
    update(&mut state, Message::Listed(Ok(turned)));
    assert_eq!(state.events.chosen().unwrap().id, selected);
    update(&mut state, Message::Listed(Ok(Vec::new())));
    assert_eq!(state.events.selected, 0);
}

#[test]
fn the_filter_takes_letters_that_are_commands_elsewhere() {
    let mut state = listed();
    assert!(draws(&press(&mut state, "/bAdq")));
    assert!(state.events.left().is_empty());
    update(&mut state, code(KeyCode::Backspace));
    assert_eq!(state.events.left().len(), 1);
    update(&mut state, code(KeyCode::Enter));
    assert!(!state.events.typing);
    assert!(draws(&update(&mut state, code(KeyCode::Esc))));
    assert_eq!(state.events.left().len(), 3);
    assert!(update(&mut state, code(KeyCode::Esc)).is_empty(), "Esc never quits");
}

#[test]
fn whoever_is_not_signed_in_is_asked_and_then_goes_where_they_wanted() {
    let mut state = listed();
    state.who = None;
    assert!(draws(&update(&mut state, code(KeyCode::Enter))));
    press(&mut state, "ada@example.org");
    update(&mut state, code(KeyCode::Enter));
    press(&mut state, "q secret");
    let effects = update(&mut state, code(KeyCode::Enter));
    assert!(matches!(&effects[..], [Effect::Draw, Effect::SignIn(who)]
        if who.email == "ada@example.org" && who.password.expose() == "q secret"));
    assert!(press(&mut state, "more").is_empty(), "what was sent is not changed");
    update(&mut state, Message::SignedIn(refused(ProblemType::Unauthenticated)));
    assert!(state.form.as_ref().unwrap().wrong.is_some());
    update(&mut state, code(KeyCode::Enter));
    let effects = update(&mut state, Message::SignedIn(Ok("ada@example.org".to_owned())));
    assert!(matches!(asked(&effects), (Ask::Join { .. }, Duration::ZERO)));
    assert!(state.form.is_none());
}

#[test]
fn signing_up_keeps_what_was_typed_and_a_paste_is_one_line() {
    let mut state = listed();
    state.who = None;
    press(&mut state, "m");
    update(&mut state, Message::Pasted("ada@example.org\nrm -rf".to_owned()));
    let turn = crossterm::event::KeyEvent::new(
        KeyCode::Char('t'),
        crossterm::event::KeyModifiers::CONTROL,
    );
    update(&mut state, Message::Key(turn));
    for typed in ["", "a password", "Ada", "ada"] {
        press(&mut state, typed);
        let effects = update(&mut state, code(KeyCode::Enter));
        if let [Effect::Draw, Effect::SignUp(account)] = &effects[..] {
            assert_eq!(account.email, "ada@example.org");
            assert_eq!((account.name.as_str(), account.nickname.as_str()), ("Ada", "ada"));
            assert!(!format!("{state:?}").contains("a password"));
            return;
        }
    }
    panic!("nothing was sent");
}

#[test]
fn help_covers_the_screen_until_it_is_closed() {
    let mut state = listed();
    assert!(draws(&press(&mut state, "?")));
    assert!(press(&mut state, "s").is_empty());
    assert!(draws(&update(&mut state, code(KeyCode::Esc))));
    assert!(state.help.is_none());
    update(&mut state, key('?'));
    assert!(matches!(press(&mut state, "q")[..], [Effect::Quit]));
}
