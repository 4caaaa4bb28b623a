//! The keys: what a key asks for on a screen, the footer and the help page all come from the screens'
//! tables.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::hall::Direction;
use crate::screens::{checkout, door, events, line, orders, seats, steering, tickets};
use crate::words::Words;

/// What a key asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Command {
    Move(Direction),
    First,
    Last,
    /// Whatever is to be done next here.
    Go,
    /// Looks at the seats without taking a place.
    Look,
    Filter,
    Refetch,
    NextSection,
    PreviousSection,
    Pick,
    Release,
    /// The best seats of the house: a number says how many.
    Best,
    NextFree,
    Letters,
    /// From the rows of a section to all sections, and back.
    Out,
    In,
    /// To a seat that is named.
    Find,
    /// 1 to 9.
    Digit(u8),
    Decline,
    GiveUp,
    Next,
    Previous,
    Account,
    MyOrders,
    /// Into the war room.
    WarRoom,
    Pause,
    Resume,
    Drain,
    Rate,
    Capacity,
    /// To the door.
    Door,
    /// Who comes in, or who goes out.
    Turn,
    Gate,
    Annul,
    Clear,
    Bell,
    Back,
    Help,
    Redraw,
    Quit,
}

/// Which keys count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scope {
    Events,
    Line,
    Seats,
    Checkout,
    Tickets,
    Orders,
    Steering,
    Door,
}

/// A key of the keyboard, or a family of keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Press {
    Key(KeyCode),
    Control(char),
    /// 1 to 9; the command is told which.
    Digit,
}

/// One line of a table.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) presses: &'static [Press],
    pub(crate) command: Command,
    /// For the help page: the keys, and what they do. No keys where the line before says them, too.
    pub(crate) keys: &'static str,
    pub(crate) does: fn(&Words) -> &'static str,
    /// For the footer: a key and a word; lines that belong together share the hint of the first.
    pub(crate) hint: Option<Hint>,
}

/// What the footer says: the key, and what it does in a word.
#[derive(Debug)]
pub(crate) struct Hint {
    pub(crate) key: &'static str,
    pub(crate) does: fn(&Words) -> &'static str,
}

pub(crate) const fn letter(letter: char) -> Press {
    Press::Key(KeyCode::Char(letter))
}

pub(crate) const DOWN: &[Press] = &[letter('j'), Press::Key(KeyCode::Down)];
pub(crate) const UP: &[Press] = &[letter('k'), Press::Key(KeyCode::Up)];
pub(crate) const LEFT: &[Press] = &[letter('h'), Press::Key(KeyCode::Left)];
pub(crate) const RIGHT: &[Press] = &[letter('l'), Press::Key(KeyCode::Right)];
pub(crate) const TAB: &[Press] = &[Press::Key(KeyCode::Tab)];
pub(crate) const BACK_TAB: &[Press] = &[Press::Key(KeyCode::BackTab)];
pub(crate) const ENTER: &[Press] = &[Press::Key(KeyCode::Enter)];
pub(crate) const HOME: &[Press] = &[letter('g'), Press::Key(KeyCode::Home)];
pub(crate) const END: &[Press] = &[letter('G'), Press::Key(KeyCode::End)];
pub(crate) const ESCAPE: &[Press] = &[Press::Key(KeyCode::Esc)];

/// What counts on every screen.
const EVERYWHERE: &[Binding] = &[
    bind(&[letter('q'), Press::Control('c')], Command::Quit, "q, Ctrl-C", |words| words.does_quit)
        .hint("q", |words| words.quit),
    bind(&[Press::Control('l')], Command::Redraw, "Ctrl-L", |words| words.does_redraw),
    bind(&[letter('?')], Command::Help, "?", |words| words.does_help).hint("?", |words| words.help),
];

pub(crate) const fn bind(
    presses: &'static [Press],
    command: Command,
    keys: &'static str,
    does: fn(&Words) -> &'static str,
) -> Binding {
    Binding { presses, command, keys, does, hint: None }
}

impl Binding {
    /// With this in the footer.
    pub(crate) const fn hint(
        mut self,
        key: &'static str,
        does: fn(&Words) -> &'static str,
    ) -> Self {
        self.hint = Some(Hint { key, does });
        self
    }
}

