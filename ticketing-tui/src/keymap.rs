//! The keys, in one table: what they do, the footer and the help page all come from it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::hall::Direction;

/// What a key asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Command {
    Move(Direction),
    First,
    Last,
    Open,
    Filter,
    Refetch,
    NextSection,
    PreviousSection,
    /// The section with this ordinal.
    Section(usize),
    Back,
    Help,
    Quit,
}

/// Where a key means this.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scope {
    Performances,
    Seats,
    Everywhere,
}

/// A key of the keyboard, or a family of keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Press {
    Key(KeyCode),
    Control(char),
    /// 1 to 9; the command is told which.
    Digit,
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Binding {
    scope: Scope,
    presses: &'static [Press],
    command: Command,
    /// For the help page: the keys, and what they do.
    pub(crate) keys: &'static str,
    pub(crate) does: &'static str,
    /// For the footer; lines that belong together share the hint of the first.
    hint: Option<&'static str>,
}

const fn letter(letter: char) -> Press {
    Press::Key(KeyCode::Char(letter))
}

use Command::{
    Back, Filter, First, Help, Last, Move, NextSection, Open, PreviousSection, Quit, Refetch,
    Section,
};
use Direction::{Down, Left, Right, Up};
use Scope::{Everywhere, Performances, Seats};

const DOWN: &[Press] = &[letter('j'), Press::Key(KeyCode::Down)];
const UP: &[Press] = &[letter('k'), Press::Key(KeyCode::Up)];
const LEFT: &[Press] = &[letter('h'), Press::Key(KeyCode::Left)];
const RIGHT: &[Press] = &[letter('l'), Press::Key(KeyCode::Right)];
const TAB: &[Press] = &[Press::Key(KeyCode::Tab)];
const BACK_TAB: &[Press] = &[Press::Key(KeyCode::BackTab)];
const ENTER: &[Press] = &[Press::Key(KeyCode::Enter)];
const HOME: &[Press] = &[letter('g'), Press::Key(KeyCode::Home)];
const END: &[Press] = &[letter('G'), Press::Key(KeyCode::End)];
const REFETCH: &[Press] = &[letter('r')];
const ESCAPE: &[Press] = &[Press::Key(KeyCode::Esc)];
const QUIT: &[Press] = &[letter('q'), Press::Control('c')];

#[rustfmt::skip]
pub(crate) const BINDINGS: &[Binding] = &[
    bind(Performances, DOWN, Move(Down), "j, Down", "next performance", Some("jk move")),
    bind(Performances, UP, Move(Up), "k, Up", "previous performance", None),
    bind(Performances, HOME, First, "g, Home", "first performance", None),
    bind(Performances, END, Last, "G, End", "last performance", None),
    bind(Performances, ENTER, Open, "Enter", "open its seat map", Some("Enter open")),
    bind(Performances, &[letter('/')], Filter, "/", "filter by title", Some("/ filter")),
    bind(Performances, REFETCH, Refetch, "r", "fetch the list again", Some("r refetch")),
    bind(Performances, ESCAPE, Back, "Esc", "drop the filter", None),
    bind(Seats, LEFT, Move(Left), "h, Left", "seat to the left", Some("hjkl move")),
    bind(Seats, DOWN, Move(Down), "j, Down", "row below", None),
    bind(Seats, UP, Move(Up), "k, Up", "row above", None),
    bind(Seats, RIGHT, Move(Right), "l, Right", "seat to the right", None),
    bind(Seats, HOME, First, "g, Home", "first seat of the row", None),
    bind(Seats, END, Last, "G, End", "last seat of the row", None),
    bind(Seats, TAB, NextSection, "Tab", "next section", Some("Tab section")),
    bind(Seats, BACK_TAB, PreviousSection, "Shift-Tab", "previous section", None),
    bind(Seats, &[Press::Digit], Section(0), "1-9", "section by its number", None),
    bind(Seats, REFETCH, Refetch, "r", "fetch the whole map again", None),
    bind(Seats, ESCAPE, Back, "Esc", "back to the performances", Some("Esc back")),
    bind(Everywhere, QUIT, Quit, "q, Ctrl-C", "quit", Some("q quit")),
    bind(Everywhere, &[letter('?')], Help, "?", "this page", Some("? help")),
];

const fn bind(
    scope: Scope,
    presses: &'static [Press],
    command: Command,
    keys: &'static str,
    does: &'static str,
    hint: Option<&'static str>,
) -> Binding {
    Binding { scope, presses, command, keys, does, hint }
}

/// What this key asks for on this screen.
pub(crate) fn command(scope: Scope, key: &KeyEvent) -> Option<Command> {
    let press = match (key.code, key.modifiers.contains(KeyModifiers::CONTROL)) {
        (KeyCode::Char(letter), true) => Press::Control(letter),
        (KeyCode::Char('1'..='9'), false) => Press::Digit,
        (code, _) => Press::Key(code),
    };
    let binding = lines(scope).find(|binding| binding.presses.contains(&press))?;
    match (binding.command, key.code) {
        (Section(_), KeyCode::Char(digit)) => {
            Some(Section(usize::try_from(digit.to_digit(10)?.checked_sub(1)?).ok()?))
        }
        (command, _) => Some(command),
    }
}

/// The lines that count on this screen.
pub(crate) fn lines(scope: Scope) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |line| line.scope == scope || line.scope == Everywhere)
}

/// The footer of this screen.
pub(crate) fn footer(scope: Scope) -> String {
    lines(scope).filter_map(|line| line.hint).collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::FLOOR_WIDTH;

    #[test]
    fn no_key_means_two_things_on_one_screen() {
        for scope in [Performances, Seats] {
            let mut seen: Vec<Press> = Vec::new();
            for press in lines(scope).flat_map(|line| line.presses) {
                assert!(!seen.contains(press), "{press:?} twice on {scope:?}");
                seen.push(*press);
            }
        }
    }

    #[test]
    fn the_footer_fits_the_narrowest_screen() {
        for scope in [Performances, Seats] {
            assert!(footer(scope).len() <= usize::from(FLOOR_WIDTH) - 4, "{}", footer(scope));
        }
    }

    #[test]
    fn digits_are_sections_and_control_c_quits() {
        let key = |code, modifiers| KeyEvent::new(code, modifiers);
        let plain = KeyModifiers::NONE;
        assert_eq!(command(Seats, &key(KeyCode::Char('3'), plain)), Some(Section(2)));
        assert_eq!(command(Performances, &key(KeyCode::Char('3'), plain)), None);
        assert_eq!(command(Seats, &key(KeyCode::Char('0'), plain)), None);
        let control = key(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(command(Seats, &control), Some(Quit));
        assert_eq!(command(Seats, &key(KeyCode::Char('c'), plain)), None);
    }
}
