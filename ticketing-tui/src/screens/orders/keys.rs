//! The keys of the orders.

use crate::hall::Direction::{Down, Up};
use crate::keymap::Command::{Back, First, GiveUp, Go, Last, Move, Refetch};
use crate::keymap::{Binding, DOWN, END, ENTER, ESCAPE, HOME, UP, bind, letter};

pub(crate) const BINDINGS: &[Binding] = &[
    bind(DOWN, Move(Down), "j, Down", |words| words.does_next_order)
        .hint("jk", |words| words.to_move),
    bind(UP, Move(Up), "k, Up", |words| words.does_previous_order),
    bind(HOME, First, "g, Home", |words| words.does_first_order),
    bind(END, Last, "G, End", |words| words.does_last_order),
    bind(ENTER, Go, "Enter", |words| words.does_open_order).hint("Enter", |words| words.open),
    bind(&[letter('x')], GiveUp, "x", |words| words.does_give_back)
        .hint("x", |words| words.give_up),
    bind(&[letter('r')], Refetch, "r", |words| words.does_ask_now),
    bind(ESCAPE, Back, "Esc", |words| words.does_back).hint("Esc", |words| words.back),
];