/// What this key asks for.
pub(crate) fn command(scope: Scope, key: &KeyEvent) -> Option<Command> {
    let press = match (key.code, key.modifiers.contains(KeyModifiers::CONTROL)) {
        (KeyCode::Char(letter), true) => Press::Control(letter),
        (KeyCode::Char('1'..='9'), false) => Press::Digit,
        (code, _) => Press::Key(code),
    };
    let binding = lines(scope).find(|binding| binding.presses.contains(&press))?;
    match (binding.command, key.code) {
        (Command::Digit(_), KeyCode::Char(digit)) => {
            Some(Command::Digit(u8::try_from(digit.to_digit(10)?).ok()?))
        }
        (command, _) => Some(command),
    }
}

/// The lines that count on this screen.
pub(crate) fn lines(scope: Scope) -> impl Iterator<Item = &'static Binding> {
    let own = match scope {
        Scope::Events => events::keys::BINDINGS,
        Scope::Line => line::keys::BINDINGS,
        Scope::Seats => seats::keys::BINDINGS,
        Scope::Checkout => checkout::keys::BINDINGS,
        Scope::Tickets => tickets::keys::BINDINGS,
        Scope::Orders => orders::keys::BINDINGS,
        Scope::Steering => steering::keys::BINDINGS,
        Scope::Door => door::keys::BINDINGS,
    };
    // Where codes are typed, letters are no commands.
    let everywhere: &[Binding] = if scope == Scope::Door { &[] } else { EVERYWHERE };
    own.iter().chain(everywhere)
}

/// Up and down, whatever the screen below makes of them.
pub(crate) fn scrolls(key: &KeyEvent) -> Option<Direction> {
    let press = Press::Key(key.code);
    match () {
        () if UP.contains(&press) => Some(Direction::Up),
        () if DOWN.contains(&press) => Some(Direction::Down),
        () => None,
    }
}

/// The lines of this screen's help page.
pub(crate) fn page(scope: Scope) -> impl Iterator<Item = &'static Binding> {
    lines(scope).filter(|line| !line.keys.is_empty())
}

/// The hints of this screen, the most important first.
pub(crate) fn footer(scope: Scope, words: &Words) -> Vec<String> {
    let hints = lines(scope).filter_map(|line| line.hint.as_ref());
    hints.map(|hint| format!("{} {}", hint.key, (hint.does)(words))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ALL;

    const SCOPES: [Scope; 8] = [
        Scope::Events,
        Scope::Line,
        Scope::Seats,
        Scope::Checkout,
        Scope::Tickets,
        Scope::Orders,
        Scope::Steering,
        Scope::Door,
    ];

    #[test]
    fn no_key_means_two_things_on_one_screen() {
        for scope in SCOPES {
            let mut seen: Vec<Press> = Vec::new();
            for press in lines(scope).flat_map(|line| line.presses) {
                assert!(!seen.contains(press), "{press:?} twice on {scope:?}");
                seen.push(*press);
            }
        }
    }

    #[test]
    fn every_screen_says_how_to_leave_it_and_where_help_is_on_the_narrowest() {
        for words in ALL {
            for scope in SCOPES {
                let footer = footer(scope, words).join("  ");
                let width = ratatui::text::Span::raw(footer.as_str()).width();
                assert!(width <= usize::from(crate::view::FLOOR_WIDTH) - 4, "{footer}");
            }
        }
    }

    #[test]
    fn digits_are_told_and_control_c_quits() {
        let key = |code, modifiers| KeyEvent::new(code, modifiers);
        let plain = KeyModifiers::NONE;
        assert_eq!(command(Scope::Seats, &key(KeyCode::Char('3'), plain)), Some(Command::Digit(3)));
        assert_eq!(command(Scope::Events, &key(KeyCode::Char('3'), plain)), None);
        assert_eq!(command(Scope::Seats, &key(KeyCode::Char('0'), plain)), None);
        let control = key(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(command(Scope::Seats, &control), Some(Command::Quit));
        assert_eq!(command(Scope::Seats, &key(KeyCode::Char('c'), plain)), None);
    }
}
