//! The terminal is given back, whatever happens; and nothing secret is shown.

use std::process::Command;

use crate::house::House;
use crate::screen::Terminal;

/// What leaves the second screen, shows the cursor, and ends bracketed paste and the mouse's reports.
const GIVEN_BACK: [&[u8]; 4] = [b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?1006l"];

fn is_given_back(bytes: &[u8]) -> bool {
    GIVEN_BACK.iter().all(|given| bytes.windows(given.len()).any(|window| window == *given))
}

#[test]
fn the_terminal_is_given_back_at_the_end_and_on_a_signal() {
    let house = House::open();
    let home = tempfile::tempdir().unwrap();
    for signal in [None, Some("-TERM"), Some("-HUP"), Some("-INT")] {
        let mut terminal = Terminal::start(&house.server.base_url, home.path(), (80, 24));
        terminal.sees("Aurora Live");
        assert!(!is_given_back(&terminal.bytes()));
        match signal {
            None => terminal.keys("q"),
            Some(signal) => {
                let process = terminal.process().to_string();
                let sent = Command::new("kill").args([signal, &process]).status().unwrap();
                assert!(sent.success());
            }
        }
        assert!(terminal.ends().success(), "{signal:?}");
        assert!(is_given_back(&terminal.bytes()), "{signal:?}");
    }
    house.runtime.block_on(house.server.stop());
}

#[test]
fn a_password_is_never_on_the_screen() {
    let house = House::open();
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(&house.server.base_url, home.path(), (80, 24));
    terminal.sees("Aurora Live");
    terminal.keys("a");
    terminal.sees("Sign in");
    terminal.keys("nobody@example.org\thush-hush-hush\r");
    terminal.sees("nobody@example.org");
    terminal.sees("!");
    terminal.keys("\x1b");
    terminal.no_longer_sees("Sign in");
    let shown = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(!shown.contains("hush"));
    house.runtime.block_on(house.server.stop());
}
