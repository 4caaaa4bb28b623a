use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ticketing_wire::door::{Direction, NewScan};
use ticketing_wire::problem::ProblemType;

use super::{draws, refused, trouble};
use crate::fixture::{at_the_door, check_in, code, hear, press, scanned};
use crate::screens::Screen;
use crate::screens::door::{Counts, Door, Told};
use crate::state::{About, Ask, Effect, Message, Question, State};
use crate::update::update;
use crate::words::ENGLISH;

fn door(state: &State) -> &Door {
    let Some(Screen::Door(door)) = state.over.last() else { panic!("{state:?}") };
    door
}

/// What is scanned by these effects.
fn sent(effects: &[Effect]) -> Vec<&NewScan> {
    let scan = |effect| match effect {
        &Effect::Ask { ask: Ask::CheckIn { ref scan, .. }, .. } => Some(&**scan),
        _ => None,
    };
    effects.iter().filter_map(scan).collect()
}

fn enter(state: &mut State) -> Vec<Effect> {
    update(state, code(KeyCode::Enter))
}

fn control(state: &mut State, letter: char) -> Vec<Effect> {
    let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    update(state, Message::Key(key))
}

/// The newest scan's nonce.
fn nonce(state: &State) -> String {
    door(state).scans[0].sent.nonce.clone().unwrap()
}

#[test]
fn a_scanner_types_faster_than_answers_come_and_each_finds_its_scan() {
    let mut state = at_the_door(&ENGLISH);
    press(&mut state, "FMRQAAAR");
    let first = sent(&enter(&mut state))[0].clone();
    press(&mut state, "q12w");
    let second = sent(&enter(&mut state))[0].clone();
    assert_eq!((first.code.as_str(), second.code.as_str()), ("FMRQAAAR", "q12w"));
    assert_ne!(first.nonce, second.nonce);
    let answer = |verdict: &str| Ok(Box::new(check_in(verdict)));
    let of = |scan: &NewScan, verdict: &str| About::CheckedIn {
        nonce: scan.nonce.clone().unwrap(),
        answer: answer(verdict),
    };
    hear(&mut state, of(&second, "already_used"));
    assert!(matches!(door(&state).scans[1].told, Told::Waits));
    hear(&mut state, of(&first, "admitted"));
    // It is told twice, and counted once.
    hear(&mut state, of(&first, "admitted"));
    assert_eq!(door(&state).counts, Counts { came_in: 1, went_out: 0, refused: 1 });
    assert!(enter(&mut state).is_empty(), "there is nothing to scan");
}

#[test]
fn what_nobody_answered_is_sent_again_as_the_same_scan_and_is_never_forgotten() {
    let mut state = at_the_door(&ENGLISH);
    press(&mut state, "LOST");
    enter(&mut state);
    let lost = nonce(&state);
    let silent = About::CheckedIn { nonce: lost.clone(), answer: trouble() };
    assert!(hear(&mut state, silent).iter().any(|effect| matches!(effect, Effect::Bell)));
    for number in 0..300 {
        scanned(&mut state, &format!("{number}"), "admitted");
    }
    assert_eq!(door(&state).scans.len(), 200);
    let again = control(&mut state, 'r');
    assert_eq!(sent(&again)[0].nonce.as_ref(), Some(&lost));
    assert!(sent(&control(&mut state, 'r')).is_empty(), "it is under way");
    let refusal = About::CheckedIn { nonce: lost, answer: refused(ProblemType::Forbidden) };
    hear(&mut state, refusal);
    assert!(state.notice.is_some());
    assert!(sent(&control(&mut state, 'r')).is_empty(), "what was refused is over");
}

