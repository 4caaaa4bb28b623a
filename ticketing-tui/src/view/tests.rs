mod every_size;
mod pointing;

use std::time::Instant;

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use ratatui::text::Span;
use ticketing_wire::problem::{Problem, ProblemType};

use super::left_of;
use crate::fixture::{
    at_the_door, code, hear, holding_in, later, listed, listed_in, map, order, press, seated,
    seated_in, steering_in, tickets, waiting_in,
};
use crate::look::Look;
use crate::screens::Screen;
use crate::state::{About, Failure, Message, State};
use crate::update::update;
use crate::words::{ALL, ENGLISH, Words};

/// The sizes that are looked after.
const SIZES: [(u16, u16); 3] = [(60, 18), (80, 24), (120, 40)];

fn drawn(state: &State, ascii: bool, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let look = Look::new(ascii, true);
    terminal.draw(|frame| super::draw(state, &look, frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// What is read, without colours and other styles: whoever sees none of them sees this.
fn read(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut hidden = 0;
        let mut line = String::new();
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if hidden == 0 {
                line.push_str(symbol);
                hidden = Span::raw(symbol).width().saturating_sub(1);
            } else {
                hidden -= 1;
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn screen(state: &State, ascii: bool, size: (u16, u16)) -> String {
    read(&drawn(state, ascii, size))
}

fn ticketed(words: &'static Words) -> State {
    let mut state = holding_in(words);
    hear(&mut state, About::Order(Ok(order("paid", "one"))));
    hear(&mut state, About::Tickets(Ok(tickets())));
    state
}

#[test]
fn a_phone_reads_the_ticket_on_a_terminal_of_80_by_24() {
    let buffer = drawn(&ticketed(&ENGLISH), false, (80, 24));
    // Every cell is two squares, one above the other, of so many dots.
    let dots = 4;
    let dark = |x: usize, y: usize| {
        let (column, row) = (x / dots, y / dots);
        let cell = &buffer[(u16::try_from(column).unwrap(), u16::try_from(row / 2).unwrap())];
        if cell.bg != Color::White {
            return false;
        }
        assert_eq!(cell.fg, Color::Black);
        matches!((cell.symbol(), row % 2), ("█", _) | ("▀", 0) | ("▄", 1))
    };
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(80 * dots, 48 * dots, |x, y| {
        if dark(x, y) { 0 } else { 255 }
    });
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1);
    let (_, code) = grids[0].decode().unwrap();
    assert_eq!(code, tickets()[0].code);
}

#[test]
fn aisles_and_places_for_wheelchairs_are_seen_and_named() {
    let mut state = seated();
    press(&mut state, "jjjjjlll");
    let small = screen(&state, true, (80, 24));
    assert!(small.contains("w 1 for wheelchairs"), "{small}");
    assert!(small.contains("seat 4: free, for a wheelchair, 132,000 KRW"), "{small}");
    assert!(small.contains("-------- stage --------"), "{small}");
    press(&mut state, "2");
    assert_snapshot!("aisle", screen(&state, false, (80, 24)));
}

#[test]
fn free_seats_are_letters_of_their_prices_where_these_are_asked_for() {
    let mut state = seated();
    press(&mut state, "lt");
    let small = screen(&state, true, (80, 24));
    assert!(small.contains("a 132,000 KRW"), "{small}");
    assert!(small.lines().any(|line| line.contains("a[a]~")), "{small}");
}

#[test]
fn a_section_larger_than_the_screen_follows_the_cursor() {
    let mut state = seated();
    hear(&mut state, About::Map(Ok(Box::new(map([&[90; 3], &[45; 30]])))));
    update(&mut state, code(KeyCode::End));
    assert_snapshot!("wide_row_at_its_end", screen(&state, false, (60, 18)));
    press(&mut state, "2jjjjjjjjjjjjjjjjjj");
    assert_snapshot!("high_section_in_its_middle", screen(&state, true, (60, 18)));
}

/// What a picture costs is printed: `cargo test --release --workspace --bin ticketing-tui
/// a_house_of -- --nocapture`.
#[test]
fn a_house_of_a_hundred_thousand_seats_is_walked_and_counted() {
    let mut state = seated();
    let rows = [500; 100];
    hear(&mut state, About::Map(Ok(Box::new(map([&rows, &rows])))));
    press(&mut state, "gA 77 401");
    update(&mut state, code(KeyCode::Enter));
    let size = (200, 60);
    let (began, pictures) = (Instant::now(), 20);
    for _ in 0..pictures {
        drawn(&state, false, size);
    }
    println!("{:?} a picture of 200x60", began.elapsed() / pictures);
    let seen = screen(&state, true, size);
    assert!(seen.contains("Block A, row 77, seat 401"), "{seen}");
    // Of each seven seats three are free: 100,000 of them, and the places that stand.
    assert!(seen.contains("42,964 free"), "{seen}");
}

#[test]
fn a_standing_area_is_a_number_and_a_bar() {
    let mut state = seated();
    press(&mut state, "3");
    assert_snapshot!("standing", screen(&state, true, (60, 18)));
}

#[test]
fn the_help_page_has_every_key_of_the_screen_even_on_the_smallest() {
    for words in ALL {
        let orders = |words| {
            let mut state = listed_in(words);
            press(&mut state, "m");
            state
        };
        let states = [
            listed_in(words),
            waiting_in(words),
            seated_in(words),
            holding_in(words),
            steering_in(words, 1),
            at_the_door(words),
            orders(words),
        ];
        for mut state in states.into_iter().chain([ticketed(words)]) {
            press(&mut state, "?");
            let mut smallest = screen(&state, true, SIZES[0]);
            press(&mut state, "jjjjjjjjj");
            smallest.push_str(&screen(&state, true, SIZES[0]));
            for line in crate::keymap::lines(state.scope()) {
                let does = (line.does)(words);
                assert!(smallest.contains(does) && smallest.contains(line.keys), "{smallest}");
            }
        }
    }
}

#[test]
fn below_the_floor_there_is_one_line_that_says_so() {
    let state = listed();
    for size in [(59, 18), (60, 17)] {
        let small = screen(&state, false, size);
        assert_eq!(small.lines().filter(|line| !line.is_empty()).count(), 1);
        assert!(small.contains("60x18 is needed"), "{small}");
    }
    screen(&state, false, (1, 1));
    screen(&seated(), false, (0, 0));
}

#[test]
fn a_filter_a_notice_and_an_empty_list_have_their_lines() {
    let mut state = listed();
    press(&mut state, "/zz");
    state.notice = Some("no usable answer: timed out".to_owned());
    assert_snapshot!("filter", screen(&state, true, SIZES[0]));
    let before_the_first_answer = State::new(&ENGLISH, None, later(0), 7);
    assert_snapshot!("loading", screen(&before_the_first_answer, true, SIZES[0]));
}

#[test]
fn a_declined_card_is_said_once_another_try_can_be_made() {
    let mut state = holding_in(&ENGLISH);
    hear(&mut state, About::Order(Ok(order("pending_payment", "one"))));
    let declined = Problem::new(ProblemType::PaymentDeclined, 402, "Declined", "");
    hear(&mut state, About::Paid(Err(Failure::Refused(Box::new(declined)))));
    assert!(!screen(&state, true, SIZES[1]).contains("Enter tries again"));
    hear(&mut state, About::Stands(Ok(order("pending_payment", "two"))));
    assert!(screen(&state, true, SIZES[1]).contains("Enter tries again"));
}

#[test]
fn no_control_character_reaches_a_cell() {
    let hostile = "\u{1b}]0;x\u{7}\u{202e}";
    let mut waits = waiting_in(&ENGLISH);
    if let Some(Screen::Line(wait)) = waits.over.last_mut() {
        wait.place.as_mut().unwrap().message = Some(hostile.to_owned());
    }
    let mut shown = ticketed(&ENGLISH);
    if let Some(Screen::Tickets(tickets)) = shown.over.last_mut() {
        let ticket = &mut tickets.list.as_mut().unwrap()[0];
        ticket.label = hostile.to_owned();
        ticket.code = hostile.to_owned();
    }
    let mut typed = listed();
    typed.who = None;
    press(&mut typed, "a");
    update(&mut typed, Message::Pasted(hostile.to_owned()));
    let steered = steering_in(&ENGLISH, 1);
    let mut scans = at_the_door(&ENGLISH);
    update(&mut scans, Message::Pasted(format!("{hostile}\n{hostile}")));
    for state in [waits, shown, typed, steered, scans, seated(), listed()] {
        for cell in &drawn(&state, false, (80, 24)).content {
            let is_bad = |letter: char| letter.is_control() || letter == '\u{202e}';
            assert!(!cell.symbol().contains(is_bad), "{:?}", cell.symbol());
        }
    }
}

#[test]
fn what_is_left_is_rounded_up_so_that_it_ends_with_nothing() {
    let left = |seconds| left_of(later(seconds), later(0));
    assert_eq!([left(-5), left(0), left(59), left(401)], ["0:00", "0:00", "0:59", "6:41"]);
    assert_eq!([left(8_049), left(700_000)], ["2:14:09", "8d 02:26:40"]);
    let begun = ticketing_wire::Time::from_millis(later(0).as_millis() + 1);
    assert_eq!(left_of(begun, later(0)), "0:01");
}
