//! A small programme and a small hall for the tests.

mod door;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};
use ticketing_client::seats::SeatMap;
use ticketing_wire::Time;
use ticketing_wire::line::{LineStatus, Place};
use ticketing_wire::orders::{Order, Ticket};
use ticketing_wire::performances::{Performance, Price};
use ticketing_wire::seats::{Hold, Layout, SeatsDelta, SeatsNow, Version};

pub(crate) use self::door::{at_the_door, check_in, scanned};
use crate::screens::Screen;
use crate::screens::steering::Seen;
use crate::state::{About, Effect, Message, State};
use crate::update::update;
use crate::words::{ENGLISH, Words};

/// Every test's time: 2026-11-28T10:00:00Z.
pub(crate) const NOW_MS: i64 = 1_795_860_000_000;

pub(crate) fn performances() -> Vec<Performance> {
    let shows = [
        ("Aurora Live", "on_sale", 412, 1_500),
        (
            "가을 음악회, a very long title that no list has room for in any terminal",
            "draft",
            0,
            90,
        ),
        ("Bad\u{1b}[2J Title", "sold_out", 0, 240),
    ];
    (1..)
        .zip(shows)
        .map(|(number, (title, status, free, total))| {
            let show = json!({
                "id": format!("00000000-0000-0000-0000-{number:012}"),
                "organizer_id": "00000000-0000-0000-0000-000000000008",
                "venue_id": "00000000-0000-0000-0000-000000000009",
                "title": title, "status": status, "seats_free": free, "seats_total": total,
                "listed_at": "2026-11-01T09:00:00Z", "on_sale_at": "2026-12-01T09:00:00Z",
                "starts_at": "2026-12-24T19:30:00Z",
                "time_zone": "Asia/Seoul", "prices": prices(), "layout": "hall",
                "policy": {
                    "line_capacity": 300, "claim_seconds": 30, "pass_lease_seconds": 600,
                    "hold_seconds": 300, "pay_seconds": 600, "seats_per_buyer": 4,
                    "reentry": "keep",
                },
            });
            serde_json::from_value(show).unwrap()
        })
        .collect()
}

pub(crate) fn prices() -> Vec<Price> {
    let prices = json!([
        {"category": "Category II", "price": {"amount": 132_000, "currency": "KRW"}},
        {"category": "Floor", "price": {"amount": 4_500, "currency": "EUR"}},
    ]);
    serde_json::from_value(prices).unwrap()
}

/// Two blocks with rows of these lengths, and a standing area of 248. Rows of 12 and of 20 have an
/// aisle in the middle, and those of 4 are for wheelchairs.
pub(crate) fn map(lengths: [&[usize]; 2]) -> SeatMap {
    let mut index = 0;
    let mut sections: Vec<Value> = Vec::new();
    for (name, lengths) in ["Block A", "Block \u{1b}B"].into_iter().zip(lengths) {
        let rows: Vec<Value> = (1..)
            .zip(lengths)
            .map(|(row, length)| {
                let first = index;
                index += length;
                let seats = match length {
                    0 => String::new(),
                    12 | 20 => format!("1-{0} _ {1}-{length}", length / 2, length / 2 + 1),
                    length => format!("1-{length}"),
                };
                let accessible = if *length == 4 { json!([[first, 4]]) } else { json!([]) };
                json!({ "label": row.to_string(), "first_index": first, "seats": seats,
                        "accessible": accessible })
            })
            .collect();
        sections.push(json!({ "name": name, "category": 0, "rows": rows }));
    }
    sections.push(json!({ "name": "Standing", "category": 1, "first_index": index,
        "places": 248 }));
    let layout: Layout = serde_json::from_value(json!({
        "layout": "hall", "seats_total": index + 248, "categories": ["Category II", "Floor"],
        "sections": sections,
    }))
    .unwrap();
    SeatMap::new(Arc::new(layout), &now(index + 248, 204)).unwrap()
}