#[test]
fn a_door_without_a_connection_takes_no_more_and_glues_no_two_codes_together() {
    let mut state = at_the_door(&ENGLISH);
    let lines: Vec<String> = (0..25).map(|number| format!("CODE{number}\r")).collect();
    let effects = update(&mut state, Message::Pasted(lines.concat()));
    assert_eq!(sent(&effects).len(), 20);
    assert!(state.notice.as_ref().unwrap().contains("too many wait"));
    assert_eq!(door(&state).code.text(), "");
    press(&mut state, "NEXT");
    assert!(sent(&enter(&mut state)).is_empty());
    press(&mut state, "LAST");
    assert_eq!(door(&state).code.text(), "LAST");
}

#[test]
fn letters_are_the_codes_and_a_filled_line_is_emptied_before_anybody_leaves() {
    let mut state = at_the_door(&ENGLISH);
    assert!(draws(&press(&mut state, "qjkadwm")));
    assert_eq!(door(&state).code.text(), "qjkadwm");
    update(&mut state, code(KeyCode::Backspace));
    assert_eq!(door(&state).code.text(), "qjkadw");
    update(&mut state, code(KeyCode::Esc));
    assert_eq!(door(&state).code.text(), "");
    press(&mut state, "?");
    assert!(state.help.is_some());
    update(&mut state, code(KeyCode::Esc));
    update(&mut state, code(KeyCode::Esc));
    assert!(state.over.is_empty());
}

#[test]
fn whoever_leaves_with_scans_that_were_not_answered_is_asked_first() {
    let mut state = at_the_door(&ENGLISH);
    press(&mut state, "LOST");
    enter(&mut state);
    let silent = About::CheckedIn { nonce: nonce(&state), answer: trouble() };
    hear(&mut state, silent);
    update(&mut state, code(KeyCode::Esc));
    assert_eq!(state.question, Some(Question::LeaveDoor));
    press(&mut state, "n");
    assert_eq!(door(&state).unanswered(), 1);
    control(&mut state, 'c');
    assert_eq!(state.question, Some(Question::Quit));
    press(&mut state, "n");
    update(&mut state, code(KeyCode::Esc));
    press(&mut state, "y");
    assert!(state.over.is_empty());
}

#[test]
fn gate_and_direction_go_with_the_scan() {
    let mut state = at_the_door(&ENGLISH);
    control(&mut state, 'g');
    press(&mut state, "North? ");
    enter(&mut state);
    update(&mut state, code(KeyCode::Tab));
    press(&mut state, "A");
    let effects = enter(&mut state);
    let scan = sent(&effects)[0];
    assert_eq!((scan.gate.as_deref(), &scan.direction), (Some("North?"), &Some(Direction::Out)));
    assert!(scan.device.as_ref().unwrap().starts_with("terminal "));
}

#[test]
fn a_mistake_is_taken_back_with_a_reason_and_no_longer_counts() {
    let mut state = at_the_door(&ENGLISH);
    control(&mut state, 'x');
    assert!(door(&state).entry.is_none() && state.notice.is_some(), "there is none yet");
    scanned(&mut state, "STOP", "forged");
    control(&mut state, 'x');
    assert!(door(&state).entry.is_none(), "who was stopped is not taken back");
    scanned(&mut state, "GO", "admitted");
    control(&mut state, 'x');
    enter(&mut state);
    assert!(door(&state).entry.is_some(), "a reason is needed");
    press(&mut state, "wrong queue");
    let effects = enter(&mut state);
    let annulment = effects.iter().find_map(|effect| match effect {
        Effect::Ask { ask: Ask::Annul { annulment, .. }, .. } => Some(annulment),
        _ => None,
    });
    let annulment = annulment.unwrap();
    assert_eq!(annulment.reason, "wrong queue");
    let scan = annulment.scan_id;
    hear(&mut state, About::Annulled { scan, answer: trouble() });
    assert_eq!(door(&state).counts.came_in, 1);
    hear(&mut state, About::Annulled { scan, answer: Ok(Box::new(check_in("admitted"))) });
    assert_eq!(door(&state).counts, Counts { came_in: 0, went_out: 0, refused: 1 });
    assert!(matches!(door(&state).scans[0].told, Told::Annulled(_)));
}
