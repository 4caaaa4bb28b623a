//! Buying, from signing up to the door.

use ticketing_wire::door::Verdict;

use crate::house::House;
use crate::screen::Terminal;

/// So many dots are read for each dark square.
const SCALE: usize = 4;

#[test]
fn somebody_signs_up_waits_chooses_is_declined_pays_and_is_let_in() {
    let house = House::open();
    let home = tempfile::tempdir().unwrap();
    let terminal = house.terminal(home.path());
    // Signing up on the way in.
    terminal.keys("\r");
    terminal.sees("Sign in");
    terminal.keys("\x14");
    terminal.sees("Nickname");
    terminal.keys("ada@example.org\ta long password\tAda Lovelace\tada\r");
    // Nobody is before her.
    terminal.sees("inside for");
    terminal.sees("stage");
    terminal.keys(" l ");
    terminal.sees("2 mine");
    terminal.keys("\r");
    let held = terminal.sees("held for");
    assert!(held.contains("Floor, row 1, seat 2") && held.contains("264,000 KRW"), "{held}");
    terminal.keys("\r");
    terminal.sees("pay within");
    terminal.keys("d");
    terminal.sees("declined: nothing was charged");
    terminal.keys("\r");
    let first = ticket(&terminal, "Ticket 1 of 2");
    assert_eq!(house.scan(&first), Verdict::Admitted);
    assert_eq!(house.scan(&first), Verdict::AlreadyUsed);
    terminal.keys("n");
    let second = ticket(&terminal, "Ticket 2 of 2");
    assert_ne!(first, second);

    // Another terminal of the same person finds the session and the tickets.
    let terminal = house.terminal(home.path());
    terminal.keys("m");
    terminal.sees("264,000 KRW");
    terminal.keys("\r");
    terminal.sees("USED");
    terminal.keys("n");
    assert_eq!(ticket(&terminal, "Ticket 2 of 2"), second);
    house.runtime.block_on(house.server.stop());
}

/// What a phone reads from the screen that says this.
pub(crate) fn ticket(terminal: &Terminal, says: &str) -> String {
    terminal.sees(says);
    terminal.sees("VALID");
    let dots = terminal.dots();
    let (width, height) = (dots[0].len() * SCALE, dots.len() * SCALE);
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        if dots[y / SCALE][x / SCALE] { 0 } else { 255 }
    });
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1, "{}", terminal.read());
    grids[0].decode().unwrap().1
}