/// So many sections of one seat each.
pub(crate) fn sections(count: usize) -> SeatMap {
    let section = |ordinal: usize| {
        json!({ "name": format!("Block {ordinal}"), "category": 0,
            "rows": [{ "label": "1", "first_index": ordinal, "seats": "1" }] })
    };
    let sections: Vec<Value> = (0..count).map(section).collect();
    let layout: Layout = serde_json::from_value(json!({
        "layout": "hall", "seats_total": count, "categories": ["Floor"], "sections": sections,
    }))
    .unwrap();
    SeatMap::new(Arc::new(layout), &now(count, 204)).unwrap()
}

/// The statuses of so many seats.
pub(crate) fn now(seats: usize, sequence: u64) -> SeatsNow {
    let status = "0012340".chars().cycle().take(seats).collect();
    SeatsNow { version: Version { epoch: 1, sequence }, layout: "hall".to_owned(), status }
}

/// The hall of most tests: rows of unequal length.
pub(crate) fn hall_map() -> SeatMap {
    map([&[8, 9, 12, 12, 11, 4], &[20; 20]])
}

/// Changes after the fixture's map.
pub(crate) fn delta(sequence: u64, changes: &[(u32, u8)]) -> About {
    About::Seats(SeatsDelta { epoch: 1, sequence, changes: changes.to_vec() })
}

pub(crate) fn key(letter: char) -> Message {
    code(KeyCode::Char(letter))
}

