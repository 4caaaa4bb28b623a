//! Every screen in every size, alphabet and language.

use std::fmt::Write as _;

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use ticketing_wire::problem::{Problem, ProblemType};

use super::{SIZES, screen, ticketed};
use crate::fixture::{
    at_the_door, code, hear, holding_in, listed_in, order, press, scanned, seated_in, steering_in,
    waiting_in,
};
use crate::state::{About, Failure, Question, State};
use crate::update::update;
use crate::words::{ENGLISH, KOREAN, Words};

/// In every size and alphabet.
fn each_size(state: &State) -> String {
    let mut all = String::new();
    for size in SIZES {
        for (ascii, alphabet) in [(false, "unicode"), (true, "ascii")] {
            let frame = screen(state, ascii, size);
            writeln!(all, "{}x{} {alphabet}\n{frame}", size.0, size.1).unwrap();
        }
    }
    all
}

/// In both languages too.
fn each_screen(name: &str, state: impl Fn(&'static Words) -> State) {
    for (words, language) in [(&ENGLISH, "english"), (&KOREAN, "korean")] {
        assert_snapshot!(format!("{name}_{language}"), each_size(&state(words)));
    }
}

#[test]
fn the_list_is_readable_at_every_size() {
    each_screen("events", |words| {
        let mut state = listed_in(words);
        press(&mut state, "j");
        state
    });
}

#[test]
fn the_waiting_room_is_readable_at_every_size() {
    each_screen("line", |words| {
        let mut state = waiting_in(words);
        let status = serde_json::from_value(serde_json::json!({
            "state": "paused", "message": "back at ten", "admitted_through": 188, "waiting": 5_123,
            "admitting_per_minute": 240, "gaps": [], "seats_left": 412, "draw": null,
        }));
        hear(&mut state, About::Line(status.unwrap()));
        state
    });
}

#[test]
fn the_seat_map_is_readable_at_every_size_without_colour() {
    each_screen("seats", |words| {
        let mut state = seated_in(words);
        press(&mut state, " l jjlll");
        state
    });
}

#[test]
fn the_overview_of_the_sections_is_readable_at_every_size() {
    each_screen("overview", |words| {
        let mut state = seated_in(words);
        press(&mut state, "-j");
        state
    });
}

#[test]
fn the_checkout_is_readable_at_every_size() {
    each_screen("checkout_held", holding_in);
    each_screen("checkout_declined", |words| {
        let mut state = holding_in(words);
        hear(&mut state, About::Order(Ok(order("pending_payment", "one"))));
        let declined = Problem::new(ProblemType::PaymentDeclined, 402, "Declined", "");
        let failure = Failure::Refused(Box::new(declined));
        hear(&mut state, About::Paid(Err(failure)));
        hear(&mut state, About::Stands(Ok(order("pending_payment", "two"))));
        state
    });
}

#[test]
fn the_tickets_are_readable_at_every_size() {
    each_screen("tickets", ticketed);
}

#[test]
fn the_orders_are_readable_at_every_size() {
    each_screen("orders", |words| {
        let mut state = listed_in(words);
        press(&mut state, "m");
        let list = ["paid", "pending_payment", "refunded"].map(|status| *order(status, "one"));
        hear(&mut state, About::Orders(Ok(list.into())));
        press(&mut state, "j");
        state
    });
}

#[test]
fn the_war_room_is_readable_at_every_size() {
    each_screen("steering", |words| steering_in(words, 60));
    each_screen("steering_asked", |words| {
        let mut state = steering_in(words, 2);
        press(&mut state, "pback at ten");
        update(&mut state, code(KeyCode::Enter));
        state
    });
}

#[test]
fn the_door_is_readable_at_every_size() {
    each_screen("door", |words| {
        let mut state = at_the_door(words);
        for verdict in ["admitted", "forged", "exited", "already_used"] {
            scanned(&mut state, "FMRQAAARQWERTYUIOP", verdict);
        }
        press(&mut state, "HALF");
        state
    });
    each_screen("door_waits", |words| {
        let mut state = at_the_door(words);
        scanned(&mut state, "FMRQAAARQWERTYUIOP", "admitted");
        press(&mut state, "NEXT");
        update(&mut state, code(KeyCode::Enter));
        state
    });
}

#[test]
fn the_form_and_questions_lie_over_the_screen() {
    each_screen("form", |words| {
        let mut state = listed_in(words);
        state.who = None;
        press(&mut state, "a");
        press(&mut state, "ada@example.org");
        update(&mut state, code(KeyCode::Tab));
        press(&mut state, "secret");
        state.form.as_mut().unwrap().wrong = Some("no such account, or a wrong password".into());
        state
    });
    each_screen("question", |words| {
        let mut state = holding_in(words);
        state.question = Some(Question::Quit);
        state
    });
}
