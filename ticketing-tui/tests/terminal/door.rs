//! The door: a code that a phone shows is read by a scanner that types.

use crate::buying::ticket;
use crate::house::House;

#[test]
fn who_has_a_ticket_is_let_in_once_and_a_mistake_is_taken_back() {
    let house = House::open();
    let (buyer, staff) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let start = |home: &tempfile::TempDir| house.terminal(home.path());
    let phone = start(&buyer);
    phone.keys("\r\x14ada@example.org\ta long password\tAda Lovelace\tada\r");
    phone.sees("stage");
    phone.keys(" \r");
    phone.sees("held for");
    phone.keys("\r");
    phone.sees("pay within");
    phone.keys("\r");
    let code = ticket(&phone, "Ticket 1 of 1");

    let door = start(&staff);
    door.keys("d");
    let (email, password) = house.organizer();
    door.keys(&format!("{email}\t{}\r", password.expose()));
    door.sees("Door: Aurora Live");
    door.keys("\x07North\r");
    door.sees("gate North");
    door.keys(&format!("{code}\r"));
    let told = door.sees("COME IN");
    assert!(told.contains("Floor, row 1, seat 1"), "{told}");
    door.keys(&format!("{code}\r"));
    let told = door.sees("STOP: somebody came in with it");
    assert!(told.contains("gate North, terminal "), "{told}");
    door.keys("nonsense\r");
    door.sees("STOP: not a ticket of ours");
    door.sees("1 came in, 0 went out, 2 refused");

    // The bearer goes out; that was a mistake.
    door.keys(&format!("\t{code}\r"));
    door.sees("1 went out");
    door.keys("\x18");
    door.sees("Why is that scan taken back?");
    door.keys("pressed Tab\r");
    door.sees("taken back; the ticket is as it was before");
    door.sees("0 went out");

    // Whoever has no door is told so, and what was scanned is not lost.
    phone.keys("\x1b");
    let stranger = start(&buyer);
    stranger.keys("d");
    stranger.sees("Door: Aurora Live");
    stranger.keys(&format!("{code}\r"));
    stranger.sees("NOT TAKEN");
    house.runtime.block_on(house.server.stop());
}
