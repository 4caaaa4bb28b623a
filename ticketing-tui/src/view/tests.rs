use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::fixture::{code, listed, map, press, seated};
use crate::look::Look;
use crate::state::{Message, State};
use crate::update::update;

fn screen(state: &State, ascii: bool, width: u16, height: u16) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let look = Look::new(ascii, true);
    terminal.draw(|frame| super::draw(state, &look, frame)).unwrap();
    terminal.backend().clone()
}

/// The sizes that are looked after, and the alphabets.
fn each_screen(name: &str, state: &State) {
    for (width, height) in [(60, 18), (80, 24), (120, 40)] {
        for (ascii, alphabet) in [(false, "unicode"), (true, "ascii")] {
            let name = format!("{name}_{width}x{height}_{alphabet}");
            assert_snapshot!(name, screen(state, ascii, width, height));
        }
    }
}

#[test]
fn the_list_is_readable_at_every_size() {
    let mut state = listed();
    press(&mut state, "j");
    each_screen("list", &state);
}

#[test]
fn the_seat_map_is_readable_at_every_size_without_colour() {
    let mut state = seated();
    press(&mut state, "jjlll");
    each_screen("seats", &state);
}

#[test]
fn aisles_and_places_for_wheelchairs_are_seen_and_named() {
    let mut state = seated();
    press(&mut state, "jjjjjlll");
    let small = screen(&state, true, 80, 24).to_string();
    assert!(small.contains("w 1 for wheelchairs"), "{small}");
    assert!(small.contains("seat 4: free, for a wheelchair, 132,000 KRW"), "{small}");
    assert!(small.contains("-------- stage --------"), "{small}");
    press(&mut state, "2");
    assert_snapshot!("aisle", screen(&state, false, 80, 24));
}

#[test]
fn a_section_larger_than_the_screen_follows_the_cursor() {
    let mut state = seated();
    update(&mut state, Message::Map { visit: 1, answer: Ok(map([&[90; 3], &[45; 30]])) });
    press(&mut state, "G");
    assert_snapshot!("wide_row_at_its_end", screen(&state, false, 60, 18));
    press(&mut state, "2jjjjjjjjjjjjjjjjjj");
    assert_snapshot!("high_section_in_its_middle", screen(&state, true, 60, 18));
}

#[test]
fn a_standing_area_is_a_number_and_a_bar() {
    let mut state = seated();
    press(&mut state, "3");
    assert_snapshot!("standing", screen(&state, true, 60, 18));
}

#[test]
fn the_help_page_has_every_key_of_the_screen_even_on_the_smallest() {
    let mut state = seated();
    press(&mut state, "?");
    let smallest = screen(&state, true, 60, 18);
    assert_snapshot!("help", smallest);
    for line in crate::keymap::lines(state.scope()) {
        assert!(smallest.to_string().contains(line.does), "{}", line.does);
    }
}

#[test]
fn below_the_floor_there_is_one_line_that_says_so() {
    let state = listed();
    for (width, height) in [(59, 18), (60, 17)] {
        let small = screen(&state, false, width, height).to_string();
        let written =
            small.lines().filter(|line| !line.trim_matches(['"', ' ']).is_empty()).count();
        assert_eq!(written, 1);
        assert!(small.contains("60x18 is needed"), "{small}");
    }
    screen(&state, false, 1, 1);
    screen(&seated(), false, 0, 0);
}

#[test]
fn a_filter_a_notice_and_an_empty_list_have_their_lines() {
    let mut state = listed();
    press(&mut state, "/zz");
    state.notice = Some("no usable answer: timed out".to_owned());
    assert_snapshot!("filter", screen(&state, true, 60, 18));
    let before_the_first_answer = State::new(false);
    assert_snapshot!("loading", screen(&before_the_first_answer, true, 60, 18));
}

#[test]
fn no_control_character_reaches_a_cell() {
    let mut state = seated();
    for _ in 0..3 {
        update(&mut state, code(crossterm::event::KeyCode::Tab));
        for cell in &screen(&state, false, 80, 24).buffer().content {
            assert!(!cell.symbol().contains(char::is_control));
        }
    }
    for cell in &screen(&listed(), false, 80, 24).buffer().content {
        assert!(!cell.symbol().contains(char::is_control));
    }
}
