//! The keys of the door. Letters are the code's.

use crossterm::event::KeyCode;

use crate::keymap::Command::{Annul, Back, Clear, Gate, Go, Help, Quit, Redraw, Refetch, Turn};
use crate::keymap::{Binding, ENTER, ESCAPE, Press, TAB, bind, letter};

pub(crate) const BINDINGS: &[Binding] = &[
    bind(ENTER, Go, "Enter", |words| words.door.does_scan).hint("Enter", |words| words.door.scan),
    bind(TAB, Turn, "Tab", |words| words.door.does_turn).hint("Tab", |words| words.door.turn),
    bind(&[Press::Control('g')], Gate, "Ctrl-G", |words| words.door.does_gate),
    bind(&[Press::Control('x')], Annul, "Ctrl-X", |words| words.door.does_annul)
        .hint("^X", |words| words.door.annul),
    bind(&[Press::Control('r')], Refetch, "Ctrl-R", |words| words.door.does_send_again),
    bind(&[Press::Control('u')], Clear, "Ctrl-U", |words| words.door.does_clear),
    bind(ESCAPE, Back, "Esc", |words| words.does_back).hint("Esc", |words| words.back),
    bind(&[Press::Control('c')], Quit, "Ctrl-C", |words| words.does_quit),
    bind(&[Press::Control('l')], Redraw, "Ctrl-L", |words| words.does_redraw),
    bind(&[letter('?'), Press::Key(KeyCode::F(1))], Help, "?, F1", |words| words.does_help)
        .hint("?", |words| words.help),
];
