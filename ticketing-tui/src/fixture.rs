//! A small programme and a small hall for the tests.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};
use ticketing_client::seats::SeatMap;
use ticketing_wire::performances::{Performance, Price};
use ticketing_wire::seats::{Layout, SeatsNow, Version};

use crate::state::{Effect, Message, State};
use crate::update::update;

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
                "listed_at": "2026-11-01T09:00:00Z",
                "on_sale_at": "2026-12-01T09:00:00Z",
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

/// The statuses of so many seats.
pub(crate) fn now(seats: usize, sequence: u64) -> SeatsNow {
    let status = "0012340".chars().cycle().take(seats).collect();
    SeatsNow { version: Version { epoch: 1, sequence }, layout: "hall".to_owned(), status }
}

/// The hall of most tests: rows of unequal length.
pub(crate) fn hall_map() -> SeatMap {
    map([&[8, 9, 12, 12, 11, 4], &[20; 20]])
}

/// The statuses of that hall, at another sequence.
pub(crate) fn newer(sequence: u64) -> SeatsNow {
    now(hall_map().statuses().len(), sequence)
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

/// Signed in, with the list.
pub(crate) fn listed() -> State {
    let mut state = State::new(true);
    update(&mut state, Message::Listed(Ok(performances())));
    state
}

/// Looking at the first performance's seats.
pub(crate) fn seated() -> State {
    let mut state = listed();
    update(&mut state, code(KeyCode::Enter));
    update(&mut state, Message::Map { visit: 1, answer: Ok(hall_map()) });
    state
}