pub(crate) fn code(code: KeyCode) -> Message {
    Message::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

/// Presses these letters; answers what the last one asked for.
pub(crate) fn press(state: &mut State, letters: &str) -> Vec<Effect> {
    letters.chars().map(|letter| update(state, key(letter))).last().unwrap_or_default()
}

/// A minute of the test's time.
pub(crate) fn later(seconds: i64) -> Time {
    Time::from_millis(NOW_MS + seconds * 1_000)
}

/// Takes what is heard for the visit on the screen.
pub(crate) fn hear(state: &mut State, about: About) -> Vec<Effect> {
    let visit = state.over.last().map_or(0, Screen::visit);
    update(state, Message::About { visit, about })
}

/// Signed in, with the list.
pub(crate) fn listed() -> State {
    listed_in(&ENGLISH)
}

pub(crate) fn listed_in(words: &'static Words) -> State {
    let who = Some("ada@example.org".to_owned());
    let mut state = State::new(words, who, later(0), 7);
    update(&mut state, Message::Listed(Ok(performances())));
    state
}

/// With the list of one's orders.
pub(crate) fn orders() -> State {
    let mut state = listed();
    press(&mut state, "m");
    hear(&mut state, About::Orders(Ok(vec![*order("paid", "one")])));
    state
}

/// In the line of the first performance.
pub(crate) fn waiting() -> State {
    waiting_in(&ENGLISH)
}

pub(crate) fn waiting_in(words: &'static Words) -> State {
    let mut state = listed_in(words);
    update(&mut state, code(KeyCode::Enter));
    hear(&mut state, About::Place(Ok(place("waiting", 4_811))));
    state
}

pub(crate) fn place(state: &str, ahead: u64) -> Place {
    let place = json!({
        "state": state, "place_token": "place", "number": 5_000, "rank": 5_000, "ahead": ahead,
        "behind": 312, "poll_after_ms": 2_000, "eta_seconds": {"low": 840, "high": 1_140},
        "pass_token": "pass", "pass_expires_at": later(600),
    });
    serde_json::from_value(place).unwrap()
}

/// Inside, with the first performance's seats.
pub(crate) fn seated() -> State {
    seated_in(&ENGLISH)
}

pub(crate) fn seated_in(words: &'static Words) -> State {
    let mut state = waiting_in(words);
    hear(&mut state, About::Place(Ok(place("admitted", 0))));
    hear(&mut state, About::Map(Ok(Box::new(hall_map()))));
    state
}

/// In the war room of the first performance, after so many looks.
pub(crate) fn steering_in(words: &'static Words, looks: u32) -> State {
    let mut state = listed_in(words);
    press(&mut state, "w");
    for look in 0..looks {
        hear(&mut state, About::Sale(Ok(Box::new(sale(look * (look % 5))))));
    }
    state
}

/// How a sale stands after so many more seats.
pub(crate) fn sale(more: u32) -> Seen {
    let sold = 7_204 + more;
    Seen {
        sales: serde_json::from_value(json!({
            "seats_total": 12_000, "free": 3_085_u32.saturating_sub(more), "held": 811, "reserved": 120,
            "sold": sold, "not_for_sale": 780, "orders": {"paid": 3_602, "expired": 12},
            "gross": {"amount": 468_260, "currency": "EUR"},
            "refunded": {"amount": 0, "currency": "EUR"},
        }))
        .unwrap(),
        line: serde_json::from_value(json!({
            "capacity": 300, "inside": 300, "max_inside": 300, "ready": 12, "waiting": 31_007,
            "admitted_total": u64::from(sold) + 400, "lapsed_total": 19, "expired_total": 80,
            "left_total": 44,
        }))
        .unwrap(),
        status: status("open"),
    }
}

pub(crate) fn status(state: &str) -> LineStatus {
    let status = json!({
        "state": state, "message": "back \u{1b}at ten", "admitted_through": 4_590,
        "waiting": 31_007, "admitting_per_minute": 240, "gaps": [], "seats_left": 3_200,
        "draw": {"algorithm": 1, "commitment": "9f2c", "entropy_source": "drand round 4242",
            "places": 10_000},
    });
    serde_json::from_value(status).unwrap()
}

/// With two seats held.
pub(crate) fn holding() -> State {
    holding_in(&ENGLISH)
}

pub(crate) fn holding_in(words: &'static Words) -> State {
    let mut state = seated_in(words);
    press(&mut state, " l ");
    update(&mut state, code(KeyCode::Enter));
    hear(&mut state, About::Held(Ok(hold())));
    state
}

pub(crate) fn hold() -> Hold {
    let hold = json!({
        "id": "00000000-0000-0000-0000-000000000021", "seats": [0, 1], "lines": lines(),
        "total": {"amount": 266_000, "currency": "KRW"}, "expires_at": later(300),
    });
    serde_json::from_value(hold).unwrap()
}

fn lines() -> Value {
    json!([
        {"kind": "ticket", "seat": 0, "amount": {"amount": 132_000, "currency": "KRW"}},
        {"kind": "ticket", "seat": 1, "amount": {"amount": 132_000, "currency": "KRW"}},
        {"kind": "fee", "amount": {"amount": 2_000, "currency": "KRW"}},
    ])
}

/// An order of the two seats; its payment has this name.
pub(crate) fn order(status: &str, payment: &str) -> Box<Order> {
    let order = json!({
        "id": "00000000-0000-0000-0000-000000000022",
        "performance_id": "00000000-0000-0000-0000-000000000001", "status": status,
        "seats": [0, 1], "lines": lines(), "total": {"amount": 266_000, "currency": "KRW"},
        "expires_at": later(600), "created_at": later(0),
        "payment": {"payment_id": payment, "methods": ["card"], "checkout_url": "http://a/b#c",
            "gateway_url": "http://127.0.0.1:4711/page"},
    });
    Box::new(serde_json::from_value(order).unwrap())
}

/// As long as the codes of a box office are.
pub(crate) fn tickets() -> Vec<Ticket> {
    let codes = ["A", "B"].map(|letter| letter.repeat(122));
    let tickets = (0..).zip(codes).map(|(seat, code)| {
        json!({
            "id": format!("00000000-0000-0000-0000-{seat:012}"), "seat": seat,
            "label": format!("Block A, row 1, seat {}", seat + 1), "code": code, "status": "valid",
        })
    });
    tickets.map(|ticket| serde_json::from_value(ticket).unwrap()).collect()
}
