//! The keys of the tickets.

use crate::hall::Direction::{Left, Right};
use crate::keymap::Command::{Back, Move, Next, Previous, Refetch};
use crate::keymap::{Binding, ESCAPE, LEFT, RIGHT, bind, letter};

pub(crate) const BINDINGS: &[Binding] = &[
    bind(&[letter('n')], Next, "n", |words| words.does_next_ticket).hint("n", |words| words.next),
    bind(&[letter('p')], Previous, "p", |words| words.does_previous_ticket),
    bind(RIGHT, Move(Right), "l, Right", |words| words.does_next_ticket),
    bind(LEFT, Move(Left), "h, Left", |words| words.does_previous_ticket),
    bind(&[letter('r')], Refetch, "r", |words| words.does_ask_now),
    bind(ESCAPE, Back, "Esc", |words| words.does_back).hint("Esc", |words| words.back),
];
