//! The keys of the checkout.

use crate::keymap::Command::{Back, Decline, GiveUp, Go, Refetch};
use crate::keymap::{Binding, ENTER, ESCAPE, bind, letter};

pub(crate) const BINDINGS: &[Binding] = &[
    bind(ENTER, Go, "Enter", |words| words.does_pay).hint("Enter", |words| words.go_on),
    bind(&[letter('d')], Decline, "d", |words| words.does_decline),
    bind(&[letter('x')], GiveUp, "x", |words| words.does_give_up_order)
        .hint("x", |words| words.give_up),
    bind(&[letter('r')], Refetch, "r", |words| words.does_ask_now),
    bind(ESCAPE, Back, "Esc", |words| words.does_back_from_checkout)
        .hint("Esc", |words| words.back),
];
