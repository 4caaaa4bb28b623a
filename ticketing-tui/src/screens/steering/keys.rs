//! The keys of the war room.

use crate::keymap::Command::{Back, Capacity, Drain, Pause, Rate, Refetch, Resume};
use crate::keymap::{Binding, ESCAPE, bind, letter};

pub(crate) const BINDINGS: &[Binding] = &[
    bind(&[letter('p')], Pause, "p", |words| words.steering.does_pause)
        .hint("p", |words| words.steering.pause),
    bind(&[letter('P')], Resume, "P", |words| words.steering.does_resume),
    bind(&[letter('a')], Rate, "a", |words| words.steering.does_rate)
        .hint("a", |words| words.steering.rate),
    bind(&[letter('c')], Capacity, "c", |words| words.steering.does_capacity)
        .hint("c", |words| words.steering.capacity),
    bind(&[letter('D')], Drain, "D", |words| words.steering.does_drain),
    bind(&[letter('r')], Refetch, "r", |words| words.does_ask_now),
    bind(ESCAPE, Back, "Esc", |words| words.does_back).hint("Esc", |words| words.back),
];
