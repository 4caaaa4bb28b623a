//! The keys of the seat map.

use crossterm::event::KeyCode;

use crate::hall::Direction::{Down, Left, Right, Up};
use crate::keymap::Command::{
    Back, Best, Digit, Find, First, Go, In, Last, Letters, Move, NextFree, NextSection, Out, Pick,
    PreviousSection, Refetch, Release,
};
use crate::keymap::{
    BACK_TAB, Binding, DOWN, ENTER, ESCAPE, LEFT, Press, RIGHT, TAB, UP, bind, letter,
};

pub(crate) const BINDINGS: &[Binding] = &[
    bind(LEFT, Move(Left), "hjkl, arrows", |words| words.does_walk),
    bind(DOWN, Move(Down), "", |words| words.does_walk),
    bind(UP, Move(Up), "", |words| words.does_walk),
    bind(RIGHT, Move(Right), "", |words| words.does_walk),
    bind(&[Press::Key(KeyCode::Home)], First, "Home, End", |words| words.does_row_ends),
    bind(&[Press::Key(KeyCode::End)], Last, "", |words| words.does_row_ends),
    bind(&[letter(' ')], Pick, "Space", |words| words.does_pick).hint("Space", |words| words.pick),
    bind(&[letter('u')], Release, "u", |words| words.does_unpick),
    bind(&[letter('b')], Best, "b, 1-9", |words| words.does_best).hint("b", |words| words.best),
    bind(&[letter('f')], NextFree, "f", |words| words.does_next_free),
    bind(&[letter('t')], Letters, "t", |words| words.does_letters),
    bind(&[letter('g')], Find, "g", |words| words.does_find),
    bind(&[letter('-'), letter('o')], Out, "- +, o", |words| words.does_zoom),
    bind(&[letter('+'), letter('=')], In, "", |words| words.does_zoom),
    bind(TAB, NextSection, "Tab, 1-9", |words| words.does_section),
    bind(BACK_TAB, PreviousSection, "", |words| words.does_section),
    bind(&[Press::Digit], Digit(0), "", |words| words.does_section),
    bind(ENTER, Go, "Enter", |words| words.does_hold).hint("Enter", |words| words.hold),
    bind(&[letter('r')], Refetch, "r", |words| words.does_refetch_map),
    bind(ESCAPE, Back, "Esc", |words| words.does_back).hint("Esc", |words| words.back),
];
