//! The keys of the waiting room.

use crate::keymap::Command::{Back, Bell, GiveUp, Go, Look, Refetch};
use crate::keymap::{Binding, ENTER, ESCAPE, bind, letter};

pub(crate) const BINDINGS: &[Binding] = &[
    bind(ENTER, Go, "Enter", |words| words.does_join_again),
    bind(&[letter('s')], Look, "s", |words| words.does_look_meanwhile)
        .hint("s", |words| words.seats),
    bind(&[letter('b')], Bell, "b", |words| words.does_bell).hint("b", |words| words.bell),
    bind(&[letter('x')], GiveUp, "x", |words| words.does_leave).hint("x", |words| words.give_up),
    bind(&[letter('r')], Refetch, "r", |words| words.does_ask_now),
    bind(ESCAPE, Back, "Esc", |words| words.does_back_keeping).hint("Esc", |words| words.back),
];
