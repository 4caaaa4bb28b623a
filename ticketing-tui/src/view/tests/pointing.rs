//! What is clicked is what is seen.

use std::collections::BTreeMap;

use ratatui::layout::{Position, Rect};

use super::{SIZES, drawn, screen};
use crate::fixture::{hear, listed, map, press, seated};
use crate::hall::Cursor;
use crate::look::{self, Look};
use crate::screens::Screen;
use crate::state::{About, Message, State, Target};
use crate::update::update;
use crate::view::target;

/// Everything that can be clicked, and where.
fn targets(state: &State, (width, height): (u16, u16)) -> Vec<(Position, Target)> {
    let area = Rect::new(0, 0, width, height);
    let look = Look::new(true, true);
    let all = area.positions();
    all.filter_map(|at| target(state, &look, area, at).map(|target| (at, target))).collect()
}

fn cursor(state: &State) -> Cursor {
    let Some(Screen::Seats(visit)) = state.over.last() else { panic!("no seats: {state:?}") };
    visit.cursor
}

fn seats(state: &State, size: (u16, u16)) -> BTreeMap<(usize, usize), Position> {
    let mut found = BTreeMap::new();
    for (at, target) in targets(state, size) {
        let Target::Seat(seat) = target else { continue };
        assert!(found.insert((seat.row, seat.seat), at).is_none(), "{seat:?} is in two places");
    }
    found
}

#[test]
fn every_seat_that_is_seen_is_clicked_where_it_is_drawn() {
    let small = seated();
    let mut large = seated();
    hear(&mut large, About::Map(Ok(Box::new(map([&[90, 12, 91, 4, 89], &[45; 30]])))));
    let mut lower = seated();
    hear(&mut lower, About::Map(Ok(Box::new(map([&[90; 3], &[45; 30]])))));
    press(&mut lower, "2jjjjjjjjjjjjjjjjjj");
    for (mut state, size) in [(small, SIZES[1]), (large, SIZES[0]), (lower, SIZES[0])] {
        let found = seats(&state, size);
        let buffer = drawn(&state, true, size);
        for ((row, seat), at) in &found {
            let glyph = buffer[*at].symbol();
            assert!("ow@~x#?".contains(glyph), "{row} {seat}: {glyph:?} at {at}");
        }
        // Whoever goes to the last one finds it under the cursor, and there again.
        let (row, seat) = *found.keys().last().expect("seats are seen");
        let to = Cursor { row, seat, ..cursor(&state) };
        let Some(Screen::Seats(visit)) = state.over.last_mut() else { unreachable!() };
        visit.cursor = to;
        let at = seats(&state, size)[&(row, seat)];
        let style = drawn(&state, true, size)[at].style();
        assert!(style.add_modifier.contains(look::cursor().add_modifier), "{to:?}");
    }
}

#[test]
fn a_click_chooses_the_seat_and_another_one_does_not() {
    let mut state = seated();
    let seat = Target::Seat(Cursor { section: 0, row: 1, seat: 0 });
    update(&mut state, Message::Clicked(seat));
    let picks = |state: &State| match state.over.last() {
        Some(Screen::Seats(visit)) => visit.picks.clone(),
        _ => panic!("no seats"),
    };
    assert_eq!(cursor(&state), Cursor { section: 0, row: 1, seat: 0 });
    assert_eq!(picks(&state).len(), 1);
    press(&mut state, "?");
    update(&mut state, Message::Clicked(seat));
    assert_eq!(picks(&state).len(), 1, "the help page lies over it");
    press(&mut state, "?");
    update(&mut state, Message::Clicked(seat));
    assert!(picks(&state).is_empty());
}

#[test]
fn tabs_and_lines_of_the_overview_are_sections() {
    let mut state = seated();
    for size in SIZES {
        let sections: Vec<usize> = targets(&state, size)
            .into_iter()
            .filter_map(|(_, target)| match target {
                Target::Section(section) => Some(section),
                _ => None,
            })
            .collect();
        for section in 0..3 {
            let cells = sections.iter().filter(|one| **one == section).count();
            // `[1 Block A]`, ` 2 Block .B `, ` 3 Standing `.
            assert_eq!(cells, [11, 12, 12][section], "{section} at {size:?}");
        }
    }
    press(&mut state, "-");
    let lines = screen(&state, true, SIZES[1]);
    for (at, target) in targets(&state, SIZES[1]) {
        let Target::Section(section) = target else { panic!("{target:?}") };
        let line = lines.lines().nth(usize::from(at.y)).unwrap();
        assert!(line.contains(["Block A", "Block \u{fffd}B", "Standing"][section]), "{at}: {line}");
    }
    update(&mut state, Message::Clicked(Target::Section(1)));
    assert_eq!(cursor(&state), Cursor { section: 1, row: 0, seat: 0 });
    assert!(!seats(&state, SIZES[1]).is_empty(), "its rows are seen");
}

#[test]
fn a_click_selects_a_performance_and_the_next_opens_it() {
    let mut state = listed();
    let lines = screen(&state, true, SIZES[1]);
    let (at, second) = targets(&state, SIZES[1])
        .into_iter()
        .find(|(_, target)| *target == Target::Show(1))
        .unwrap();
    assert!(lines.lines().nth(usize::from(at.y)).unwrap().contains("가을"), "{lines}");
    update(&mut state, Message::Clicked(second));
    assert_eq!((state.events.selected, state.over.len()), (1, 0));
    update(&mut state, Message::Clicked(second));
    assert!(matches!(state.over.last(), Some(Screen::Line(_))));
}
