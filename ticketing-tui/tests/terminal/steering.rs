//! The war room: what an organizer sees and does, and what those who wait see of it.

use crate::house::House;

#[test]
fn an_organizer_sees_a_sale_run_and_pauses_it_while_a_buyer_chooses_by_the_mouse() {
    let house = House::open();
    let (organizer, buyer, stranger) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let start = |home: &tempfile::TempDir| house.terminal(home.path());
    let room = start(&organizer);
    room.keys("w");
    room.sees("Sign in");
    let (email, password) = house.organizer();
    room.keys(&format!("{email}\t{}\r", password.expose()));
    room.sees("sold 0 of 20");

    // Somebody is inside before, and chooses by the mouse.
    let inside = start(&buyer);
    inside.keys("\r\x14ada@example.org\ta long password\tAda Lovelace\tada\r");
    inside.sees("stage");
    inside.click("▢", 3);
    inside.sees("1 mine");
    inside.keys("\r");
    inside.sees("held for");
    room.sees("1 held");
    room.sees("inside 1 of");

    room.keys("p");
    room.sees("What do those who wait read?");
    room.keys("back at ten\r");
    room.sees("Pause? Nobody comes in");
    room.keys("y");
    room.sees("PAUSED");
    let waiting = start(&stranger);
    waiting.keys("\r\x14bob@example.org\ta long password\tBob Roberts\tbob\r");
    waiting.sees("The organizer says: back at ten");
    room.sees("1 wait");
    // Whoever is inside goes on meanwhile.
    inside.keys("\r");
    inside.sees("pay within");
    inside.keys("\r");
    inside.sees("Ticket 1 of 1");
    room.sees("sold 1 of 20");

    room.keys("p");
    room.sees("Go on?");
    room.keys("y");
    waiting.sees("stage");

    // Whoever sells nothing has no war room.
    let curious = start(&stranger);
    curious.keys("w");
    curious.sees("War room");
    curious.sees("! ");
    assert!(!curious.read().contains("sold 1 of 20"));
    house.runtime.block_on(house.server.stop());
}
