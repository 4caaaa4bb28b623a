//! The keys of the list.

use crate::hall::Direction::{Down, Up};
use crate::keymap::Command::{
    Account, Back, Door, Filter, First, Go, Last, Look, Move, MyOrders, Refetch, WarRoom,
};
use crate::keymap::{Binding, DOWN, END, ENTER, ESCAPE, HOME, UP, bind, letter};

pub(crate) const BINDINGS: &[Binding] = &[
    bind(DOWN, Move(Down), "j, Down", |words| words.does_next_show)
        .hint("jk", |words| words.to_move),
    bind(UP, Move(Up), "k, Up", |words| words.does_previous_show),
    bind(HOME, First, "g, Home", |words| words.does_first_show),
    bind(END, Last, "G, End", |words| words.does_last_show),
    bind(ENTER, Go, "Enter", |words| words.does_join).hint("Enter", |words| words.join),
    bind(&[letter('s')], Look, "s", |words| words.does_look).hint("s", |words| words.seats),
    bind(&[letter('/')], Filter, "/", |words| words.does_filter).hint("/", |words| words.filter),
    bind(&[letter('m')], MyOrders, "m", |words| words.does_my_orders),
    bind(&[letter('w')], WarRoom, "w", |words| words.steering.does_open),
    bind(&[letter('d')], Door, "d", |words| words.door.does_open),
    bind(&[letter('a')], Account, "a", |words| words.does_account),
    bind(&[letter('r')], Refetch, "r", |words| words.does_refetch_list),
    bind(ESCAPE, Back, "Esc", |words| words.does_drop_filter),
];
